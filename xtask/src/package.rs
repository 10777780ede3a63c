//! How do our functions become packages for AWS Lambda?
//!
//! `target/lambda/NAME/bootstrap` is what `sam deploy` takes, `bootstrap.zip` beside it the same packed. They
//! are built by cargo-lambda with zig as the linker, both of a pinned version and from PyPI, in the profile
//! `function`, for a processor that every Lambda of the architecture has.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The functions, in the order of their table in the documentation.
pub const FUNCTIONS: &[&str] = &[
    "token-customizer",
    "authorizer",
    "sign-up-guard",
    "user-events",
    "custom-message",
    "passwordless",
    "user-migration",
    "user-api",
];

/// The measure of the benchmark: an example, and nothing that is shipped.
pub const HELLO: &str = "hello";

/// The most bytes of a zip.
const MOST: u64 = 6 * 1024 * 1024;
/// The same for the authorizer, which stands before every request.
const MOST_OF_AUTHORIZER: u64 = 3 * 1024 * 1024 / 2;

/// What a function is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    Arm64,
    X86_64,
}

/// What became of a function.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub binary: u64,
    pub zip: u64,
}

impl Architecture {
    pub fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        match text {
            "arm64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            _ => Err(format!("{text:?} is no architecture: they are arm64 and x86_64").into()),
        }
    }

    /// That of this machine.
    pub fn here() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Arm64 } else { Self::X86_64 }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    /// The least that Lambda runs on: Graviton2, and Intel or AMD with AVX2.
    fn processor(self) -> &'static str {
        match self {
            Self::Arm64 => "neoverse-n1",
            Self::X86_64 => "x86-64-v3",
        }
    }
}

/// Builds packages; all functions if none is named.
pub fn package(
    root: &Path,
    architecture: Architecture,
    names: &[&str],
) -> Result<Vec<Package>, Box<dyn Error>> {
    let names = if names.is_empty() { FUNCTIONS } else { names };
    if let Some(name) = names.iter().find(|name| **name != HELLO && !FUNCTIONS.contains(name)) {
        return Err(format!("{name:?} is no function: they are {}", FUNCTIONS.join(", ")).into());
    }
    has_standard_library(architecture)?;
    let tools = tools(root)?;
    // The authorizer alone, so that nothing that others need of a shared dependency is built into it; so
    // the example, which must not be measured with what ours need.
    let alone = |name: &&&str| matches!(**name, "authorizer" | HELLO);
    for name in names.iter().filter(alone) {
        build(root, &tools, architecture, &[name])?;
    }
    let together: Vec<&str> = names.iter().filter(|name| !alone(name)).copied().collect();
    if !together.is_empty() {
        build(root, &tools, architecture, &together)?;
    }
    names.iter().map(|name| measure(root, name)).collect()
}

/// A table of what was built, or an error that names what is too large.
pub fn table(packages: &[Package]) -> Result<String, Box<dyn Error>> {
    let megabytes = |bytes: u64| format!("{}.{:02}", bytes / 1_000_000, bytes % 1_000_000 / 10_000);
    let mut text = String::from("function              binary, MB    zip, MB\n");
    let mut too_large = Vec::new();
    for Package { name, binary, zip } in packages {
        let (binary, shown) = (megabytes(*binary), megabytes(*zip));
        text.push_str(&format!("{name:<20} {binary:>11} {shown:>10}\n"));
        let most = if name == "authorizer" { MOST_OF_AUTHORIZER } else { MOST };
        if *zip > most {
            too_large.push(format!("{name} is larger than {} MB", megabytes(most)));
        }
    }
    if too_large.is_empty() {
        return Ok(text.trim_end().to_owned());
    }
    Err(format!("{text}{}", too_large.join("; ")).into())
}

