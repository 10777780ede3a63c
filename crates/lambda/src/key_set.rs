//! Where does a function get a pool's keys? From below the pool's issuer.

use crate::https::{Address, Client};
use async_trait::async_trait;
use crypto::jwt::Jwks;
use kit::{Unavailable, authorizer::KeySource};

/// More than the keys of any pool.
const LONGEST: usize = 256 * 1024;

/// The key set that a pool publishes.
pub struct PublishedKeys {
    client: Client,
    address: Address,
}

impl PublishedKeys {
    /// The keys of this issuer; none if it is no https address without a query.
    #[must_use]
    pub fn of(issuer: &str) -> Option<Self> {
        let address = Address::parse(issuer)?.join(".well-known/jwks.json")?;
        Some(Self { client: Client::default(), address })
    }
}

#[async_trait]
impl KeySource for PublishedKeys {
    async fn fetch(&self) -> Result<Jwks, Unavailable> {
        let what = "the key set";
        let answer = self.client.get(&self.address, LONGEST).await;
        let answer = answer.map_err(|cause| Unavailable::new(what, cause))?;
        if answer.status != 200 {
            let status = answer.status;
            return Err(Unavailable::new(what, format!("it answered with the status {status}")));
        }
        serde_json::from_slice(&answer.body).map_err(|cause| Unavailable::new(what, cause))
    }
}
