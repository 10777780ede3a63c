//! The token customizer on AWS Lambda: what `kit` decides, over the profiles of a DynamoDB table.
//!
//! Beside the function's own environment it reads `PROFILE_TABLE`, the name of the table.

use kit::token_customizer::TokenCustomizer;
use lambda_aws::{Aws, Table};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    lambda::run(|world| {
        let table = Table::new(&Aws::of_this_process()?, world.require("PROFILE_TABLE")?);
        let customizer = TokenCustomizer::from_environment(&world.environment, Arc::new(table))?;
        Ok(customizer.into_function())
    })
}
