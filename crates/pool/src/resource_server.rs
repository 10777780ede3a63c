//! What is a resource server?

use crate::{Pools, Quota, Refusal, Result};
use names::{ResourceServerId, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record, Refused};

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

impl Pools {
    /// Keeps a new resource server.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] if there is one of this identifier.
    pub async fn create_resource_server(&self, server: &ResourceServer) -> Result<()> {
        let _room = self.room_in(Quota::ResourceServers, &server.pool).await?;
        let done = self.try_commit(|commit| {
            commit.create(server);
        });
        match done.await {
            Ok(()) => Ok(()),
            Err(Refused::Conflict(_)) => Err(Refusal::invalid(format!(
                "{} already exists in user pool {}.",
                server.identifier, server.pool
            ))
            .into()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    /// The resource server of this identifier, if there is one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn find_resource_server(
        &self,
        pool: &UserPoolId,
        identifier: &ResourceServerId,
    ) -> Result<Option<Kept<ResourceServer>>> {
        let key = ResourceServer::key_of(pool, identifier);
        Ok(self.records().get(&key, self.now()).await?)
    }

    /// The resource server of this identifier.
    ///
    /// # Errors
    /// [`Refusal::NoResourceServer`].
    pub async fn resource_server(
        &self,
        pool: &UserPoolId,
        identifier: &ResourceServerId,
    ) -> Result<Kept<ResourceServer>> {
        let found = self.find_resource_server(pool, identifier).await?;
        found.ok_or_else(|| Refusal::NoResourceServer(identifier.to_string()).into())
    }
}
