//! What is a profile, and which of its states lead where?

use jiff::Timestamp;
use names::Sub;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an app knows of a user beyond the pool's attributes. The document that the API shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The pool user's `sub`.
    pub id: Sub,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_system: Option<String>,
    #[serde(default)]
    pub profile: ProfileDetails,
}

/// The part of a profile that apps fill.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileDetails {
    pub profile_data: Preferences,
    pub badges: Vec<Badge>,
    /// Whatever an app keeps; a claim map can point into it.
    pub data: Map<String, Value>,
}

/// How a user likes things.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A distinction that was given to a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

/// Whether a user may come in.
///
/// `active` and `suspended` lead to each other and to `closed`, which leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// May sign in.
    Active,
    /// May not sign in for now.
    Suspended,
    /// May not sign in ever again.
    Closed,
}

impl Status {
    /// The status of this name.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// Whether a profile may go from this status to that one. Staying is always allowed.
    #[must_use]
    pub fn leads_to(self, next: Self) -> bool {
        self == next || self != Self::Closed
    }

    /// Whether a user of this status may sign in.
    #[must_use]
    pub fn may_sign_in(self) -> bool {
        self == Self::Active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_closed() {
        assert!(Status::Active.leads_to(Status::Suspended));
        assert!(Status::Suspended.leads_to(Status::Active));
        assert!(Status::Suspended.leads_to(Status::Closed));
        assert!(!Status::Closed.leads_to(Status::Active));
        assert!(Status::Closed.leads_to(Status::Closed));
    }
}
