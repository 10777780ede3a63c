//! Which server may call the routes between servers?
//!
//! A key is `ph_<id>_<secret>`. It is shown once, when it is made. What is kept of it is the SHA-256 of the
//! whole text: the secret has 256 random bits, so there is nothing to guess that a slow hash would slow down,
//! and a request costs one hash.

mod key;
mod require;
mod stored;

pub use key::{ApiKey, KeyDigest, KeyId, Unsound};
pub use require::{Read, RequireKey, Wanted, Write};
pub use stored::{KeyRecord, KeysRefused, LONGEST_NAME, MOST_KEYS, NewKey, ShownKey, StoredKeys};

use crate::Problem;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyScope {
    /// Looks.
    Read,
    /// Looks and changes.
    Write,
}

impl KeyScope {
    /// Whether a key of this scope may do what asks for that one.
    #[must_use]
    pub fn allows(self, wanted: Self) -> bool {
        self == Self::Write || wanted == Self::Read
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Whose request it is, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The public half of the key: it is good for logs, and for telling callers apart.
    pub id: KeyId,
    pub name: String,
    pub scope: KeyScope,
}

/// Where keys are looked up.
#[async_trait]
pub trait ApiKeys: Send + Sync + 'static {
    /// Whom this text lets in. `None` for whatever is no key that is good now, and the work for it is the
    /// same whether it is malformed, unknown or wrong in its last letter.
    ///
    /// # Errors
    /// A breakage, if that cannot be said now.
    async fn check(&self, presented: &str, now: Timestamp) -> Result<Option<Grant>, Problem>;
}

/// No keys: every request between servers is refused.
pub struct NoKeys;

#[async_trait]
impl ApiKeys for NoKeys {
    async fn check(&self, _: &str, _: Timestamp) -> Result<Option<Grant>, Problem> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_writes_may_read() {
        assert!(KeyScope::Write.allows(KeyScope::Read) && KeyScope::Write.allows(KeyScope::Write));
        assert!(KeyScope::Read.allows(KeyScope::Read));
        assert!(!KeyScope::Read.allows(KeyScope::Write));
    }
}
