//! How do people change their own avatar?

pub(crate) mod begin;
pub(crate) mod confirm;
pub(crate) mod put;
pub(crate) mod remove;

use serde::Serialize;

/// Where a user's avatar is now.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AvatarAddress {
    /// A path below the API's own address.
    pub avatar_url: String,
}
