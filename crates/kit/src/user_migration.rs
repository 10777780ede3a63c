//! Is somebody whom the pool does not know known elsewhere?
//!
//! The function asks a [`Directory`]: at a sign-in with the name and the password, after a forgotten
//! password with the name alone. Whoever is found is brought over with their attributes, without a message;
//! the password that was right is kept, and where there was none the user sets a new one.
//!
//! It brings over **whom was asked for, and nobody else**. The person who is answered has to bear the very
//! name that was asked: as their name, or as their address or number. If the name is an address, an address
//! among the attributes has to be that one. An address that another user of the pool has already is never
//! taken from them, and what only the pool may say (`sub`, `cognito:…`, `identities`) is left out.
//!
//! Who is not there, and who gave a wrong password, reads the same. A directory that does not answer, or
//! answers something else, is one error line, and the user is told to try again. Neither name nor password
//! nor attribute is ever logged, and the password is taken out of the event that goes back.
//!
//! Its environment:
//!
//! * `ATTRIBUTES`, the attributes to bring over, separated by commas; without it all that the directory has.
//! * `IGNORE_NAME_CASE`, `true` for a pool whose names do not know upper and lower case.
//! * `GIVE_UP_AFTER_MS`, how long the directory may take: 4000 if it is not there, 4500 at most, since a
//!   trigger has five seconds.
//! * `DIRECTORY_URL` or `DIRECTORY_USER_POOL_ID` and `DIRECTORY_CLIENT_ID` tell the front which directory to
//!   hand in; they are not looked at here.

mod http;

pub use http::{Http, HttpAnswer, HttpDirectory, Question};

use crate::{
    BadSetting, Environment, Unavailable,
    environment::{find, flag, list, milliseconds},
};
use async_trait::async_trait;
use events::cognito::{
    Attributes, FinalUserStatus, MessageAction, TriggerSource, UserMigration, UserMigrationResponse,
};
use functions::InProcess;
use names::{AttributeName, Password, Username};
use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

/// The function's name.
pub const NAME: &str = "user-migration";

const ATTRIBUTES: &str = "ATTRIBUTES";
const IGNORE_NAME_CASE: &str = "IGNORE_NAME_CASE";
const GIVE_UP_AFTER_MS: &str = "GIVE_UP_AFTER_MS";

/// A pool has twenty standard attributes and at most fifty of its own.
const MAX_ATTRIBUTES: usize = 70;
/// The most characters of an attribute's value.
const MAX_VALUE: usize = 2048;

/// The function.
pub struct UserMigrations {
    settings: Settings,
    directory: Arc<dyn Directory>,
}

/// What the function is told about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The attributes to bring over; `None` is all.
    pub attributes: Option<BTreeSet<AttributeName>>,
    /// Whether names that differ only in case are the same.
    pub ignores_name_case: bool,
    /// How long the directory may take.
    pub give_up_after: Duration,
}

/// Where users are known who are not in the pool yet.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The person of this name, if there is one and this is their password.
    ///
    /// # Errors
    /// [`Unavailable`] if that cannot be said now.
    async fn authenticate(
        &self,
        name: &Username,
        password: &Password,
    ) -> Result<Option<Person>, Unavailable>;

    /// The person of this name, if there is one.
    ///
    /// # Errors
    /// [`Unavailable`] if that cannot be said now.
    async fn find(&self, name: &Username) -> Result<Option<Person>, Unavailable>;
}

/// Somebody whom a directory knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// What the directory calls them.
    pub name: String,
    /// What it knows about them, under the names of the pool's attributes.
    pub attributes: Attributes,
}

/// Why nobody is brought over.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such person, or this is not their password. Which of the two is nobody's business.
    #[error("Bad user name or password")]
    NotKnown,
    /// Nobody can say now. What the directory said is not for the caller.
    #[error("The user cannot be brought over now")]
    Unavailable(#[source] Unavailable),
}

/// What is wrong with what a directory answered. It says nothing of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is somebody else.
    #[error("the person does not bear the name that was asked")]
    SomebodyElse,
    /// There is no pool that could keep it.
    #[error("an attribute has a name or a value that no pool takes")]
    BadAttribute,
    /// There is no way to reach them.
    #[error("the person has no attributes")]
    NoAttributes,
}

impl UserMigrations {
    /// The function with these settings over this directory.
    #[must_use]
    pub fn new(settings: Settings, directory: Arc<dyn Directory>) -> Self {
        Self { settings, directory }
    }

    /// The function as its environment asks for it.
    ///
    /// # Errors
    /// [`BadSetting`] for what cannot be used.
    pub fn from_environment(
        environment: &Environment,
        directory: Arc<dyn Directory>,
    ) -> Result<Self, BadSetting> {
        Ok(Self::new(Settings::parse(environment)?, directory))
    }

