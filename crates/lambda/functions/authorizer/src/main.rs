//! The authorizer on AWS Lambda: the keys are the pool's own, fetched from below its issuer.
//!
//! It links no AWS SDK and no store: all it needs of the world is one public document over HTTPS.

use async_trait::async_trait;
use crypto::jwt::Jwks;
use kit::{
    Unavailable,
    authorizer::{Authorizer, KeySource},
};
use lambda::{
    Problem,
    https::{Address, Client},
};
use std::{process::ExitCode, sync::Arc};

const ISSUER: &str = "ISSUER";

/// More than the keys of any pool.
const LONGEST: usize = 256 * 1024;

struct Published {
    client: Client,
    address: Address,
}

#[async_trait]
impl KeySource for Published {
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

fn main() -> ExitCode {
    lambda::run(|world| {
        let issuer = Address::parse(world.require(ISSUER)?);
        let address = issuer.and_then(|issuer| issuer.join(".well-known/jwks.json"));
        let Some(address) = address else {
            return Err(Problem::new(format!(
                "the environment variable {ISSUER} is no https address without a query"
            )));
        };
        let keys = Published { client: Client::default(), address };
        let authorizer =
            Authorizer::from_environment(&world.environment, Arc::new(keys), world.clock.clone())?;
        Ok(authorizer.into_function())
    })
}
