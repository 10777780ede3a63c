//! The token customizer on AWS Lambda: what `kit` decides, over the profiles of a DynamoDB table.
//!
//! Beside the function's own environment it reads `PROFILE_TABLE`, the name of the table.

use kit::token_customizer::TokenCustomizer;
use lambda_aws::{Aws, TableProfiles};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    lambda::run(|world| {
        let (aws, table) = (Aws::of_this_process()?, world.require("PROFILE_TABLE")?);
        let profiles = Arc::new(TableProfiles::new(&aws, table, world.clock.clone()));
        let customizer = TokenCustomizer::from_environment(&world.environment, profiles)?;
        Ok(customizer.into_function())
    })
}
