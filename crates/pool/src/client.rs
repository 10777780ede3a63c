//! What is an app client, and what may it do?

use crate::{Attributes, Refusal, Result};
use jiff::{SignedDuration, Timestamp};
use names::{ClientId, Scope, UserPoolId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use store::{Claim, Key, Record};

/// An app client of a pool.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    pub id: ClientId,
    pub pool: UserPoolId,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Sealed; the first was made with the client. None for a public client.
    pub secrets: Vec<SealedSecret>,
    /// For how many minutes the client would go on with somebody's session elsewhere without asking. Set on
    /// its own; kept and told back.
    #[serde(default)]
    pub sso_minutes: Option<i32>,
    /// Replaced as a whole by every update.
    pub settings: ClientSettings,
}

/// A client's secret as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    pub id: String,
    pub created_at: Timestamp,
    pub sealed: String,
}

/// The settings of a client that an update replaces.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClientSettings {
    pub name: String,
    pub flows: BTreeSet<Flow>,
    pub access_token: Validity,
    pub id_token: Validity,
    pub refresh_token: Validity,
    /// `None`: a refresh token is good until it expires.
    pub rotation: Option<Rotation>,
    /// Minutes that a challenge waits for its answer.
    pub session_minutes: u8,
    pub hides_missing_users: bool,
    pub can_revoke: bool,
    /// `None`: all standard ones and the custom ones of the day the client was made.
    pub read_attributes: Option<BTreeSet<String>>,
    pub write_attributes: Option<BTreeSet<String>>,
    /// The custom attributes of the day the client was made, for a list that was not given.
    pub default_attributes: BTreeSet<String>,
    pub oauth: OAuthSettings,
    /// What a door was told and has no meaning here; kept and given back as it was.
    pub inert: Map<String, Value>,
}

/// Every refresh token is exchanged for another one when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The seconds for which one that was exchanged is still good, so that a client may ask again.
    pub grace_seconds: u8,
}

/// What a client may do at the OAuth 2.0 endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OAuthSettings {
    pub is_enabled: bool,
    pub flows: Vec<OAuthFlow>,
    pub scopes: Vec<Scope>,
    pub callback_urls: Vec<String>,
    pub logout_urls: Vec<String>,
    pub default_redirect_uri: Option<String>,
    pub identity_providers: Vec<String>,
}

/// An OAuth 2.0 flow, by Cognito's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OAuthFlow {
    Code,
    Implicit,
    ClientCredentials,
}

/// A way to begin a sign-in that a client may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Flow {
    AdminUserPassword,
    Custom,
    UserPassword,
    UserSrp,
    RefreshToken,
    UserAuth,
    /// Token exchange with a token of who acts.
    TokenExchangeDelegation,
    /// Token exchange without one.
    TokenExchangeImpersonation,
}

/// How long a token lives, in the words of the client's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validity {
    /// `None`: the default of this kind of token.
    pub count: Option<u32>,
    pub unit: Option<Unit>,
}

/// A unit of a token's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Validity {
    fn seconds(self, default_unit: Unit, default_seconds: i64) -> i64 {
        let unit = match self.unit.unwrap_or(default_unit) {
            Unit::Seconds => 1,
            Unit::Minutes => 60,
            Unit::Hours => 3600,
            Unit::Days => 86_400,
        };
        match self.count {
            None | Some(0) => default_seconds,
            Some(count) => i64::from(count) * unit,
        }
    }
}

impl ClientSettings {
    /// How long an access token lives.
    #[must_use]
    pub fn access_token_life(&self) -> SignedDuration {
        SignedDuration::from_secs(self.access_token.seconds(Unit::Hours, 3600))
    }

    /// How long an ID token lives.
    #[must_use]
    pub fn id_token_life(&self) -> SignedDuration {
        SignedDuration::from_secs(self.id_token.seconds(Unit::Hours, 3600))
    }

    /// How long a refresh token lives.
    #[must_use]
    pub fn refresh_token_life(&self) -> SignedDuration {
        SignedDuration::from_secs(self.refresh_token.seconds(Unit::Days, 30 * 86_400))
    }