    /// Brings a user over. The password is not in what comes back.
    ///
    /// # Errors
    /// [`Error`] if nobody is brought over.
    pub async fn migrate(&self, mut event: UserMigration) -> Result<UserMigration, Error> {
        let password = event.request.password.take();
        let name = Username::parse(&event.user_name).map_err(|_| Error::NotKnown)?;
        let (asked, status) = match event.trigger_source {
            TriggerSource::UserMigrationForgotPassword => {
                (self.directory.find(&name), FinalUserStatus::ResetRequired)
            }
            _ => {
                // Without a password nobody can be let in, whoever they are.
                let password = password.as_ref().ok_or(Error::NotKnown)?;
                (self.directory.authenticate(&name, password), FinalUserStatus::Confirmed)
            }
        };
        let asked = tokio::time::timeout(self.settings.give_up_after, asked).await;
        let asked = asked.unwrap_or_else(|late| Err(Unavailable::new("the directory", late)));
        let person = asked.map_err(Error::Unavailable)?.ok_or(Error::NotKnown)?;
        let attributes = self.settings.accept(&name, person).map_err(|unusable| {
            Error::Unavailable(Unavailable::new("the directory's answer", unusable))
        })?;
        event.response = UserMigrationResponse {
            user_attributes: Some(attributes),
            final_user_status: Some(status),
            message_action: Some(MessageAction::Suppress),
            desired_delivery_mediums: None,
            // An address that somebody in the pool has stays with them.
            force_alias_creation: Some(false),
            enable_sms_mfa: None,
        };
        Ok(event)
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |event: UserMigration| {
            let this = this.clone();
            async move {
                let (pool, source) = (event.user_pool_id.clone(), event.trigger_source);
                this.migrate(event).await.inspect_err(|error| match error {
                    Error::NotKnown => tracing::debug!(pool, %source, "nobody is brought over"),
                    Error::Unavailable(unavailable) => tracing::error!(
                        pool,
                        %source,
                        cause = unavailable.chain(),
                        "nobody can be brought over"
                    ),
                })
            }
        })
    }
}

impl Settings {
    /// Reads `ATTRIBUTES`, `IGNORE_NAME_CASE` and `GIVE_UP_AFTER_MS`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is no attribute or only the pool's, and for what is out of bounds.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let attributes = find(environment, ATTRIBUTES).map(|text| {
            let attributes = list(text).map(|name| {
                let bad =
                    |what| BadSetting::new(ATTRIBUTES, format!("names {name:?}, which {what}"));
                if is_the_pools(name) {
                    return Err(bad("only the pool itself may set"));
                }
                AttributeName::parse(name).map_err(|_| bad("is no attribute"))
            });
            attributes.collect::<Result<BTreeSet<_>, _>>()
        });
        Ok(Self {
            attributes: attributes.transpose()?,
            ignores_name_case: flag(environment, IGNORE_NAME_CASE)?,
            give_up_after: milliseconds(environment, GIVE_UP_AFTER_MS, 4000, 1..=4500)?,
        })
    }

    /// What is brought over of a person who was asked for by this name.
    ///
    /// # Errors
    /// [`Unusable`] if it is somebody else, or nothing that a pool could keep.
    pub fn accept(&self, asked: &Username, person: Person) -> Result<Attributes, Unusable> {
        let asked = asked.as_str();
        let attribute = |name: &str| person.attributes.get(name).map(String::as_str);
        let (email, phone) = (attribute("email"), attribute("phone_number"));
        let is_asked = |name: &str| self.is_same(name, asked);
        let names = [Some(person.name.as_str()), email, phone];
        if !names.into_iter().flatten().any(is_asked) {
            return Err(Unusable::SomebodyElse);
        }
        // A user who signs in with an address is that address; a directory that answers another one has
        // taken a part of the name for the whole.
        let is_another = |value: Option<&str>| value.is_some_and(|value| !is_asked(value));
        if asked.contains('@') && is_another(email) || asked.starts_with('+') && is_another(phone) {
            return Err(Unusable::SomebodyElse);
        }
        let wanted = |name: &str| {
            !is_the_pools(name)
                && self.attributes.as_ref().is_none_or(|attributes| attributes.contains(name))
        };
        let attributes: Attributes =
            person.attributes.into_iter().filter(|(name, _)| wanted(name)).collect();
        let is_bad = |(name, value): (&String, &String)| {
            AttributeName::parse(name).is_err() || value.chars().count() > MAX_VALUE
        };
        if attributes.len() > MAX_ATTRIBUTES || attributes.iter().any(is_bad) {
            return Err(Unusable::BadAttribute);
        }
        if attributes.is_empty() {
            return Err(Unusable::NoAttributes);
        }
        Ok(attributes)
    }

    fn is_same(&self, name: &str, asked: &str) -> bool {
        name == asked || self.ignores_name_case && name.to_lowercase() == asked.to_lowercase()
    }
}

