//! Why can a function not start?

use kit::BadSetting;

/// What keeps a function from starting, for whoever wrote its template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(String);

impl Problem {
    /// This is wrong.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A variable that the function cannot do without.
    #[must_use]
    pub fn missing(variable: &str) -> Self {
        Self(format!("the environment variable {variable} is missing"))
    }
}

impl From<BadSetting> for Problem {
    fn from(bad: BadSetting) -> Self {
        Self(bad.to_string())
    }
}
