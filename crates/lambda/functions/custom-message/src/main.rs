//! The custom messages on AWS Lambda. Catalogues of one's own are files of the package or a layer.

use kit::{custom_message::CustomMessages, messages::MESSAGES_DIR};
use lambda::files;
use std::process::ExitCode;

fn main() -> ExitCode {
    lambda::run(|world| {
        let catalogues = files::catalogues(MESSAGES_DIR, world.find(MESSAGES_DIR))?;
        Ok(CustomMessages::from_environment(&world.environment, &catalogues)?.into_function())
    })
}
