//! What is the command line of an instance, and with which environment?

use super::{
    Architecture, Settings, Unusable,
    settings::{Interpreters, Kind},
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// How an instance is started. There is no shell in it: the program is executed as it is, and arguments and
/// environment are lists, so that no character of them means anything.
#[derive(Debug)]
pub(super) struct Command {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub folder: PathBuf,
}

/// Where an entry point of `aws-lambda-ric` is, in its versions.
const NODE_ENTRIES: [&str; 3] = ["index.mjs", "bin/index.mjs", "bin/index.js"];

/// Lambda's quota for a function's environment, names and values together.
const ENVIRONMENT_BYTES: usize = 4096;

/// Lambda's own variables, which a function's settings must not name.
const RESERVED: [&str; 15] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
];

/// Finds the program.
pub(super) fn command(settings: &Settings) -> Result<Command, Unusable> {
    allow_environment(&settings.environment)?;
    let folder = std::fs::canonicalize(&settings.code).ok().filter(|code| code.is_dir());
    let folder = folder.ok_or_else(|| {
        Unusable::new(format!("the code folder {} is not there", settings.code.display()))
    })?;
    let (program, arguments) = match settings.runtime.kind {
        Kind::Provided => (bootstrap(&folder, settings.architecture)?, Vec::new()),
        Kind::Node => {
            let entry = node_client(&folder, &settings.interpreters)?;
            let handler = handler(&settings.handler)?;
            (settings.interpreters.node.clone(), vec![entry.into(), handler])
        }
        Kind::Python => {
            let python = python(&folder, &settings.interpreters)?;
            let handler = handler(&settings.handler)?;
            (python, vec!["-m".into(), "awslambdaric".into(), handler])
        }
    };
    let mut line = settings.launcher.iter();
    Ok(match line.next() {
        None => Command { program, arguments, folder },
        Some(launcher) => Command {
            program: launcher.into(),
            arguments: line.cloned().chain([program.into()]).chain(arguments).collect(),
            folder,
        },
    })
}

