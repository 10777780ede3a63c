//! How is a function run that is not one of ours?
//!
//! Its code is run by a Lambda host, as the template describes it, or it is called where somebody else runs it. A
//! function that cannot be run stands in the way of nothing but its own calls.

use crate::{Problem, cli::FunctionArguments, interpreters, on_lambda::OnLambda};
use async_trait::async_trait;
use bytes::Bytes;
use functions::{
    Call, Failure, Function, InvokeUrl, Logs,
    lambda::{Architecture, Interpreters, LambdaHost, Runtime, Settings},
};
use names::{Clock, FunctionArn};
use std::{
    cell::OnceCell,
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use template::Code;

/// The word that makes this program a launcher of functions. It is not among the commands of its help.
pub const LAUNCH: &str = "launch-function";

/// What `sam build` leaves behind, seen from the template's folder.
const BUILT_BY_SAM: &str = ".aws-sam/build";

/// The path of Lambda's Invoke API, around a function's name.
const INVOKE_PATH: [&str; 2] = ["/2015-03-31/functions/", "/invocations"];

/// Whoever runs functions that are not ours.
pub struct Hosts<'a> {
    pub arguments: &'a FunctionArguments,
    /// The template's folder; code is looked for from here.
    pub folder: &'a Path,
    /// A wait before each start.
    pub cold_start: Duration,
    pub logs: Arc<dyn Logs>,
    pub clock: Clock,
    /// Where functions are called that somebody else runs: by logical id or name.
    elsewhere: BTreeMap<String, String>,
    node: OnceCell<Result<Interpreters, String>>,
    python: OnceCell<Result<Interpreters, String>>,
    /// Code that stands in the template itself.
    inline: OnceCell<TempDir>,
}

/// A function that can be called, as well as it can be.
pub struct Hosted {
    pub function: Arc<dyn Function>,
    /// What its caller should know at the start.
    pub note: Option<String>,
    /// Why each call of it will fail.
    pub problem: Option<String>,
    /// Whether it is a process here.
    pub is_process: bool,
}

impl<'a> Hosts<'a> {
    /// With these arguments.
    pub fn new(
        arguments: &'a FunctionArguments,
        folder: &'a Path,
        cold_start: Duration,
        logs: Arc<dyn Logs>,
        clock: Clock,
    ) -> Result<Self, Problem> {
        let mut elsewhere = BTreeMap::new();
        for argument in &arguments.elsewhere {
            let Some((name, url)) = argument.split_once('=') else {
                return Err(Problem::text("--function is NAME=URL"));
            };
            elsewhere.insert(name.to_owned(), url.to_owned());
        }
        let (node, python, inline) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Ok(Self { arguments, folder, cold_start, logs, clock, elsewhere, node, python, inline })
    }

    /// The function where somebody else runs it, if it was asked for.
    pub fn elsewhere(
        &self,
        function: &template::Function,
    ) -> Result<Option<Arc<dyn Function>>, Problem> {
        let named = [&function.logical_id, &function.name];
        let Some(url) = named.into_iter().find_map(|name| self.elsewhere.get(name)) else {
            return Ok(None);
        };
        if url.starts_with("arn:") {
            let arn = FunctionArn::parse(url).map_err(|_| {
                let text = format!("--function {}: not a function's ARN", function.logical_id);
                Problem::text(text)
            })?;
            return Ok(Some(Arc::new(OnLambda::new(arn))));
        }
        let [before, behind] = INVOKE_PATH;
        let whole = url
            .strip_suffix(behind)
            .and_then(|url| url.rsplit_once(before))
            .unwrap_or((url, &function.name));
        let (server, name) = whole;
        let made = InvokeUrl::new(server, name);
        let made = made.map_err(|_| {
            let text = format!("--function {}: the URL is no plain http one", function.logical_id);
            Problem::text(text)
        })?;
        Ok(Some(Arc::new(made)))
    }

    /// Whether all functions that were said to run elsewhere are there.
    pub fn check(&self, functions: &[template::Function]) -> Result<(), Problem> {
        let is_known = |name: &String| {
            functions.iter().any(|function| function.logical_id == *name || function.name == *name)
        };
        match self.elsewhere.keys().find(|name| !is_known(name)) {
            Some(name) => {
                Err(Problem::text(format!("--function {name}: the template has no such function")))
            }
            None => Ok(()),
        }
    }

    /// Runs the code of a function. `given` is what the machine adds to its environment.
    pub fn host(&self, function: &template::Function, given: BTreeMap<String, String>) -> Hosted {
        let (settings, note) = match self.settings(function, given) {
            Ok(settings) => settings,
            Err(reason) => return Hosted::unusable(reason),
        };
        let host = LambdaHost::new(settings);
        let problem = host.check().err().map(|unusable| unusable.to_string());
        Hosted { function: Arc::new(host), note, problem, is_process: true }
    }