fn build(
    root: &Path,
    tools: &Path,
    architecture: Architecture,
    names: &[&str],
) -> Result<(), Box<dyn Error>> {
    for format in ["binary", "zip"] {
        let mut command = Command::new(tools.join("bin/cargo-lambda"));
        command.args(["lambda", "build", "--profile", "function", "--output-format", format]);
        command.args(["--target", architecture.target(), "--compiler", "cargo-zigbuild"]);
        command.arg("--lambda-dir").arg(root.join("target/lambda"));
        for name in names {
            match *name {
                HELLO => command.args(["--package", "lambda", "--example", HELLO]),
                name => command.args(["--package", &format!("lambda-{name}")]),
            };
        }
        let status = command
            .current_dir(root)
            .env("CARGO_ZIGBUILD_ZIG_PATH", tools.join("ziglang/zig"))
            // It would ask a Python for its zig first, once for each file of C.
            .env("CARGO_ZIGBUILD_PYTHON_PATH", tools.join("no-python"))
            .env("RUSTFLAGS", format!("-C target-cpu={}", architecture.processor()))
            .status()?;
        if !status.success() {
            return Err(format!("{} could not be built: {status}", names.join(", ")).into());
        }
    }
    Ok(())
}

fn measure(root: &Path, name: &str) -> Result<Package, Box<dyn Error>> {
    let folder = root.join("target/lambda").join(name);
    let size = |file: &str| {
        let path = folder.join(file);
        let found = fs::metadata(&path).map(|found| found.len());
        found.map_err(|cause| format!("{} was not built: {cause}", path.display()))
    };
    Ok(Package { name: name.to_owned(), binary: size("bootstrap")?, zip: size("bootstrap.zip")? })
}

/// Rust's own library for the target has to be there; it is fetched by rustup, not by us.
fn has_standard_library(architecture: Architecture) -> Result<(), Box<dyn Error>> {
    let target = architecture.target();
    let asked = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "target-libdir", "--target", target])
        .output()?;
    let folder = PathBuf::from(String::from_utf8(asked.stdout)?.trim());
    if asked.status.success() && folder.is_dir() {
        return Ok(());
    }
    Err(format!(
        "Rust's standard library for {target} is not installed. `rustup target add {target}` fetches it; \
         --arch builds for another architecture"
    )
    .into())
}

/// cargo-lambda and zig, installed below `target/tools` if this pin is not there yet.
fn tools(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let pins = root.join("xtask/lambda-tools.txt");
    let wanted = fs::read_to_string(&pins)?;
    let folder = root.join("target/tools/lambda");
    let mark = folder.join("pins.txt");
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(folder);
    }
    say("cargo-lambda and zig are installed from PyPI into target/tools/lambda (250 MB, once)");
    // Into a folder of its own first: an interrupted download must not look like a whole one.
    let partial = root.join("target/tools/lambda.partial");
    for old in [&partial, &folder] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    let status = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--no-compile", "--only-binary", ":all:", "--require-hashes"])
        .args(["--root-user-action", "ignore", "--requirement"])
        .arg(&pins)
        .arg("--target")
        .arg(&partial)
        .status()
        .map_err(|error| format!("python3 with pip is needed to fetch cargo-lambda: {error}"))?;
    if !status.success() {
        return Err(format!("pip could not install cargo-lambda and zig: {status}").into());
    }
    fs::write(partial.join("pins.txt"), wanted)?;
    fs::rename(&partial, &folder)?;
    Ok(folder)
}

fn say(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, zip: u64) -> Package {
        Package { name: name.to_owned(), binary: 3_456_789, zip }
    }

    #[test]
    fn a_table_has_a_line_for_each_function() {
        let text = table(&[package("authorizer", 1_234_567), package("user-api", 2_000_000)]);
        let text = text.unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "authorizer                  3.45       1.23",
                "user-api                    3.45       2.00"
            ]
        );
    }

    #[test]
    fn a_zip_that_is_too_large_is_an_error() {
        let error = table(&[package("authorizer", 2_000_000), package("user-api", 7_000_000)]);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("authorizer is larger than 1.57 MB"), "{error}");
        assert!(error.contains("user-api is larger than 6.29 MB"), "{error}");
        assert!(table(&[package("user-api", 2_000_000)]).is_ok());
    }

    #[test]
    fn every_function_of_the_list_has_a_folder_and_the_other_way_round() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folders = fs::read_dir(root.join("crates/lambda/functions")).unwrap();
        let mut folders: Vec<String> =
            folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
        folders.sort();
        let mut functions = FUNCTIONS.to_vec();
        functions.sort_unstable();
        assert_eq!(folders, functions);
    }
}