/// The whole environment of an instance, as Lambda sets it.
pub(super) fn environment(
    settings: &Settings,
    folder: &Path,
    runtime_api: &str,
    log_stream: &str,
) -> BTreeMap<OsString, OsString> {
    let name = settings.name();
    let memory = settings.memory_megabytes.to_string();
    let log_group = format!("/aws/lambda/{name}");
    let mut all: BTreeMap<OsString, OsString> = BTreeMap::new();
    let mut put = |name: &str, value: OsString| all.insert(name.into(), value);
    for (name, value) in [
        ("AWS_DEFAULT_REGION", settings.region()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_REGION", settings.region()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
        ("TZ", ":UTC"),
        ("_HANDLER", &settings.handler),
    ] {
        put(name, value.into());
    }
    put("LAMBDA_TASK_ROOT", folder.into());
    put("LAMBDA_RUNTIME_DIR", folder.into());
    put("LD_LIBRARY_PATH", joined([folder.to_owned(), folder.join("lib")]));
    match settings.runtime.kind {
        // Lambda does not set it where the system is all it brings.
        Kind::Provided => {}
        Kind::Node => {
            let client = settings.interpreters.node_client.as_deref();
            let client = client.and_then(|client| std::path::absolute(client).ok());
            let paths = [Some(folder.to_owned()), client];
            let paths = paths.into_iter().flatten().map(|path| path.join("node_modules"));
            put("NODE_PATH", joined(paths));
            put("AWS_EXECUTION_ENV", execution_environment(settings));
        }
        Kind::Python => {
            // A line reaches the log before the answer does, and nothing is written beside the code, which
            // cannot be written to on Lambda.
            put("PYTHONUNBUFFERED", "1".into());
            put("PYTHONDONTWRITEBYTECODE", "1".into());
            put("AWS_EXECUTION_ENV", execution_environment(settings));
        }
    }
    for (name, value) in settings.environment.iter().chain(&settings.given) {
        all.insert(name.into(), value.into());
    }
    all
}

fn execution_environment(settings: &Settings) -> OsString {
    format!("AWS_Lambda_{}", settings.runtime.identifier()).into()
}

/// A folder whose name holds a colon cannot be in such a list, so then there is none.
fn joined(paths: impl IntoIterator<Item = PathBuf>) -> OsString {
    std::env::join_paths(paths).unwrap_or_default()
}

fn bootstrap(folder: &Path, wanted: Option<Architecture>) -> Result<PathBuf, Unusable> {
    let path = folder.join("bootstrap");
    let wrong = |what: &str| Unusable::new(format!("{} {what}", path.display()));
    let metadata = std::fs::metadata(&path).map_err(|_| wrong("is not there"))?;
    if !metadata.is_file() {
        return Err(wrong("is not a file"));
    }
    if metadata.permissions().mode() & 0o111 == 0 {
        return Err(wrong("is not executable"));
    }
    let built_for = File::open(&path).ok().and_then(built_for);
    if let (Some(built_for), Some(here)) = (built_for, Architecture::here())
        && built_for != here
    {
        let asked = match wanted {
            Some(wanted) if wanted == built_for => ", as its settings ask,",
            _ => "",
        };
        return Err(wrong(&format!("is built for {built_for}{asked} and this machine is {here}")));
    }
    Ok(path)
}

/// Reads the machine from the header of an ELF file; a script has none, and is its interpreter's business.
fn built_for(file: File) -> Option<Architecture> {
    let mut header = Vec::with_capacity(20);
    file.take(20).read_to_end(&mut header).ok()?;
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    match header.get(18..20)? {
        [0x3e, 0] => Some(Architecture::X86_64),
        [0xb7, 0] => Some(Architecture::Arm64),
        _ => None,
    }
}

fn handler(handler: &str) -> Result<OsString, Unusable> {
    // The pattern and length of Lambda's own API.
    let is_well_formed = (1..=128).contains(&handler.len())
        && handler.bytes().all(|b| b.is_ascii_graphic())
        && handler.contains('.');
    if is_well_formed {
        Ok(handler.into())
    } else {
        Err(Unusable::new("a handler is a file and a function, such as app.handler"))
    }
}

fn node_client(folder: &Path, interpreters: &Interpreters) -> Result<PathBuf, Unusable> {
    let places = [Some(folder), interpreters.node_client.as_deref()];
    let packages =
        places.into_iter().flatten().map(|place| place.join("node_modules").join("aws-lambda-ric"));
    packages
        .flat_map(|package| NODE_ENTRIES.map(|entry| package.join(entry)))
        .find(|entry| entry.is_file())
        .and_then(|entry| std::fs::canonicalize(entry).ok())
        .ok_or_else(|| {
            Unusable::new(
                "a Node.js handler needs the npm package aws-lambda-ric, in the node_modules of the \
                 function or of the configured folder: npm install aws-lambda-ric",
            )
        })
}

fn python(folder: &Path, interpreters: &Interpreters) -> Result<PathBuf, Unusable> {
    let missing = || {
        Unusable::new(
            "a Python handler needs a virtual environment with the package awslambdaric: python3 -m venv \
             .venv && .venv/bin/pip install awslambdaric",
        )
    };
    // Not canonical: through the link in its folder Python knows that it is a virtual environment's.
    let home = interpreters.python.as_deref().ok_or_else(missing)?;
    let home = std::path::absolute(home).map_err(|_| missing())?;
    // What an executable finds, only it knows; whoever configured it has asked.
    if home.is_file() {
        return Ok(home);
    }
    let python = home.join("bin").join("python");
    let libraries = std::fs::read_dir(home.join("lib")).into_iter().flatten().flatten();
    let mut places = libraries
        .map(|library| library.path().join("site-packages"))
        .chain([folder.to_owned()])
        .map(|place| place.join("awslambdaric"));
    if python.is_file() && places.any(|place| place.is_dir()) { Ok(python) } else { Err(missing()) }
}

/// Lambda's rules for a function's environment. Values are free: nobody interprets them.
fn allow_environment(environment: &BTreeMap<String, String>) -> Result<(), Unusable> {
    for (name, value) in environment {
        let is_name = name.len() >= 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let is_reserved = RESERVED.contains(&name.as_str()) || name.starts_with("AWS_LAMBDA_");
        if is_reserved {
            let what = format!("the environment variable {name} is Lambda's own");
            return Err(Unusable::new(what));
        }
        if !is_name {
            let what = format!("{name:?} cannot be the name of an environment variable");
            return Err(Unusable::new(what));
        }
        if value.contains('\0') {
            let what = format!("the value of the environment variable {name} holds a zero byte");
            return Err(Unusable::new(what));
        }
    }
    let bytes: usize = environment.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > ENVIRONMENT_BYTES {
        let what =
            format!("the environment has {bytes} bytes and Lambda takes {ENVIRONMENT_BYTES}");
        return Err(Unusable::new(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::Clock;
    use std::sync::Arc;

    fn settings(code: &Path, runtime: &str) -> Settings {
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:hello".parse().unwrap();
        let clock: Clock = Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
        Settings::new(arn, code, runtime.parse().unwrap(), clock)
    }

    fn write(path: &Path, content: &[u8], mode: u32) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn refusal(settings: &Settings) -> String {
        command(settings).unwrap_err().to_string()
    }

    #[test]
    fn code_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        assert!(refusal(&settings(&nowhere, "provided")).ends_with("nowhere is not there"));
        let mut settings = settings(folder.path(), "provided.al2023");
        assert!(refusal(&settings).ends_with("bootstrap is not there"));
        write(&folder.path().join("bootstrap"), b"#!/bin/true", 0o644);
        assert!(refusal(&settings).ends_with("bootstrap is not executable"));
        settings.code = folder.path().join("bootstrap");
        assert!(refusal(&settings).ends_with("bootstrap is not there"));
    }

    #[test]
    fn a_binary_for_another_machine_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
        elf.extend(match Architecture::here() {
            Some(Architecture::X86_64) => [0xb7, 0],
            _ => [0x3e, 0],
        });
        write(&folder.path().join("bootstrap"), &elf, 0o755);
        let refusal = refusal(&settings(folder.path(), "provided.al2023"));
        assert!(refusal.contains("is built for") && refusal.contains("this machine is"));
    }

    #[test]
    fn what_an_interpreter_lacks_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut node = settings(folder.path(), "nodejs22.x");
        node.handler = "app.handler".to_owned();
        assert!(refusal(&node).contains("aws-lambda-ric"));
        let entry = folder.path().join("node_modules/aws-lambda-ric/index.mjs");
        write(&entry, b"", 0o644);
        let line = command(&node).unwrap();
        assert_eq!(line.program, Path::new("node"));
        assert_eq!(line.arguments.last().unwrap(), "app.handler");

        let mut python = settings(folder.path(), "python3.13");
        assert!(refusal(&python).contains("awslambdaric"));
        python.interpreters.python = Some(folder.path().to_owned());
        assert!(refusal(&python).contains("awslambdaric"));
        write(&folder.path().join("bin/python"), b"", 0o755);
        write(&folder.path().join("lib/python3.13/site-packages/awslambdaric/x"), b"", 0o644);
        assert!(refusal(&python).contains("such as app.handler"));
        python.handler = "app.handler".to_owned();
        assert_eq!(command(&python).unwrap().arguments, ["-m", "awslambdaric", "app.handler"]);
        // An executable is taken at its word.
        python.interpreters.python = Some(folder.path().join("bin/python"));
        assert_eq!(command(&python).unwrap().program, folder.path().join("bin/python"));
    }

    #[test]
    fn an_environment_lambda_would_not_take_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("bootstrap"), b"#!/bin/true", 0o755);
        for (name, value, says) in [
            ("AWS_REGION", "x", "Lambda's own"),
            ("AWS_LAMBDA_RUNTIME_API", "evil:1", "Lambda's own"),
            ("_HANDLER", "x", "Lambda's own"),
            ("A=B", "x", "cannot be the name"),
            ("1A", "x", "cannot be the name"),
            ("$(id)", "x", "cannot be the name"),
            ("", "x", "cannot be the name"),
            ("NAME", "a\0b", "zero byte"),
            ("NAME", &"x".repeat(4096), "4100 bytes"),
        ] {
            let mut settings = settings(folder.path(), "provided.al2023");
            settings.environment.insert(name.to_owned(), value.to_owned());
            assert!(refusal(&settings).contains(says), "{name}: {}", refusal(&settings));
        }
    }

    #[test]
    fn a_launcher_stands_before_the_command() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("bootstrap"), b"#!/bin/true", 0o755);
        let mut settings = settings(folder.path(), "provided.al2023");
        settings.launcher = vec!["/bin/launcher".into(), "launch".into()];
        let line = command(&settings).unwrap();
        assert_eq!(line.program, Path::new("/bin/launcher"));
        assert_eq!(line.arguments[0], "launch");
        assert!(Path::new(&line.arguments[1]).ends_with("bootstrap"));
    }
}