    /// The code that stood in the template, to be kept as long as functions are called.
    pub fn into_inline_code(self) -> Option<TempDir> {
        self.inline.into_inner()
    }

    fn settings(
        &self,
        function: &template::Function,
        given: BTreeMap<String, String>,
    ) -> Result<(Settings, Option<String>), String> {
        let (code, note) = self.code(function)?;
        let arn = FunctionArn::parse(&function.arn).map_err(|cause| cause.to_string())?;
        let runtime: Runtime = function.runtime.parse().map_err(|cause| format!("{cause}"))?;
        let architecture = function.architectures.first();
        let architecture: Option<Architecture> =
            architecture.and_then(|architecture| architecture.parse().ok());
        let mut settings = Settings::new(arn, code, runtime, self.clock.clone());
        settings.interpreters = self.interpreters(&function.runtime)?;
        settings.handler = function.handler.clone();
        settings.environment = function.environment.clone();
        settings.given = given;
        settings.memory_megabytes = function.memory_megabytes;
        settings.architecture = architecture;
        if let Some(reserved) = function.reserved_concurrency {
            settings.concurrency = usize::try_from(reserved).unwrap_or(usize::MAX);
        }
        settings.cold_start = self.cold_start;
        settings.launcher = launcher();
        settings.logs = self.logs.clone();
        Ok((settings, note))
    }

    /// The folder with the code, and a word on it if it is not the one that the template names.
    fn code(&self, function: &template::Function) -> Result<(PathBuf, Option<String>), String> {
        let id = &function.logical_id;
        let built = Path::new(BUILT_BY_SAM).join(id);
        let path = match &function.code {
            Code::Folder(_) if self.folder.join(&built).is_dir() => {
                let note = format!("{id} runs as `sam build` left it in {}", built.display());
                return Ok((self.folder.join(built), Some(note)));
            }
            Code::Folder(path) => self.folder.join(path),
            Code::Inline(text) => self.inline(function, text)?,
            Code::Elsewhere(place) if place.is_empty() => {
                return Err("it is an image, which is not run here".to_owned());
            }
            Code::Elsewhere(place) => return Err(format!("its code is not here but in {place}")),
        };
        match path.is_file() {
            true => Err(format!("its code {} is a file and not a folder", path.display())),
            false => Ok((path, None)),
        }
    }

    /// Code of the template becomes a file, as it does on Lambda.
    fn inline(&self, function: &template::Function, text: &str) -> Result<PathBuf, String> {
        let file = match function.runtime.as_str() {
            runtime if runtime.starts_with("nodejs") => "index.js",
            runtime if runtime.starts_with("python") => "index.py",
            runtime => return Err(format!("its runtime {runtime} takes no code in the template")),
        };
        let all = match self.inline.get() {
            Some(all) => all,
            None => {
                let made = tempfile::Builder::new().prefix("poolhouse-").tempdir();
                let made = made.map_err(|cause| format!("its code cannot be written: {cause}"))?;
                self.inline.get_or_init(|| made)
            }
        };
        let folder = all.path().join(&function.logical_id);
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join(file), text))
            .map_err(|cause| format!("its code cannot be written: {cause}"))?;
        Ok(folder)
    }

    fn interpreters(&self, runtime: &str) -> Result<Interpreters, String> {
        if runtime.starts_with("nodejs") {
            return self
                .node
                .get_or_init(|| interpreters::node(self.arguments, self.folder))
                .clone();
        }
        if runtime.starts_with("python") {
            let found = || interpreters::python(self.arguments, self.folder);
            return self.python.get_or_init(found).clone();
        }
        Ok(Interpreters::default())
    }
}

impl Hosted {
    /// A function that needs no process.
    pub fn running(function: Arc<dyn Function>) -> Self {
        Self { function, note: None, problem: None, is_process: false }
    }

    /// A function that is there and cannot be called, for this reason.
    pub fn unusable(reason: String) -> Self {
        let function = Arc::new(Unusable { reason: reason.clone() });
        Self { problem: Some(reason), ..Self::running(function) }
    }
}

/// Becomes the program of a function that ends with this process's parent. Returns only what went wrong.
pub fn launch(command: impl IntoIterator<Item = OsString>) -> Problem {
    match functions::lambda::launch(command) {
        Ok(never) => match never {},
        Err(cause) => Problem::new("the function cannot be started", cause),
    }
}

/// This program, as [`launch`]. Without it functions end as their Runtime API does, which is nearly as good.
fn launcher() -> Vec<OsString> {
    std::env::current_exe().map_or_else(|_| Vec::new(), |path| vec![path.into(), LAUNCH.into()])
}

/// A function that nothing here can run.
struct Unusable {
    reason: String,
}

#[async_trait]
impl Function for Unusable {
    async fn invoke(&self, _: Call) -> Result<Bytes, Failure> {
        Err(Failure::Unreachable { reason: self.reason.clone() })
    }
}
