//! Which Node.js and which Python run handlers, and where are their runtime interface clients?
//!
//! Processes of functions are given nothing of this process's environment, its `PATH` included, and what is
//! called `node` or `python3` may be a script that needs it. So the interpreters are asked here, once, where
//! they really are.

use crate::cli::FunctionArguments;
use functions::lambda::Interpreters;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The package of the client in `node_modules`.
const NODE_CLIENT: &str = "aws-lambda-ric";

/// Says where Python is, if the client for it is there.
const ASK_PYTHON: &str = "\
import importlib.util, sys
if importlib.util.find_spec('awslambdaric'): print(sys.executable)";

/// What handlers for Node.js are run with. `folder` is the template's.
pub fn node(arguments: &FunctionArguments, folder: &Path) -> Result<Interpreters, String> {
    let asked = &arguments.node;
    let said = answer(Command::new(asked).args(["-p", "process.execPath"]));
    let node = said.ok_or_else(|| {
        format!("{} is no Node.js that runs: install it, or name one with --node", asked.display())
    })?;
    let node_client = arguments.node_client.clone().or_else(|| {
        let has_client = |folder: &&Path| folder.join("node_modules").join(NODE_CLIENT).is_dir();
        folder.ancestors().find(has_client).map(Path::to_owned)
    });
    Ok(Interpreters { node, node_client, ..Interpreters::default() })
}

/// What handlers for Python are run with. `folder` is the template's.
pub fn python(arguments: &FunctionArguments, folder: &Path) -> Result<Interpreters, String> {
    let python = match &arguments.python {
        // A function may bring the client beside its code, so a virtual environment without it is right too.
        Some(asked) if asked.is_dir() => Some(asked.clone()),
        Some(asked) => Some(asked_python(asked).ok_or_else(|| {
            let shown = asked.display();
            format!("{shown} is no Python with its client: {shown} -m pip install awslambdaric")
        })?),
        None => {
            let homes = folder.ancestors().map(|folder| folder.join(".venv"));
            let homes: Vec<PathBuf> =
                homes.filter(|home| home.join("bin").join("python").is_file()).collect();
            let has_client = |home: &&PathBuf| asked_python(&home.join("bin/python")).is_some();
            let home = homes.iter().find(has_client).cloned();
            home.or_else(|| asked_python(Path::new("python3"))).or_else(|| homes.into_iter().next())
        }
    };
    Ok(Interpreters { python, ..Interpreters::default() })
}

fn asked_python(python: &Path) -> Option<PathBuf> {
    answer(Command::new(python).args(["-c", ASK_PYTHON]))
}

/// The path that a program says.
fn answer(command: &mut Command) -> Option<PathBuf> {
    let command = command.stdin(Stdio::null()).stderr(Stdio::null());
    let said = command.output().ok().filter(|said| said.status.success())?;
    let said = String::from_utf8(said.stdout).ok()?;
    let path = Path::new(said.trim());
    path.is_absolute().then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments() -> FunctionArguments {
        FunctionArguments {
            elsewhere: Vec::new(),
            node: "/nowhere/node".into(),
            node_client: None,
            python: None,
        }
    }

    #[test]
    fn an_interpreter_that_is_not_there_is_told_with_what_helps() {
        let folder = tempfile::tempdir().unwrap();
        let told = node(&arguments(), folder.path()).unwrap_err();
        assert!(told.contains("/nowhere/node") && told.contains("--node"), "{told}");
        let asked = FunctionArguments { python: Some("/nowhere/python".into()), ..arguments() };
        let told = python(&asked, folder.path()).unwrap_err();
        assert!(told.contains("/nowhere/python -m pip install awslambdaric"), "{told}");
    }

    #[test]
    #[cfg(unix)]
    fn clients_are_looked_for_from_the_template_upwards() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        // Both are scripts here, and name the program that they stand for.
        let stand_in = write("bin/node", "#!/bin/sh\necho /usr/bin/node\n");
        write("node_modules/aws-lambda-ric/index.mjs", "");
        write("app/.venv/bin/python", "#!/bin/sh\n");
        write(".venv/bin/python", "#!/bin/sh\necho /usr/bin/python3\n");
        let folder = root.path().join("app/stack");
        std::fs::create_dir_all(&folder).unwrap();
        let asked = FunctionArguments { node: stand_in, ..arguments() };
        let found = node(&asked, &folder).unwrap();
        assert_eq!(found.node, Path::new("/usr/bin/node"));
        assert_eq!(found.node_client.as_deref(), Some(root.path()));
        // The nearer one has no client.
        let found = python(&asked, &folder).unwrap();
        assert_eq!(found.python, Some(root.path().join(".venv")));
    }
}
