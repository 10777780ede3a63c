//! What goes there, and what comes back?
//!
//! What comes back may grow: members that a newer API adds are passed over, and names that it adds are kept as they
//! are.

use crate::{AccessToken, Password, Secret};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, net::IpAddr};

/// What an app knows of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Profile {
    /// The pool user's `sub`.
    pub id: String,
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// What others call the user by.
    pub handle: Option<String>,
    pub email: Option<String>,
    pub created_at: Timestamp,
    pub last_login_at: Option<Timestamp>,
    /// What the user is to the apps.
    pub role: Option<String>,
    pub status: Status,
    /// Where the user came from.
    pub source_system: Option<String>,
    #[serde(default)]
    pub profile: ProfileDetails,
}

/// The part of a profile that apps fill.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ProfileDetails {
    pub profile_data: Preferences,
    pub badges: Vec<Badge>,
    /// Whatever an app keeps.
    pub data: Map<String, Value>,
}

/// How a user likes things.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// A language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// A currency code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A distinction that was given to a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Badge {
    pub name: String,
    pub icon_url: Option<String>,
}

/// Whether a user may come in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// May not sign in before the address is proven.
    Pending,
    /// May sign in.
    Active,
    /// May not sign in for now.
    Suspended,
    /// May not sign in ever again.
    Closed,
    /// One that is newer than this client.
    #[serde(untagged)]
    Other(String),
}

impl Status {
    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
            Self::Other(name) => name,
        }
    }
}

/// A user who is to be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUser {
    pub email: String,
    pub password: Password,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_system: Option<String>,
    pub profile: NewProfile,
}

/// The part of a new profile that apps fill.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewProfile {
    pub profile_data: Preferences,
    pub data: Map<String, Value>,
}

impl NewUser {
    /// A user of whom only this is known.
    pub fn new(email: impl Into<String>, password: Password) -> Self {
        Self {
            email: email.into(),
            password,
            name: None,
            first_name: None,
            last_name: None,
            handle: None,
            role: None,
            source_system: None,
            profile: NewProfile::default(),
        }
    }
}

/// What becomes of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none any more.
    Remove,
    Set(T),
}

impl<T> Change<T> {
    fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T> From<T> for Change<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // Left out by whoever holds it.
            Self::Keep | Self::Remove => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

/// What of a user is to change.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserPatch {
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub name: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub first_name: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub last_name: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub handle: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub role: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub source_system: Change<String>,
    pub profile: ProfilePatch,
}

/// What of themselves people change.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnPatch {
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub name: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub first_name: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub last_name: Change<String>,
    pub profile: OwnProfilePatch,
}

/// What of the part that apps fill people change themselves.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnProfilePatch {
    pub profile_data: PreferencesPatch,
    pub data: OwnDataPatch,
}

/// A merge patch for what is the user's own of what apps keep.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OwnDataPatch {
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub own: Change<Map<String, Value>>,
}

/// What of the part that apps fill is to change.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfilePatch {
    pub profile_data: PreferencesPatch,
}

/// What of the preferences is to change.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreferencesPatch {
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub lang: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub avatar_url: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub currency: Change<String>,
}

/// Which users are looked for, and which part of them is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    pub status: Option<Status>,
    /// With what the name begins.
    pub name: Option<String>,
    pub paging: Paging,
}

/// Which part of a listing is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// 25 unless somebody says otherwise, 100 at most.
    pub limit: Option<u8>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Page {
    /// May be fewer than were asked for, even none, while there is a `next`.
    pub items: Vec<Profile>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Everything that is kept about a user.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Export {
    pub exported_at: Timestamp,
    pub profile: Profile,
    pub account: Option<Account>,
}

/// What the pool knows of a user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Account {
    pub may_sign_in: bool,
    pub email: Option<String>,
    pub is_email_verified: bool,
}

/// Who somebody says they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    Email(String),
    Handle(String),
    /// As the pool knows them.
    Username(String),
}

/// A sign-in on somebody's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    #[serde(flatten)]
    pub name: Name,
    pub password: Password,
    /// Where the person is, as the server sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// The answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChallengeAnswer {
    pub challenge: String,
    pub session: Secret,
    /// In Cognito's names: `USERNAME` always.
    pub responses: BTreeMap<String, Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// Where a sign-in leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Progress {
    SignedIn(Tokens),
    /// To be answered with [`Client::answer_challenge`](crate::Client::answer_challenge).
    Asked(Challenge),
}

/// The tokens of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tokens {
    pub access_token: AccessToken,
    pub id_token: Option<Secret>,
    /// Not there when the one that was sent goes on.
    pub refresh_token: Option<Secret>,
    /// How many seconds the access token is good for.
    pub expires_in: i64,
}

/// What has to be answered before there are tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Challenge {
    pub challenge: String,
    pub session: Option<Secret>,
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// Which sessions are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logout {
    /// The one of this refresh token.
    Session(Secret),
    /// All of the user of this access token.
    Everywhere(AccessToken),
}

impl Serialize for Logout {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Session(token) => map.serialize_entry("refreshToken", token)?,
            Self::Everywhere(token) => {
                map.serialize_entry("accessToken", token)?;
                map.serialize_entry("everywhere", &true)?;
            }
        }
        map.end()
    }
}

/// What a token is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    Id,
    Access,
    Refresh,
}

impl TokenType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// What a token is good for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Verdict {
    pub active: bool,
    /// Why it is not.
    pub reason: Option<String>,
    pub subject: Option<String>,
    pub client_id: Option<String>,
    pub issued_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub groups: Vec<String>,
    /// Whether it is known that the session was not ended.
    pub session_checked: Option<bool>,
}

/// Where the caller's avatar is: a path below the API's address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Avatar {
    pub avatar_url: String,
}

/// Where a file is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UploadAddress {
    /// Whoever has it may send.
    pub url: Secret,
    pub method: String,
    /// Headers that must be sent so.
    pub headers: BTreeMap<String, String>,
    pub expires_at: Timestamp,
}

/// A drawing of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Drawing {
    pub name: String,
    pub title: String,
    /// A path below the API's address.
    pub url: String,
}

/// What became of a user whom a code activated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Activated {
    pub status: Status,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_of_tomorrow_can_be_read_today() {
        let read = |text: &str| serde_json::from_value::<Status>(json!(text)).unwrap();
        assert_eq!(read("active"), Status::Active);
        assert_eq!(read("dormant"), Status::Other("dormant".to_owned()));
        assert_eq!(read("dormant").as_str(), "dormant");
    }

    #[test]
    fn a_patch_names_only_what_changes() {
        let patch = UserPatch {
            handle: Change::Remove,
            name: "Ann".to_owned().into(),
            ..UserPatch::default()
        };
        let expected = json!({ "handle": null, "name": "Ann", "profile": { "profileData": {} } });
        assert_eq!(serde_json::to_value(&patch).unwrap(), expected);
    }

    #[test]
    fn nobody_is_named_twice() {
        let login = Login {
            name: Name::Handle("ann".to_owned()),
            password: Password::new("x"),
            address: None,
        };
        assert_eq!(
            serde_json::to_value(&login).unwrap(),
            json!({ "handle": "ann", "password": "x" })
        );
        assert!(!format!("{login:?}").contains("\"x\""));
    }
}
