//! What is a function told about itself?

use std::collections::BTreeMap;

/// The environment of a function: the `Environment.Variables` of its template, nothing of this process.
pub type Environment = BTreeMap<String, String>;

/// A variable that is missing or cannot be used. The text is for whoever wrote the template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {variable} {problem}")]
pub struct BadSetting {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl BadSetting {
    pub(crate) fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

/// The variable's value, unless it is not there or blank: templates often set what they do not use to
/// nothing.
pub(crate) fn find<'a>(environment: &'a Environment, variable: &'static str) -> Option<&'a str> {
    environment.get(variable).map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// The parts of a list that is written with commas, spaces or both.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\n', '\t']).filter(|part| !part.is_empty())
}
