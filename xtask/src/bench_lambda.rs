//! What do our functions cost on AWS Lambda, beside one that does nothing?
//!
//! The packages are built for this machine, and the harness of `lambda-testing` runs them one after the
//! other on the same Runtime API.

use crate::package::{self, Architecture, HELLO};
use std::{env, error::Error, path::Path, process::Command};

const MEASURED: &[&str] = &[HELLO, "authorizer", "token-customizer"];

pub fn run(root: &Path) -> Result<String, Box<dyn Error>> {
    let packages = package::package(root, Architecture::here(), MEASURED)?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--package", "lambda-testing", "--example", "figures", "--"]);
    for package in packages {
        let folder = root.join("target/lambda").join(&package.name);
        command.arg(format!("{}={}", package.name, folder.display()));
    }
    let output = command.current_dir(root).output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the harness failed: {text}").into());
    }
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}
