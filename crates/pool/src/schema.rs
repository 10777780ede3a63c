//! Which attributes may a user have, and what may be in them?
//!
//! [Attributes](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html)
//! are text on the wire whatever their type; the type says which texts are right.

use crate::{Refusal, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A user's attributes by name, prefixes included.
pub type Attributes = BTreeMap<String, String>;

/// The most custom attributes of a pool.
const CUSTOM_ATTRIBUTES: usize = 50;
/// The longest value of any attribute, in characters.
const LONGEST: u64 = 2048;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataType {
    String,
    Number,
    Boolean,
    DateTime,
}

/// One attribute of a pool's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeRule {
    pub name: String,
    pub data_type: DataType,
    pub is_required: bool,
    pub is_mutable: bool,
    pub is_developer_only: bool,
    /// The least length of a string, or the least value of a number, as the pool's owner wrote it.
    pub min: Option<String>,
    /// The greatest length of a string, or the greatest value of a number.
    pub max: Option<String>,
}

/// What a pool's owner asks of an attribute when the pool is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeRequest {
    pub name: String,
    pub data_type: Option<DataType>,
    pub is_required: Option<bool>,
    pub is_mutable: Option<bool>,
    pub is_developer_only: Option<bool>,
    pub min_length: Option<String>,
    pub max_length: Option<String>,
    pub min_value: Option<String>,
    pub max_value: Option<String>,
}

/// All attributes that users of a pool may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    pub rules: Vec<AttributeRule>,
}

impl Schema {
    /// The standard attributes, changed as the requests say, and the custom ones that they add.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], in Cognito's words.
    pub fn new(requests: &[AttributeRequest]) -> Result<Self> {
        let mut schema = Self { rules: standard() };
        for request in requests {
            schema.apply(request)?;
        }
        Ok(schema)
    }

    /// The rule for an attribute of this full name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&AttributeRule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    fn apply(&mut self, request: &AttributeRequest) -> Result<()> {
        let standard = self.rules.iter_mut().find(|rule| rule.name == request.name);
        match standard {
            Some(rule) if !rule.name.contains(':') => change_standard(rule, request),
            _ => self.add_custom(request),
        }
    }

    fn add_custom(&mut self, request: &AttributeRequest) -> Result<()> {
        let bare = request.name.strip_prefix("custom:").unwrap_or(&request.name);
        let is_developer_only = request.is_developer_only.unwrap_or(false);
        let name =
            if is_developer_only { format!("dev:custom:{bare}") } else { format!("custom:{bare}") };
        let Some(data_type) = request.data_type else {
            return Err(Refusal::invalid(
                "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
            )
            .into());
        };
        if request.is_required == Some(true) {
            return Err(Refusal::invalid(
                "Required custom attributes are not supported currently.",
            )
            .into());
        }
        if self.rule(&name).is_some() {
            return Err(Refusal::invalid(format!(
                "{name}: Existing attribute already has name {name}."
            ))
            .into());
        }
        if self.rules.iter().filter(|rule| rule.name.contains(':')).count() >= CUSTOM_ATTRIBUTES {
            return Err(Refusal::TooMany(
                "The schema has the maximum number of custom attributes.".into(),
            )
            .into());
        }
        let (min, max) = match data_type {
            DataType::String => (request.min_length.clone(), request.max_length.clone()),
            DataType::Number => (request.min_value.clone(), request.max_value.clone()),
            DataType::Boolean | DataType::DateTime => (None, None),
        };
        check_bounds(&name, data_type, min.as_deref(), max.as_deref())?;
        self.rules.push(AttributeRule {
            name,
            data_type,
            is_required: false,
            is_mutable: request.is_mutable.unwrap_or(true),
            is_developer_only,
            min,
            max,
        });
        Ok(())
    }

    /// Adds custom attributes to a pool that has users.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], in Cognito's words.
    pub fn extend(&mut self, requests: &[AttributeRequest]) -> Result<()> {
        requests.iter().try_for_each(|request| self.add_custom(request))
    }

    /// Refuses attributes that no user of this pool may have, and normalises the values of the others.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], naming every attribute that is wrong.
    pub fn check_values(&self, attributes: &mut Attributes) -> Result<()> {
        let mut problems = String::new();
        for (name, value) in attributes.iter_mut() {
            let Some(rule) = self.rule(name) else {
                problems.push_str(&format!("{name}: Attribute does not exist in the schema.\n"));
                continue;
            };
            rule.check(value, &mut problems)?;
        }
        refuse(problems)
    }

    /// Refuses a set of attributes in which a required one is missing.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], naming every attribute that is missing.
    pub fn check_complete(&self, attributes: &Attributes) -> Result<()> {
        let missing = self.missing(attributes);
        refuse(missing.iter().map(|name| format!("{name}: The attribute is required\n")).collect())
    }

    /// The required attributes that are not there.
    #[must_use]
    pub fn missing(&self, attributes: &Attributes) -> Vec<&str> {
        self.rules
            .iter()
            .filter(|rule| rule.is_required && rule.name != "sub")
            .filter(|rule| !attributes.contains_key(&rule.name))
            .map(|rule| rule.name.as_str())
            .collect()
    }

    /// Refuses a change of attributes that are decided when a user is made. An empty value removes an
    /// attribute, which a required one does not allow.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn check_change(&self, changes: &Attributes) -> Result<()> {
        for (name, value) in changes {
            let Some(rule) = self.rule(name) else { continue };
            // Nobody says who somebody is elsewhere but a sign-in there, or a link.
            if !rule.is_mutable || name == "identities" {
                return Err(Refusal::invalid(format!(
                    "user.{name}: Attribute cannot be updated.\n"
                ))
                .into());
            }
            if value.is_empty() && rule.is_required {
                return refuse(format!("{name}: The attribute is required\n"));
            }
        }
        Ok(())
    }

    /// The attributes that an app client may read or write when nothing was said about it: the standard
    /// ones, and the custom ones that there are now.
    #[must_use]
    pub fn client_names(&self) -> BTreeSet<String> {
        self.rules
            .iter()
            .filter(|rule| !rule.is_developer_only)
            .map(|rule| rule.name.clone())
            .collect()
    }
}

