//! The user API on AWS Lambda: profiles in a DynamoDB table, accounts in Amazon Cognito.
//!
//! It reads `PROFILE_TABLE`, the name of the table, and `USER_POOL_ID`, the id of the pool.

use lambda::Problem;
use lambda_aws::{Aws, PoolAccounts, Table};
use names::UserPoolId;
use std::{process::ExitCode, sync::Arc};
use users::UserApi;

const USER_POOL_ID: &str = "USER_POOL_ID";

fn main() -> ExitCode {
    lambda::run(|world| {
        let aws = Aws::of_this_process()?;
        let profiles = Table::new(&aws, world.require("PROFILE_TABLE")?);
        let pool = UserPoolId::parse(world.require(USER_POOL_ID)?).map_err(|_| {
            Problem::new(format!("the environment variable {USER_POOL_ID} is no id of a user pool"))
        })?;
        let accounts = PoolAccounts::new(&aws, pool, profiles.clone());
        let api = UserApi { profiles: Arc::new(profiles), accounts: Arc::new(accounts) };
        Ok(users::into_function(api, world.clock.clone()))
    })
}
