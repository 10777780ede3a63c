//! What does the repository do to itself? It writes the generated part of `wire` and the user API's OpenAPI
//! document, packs the functions for AWS Lambda, and measures them.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool for developers"
)]

mod bench_lambda;
mod botocore;
mod model;
mod naming;
mod openapi;
mod package;
mod patterns;
mod shapes;

use package::Architecture;
use std::{env, error::Error, path::Path, process::ExitCode};

const USAGE: &str = "\
cargo xtask shapes           writes crates/wire/src/shapes from the pinned service models
cargo xtask shapes --check   fails if that would change anything
cargo xtask openapi          writes crates/users/openapi.json from what stands beside the routes
cargo xtask openapi --check  fails if that would change anything
cargo xtask package [--arch arm64|x86_64] [FUNCTION...]
                             builds the functions for AWS Lambda into target/lambda, arm64 unless told
cargo xtask bench-lambda     measures some of them on this machine";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["shapes"] => write_shapes(),
        ["shapes", "--check"] => check_shapes(),
        ["openapi"] => root().and_then(openapi::write),
        ["openapi", "--check"] => root().and_then(openapi::check),
        ["package", rest @ ..] => package_functions(rest),
        ["bench-lambda"] => root().and_then(bench_lambda::run),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn package_functions(words: &[&str]) -> Result<String, Box<dyn Error>> {
    let (architecture, names) = match words {
        ["--arch", architecture, names @ ..] => (Architecture::parse(architecture)?, names),
        // What the template asks for.
        names => (Architecture::Arm64, names),
    };
    package::table(&package::package(root()?, architecture, names)?)
}

fn write_shapes() -> Result<String, Box<dyn Error>> {
    let root = root()?;
    let files = shapes::generate(root)?;
    let folder = root.join(shapes::FOLDER);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    for (path, text) in &files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(format!("{} files written to {}", files.len(), shapes::FOLDER))
}

fn check_shapes() -> Result<String, Box<dyn Error>> {
    let root = root()?;
    let files = shapes::generate(root)?;
    let folder = root.join(shapes::FOLDER);
    let mut stale: Vec<String> = files
        .iter()
        .filter(|(path, text)| {
            std::fs::read_to_string(folder.join(path)).ok().as_deref() != Some(text)
        })
        .map(|(path, _)| path.clone())
        .collect();
    stale.extend(present(&folder, &folder)?.into_iter().filter(|path| !files.contains_key(path)));
    if stale.is_empty() {
        return Ok(format!("{} generated files are up to date", files.len()));
    }
    let list = stale.join(", ");
    Err(format!("{} differs from its model: {list}. Run `cargo xtask shapes`.", shapes::FOLDER)
        .into())
}

/// The files under `folder`, as paths relative to `top` with forward slashes.
fn present(top: &Path, folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(present(top, &path)?);
        } else {
            found.push(path.strip_prefix(top)?.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(found)
}

fn root() -> Result<&'static Path, Box<dyn Error>> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or_else(|| "xtask has no parent".into())
}