impl AttributeRule {
    fn check(&self, value: &mut String, problems: &mut String) -> Result<()> {
        let name = &self.name;
        if value.is_empty() {
            return Ok(());
        }
        match self.data_type {
            DataType::Boolean => {
                let lower = value.to_ascii_lowercase();
                if lower == "true" || lower == "false" {
                    *value = lower;
                } else {
                    problems.push_str(&format!("{name}: Boolean must be true or false\n"));
                }
            }
            DataType::Number => match value.parse::<i64>() {
                Err(_) => problems.push_str(&format!("{name}: Number must be an integer\n")),
                Ok(number) => {
                    if self.bound(&self.min).is_some_and(|min| number < min) {
                        problems.push_str(&format!(
                            "{name}: Number must be no less than {}\n",
                            self.min.as_deref().unwrap_or_default()
                        ));
                    }
                    if self.bound(&self.max).is_some_and(|max| number > max) {
                        problems.push_str(&format!(
                            "{name}: Number must be no greater than {}\n",
                            self.max.as_deref().unwrap_or_default()
                        ));
                    }
                }
            },
            DataType::DateTime => {
                let is_time = value.parse::<jiff::Timestamp>().is_ok()
                    || value.parse::<jiff::civil::DateTime>().is_ok()
                    || value.parse::<jiff::civil::Date>().is_ok();
                if !is_time {
                    problems.push_str(&format!("{name}: DateTime must be an ISO 8601 date\n"));
                }
            }
            DataType::String => {
                let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
                if self.bound(&self.min).is_some_and(|min| length < min) {
                    problems.push_str(&format!(
                        "{name}: String must be at least {} characters\n",
                        self.min.as_deref().unwrap_or_default()
                    ));
                }
                let max = self.bound(&self.max).unwrap_or(LONGEST as i64).min(LONGEST as i64);
                if length > max {
                    problems.push_str(&format!(
                        "{name}: String must be no longer than {max} characters\n"
                    ));
                }
            }
        }
        match name.as_str() {
            "email" if !is_email(value) => {
                Err(Refusal::invalid("Invalid email address format.").into())
            }
            "phone_number" if !is_phone_number(value) => {
                Err(Refusal::invalid("Invalid phone number format.").into())
            }
            "birthdate" if value.parse::<jiff::civil::Date>().is_err() => {
                problems.push_str("birthdate: Date must be of the form YYYY-MM-DD\n");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn bound(&self, text: &Option<String>) -> Option<i64> {
        text.as_ref()?.parse().ok()
    }
}

fn refuse(problems: String) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid(format!("Attributes did not conform to the schema: {problems}")).into())
}

fn change_standard(rule: &mut AttributeRule, request: &AttributeRequest) -> Result<()> {
    let changes_type = request.data_type.is_some_and(|wanted| wanted != rule.data_type);
    if changes_type || request.is_developer_only == Some(true) {
        return Err(Refusal::invalid(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {}",
            rule.name
        ))
        .into());
    }
    if rule.name == "sub" {
        return Ok(());
    }
    rule.is_required = request.is_required.unwrap_or(rule.is_required);
    rule.is_mutable = request.is_mutable.unwrap_or(rule.is_mutable);
    let (min, max) = match rule.data_type {
        DataType::Number => (&request.min_value, &request.max_value),
        _ => (&request.min_length, &request.max_length),
    };
    rule.min = min.clone().or(rule.min.take());
    rule.max = max.clone().or(rule.max.take());
    check_bounds(
        &format!("user.{}", rule.name),
        rule.data_type,
        rule.min.as_deref(),
        rule.max.as_deref(),
    )
}