    /// How long a challenge waits for its answer.
    #[must_use]
    pub fn session_life(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.session_minutes.max(3)))
    }

    /// Refuses lives outside Cognito's ranges: 5 minutes to a day for access and ID tokens, an hour to ten
    /// years for refresh tokens, which must outlive the others.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn check_validity(&self) -> Result<()> {
        let short = 300..=86_400;
        let refresh = self.refresh_token_life().as_secs();
        let others = [self.access_token_life().as_secs(), self.id_token_life().as_secs()];
        let is_right = others.iter().all(|life| short.contains(life) && *life < refresh)
            && (3600..=315_360_000).contains(&refresh);
        if is_right {
            Ok(())
        } else {
            Err(Refusal::invalid("Invalid range for token validity.").into())
        }
    }

    /// Whether the client may read an attribute. `sub` can always be read.
    #[must_use]
    pub fn may_read(&self, attribute: &str) -> bool {
        attribute == "sub" || self.has(&self.read_attributes, attribute)
    }

    /// Whether the client may write an attribute.
    #[must_use]
    pub fn may_write(&self, attribute: &str) -> bool {
        let is_ours =
            matches!(attribute, "sub" | "identities" | "email_verified" | "phone_number_verified");
        !is_ours && self.has(&self.write_attributes, attribute)
    }

    /// Refuses attributes that the client may not write.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`].
    pub(crate) fn check_writes(&self, attributes: &Attributes) -> Result<()> {
        if attributes.keys().all(|name| self.may_write(name)) {
            return Ok(());
        }
        let text = "A client attempted to write unauthorized attribute";
        Err(Refusal::NotAllowed(text.into()).into())
    }

    fn has(&self, listed: &Option<BTreeSet<String>>, attribute: &str) -> bool {
        match listed {
            Some(listed) => listed.contains(attribute),
            None => {
                !attribute.starts_with("dev:")
                    && (!attribute.contains(':') || self.default_attributes.contains(attribute))
            }
        }
    }
}

impl Client {
    /// Where the client of this id is kept. Clients are found by id alone: public calls name no pool.
    #[must_use]
    pub fn key_of(id: &ClientId) -> Key {
        Key::new(format!("client/{id}"), "settings")
    }

    /// The partition that the clients of a pool are listed in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/clients")
    }

    /// Whether the client proves itself with a secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Whether the client may begin a sign-in this way.
    #[must_use]
    pub fn allows(&self, flow: Flow) -> bool {
        self.settings.flows.contains(&flow)
    }
}

impl Record for Client {
    const KIND: &'static str = "app client";

    fn key(&self) -> Key {
        Self::key_of(&self.id)
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Claim::listed(Key::new(Self::listing(&self.pool), self.id.as_str()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_have_defaults_units_and_ranges() {
        let mut settings = ClientSettings::default();
        assert_eq!(settings.access_token_life().as_secs(), 3600);
        assert_eq!(settings.refresh_token_life().as_secs(), 30 * 86_400);
        assert!(settings.check_validity().is_ok());
        settings.access_token = Validity { count: Some(5), unit: Some(Unit::Minutes) };
        assert_eq!(settings.access_token_life().as_secs(), 300);
        assert!(settings.check_validity().is_ok());
        settings.access_token.count = Some(4);
        assert!(settings.check_validity().is_err());
        settings.access_token = Validity { count: Some(2), unit: Some(Unit::Hours) };
        settings.refresh_token = Validity { count: Some(1), unit: Some(Unit::Hours) };
        assert!(settings.check_validity().is_err());
    }

    #[test]
    fn a_client_writes_what_it_was_given_and_never_what_the_house_decides() {
        let mut settings = ClientSettings {
            default_attributes: BTreeSet::from(["custom:nick".to_owned()]),
            ..ClientSettings::default()
        };
        assert!(settings.may_write("name") && settings.may_write("custom:nick"));
        assert!(!settings.may_write("custom:later") && !settings.may_write("email_verified"));
        settings.write_attributes = Some(BTreeSet::from(["email".to_owned()]));
        assert!(settings.may_write("email") && !settings.may_write("name"));
        assert!(settings.may_read("sub"));
    }
}
