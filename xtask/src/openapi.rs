//! How does the OpenAPI document of the user API come to stand beside its code?
//!
//! It is printed by an example of `users`, which is built with the annotations of its routes: what runs has
//! neither them nor what reads them.

use std::{env, error::Error, fs, path::Path, process::Command};

/// Where the document is kept.
const FILE: &str = "crates/users/openapi.json";

/// Writes the document.
pub fn write(root: &Path) -> Result<String, Box<dyn Error>> {
    let document = generate(root)?;
    fs::write(root.join(FILE), &document)?;
    Ok(format!("{} bytes written to {FILE}", document.len()))
}

/// Whether writing it would change nothing.
pub fn check(root: &Path) -> Result<String, Box<dyn Error>> {
    if fs::read_to_string(root.join(FILE)).ok() == Some(generate(root)?) {
        return Ok(format!("{FILE} is up to date"));
    }
    Err(format!("{FILE} differs from what stands beside the routes. Run `cargo xtask openapi`.")
        .into())
}

fn generate(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--package", "users", "--features", "openapi"]);
    let output = command.args(["--example", "openapi"]).current_dir(root).output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the document cannot be generated: {text}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
