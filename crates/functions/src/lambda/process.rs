//! How is the process of an instance started, heard and ended?

use super::{command, settings::Settings};
use crate::{Line, Source};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    os::fd::AsFd,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, OnceLock, mpsc},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, ChildStderr, ChildStdout, Command},
    sync::oneshot,
};

/// A process that leads a group of its own. The whole group is killed when this is dropped.
pub(super) struct Process {
    child: Child,
    id: u32,
    output: Pipe<ChildStdout>,
    error: Pipe<ChildStderr>,
}

impl Process {
    /// Starts the program that the settings lead to.
    pub async fn start(
        settings: &Settings,
        runtime_api: &str,
        log_stream: &str,
    ) -> Result<Self, crate::Failure> {
        let line = command::command(settings)?;
        let environment = command::environment(settings, &line.folder, runtime_api, log_stream);
        let mut command = Command::new(&line.program);
        command
            .args(line.arguments)
            .current_dir(line.folder)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let child = spawn(command).await;
        let broken = |reason: String| crate::Failure::Unreachable { reason };
        let mut child = child.map_err(|error| cannot_start(&line.program, &error))?;
        let id = child.id().ok_or_else(|| broken("the process has no id".to_owned()))?;
        let (output, error) = (Pipe::new(child.stdout.take()), Pipe::new(child.stderr.take()));
        prefer_for_killing(id);
        Ok(Self { child, id, output, error })
    }

    pub fn id(&self) -> u32 {
        self.id
    }

    /// Waits until it has ended, and hands its lines to the journal meanwhile.
    pub async fn ended(&mut self, journal: &mut Journal) -> String {
        loop {
            tokio::select! {
                biased;
                () = self.output.fill() => self.output.empty_into(journal, Source::Output),
                () = self.error.fill() => self.error.empty_into(journal, Source::Error),
                status = self.child.wait() => {
                    self.kill();
                    return status.map_or_else(|_| "unknown status".to_owned(), describe);
                }
            }
        }
    }

    /// How it has ended, noticed or not.
    pub fn end(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(describe)
    }

    /// Hands over what it has written until now, all of it: also what the reactor has not noticed yet.
    pub fn hear(&mut self, journal: &mut Journal) {
        self.output.read_what_is_there();
        self.output.empty_into(journal, Source::Output);
        self.error.read_what_is_there();
        self.error.empty_into(journal, Source::Error);
    }

    /// Ends it and all that it started and that stayed in its group.
    pub fn kill(&self) {
        let group = i32::try_from(self.id).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // There may be nobody left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// In Lambda's words.
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(9)) => "signal: killed".to_owned(),
        (None, Some(6)) => "signal: aborted".to_owned(),
        (None, Some(11)) => "signal: segmentation fault".to_owned(),
        (None, Some(signal)) => format!("signal: {signal}"),
        (None, None) => "unknown status".to_owned(),
    }
}

fn cannot_start(program: &std::path::Path, error: &std::io::Error) -> crate::Failure {
    let reason = format!("{} cannot be started: {error}", program.display());
    crate::Failure::Unreachable { reason }
}

/// When the machine runs out of memory, an instance is ended rather than the server.
fn prefer_for_killing(id: u32) {
    if cfg!(target_os = "linux") {
        let path = PathBuf::from(format!("/proc/{id}/oom_score_adj"));
        let _ = std::fs::write(path, "1000");
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Starts processes from a thread that lives as long as this process. The kernel takes the end of the
/// thread that started a process for the end of its parent, and tokio's threads come and go.
async fn spawn(mut command: Command) -> std::io::Result<Child> {
    static STARTER: OnceLock<Option<mpsc::Sender<Job>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new().name("lambda-starter".to_owned());
        thread.spawn(move || queue.iter().for_each(|job| job())).ok().map(|_| jobs)
    });
    let runtime = tokio::runtime::Handle::current();
    let (started, child) = oneshot::channel();
    let job: Job = Box::new(move || {
        let _inside = runtime.enter();
        // Nobody may be waiting any more; the child is killed then, as it is dropped.
        let _ = started.send(command.spawn());
    });
    let gone = || std::io::Error::other("there is no thread to start processes from");
    starter.as_ref().and_then(|starter| starter.send(job).ok()).ok_or_else(gone)?;
    child.await.map_err(|_| gone())?
}

