//! What is told of users to whoever wants to hear it?
//!
//! One form for everybody who tells something: a [CloudEvents 1.0](https://github.com/cloudevents/spec) event
//! in structured mode. It names the user by `sub` and carries nothing else about them: no address, no name,
//! no value of an attribute or profile. Who may know more looks the user up.

use jiff::Timestamp;
use names::{Sub, UserPoolId};
use serde::{Deserialize, Serialize};

/// Something that happened to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEvent {
    specversion: SpecVersion,
    /// The same for the same event, however often it comes. One source never gives it twice.
    pub id: String,
    pub source: UserEventSource,
    #[serde(rename = "type")]
    pub kind: UserEventKind,
    /// The user; nobody if the one who told it could not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Sub>,
    pub time: Timestamp,
    datacontenttype: ContentType,
    /// The place among the events of this user, where they have an order; compared as text. An extension of
    /// CloudEvents (`sequence`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    #[serde(default)]
    pub data: UserEventData,
}

/// What else is told, by the kind of event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserEventData {
    /// The names of the members that changed, never what they are now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The name of the badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// The client through which it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Whether the device was not seen before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_device_used: Option<bool>,
}

/// Which pool an event comes from: its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserEventSource(String);

/// What can happen to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UserEventKind {
    /// There is a new user.
    #[serde(rename = "user.created")]
    Created,
    /// Somebody has shown that the address is theirs, and may come in.
    #[serde(rename = "user.activated")]
    Activated,
    /// Somebody is about to show their password.
    #[serde(rename = "user.sign_in_attempted")]
    SignInAttempted,
    /// Somebody has signed in.
    #[serde(rename = "user.signed_in")]
    SignedIn,
    /// Somebody chose a new password for a forgotten one.
    #[serde(rename = "user.password_reset")]
    PasswordReset,
    /// Something about a user is not as it was.
    #[serde(rename = "user.changed")]
    Changed,
    /// A user is gone, with everything that was kept about them.
    #[serde(rename = "user.deleted")]
    Deleted,
    /// Somebody was given a badge.
    #[serde(rename = "badge.issued")]
    BadgeIssued,
    /// Somebody lost a badge.
    #[serde(rename = "badge.revoked")]
    BadgeRevoked,
}

/// The version of CloudEvents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum SpecVersion {
    #[default]
    #[serde(rename = "1.0")]
    One,
}

/// What `data` is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum ContentType {
    #[default]
    #[serde(rename = "application/json")]
    Json,
}

impl UserEvent {
    /// What an event in structured mode is, as a `Content-Type`.
    pub const CONTENT_TYPE: &'static str = "application/cloudevents+json; charset=UTF-8";

    /// An event without an order and without data.
    #[must_use]
    pub fn new(
        id: String,
        source: UserEventSource,
        kind: UserEventKind,
        subject: Option<Sub>,
        time: Timestamp,
    ) -> Self {
        let (specversion, datacontenttype) = (SpecVersion::One, ContentType::Json);
        let data = UserEventData::default();
        Self { specversion, id, source, kind, subject, time, datacontenttype, sequence: None, data }
    }
}

impl UserEventSource {
    /// A pool of an account. Whoever hears of a pool from its trigger may not know the account: then its place
    /// in the ARN is empty.
    #[must_use]
    pub fn new(partition: &str, account: &str, pool: &UserPoolId) -> Self {
        Self(format!("arn:{partition}:cognito-idp:{}:{account}:userpool/{pool}", pool.region()))
    }

    /// The ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UserEventKind {
    /// The text, for an attribute that subscribers filter by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "user.created",
            Self::Activated => "user.activated",
            Self::SignInAttempted => "user.sign_in_attempted",
            Self::SignedIn => "user.signed_in",
            Self::PasswordReset => "user.password_reset",
            Self::Changed => "user.changed",
            Self::Deleted => "user.deleted",
            Self::BadgeIssued => "badge.issued",
            Self::BadgeRevoked => "badge.revoked",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_a_cloud_event_in_structured_mode() {
        let pool = UserPoolId::parse("eu-west-1_Ab1Cd2Ef3").unwrap();
        let source = UserEventSource::new("aws", "123456789012", &pool);
        let sub = Sub::parse("c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa").unwrap();
        let at = "2026-11-21T08:00:00Z".parse().unwrap();
        let mut event =
            UserEvent::new("1".into(), source, UserEventKind::BadgeIssued, Some(sub), at);
        event.sequence = Some("0007".into());
        event.data.badge = Some("founder".into());
        let document = json!({
            "specversion": "1.0",
            "id": "1",
            "source": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3",
            "type": "badge.issued",
            "subject": "c6a1f1b2-0001-70e1-b8d7-90a5c3c1f1aa",
            "time": "2026-11-21T08:00:00Z",
            "datacontenttype": "application/json",
            "sequence": "0007",
            "data": { "badge": "founder" },
        });
        assert_eq!(serde_json::to_value(&event).unwrap(), document);
        assert_eq!(UserEvent::deserialize(document).unwrap(), event);
    }

    #[test]
    fn a_kind_is_written_as_its_text() {
        use UserEventKind::*;
        for kind in [
            Created,
            Activated,
            SignInAttempted,
            SignedIn,
            PasswordReset,
            Changed,
            Deleted,
            BadgeIssued,
            BadgeRevoked,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
