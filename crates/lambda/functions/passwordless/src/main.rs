//! Signing in without a password on AWS Lambda: the mails are carried by SES.
//!
//! Beside the function's own environment it reads `MAIL_FROM`, whose mails these are.

use crypto::SystemRandom;
use kit::{messages::MESSAGES_DIR, passwordless::Passwordless};
use lambda::files;
use lambda_aws::{Aws, Mails};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    lambda::run(|world| {
        let mails = Mails::new(&Aws::of_this_process()?, world.require("MAIL_FROM")?);
        let catalogues = files::catalogues(MESSAGES_DIR, world.find(MESSAGES_DIR))?;
        let passwordless = Passwordless::from_environment(
            &world.environment,
            &catalogues,
            Arc::new(mails),
            Arc::new(SystemRandom),
            world.clock.clone(),
        )?;
        Ok(passwordless.into_function())
    })
}