/// What nobody but the pool says about a user.
fn is_the_pools(attribute: &str) -> bool {
    matches!(attribute, "sub" | "identities" | "username")
        || attribute.starts_with("cognito:")
        || attribute.starts_with("dev:")
}

/// That there is somebody, and nothing about them.
impl fmt::Debug for Person {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Person(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Unusable::*;

    fn settings(pairs: &[(&str, &str)]) -> Result<Settings, BadSetting> {
        let environment: Environment =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::parse(&environment)
    }

    fn person(name: &str, attributes: &[(&str, &str)]) -> Person {
        let attributes =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Person { name: name.to_owned(), attributes: attributes.collect() }
    }

    fn accept(settings: &Settings, asked: &str, person: Person) -> Result<Vec<String>, Unusable> {
        let accepted = settings.accept(&Username::parse(asked).unwrap(), person)?;
        Ok(accepted.into_keys().collect())
    }

    #[test]
    fn trg_04_somebody_else_is_never_brought_over() {
        let exact = settings(&[]).unwrap();
        let ann =
            || person("ann", &[("email", "ann@example.com"), ("phone_number", "+15555550100")]);
        for asked in
            ["mallory", "Ann", "ann ", "an", "ann@example.co", "ANN@example.com", "+1555555010"]
        {
            let Ok(asked) = Username::parse(asked) else { continue };
            assert_eq!(exact.accept(&asked, ann()), Err(SomebodyElse), "{asked}");
        }
        for asked in ["ann", "ann@example.com", "+15555550100"] {
            assert!(accept(&exact, asked, ann()).is_ok(), "{asked}");
        }
        let lax = settings(&[("IGNORE_NAME_CASE", "true")]).unwrap();
        for asked in ["Ann", "ANN@example.com"] {
            assert!(accept(&lax, asked, ann()).is_ok(), "{asked}");
        }
        assert_eq!(accept(&lax, "mallory", ann()), Err(SomebodyElse));
    }

    #[test]
    fn trg_04_a_name_that_is_an_address_is_that_address() {
        let exact = settings(&[]).unwrap();
        let other = [("email", "ann@example.com")];
        let asked = "mallory@example.com";
        assert_eq!(accept(&exact, asked, person(asked, &other)), Err(SomebodyElse));
        let asked = "+15555550199";
        let other = [("phone_number", "+15555550100")];
        assert_eq!(accept(&exact, asked, person(asked, &other)), Err(SomebodyElse));
        assert!(accept(&exact, "mallory", person("mallory", &other)).is_ok());
    }

    #[test]
    fn what_only_the_pool_may_say_is_left_out() {
        let person = || {
            person(
                "ann",
                &[
                    ("sub", "somebody-elses"),
                    ("username", "bob"),
                    ("identities", "[]"),
                    ("cognito:user_status", "CONFIRMED"),
                    ("dev:custom:note", "x"),
                    ("email", "ann@example.com"),
                    ("email_verified", "true"),
                    ("custom:tenant", "t1"),
                ],
            )
        };
        let all = accept(&settings(&[]).unwrap(), "ann", person()).unwrap();
        assert_eq!(all, ["custom:tenant", "email", "email_verified"]);
        let some = settings(&[("ATTRIBUTES", "email, name")]).unwrap();
        assert_eq!(accept(&some, "ann", person()).unwrap(), ["email"]);
        let none = settings(&[("ATTRIBUTES", "name")]).unwrap();
        assert_eq!(accept(&none, "ann", person()), Err(NoAttributes));
    }

    #[test]
    fn what_no_pool_takes_is_not_brought_over() {
        let exact = settings(&[]).unwrap();
        let long = "x".repeat(MAX_VALUE + 1);
        for (name, value) in [("a b", "x"), ("", "x"), ("name", long.as_str())] {
            assert_eq!(accept(&exact, "ann", person("ann", &[(name, value)])), Err(BadAttribute));
        }
        let names: Vec<String> =
            (0..=MAX_ATTRIBUTES).map(|number| format!("custom:{number}")).collect();
        let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        assert_eq!(accept(&exact, "ann", person("ann", &many)), Err(BadAttribute));
    }

    #[test]
    fn bad_settings_are_told() {
        for (variable, value) in [
            ("ATTRIBUTES", "sub"),
            ("ATTRIBUTES", "email, cognito:user_status"),
            ("ATTRIBUTES", "a-name-that-is-much-too-long-for-an-attribute"),
            ("IGNORE_NAME_CASE", "yes"),
            ("GIVE_UP_AFTER_MS", "0"),
            ("GIVE_UP_AFTER_MS", "5000"),
        ] {
            assert_eq!(settings(&[(variable, value)]).unwrap_err().variable, variable, "{value}");
        }
    }
}
