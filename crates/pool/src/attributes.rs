//! How do a user's attributes change?

use crate::{
    Allowance, Attributes, Bearer, Client, Contact, Delivery, Error, Pools, Purpose, Refusal,
    Result, User, UserPool,
    code::{SentCode, Unguessable, spend},
    message::{About, Occasion},
};
use events::cognito::Metadata;
use names::{ClientId, Code, Username};
use store::{Kept, Refused};

/// Who changes attributes, which decides what may be changed.
#[derive(Clone, Copy)]
pub enum AttributeChange<'a> {
    /// The user, with what the app client may write.
    ByUser(&'a Client),
    /// An administrator: everything that is mutable, and whether a contact is verified.
    ByAdmin,
}

impl<'a> AttributeChange<'a> {
    fn client(self) -> Option<&'a ClientId> {
        match self {
            Self::ByUser(client) => Some(&client.id),
            Self::ByAdmin => None,
        }
    }
}

/// Pure: what a change makes of a user, and which codes must go out.
struct Changed {
    /// Contacts whose new value must be proven, with that value.
    to_prove: Vec<(Contact, String)>,
}

impl Pools {
    /// Changes the attributes of the user that a token speaks for.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`], [`Refusal::Invalid`], [`Refusal::AliasExists`].
    pub async fn update_attributes(
        &self,
        bearer: &Bearer,
        changes: Attributes,
        metadata: &Metadata,
    ) -> Result<Vec<Delivery>> {
        let client = self.client(&bearer.client).await?;
        let by = AttributeChange::ByUser(&client);
        self.change_attributes(&bearer.pool, &bearer.user, changes, by, metadata).await
    }

    /// Changes the attributes of a user on an administrator's word.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::Invalid`], [`Refusal::AliasExists`].
    pub async fn update_attributes_as_admin(
        &self,
        pool: &UserPool,
        username: &Username,
        changes: Attributes,
        metadata: &Metadata,
    ) -> Result<Vec<Delivery>> {
        let user = self.user(pool, username).await?;
        self.change_attributes(pool, &user, changes, AttributeChange::ByAdmin, metadata).await
    }

    /// Removes attributes of the user that a token speaks for.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`], [`Refusal::Invalid`].
    pub async fn delete_attributes(&self, bearer: &Bearer, names: Vec<String>) -> Result<()> {
        let client = self.client(&bearer.client).await?;
        let changes = removal(&bearer.pool, names)?;
        let by = AttributeChange::ByUser(&client);
        let none = Metadata::new();
        self.change_attributes(&bearer.pool, &bearer.user, changes, by, &none).await.map(drop)
    }

    /// Removes attributes of a user on an administrator's word.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::Invalid`].
    pub async fn delete_attributes_as_admin(
        &self,
        pool: &UserPool,
        username: &Username,
        names: Vec<String>,
    ) -> Result<()> {
        let user = self.user(pool, username).await?;
        let changes = removal(pool, names)?;
        let by = AttributeChange::ByAdmin;
        self.change_attributes(pool, &user, changes, by, &Metadata::new()).await.map(drop)
    }

    async fn change_attributes(
        &self,
        pool: &UserPool,
        user: &User,
        mut changes: Attributes,
        by: AttributeChange<'_>,
        metadata: &Metadata,
    ) -> Result<Vec<Delivery>> {
        pool.schema.check_values(&mut changes)?;
        if let AttributeChange::ByUser(client) = by {
            client.settings.check_writes(&changes)?;
        }
        pool.schema.check_change(&changes)?;
        if let AttributeChange::ByUser(_) = by
            && sends_codes(pool, user, &changes)
        {
            let allowed = self.allow(&pool.id, user.sub.as_str(), Allowance::ChangeContact).await;
            // An address need not be the user's, so nobody's mailbox is flooded from here.
            allowed.map_err(|error| match error {
                Error::Refused(Refusal::TooManyAttempts) => Refusal::Busy.into(),
                other => other,
            })?;
        }
        let client = by.client();
        let occasion = Occasion::UpdateUserAttribute;
        // Messages are worded before anything changes: a function may refuse to.
        let mut foreseen = user.clone();
        let mut drafts = Vec::new();
        for (contact, value) in apply(pool, &mut foreseen, &changes).to_prove {
            let about = About { pool, client, user: &foreseen, occasion, metadata };
            drafts.push((contact, self.draft_code(about, contact, &value).await?));
        }
        let now = self.now();
        let (user, changed) = self
            .change_user(pool, &user.sub, |user| {
                user.modified_at = now;
                Ok(apply(pool, user, &changes))
            })
            .await?;

        let mut deliveries = Vec::new();
        for (contact, value) in changed.to_prove {
            let draft = match drafts.iter().position(|(of, _)| *of == contact) {
                Some(place) => drafts.swap_remove(place).1,
                // The user changed in between, so that a code is due that was not foreseen.
                None => {
                    let about = About { pool, client, user: &user, occasion, metadata };
                    self.draft_code(about, contact, &value).await?
                }
            };
            let (code, sent) =
                self.new_code(&user, purpose(contact), contact.attribute(), &value)?;
            self.commit(|commit| {
                commit.put(&sent);
            })
            .await?;
            deliveries.push(self.send(draft, code.reveal()).await?);
        }
        Ok(deliveries)
    }

