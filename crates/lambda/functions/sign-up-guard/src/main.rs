//! The sign-up guard on AWS Lambda. A list of its own, if one is named, is a file of the package or a layer.

use kit::sign_up_guard::{DISPOSABLE_DOMAINS_FILE, SignUpGuard};
use lambda::files;
use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    lambda::run(|world| {
        let path = world.find(DISPOSABLE_DOMAINS_FILE).map(Path::new);
        let domains = path.map(|path| files::read(DISPOSABLE_DOMAINS_FILE, path)).transpose()?;
        let guard = SignUpGuard::from_environment(&world.environment, domains.as_deref())?;
        Ok(guard.into_function())
    })
}
