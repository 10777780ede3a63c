//! What is a profile, and which of its states lead where?

use crate::{EmailAddress, Handle, PersonName};
use jiff::Timestamp;
use names::Sub;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an app knows of a user beyond the pool's attributes. The document that the API shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The pool user's `sub`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Sub,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<PersonName>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<PersonName>,
    /// What others call the user by. Nobody else has it, or one that looks like it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<Handle>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false, format = "idn-email"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "date-time"))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false, format = "date-time"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Timestamp>,
    /// What the user is to the apps; it gives no right here.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    pub status: Status,
    /// Where the user came from.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_system: Option<String>,
    #[serde(default)]
    pub profile: ProfileDetails,
}

/// The part of a profile that apps fill.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileDetails {
    pub profile_data: Preferences,
    pub badges: Vec<Badge>,
    /// Whatever an app keeps; a claim map can point into it.
    pub data: Map<String, Value>,
}

/// How a user likes things.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// A language tag, `de-CH`.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// A currency code, `EUR`.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A distinction that was given to a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

/// Whether a user may come in.
///
/// `pending` leads to `active`, by activation or by somebody who may say so. `active` and `suspended` lead
/// to each other. All lead to `closed`, which leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// May not sign in before the address is proven.
    Pending,
    /// May sign in.
    Active,
    /// May not sign in for now.
    Suspended,
    /// May not sign in ever again.
    Closed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Suspended, Self::Closed];

    /// The status of this name.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// Whether a profile may go from this status to that one. Staying is always allowed.
    #[must_use]
    pub fn leads_to(self, next: Self) -> bool {
        match (self, next) {
            (Self::Pending, Self::Active | Self::Closed)
            | (Self::Active, Self::Suspended | Self::Closed)
            | (Self::Suspended, Self::Active | Self::Closed) => true,
            _ => self == next,
        }
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
    fn a_status_leads_where_the_documents_say() {
        use Status::{Active, Closed, Pending, Suspended};
        let leads: Vec<(Status, Status)> = Status::ALL
            .into_iter()
            .flat_map(|from| Status::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from != to && from.leads_to(*to))
            .collect();
        let expected = [
            (Pending, Active),
            (Pending, Closed),
            (Active, Suspended),
            (Active, Closed),
            (Suspended, Active),
            (Suspended, Closed),
        ];
        assert_eq!(leads, expected);
        assert!(Status::ALL.into_iter().all(|status| status.leads_to(status)));
    }
}
