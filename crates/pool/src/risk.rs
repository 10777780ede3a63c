//! How does a pool, or one of its clients, answer to sign-ins that look wrong?

use crate::{Pools, Result};
use jiff::Timestamp;
use names::{ClientId, UserPoolId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Kept, Key, Record};

/// The risk configuration of a pool, or of one client instead of the pool's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskConfiguration {
    pub pool: UserPoolId,
    /// `None`: every client that has none of its own.
    pub client: Option<ClientId>,
    pub modified_at: Timestamp,
    /// The parts of the configuration, as a door was told them.
    pub parts: Map<String, Value>,
}

impl RiskConfiguration {
    /// Where the configuration of a pool or of one of its clients is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, client: Option<&ClientId>) -> Key {
        // No client id has a hyphen.
        Key::new(Self::listing(pool), client.map_or("-all", ClientId::as_str))
    }

    /// The partition that the configurations of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/risk")
    }
}

impl Record for RiskConfiguration {
    const KIND: &'static str = "risk configuration";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, self.client.as_ref())
    }
}

impl Pools {
    /// The configuration of exactly this pool or client, if it has one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn risk_configuration(
        &self,
        pool: &UserPoolId,
        client: Option<&ClientId>,
    ) -> Result<Option<Kept<RiskConfiguration>>> {
        let key = RiskConfiguration::key_of(pool, client);
        Ok(self.records().get(&key, self.now()).await?)
    }

    /// Replaces the configuration of a pool or client. One without parts is the default again.
    ///
    /// # Errors
    /// [`crate::Refusal::Contended`].
    pub async fn set_risk_configuration(&self, configuration: &RiskConfiguration) -> Result<()> {
        let RiskConfiguration { pool, client, parts, .. } = configuration;
        if parts.is_empty() {
            let Some(old) = self.risk_configuration(pool, client.as_ref()).await? else {
                return Ok(());
            };
            return self
                .commit(|commit| {
                    commit.delete(&old);
                })
                .await;
        }
        self.commit(|commit| {
            commit.put(configuration);
        })
        .await
    }
}
