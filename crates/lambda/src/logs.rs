//! What does a line of the log look like?
//!
//! One JSON object in each line, in the form that Lambda's own log levels and CloudWatch's queries know:
//! `timestamp`, `level`, `message`, `requestId`, the target, and the fields of the event. There are no spans,
//! since an instance has one call at a time, and so no library for them.
//!
//! Lines of other people's code come only as warnings and errors: below these, clients write whole
//! requests.

use jiff::Timestamp;
use serde_json::{Map, Value};
use std::{
    env, fmt,
    io::Write,
    panic,
    sync::{Mutex, PoisonError},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};

/// The level that Lambda is configured with (`LoggingConfig.ApplicationLogLevel`).
const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Whose lines are ours, by the first part of their target.
const OURS: &[&str] = &["kit", "lambda", "lambda_aws", "users", "functions", "crypto"];

/// The most characters of one value.
const LONGEST: usize = 4096;

/// The call that is being answered. An instance has one at a time.
static REQUEST: Mutex<Option<String>> = Mutex::new(None);

/// Writes what is logged from now on to the standard output.
pub fn set_up() {
    let level = env::var(LEVEL).ok();
    let lines = Lines { level: level_of(level.as_deref()) };
    // It can only be refused if there is one already, and that one stays.
    _ = tracing::subscriber::set_global_default(lines);
    // What a panic says may quote the event. Where it was is all that is needed.
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string);
        tracing::error!(place, "something panicked");
    }));
}

/// Lines belong to this call until what is returned is dropped.
pub fn of_request(id: &str) -> OfRequest {
    *request() = Some(id.to_owned());
    OfRequest
}

/// Until this is dropped, lines belong to one call.
pub struct OfRequest;

impl Drop for OfRequest {
    fn drop(&mut self) {
        *request() = None;
    }
}

/// Writes a line at once. There is nobody to tell if that fails.
pub fn write_line(line: &str) {
    let mut bytes = Vec::with_capacity(line.len() + 1);
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    _ = std::io::stdout().lock().write_all(&bytes);
}

fn request() -> std::sync::MutexGuard<'static, Option<String>> {
    REQUEST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn level_of(text: Option<&str>) -> LevelFilter {
    match text {
        Some("TRACE") => LevelFilter::TRACE,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some("WARN") => LevelFilter::WARN,
        Some("ERROR" | "FATAL") => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    }
}

struct Lines {
    level: LevelFilter,
}

impl Lines {
    fn line(event: &Event<'_>, at: Timestamp) -> String {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let Fields(mut line) = fields;
        // Last, so that no field can pass for one of these.
        let metadata = event.metadata();
        line.insert("timestamp".to_owned(), format!("{at:.3}").into());
        line.insert("level".to_owned(), metadata.level().as_str().into());
        line.insert("target".to_owned(), metadata.target().into());
        if let Some(id) = request().as_deref() {
            line.insert("requestId".to_owned(), id.into());
        }
        Value::Object(line).to_string()
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let crate_name = metadata.target().split("::").next().unwrap_or_default();
        let level = match OURS.contains(&crate_name) {
            true => self.level,
            false => self.level.min(LevelFilter::WARN),
        };
        metadata.is_event() && *metadata.level() <= level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        write_line(&Self::line(event, Timestamp::now()));
    }

    // No span is ever enabled, so there is nothing to tell apart.
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.chars().take(LONGEST).collect::<String>().into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;

    /// Keeps lines in place of writing them.
    struct Kept(Lines, Arc<Mutex<Vec<Value>>>);

    impl Subscriber for Kept {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            self.0.enabled(metadata)
        }
        fn event(&self, event: &Event<'_>) {
            let line = Lines::line(event, "2026-11-21T08:00:00.12345Z".parse().unwrap());
            assert!(!line.contains('\n'));
            self.1.lock().unwrap().push(serde_json::from_str(&line).unwrap());
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            panic!("a span is enabled")
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    fn lines(level: Option<&str>, log: impl FnOnce()) -> Vec<Value> {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let subscriber = Kept(Lines { level: level_of(level) }, kept.clone());
        tracing::subscriber::with_default(subscriber, log);
        std::mem::take(&mut *kept.lock().unwrap())
    }

    #[test]
    fn a_line_is_one_object_whose_own_members_no_field_can_replace() {
        let found = lines(None, || {
            let _guard = of_request("c4a1");
            tracing::error!(sub = "s\n", level = "FINE", count = 7, ok = true, "two\nlines");
            tracing::info_span!("a span").in_scope(|| {});
        });
        assert_eq!(
            found,
            [json!({
                "timestamp": "2026-11-21T08:00:00.123Z",
                "level": "ERROR",
                "target": "lambda::logs::tests",
                "requestId": "c4a1",
                "message": "two\nlines",
                "sub": "s\n",
                "count": 7,
                "ok": true,
            })]
        );
    }

    #[test]
    fn other_peoples_requests_are_not_logged_at_any_level() {
        let found = lines(Some("TRACE"), || {
            tracing::trace!("ours");
            tracing::trace!(target: "lambda_runtime::layers", "raw JSON event");
            tracing::debug!(target: "aws_smithy_runtime", "request");
            tracing::info!(target: "lambdas", "not ours either");
            tracing::warn!(target: "hyper", "theirs");
        });
        let messages: Vec<_> = found.iter().map(|line| line["message"].clone()).collect();
        assert_eq!(messages, ["ours", "theirs"]);
    }

    #[test]
    fn the_level_is_lambdas() {
        let log = || {
            tracing::info!("info");
            tracing::error!("error");
        };
        assert_eq!(lines(None, log).len(), 2);
        assert_eq!(lines(Some("FATAL"), log).len(), 1);
        assert_eq!(lines(Some("?"), || tracing::debug!("debug")).len(), 0);
    }
}
