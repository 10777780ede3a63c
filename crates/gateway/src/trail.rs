//! What led to a decision?
//!
//! What decides says so as it goes, so that an explanation is of the decision itself and not of a copy of
//! it. For requests that are served nobody listens, and then nothing is put into words.
//!
//! INVARIANT: no step names the value of a header, a token, a claim about a person or a key: only what the
//! configuration says, and what kind of thing was missing or did not fit.

use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::{Mutex, PoisonError};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What kind of thing: `route`, `authorizer`, `token`, `scope`, `cache`, `policy`, `key`, `usage`, …
    pub about: &'static str,
    /// Whether the request was let on.
    pub passed: bool,
    /// What was found, as a sentence.
    pub text: String,
    /// The same for programs.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl Step {
    pub(crate) fn passed(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, passed: true, text: text.into(), details: Map::new() }
    }

    pub(crate) fn failed(about: &'static str, text: impl Into<String>) -> Self {
        Self { passed: false, ..Self::passed(about, text) }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// Where steps are noted, if anybody wants to know.
#[derive(Debug, Default)]
pub(crate) struct Trail(Option<Mutex<Vec<Step>>>);

impl Trail {
    /// Nobody wants to know.
    pub(crate) const fn off() -> Self {
        Self(None)
    }

    /// Everything is noted, and nothing is spent: neither requests of a quota nor tokens of a throttle.
    pub(crate) const fn on() -> Self {
        Self(Some(Mutex::new(Vec::new())))
    }

    pub(crate) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn note(&self, step: impl FnOnce() -> Step) {
        if let Some(steps) = &self.0 {
            steps.lock().unwrap_or_else(PoisonError::into_inner).push(step());
        }
    }

    /// Notes why it ends here, and gives back what it ends with.
    pub(crate) fn stop<T>(&self, with: T, step: impl FnOnce() -> Step) -> T {
        self.note(step);
        with
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        let steps = self.0.map(|steps| steps.into_inner().unwrap_or_else(PoisonError::into_inner));
        steps.unwrap_or_default()
    }
}
