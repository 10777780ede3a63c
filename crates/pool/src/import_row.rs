//! What must a file of users look like, and which user does a row make?

use crate::{
    Attributes, Contact, MfaMode, Pools, Refusal, Result, SecondFactor, User, UserPool, UserStatus,
};
use csv::ByteRecord;
use names::Username;
use std::collections::BTreeSet;

const USERNAME: &str = "cognito:username";
const MFA_ENABLED: &str = "cognito:mfa_enabled";

/// The attributes that every file has a column for, whatever the pool.
const REQUIRED: [&str; 4] = [USERNAME, MFA_ENABLED, "email_verified", "phone_number_verified"];

/// The standard attributes in the order in which the header names them.
const STANDARD: [&str; 19] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

/// The columns of a file for this pool.
pub(crate) fn csv_header(pool: &UserPool) -> Vec<String> {
    let custom = pool.schema.rules.iter().map(|rule| rule.name.as_str());
    let custom = custom.filter(|name| name.contains(':'));
    let names = STANDARD.into_iter().chain(custom).chain([MFA_ENABLED, USERNAME]);
    names.map(str::to_owned).collect()
}

/// Reads a header. Columns may come in any order and may be left out unless something needs them.
pub(crate) fn read_header(pool: &UserPool, record: &ByteRecord) -> Result<Vec<String>, String> {
    let known = csv_header(pool);
    let mut seen = BTreeSet::new();
    let mut columns = Vec::with_capacity(record.len());
    for field in record {
        let name = std::str::from_utf8(field).unwrap_or_default();
        if !known.iter().any(|known| known == name) {
            return Err("The header has a column that is not in the header of the user pool".into());
        }
        if !seen.insert(name) {
            return Err(format!("The header names {name} twice"));
        }
        columns.push(name.to_owned());
    }
    let required = pool.schema.rules.iter().filter(|rule| rule.is_required && rule.name != "sub");
    let required = REQUIRED.into_iter().chain(required.map(|rule| rule.name.as_str()));
    for name in required {
        if !seen.contains(name) {
            return Err(format!("The header lacks the column {name}"));
        }
    }
    Ok(columns)
}

/// What a row is about.
pub(crate) struct Row {
    pub username: Username,
    pub attributes: Attributes,
    wants_mfa: bool,
}

impl Row {
    /// Reads a row. A text that refuses says what is wrong and nothing of whom it is about.
    pub(crate) fn read(columns: &[String], record: &ByteRecord) -> Result<Self, String> {
        if record.len() != columns.len() {
            return Err("The row has not as many fields as the header".into());
        }
        let mut attributes = Attributes::new();
        for (name, value) in columns.iter().zip(record) {
            let Ok(value) = std::str::from_utf8(value) else {
                return Err(format!("{name} is not UTF-8"));
            };
            // What a cell begins with is the person's, whatever a spreadsheet would make of it.
            if !value.is_empty() {
                attributes.insert(name.clone(), value.to_owned());
            }
        }
        let username = attributes.remove(USERNAME).and_then(|name| Username::parse(name).ok());
        let username = username.ok_or_else(|| format!("{USERNAME} is not a user name"))?;
        let wants_mfa = match attributes.remove(MFA_ENABLED).as_deref() {
            Some(word) if word.eq_ignore_ascii_case("true") => true,
            Some(word) if word.eq_ignore_ascii_case("false") => false,
            _ => return Err(format!("{MFA_ENABLED} must be true or false")),
        };
        Ok(Self { username, attributes, wants_mfa })
    }
}

impl Pools {
    /// The user of a row, who has no password and must reset it. No function of the pool is asked.
    pub(crate) fn imported_user(&self, pool: &UserPool, row: Row) -> Result<User> {
        let Row { username, mut attributes, wants_mfa } = row;
        let sub = self.new_sub()?;
        let name = self.name_new_user(pool, &username, &sub, &mut attributes)?;
        pool.schema.check_values(&mut attributes)?;
        pool.schema.check_complete(&attributes)?;
        let mut user = User::new(pool, sub, name, attributes, self.now());
        check_reachable(pool, &user)?;
        let mode = pool.settings.mfa.mode;
        match (mode, wants_mfa) {
            (MfaMode::Off, true) => {
                return Err(Refusal::invalid(format!(
                    "{MFA_ENABLED} must be false where the user pool has no MFA"
                ))
                .into());
            }
            (MfaMode::On, false) => {
                return Err(Refusal::invalid(format!(
                    "{MFA_ENABLED} must be true where the user pool requires MFA"
                ))
                .into());
            }
            (_, true) => {
                let can_text = pool.settings.mfa.allows(SecondFactor::Sms)
                    && user.is_verified(Contact::PhoneNumber);
                if can_text {
                    user.factors.enable(SecondFactor::Sms);
                }
            }
            (_, false) => {}
        }
        user.status = UserStatus::ResetRequired;
        user.doubt_contacts();
        user.rename(pool);
        Ok(user)
    }
}

/// Whoever cannot be reached could never set a password.
fn check_reachable(pool: &UserPool, user: &User) -> Result<()> {
    let verified = match pool.settings.auto_verified.as_slice() {
        [] => &[Contact::Email, Contact::PhoneNumber],
        contacts => contacts,
    };
    for contact in [Contact::Email, Contact::PhoneNumber] {
        let is_claimed = user.attribute(contact.verified_attribute()) == Some("true");
        if is_claimed && user.attribute(contact.attribute()).is_none() {
            let text = format!(
                "{} is true and {} is missing",
                contact.verified_attribute(),
                contact.attribute()
            );
            return Err(Refusal::invalid(text).into());
        }
    }
    if verified.iter().any(|contact| user.is_verified(*contact)) {
        return Ok(());
    }
    let names: Vec<&str> = verified.iter().map(|contact| contact.verified_attribute()).collect();
    let text = format!("None of the auto-verified attributes is true: {}", names.join(", "));
    Err(Refusal::invalid(text).into())
}