fn check_bounds(
    name: &str,
    data_type: DataType,
    min: Option<&str>,
    max: Option<&str>,
) -> Result<()> {
    let is_string = data_type == DataType::String;
    let number = |text: Option<&str>| {
        text.map(str::parse::<i64>).transpose().map_err(|_| {
            let kind = if is_string { "String" } else { "Number" };
            let name = name.strip_prefix("user.").unwrap_or(name);
            Refusal::invalid(format!(
                "Invalid {kind}AttributeConstraints for schema attribute {name}"
            ))
        })
    };
    let (min, max) = (number(min)?, number(max)?);
    let is_long = |bound: Option<i64>| bound.is_some_and(|bound| bound > LONGEST as i64);
    if is_string && (is_long(min) || is_long(max)) {
        return Err(Refusal::invalid(format!(
            "{name}: String attributes cannot have a length of more than 2048"
        ))
        .into());
    }
    if is_string && (min.is_some_and(|min| min < 0) || max.is_some_and(|max| max < 0)) {
        return Err(Refusal::invalid(format!("{name}: A length cannot be less than 0.")).into());
    }
    if let (Some(min), Some(max)) = (min, max)
        && max < min
    {
        let what = if is_string { "length" } else { "value" };
        return Err(Refusal::invalid(format!(
            "{name}: Max {what} cannot be less than min {what}."
        ))
        .into());
    }
    Ok(())
}

fn standard() -> Vec<AttributeRule> {
    let rule = |name: &str, data_type, min: Option<&str>, max: Option<&str>| AttributeRule {
        name: name.to_owned(),
        data_type,
        is_required: name == "sub",
        is_mutable: name != "sub",
        is_developer_only: false,
        min: min.map(str::to_owned),
        max: max.map(str::to_owned),
    };
    let text = |name| rule(name, DataType::String, Some("0"), Some("2048"));
    vec![
        text("profile"),
        text("address"),
        rule("birthdate", DataType::String, Some("10"), Some("10")),
        text("gender"),
        text("preferred_username"),
        rule("updated_at", DataType::Number, Some("0"), None),
        text("website"),
        text("picture"),
        rule("identities", DataType::String, None, None),
        rule("sub", DataType::String, Some("1"), Some("2048")),
        text("phone_number"),
        rule("phone_number_verified", DataType::Boolean, None, None),
        text("zoneinfo"),
        text("locale"),
        text("email"),
        rule("email_verified", DataType::Boolean, None, None),
        text("given_name"),
        text("family_name"),
        text("middle_name"),
        text("name"),
        text("nickname"),
    ]
}

/// Whether a text looks like an e-mail address: one `@` outside quotes, a local part, and a domain of
/// labels. Stricter than RFC 5321: no quoted local parts, no address literals, nothing invisible.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| !c.is_control() && !c.is_whitespace() && !r#"@"(),:;<>[]\"#.contains(c));
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    is_local && domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label)
}

/// Whether a text is a phone number in E.164 form: `+` and up to fifteen digits.
#[must_use]
pub fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn refusal(result: Result<()>) -> String {
        match result {
            Err(Error::Refused(Refusal::Invalid(text))) => text.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_value_fits_its_type() {
        let tenant = AttributeRequest {
            name: "tenant".into(),
            data_type: Some(DataType::Number),
            is_required: None,
            is_mutable: None,
            is_developer_only: None,
            min_length: None,
            max_length: None,
            min_value: Some("1".into()),
            max_value: Some("5".into()),
        };
        let schema = Schema::new(&[tenant]).unwrap();
        let check = |name: &str, value: &str| {
            schema.check_values(&mut Attributes::from([(name.into(), value.into())]))
        };
        assert!(check("custom:tenant", "5").is_ok());
        assert_eq!(
            refusal(check("custom:tenant", "x")),
            "Attributes did not conform to the schema: custom:tenant: Number must be an integer\n"
        );
        assert!(check("custom:tenant", "6").is_err());
        assert!(check("custom:other", "6").is_err());
        assert!(check("email_verified", "TRUE").is_ok());
        assert!(check("email_verified", "yes").is_err());
        assert!(check("birthdate", "1990-02-31").is_err());
        assert!(check("name", &"x".repeat(2049)).is_err());
        assert_eq!(refusal(check("email", "nobody")), "Invalid email address format.");
    }

    #[test]
    fn an_address_has_one_at_sign_and_a_domain() {
        for good in ["ann@example.com", "ann+tag@sub.example.com", "zoë@exämple.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "ann",
            "@x.com",
            "ann@",
            "ann@x",
            "a@b@x.com",
            "\"a@b\"@x.com",
            "a b@x.com",
            "ann@x.com.",
            "ann@-x.com",
            "ann@x..com",
            "ann@x.com\u{200b}",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
