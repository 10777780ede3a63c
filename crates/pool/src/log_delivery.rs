//! Where are the logs of a pool to go?

use crate::{Pools, Result};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Kept, Key, Record};

/// The log delivery configuration of a pool. The destinations are AWS's; it is kept and given back as it
/// was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogDelivery {
    pub pool: UserPoolId,
    pub configurations: Vec<Value>,
}

impl LogDelivery {
    /// Where the configuration of a pool is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId) -> Key {
        Key::new(Self::listing(pool), "log-delivery")
    }

    /// The partition that the configuration of a pool is kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/log-delivery")
    }
}

impl Record for LogDelivery {
    const KIND: &'static str = "log delivery";

    fn key(&self) -> Key {
        Self::key_of(&self.pool)
    }
}

impl Pools {
    /// The log delivery configuration of a pool, if it ever had one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn log_delivery(&self, pool: &UserPoolId) -> Result<Option<Kept<LogDelivery>>> {
        Ok(self.records().get(&LogDelivery::key_of(pool), self.now()).await?)
    }

    /// Replaces the log delivery configuration of a pool.
    ///
    /// # Errors
    /// [`crate::Refusal::Contended`].
    pub async fn set_log_delivery(&self, delivery: &LogDelivery) -> Result<()> {
        self.commit(|commit| {
            commit.put(delivery);
        })
        .await
    }
}
