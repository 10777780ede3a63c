//! The authorizer on AWS Lambda: the keys are the pool's own, fetched from below its issuer.
//!
//! It links no AWS SDK and no store: all it needs of the world is one public document over HTTPS.

use kit::authorizer::Authorizer;
use lambda::{Problem, PublishedKeys};
use std::{process::ExitCode, sync::Arc};

const ISSUER: &str = "ISSUER";

fn main() -> ExitCode {
    lambda::run(|world| {
        let keys = PublishedKeys::of(world.require(ISSUER)?).ok_or_else(|| {
            Problem::new(format!(
                "the environment variable {ISSUER} is no https address without a query"
            ))
        })?;
        let (keys, clock) = (Arc::new(keys), world.clock.clone());
        Ok(Authorizer::from_environment(&world.environment, keys, clock)?.into_function())
    })
}