/// One of the two ways in which a process speaks.
struct Pipe<Reader> {
    reader: Option<Reader>,
    held: Vec<u8>,
}

/// A longer line is cut: CloudWatch's limit for an event.
const LONGEST_LINE: usize = 256 * 1024;

impl<Reader: AsyncRead + AsFd + Unpin> Pipe<Reader> {
    fn new(reader: Option<Reader>) -> Self {
        Self { reader, held: Vec::new() }
    }

    /// Reads once; for ever if there is nothing more to read. It loses nothing when it is dropped.
    async fn fill(&mut self) {
        let Some(reader) = &mut self.reader else { return std::future::pending().await };
        let mut chunk = [0; 4096];
        match reader.read(&mut chunk).await {
            Ok(0) | Err(_) => self.reader = None,
            Ok(read) => self.held.extend_from_slice(chunk.get(..read).unwrap_or_default()),
        }
    }

    /// Reads without waiting. The bound is for somebody who writes as fast as we read.
    fn read_what_is_there(&mut self) {
        let Some(reader) = &self.reader else { return };
        let mut chunk = [0; 4096];
        for _ in 0..256 {
            match rustix::io::read(reader, &mut chunk) {
                Ok(0) | Err(_) => break,
                Ok(read) => self.held.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            }
        }
    }

    /// Hands over whole lines; what is left when nothing more comes is a line too.
    fn empty_into(&mut self, journal: &mut Journal, source: Source) {
        if let Some(last) = self.held.iter().rposition(|b| *b == b'\n') {
            let rest = self.held.split_off(last + 1);
            let whole = std::mem::replace(&mut self.held, rest);
            let lines = whole.strip_suffix(b"\n").unwrap_or(&whole).split(|b| *b == b'\n');
            lines.for_each(|line| journal.line(source, line.trim_ascii_end()));
        }
        if self.held.len() >= LONGEST_LINE || (self.reader.is_none() && !self.held.is_empty()) {
            journal.line(source, self.held.trim_ascii_end());
            self.held.clear();
        }
    }
}

/// The log of one instance: knows which call a line belongs to, and when it is enough.
pub(super) struct Journal {
    settings: Arc<Settings>,
    request_id: Option<String>,
    left: usize,
    left_out: u64,
}

/// What is kept of what a function writes in one call.
const MOST_PER_CALL: usize = 1024 * 1024;

impl Journal {
    pub fn new(settings: Arc<Settings>) -> Self {
        Self { settings, request_id: None, left: MOST_PER_CALL, left_out: 0 }
    }

    /// What follows belongs to this call.
    pub fn begin(&mut self, request_id: &str) {
        self.tell_left_out();
        self.request_id = Some(request_id.to_owned());
        self.left = MOST_PER_CALL;
    }

    /// What follows belongs to no call.
    pub fn end(&mut self) {
        self.tell_left_out();
        self.request_id = None;
        self.left = MOST_PER_CALL;
    }

    /// A line of the host's.
    pub fn platform(&mut self, text: &str) {
        self.tell_left_out();
        self.write(Source::Platform, text);
    }

    fn line(&mut self, source: Source, text: &[u8]) {
        match self.left.checked_sub(text.len() + 1) {
            Some(left) => {
                self.left = left;
                self.write(source, &String::from_utf8_lossy(text));
            }
            None => {
                self.left = 0;
                self.left_out += 1;
            }
        }
    }

    fn tell_left_out(&mut self) {
        if self.left_out > 0 {
            let text = format!("{} lines more were left out", self.left_out);
            self.left_out = 0;
            self.write(Source::Platform, &text);
        }
    }

    fn write(&self, source: Source, text: &str) {
        let function = self.settings.name();
        let request_id = self.request_id.as_deref();
        self.settings.logs.line(&Line { function, request_id, source, text });
    }
}
