//! What is a resource server?

use names::{ResourceServerId, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Key, Record};

/// An API with scopes of its own, `<identifier>/<scope>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceServer {
    pub pool: UserPoolId,
    pub identifier: ResourceServerId,
    pub name: String,
    pub scopes: Vec<ResourceScope>,
}

/// One scope of a resource server, without the identifier before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceScope {
    pub name: String,
    pub description: String,
}

impl ResourceServer {
    /// Where the resource server of this identifier is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, identifier: &ResourceServerId) -> Key {
        Key::new(Self::listing(pool), identifier.as_str())
    }

    /// The partition that the resource servers of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/resource-servers")
    }
}

impl Record for ResourceServer {
    const KIND: &'static str = "resource server";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.identifier)
    }
}
