//! Where do the log lines of functions go?

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Takes the log lines of functions, as CloudWatch does for Lambda.
///
/// It is called from the task that runs an instance, so it must not wait.
pub trait Logs: Send + Sync {
    /// One line, without its end.
    fn line(&self, line: &Line<'_>);
}

/// A line that a function wrote, or that was written about it.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The call it belongs to; nothing for what is written between calls.
    pub request_id: Option<&'a str>,
    /// Who wrote it.
    pub source: Source,
    /// What it says. It is the function's own text: it may hold whatever the function logs.
    pub text: &'a str,
}

/// Who wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The function, on its standard output.
    Output,
    /// The function, on its standard error.
    Error,
    /// The host, in Lambda's words: `START`, `END`, `REPORT` and why an instance ended.
    Platform,
}

/// Without the text.
impl fmt::Debug for Line<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Line")
            .field("function", &self.function)
            .field("request_id", &self.request_id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// Hands lines to `tracing`, under the target `lambda`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracedLogs;

impl Logs for TracedLogs {
    fn line(&self, line: &Line<'_>) {
        let Line { function, request_id, source: _, text } = *line;
        tracing::info!(target: "lambda", function, request_id, "{text}");
    }
}

/// Keeps the last four kilobytes of the calls that somebody asked about, and hands all lines on.
///
/// It is what `LogType=Tail` of the Invoke API reads.
pub struct Tails {
    next: Arc<dyn Logs>,
    watched: Mutex<HashMap<String, String>>,
}

/// What Lambda answers of a log.
const TAIL_BYTES: usize = 4096;

impl Tails {
    /// Lines go on to `next`.
    #[must_use]
    pub fn new(next: Arc<dyn Logs>) -> Self {
        Self { next, watched: Mutex::default() }
    }

    /// Keeps what is logged for this call from now on, until the watch is dropped.
    #[must_use]
    pub fn watch(self: &Arc<Self>, request_id: &str) -> Watch {
        self.watched().insert(request_id.to_owned(), String::new());
        Watch { tails: self.clone(), request_id: request_id.to_owned() }
    }

    fn watched(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Logs for Tails {
    fn line(&self, line: &Line<'_>) {
        if let Some(id) = line.request_id
            && let Some(tail) = self.watched().get_mut(id)
        {
            tail.push_str(line.text);
            tail.push('\n');
            let extra = tail.len().saturating_sub(TAIL_BYTES);
            tail.drain(..tail.ceil_char_boundary(extra));
        }
        self.next.line(line);
    }
}

/// The end of one call's log, kept while this lives.
pub struct Watch {
    tails: Arc<Tails>,
    request_id: String,
}

impl Watch {
    /// What there is by now.
    #[must_use]
    pub fn read(&self) -> String {
        self.tails.watched().get(&self.request_id).cloned().unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.tails.watched().remove(&self.request_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_watched_call_is_kept_and_no_other() {
        let tails = Arc::new(Tails::new(Arc::new(TracedLogs)));
        let log = |id, text: &str| {
            let source = Source::Output;
            tails.line(&Line { function: "f", request_id: Some(id), source, text });
        };
        let watch = tails.watch("a");
        log("a", "one");
        log("b", "two");
        assert_eq!(watch.read(), "one\n");
        log("a", &"ü".repeat(3000));
        log("a", "end");
        let tail = watch.read();
        assert!(tail.len() <= 4096 && tail.ends_with("ü\nend\n"));
        drop(watch);
        assert!(tails.watched().is_empty());
    }
}