    /// Sends a code that proves a contact of the user that a token speaks for.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for an attribute that cannot be proven or is not there;
    /// [`Refusal::TooManyAttempts`].
    pub async fn send_verification_code(
        &self,
        bearer: &Bearer,
        attribute: &str,
        metadata: &Metadata,
    ) -> Result<Delivery> {
        let Bearer { pool, user, client, .. } = bearer;
        let contact = provable(attribute)?;
        // A value that waits for its proof comes before the one that is there.
        let waiting = self.waiting_code(user, purpose(contact)).await?;
        let value = waiting.map(|sent| sent.value.clone());
        let value = value.or_else(|| user.attribute(attribute).map(str::to_owned));
        let Some(value) = value else {
            return Err(Refusal::invalid(format!("User has no {attribute} to verify.")).into());
        };
        self.allow(&pool.id, user.sub.as_str(), Allowance::ResendCode).await?;
        let occasion = Occasion::VerifyUserAttribute;
        let about = About { pool, client: Some(client), user, occasion, metadata };
        let draft = self.draft_code(about, contact, &value).await?;
        let (code, sent) = self.new_code(user, purpose(contact), attribute, &value)?;
        self.commit(|commit| {
            commit.put(&sent);
        })
        .await?;
        self.send(draft, code.reveal()).await
    }

    /// Proves a contact by the code that was sent to it, and takes over the value that it was sent to.
    ///
    /// # Errors
    /// [`Refusal::CodeMismatch`], [`Refusal::CodeExpired`], [`Refusal::TooManyAttempts`],
    /// [`Refusal::AliasExists`].
    pub async fn verify_attribute(
        &self,
        bearer: &Bearer,
        attribute: &str,
        code: &Code,
    ) -> Result<()> {
        let Bearer { pool, user, .. } = bearer;
        let contact = provable(attribute)?;
        self.allow(&pool.id, user.sub.as_str(), Allowance::VerifyAttribute).await?;
        let otherwise =
            Unguessable { none_waiting: Refusal::CodeExpired, used_up: Refusal::CodeMismatch };
        let sent = self.guess(pool, &user.sub, purpose(contact), code, &otherwise).await?;
        for _ in 0..16 {
            let mut user = self.user_by_sub(&pool.id, &user.sub).await?;
            take_over(pool, &mut user, contact, &sent);
            user.modified_at = self.now();
            let done = self.try_commit(|commit| {
                commit.save(&user);
                spend(commit, &sent);
            });
            match done.await {
                Ok(()) => return Ok(()),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(conflict)) => {
                    if conflict.is_on(&store::Record::key(&*sent)) {
                        return Err(Refusal::CodeExpired.into());
                    }
                    if let Some(taken) = user.taken(pool, |key| conflict.is_on(key)) {
                        return Err(Refusal::AliasExists(taken).into());
                    }
                }
            }
        }
        Err(Refusal::Contended.into())
    }
}

/// The code proves the value that it was sent to, and no other.
fn take_over(pool: &UserPool, user: &mut Kept<User>, contact: Contact, sent: &SentCode) {
    user.set_attribute(contact.attribute(), &sent.value);
    user.verify(contact);
    user.rename(pool);
}

/// The change that removes attributes.
fn removal(pool: &UserPool, names: Vec<String>) -> Result<Attributes> {
    let unknown: String = names
        .iter()
        .filter(|name| pool.schema.rule(name).is_none())
        .map(|name| format!("user.{name}: Attribute does not exist in the schema.\n"))
        .collect();
    if !unknown.is_empty() {
        return Err(Refusal::invalid(format!("Invalid user attributes: {unknown}")).into());
    }
    Ok(names.into_iter().map(|name| (name, String::new())).collect())
}

/// Whether a change gives an address or number that has to be proven.
fn sends_codes(pool: &UserPool, user: &User, changes: &Attributes) -> bool {
    pool.settings.auto_verified.iter().any(|contact| {
        let value = changes.get(contact.attribute()).map(String::as_str);
        value.is_some_and(|value| !value.is_empty()) && value != user.attribute(contact.attribute())
    })
}

/// What an administrator says of a contact's proof counts; without a word a new value has to be proven, and
/// where the pool says so it waits for that.
fn apply(pool: &UserPool, user: &mut User, changes: &Attributes) -> Changed {
    let mut to_prove = Vec::new();
    for (name, value) in changes {
        let Some(contact) = Contact::of(name) else {
            user.set_attribute(name, value);
            continue;
        };
        let is_new = user.attribute(name) != Some(value);
        let said = changes.get(contact.verified_attribute());
        let is_vouched_for = said.is_some_and(|said| said == "true");
        if !is_new || value.is_empty() || is_vouched_for {
            user.set_attribute(name, value);
            continue;
        }
        if !pool.settings.verified_before_update.contains(&contact) {
            user.set_attribute(name, value);
        }
        if pool.settings.auto_verified.contains(&contact) {
            to_prove.push((contact, value.clone()));
        }
    }
    Changed { to_prove }
}

fn purpose(contact: Contact) -> Purpose {
    match contact {
        Contact::Email => Purpose::VerifyEmail,
        Contact::PhoneNumber => Purpose::VerifyPhoneNumber,
    }
}

fn provable(attribute: &str) -> Result<Contact> {
    Contact::of(attribute).ok_or_else(|| {
        Refusal::invalid("Invalid attribute name. Only phone_number and email can be verified.")
            .into()
    })
}
