//! What is a function told about itself?

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

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

/// A variable that is `true` or `false`, and `false` if it is not there.
pub(crate) fn flag(environment: &Environment, variable: &'static str) -> Result<bool, BadSetting> {
    match find(environment, variable) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(BadSetting::new(variable, "is neither `true` nor `false`")),
    }
}

/// A whole number within bounds, or what stands for a variable that is not there.
pub(crate) fn number(
    environment: &Environment,
    variable: &'static str,
    default: u32,
    bounds: RangeInclusive<u32>,
) -> Result<u32, BadSetting> {
    let Some(text) = find(environment, variable) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    number.ok_or_else(|| {
        let (low, high) = bounds.into_inner();
        BadSetting::new(variable, format!("is no whole number from {low} to {high}"))
    })
}

/// A time in milliseconds, bounded like a [`number`].
pub(crate) fn milliseconds(
    environment: &Environment,
    variable: &'static str,
    default: u32,
    bounds: RangeInclusive<u32>,
) -> Result<Duration, BadSetting> {
    number(environment, variable, default, bounds)
        .map(|number| Duration::from_millis(u64::from(number)))
}

/// The address of a page. Only `https`, except on the machine itself, and nothing that could end the
/// place it is written to.
pub(crate) fn web_address<'a>(
    environment: &'a Environment,
    variable: &'static str,
) -> Result<Option<&'a str>, BadSetting> {
    let Some(text) = find(environment, variable) else { return Ok(None) };
    let is_safe = text.starts_with("https://")
        || ["http://localhost", "http://127.0.0.1"].iter().any(|local| {
            text.strip_prefix(local).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(':') || rest.starts_with('/')
            })
        });
    let is_plain = text.len() <= 512
        && text.bytes().all(|byte| {
            byte.is_ascii_graphic()
                && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'{' | b'}' | b'#')
        });
    match is_safe && is_plain {
        true => Ok(Some(text)),
        false => Err(BadSetting::new(variable, "is no plain https address without a fragment")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(value: &str) -> Environment {
        [("X".to_owned(), value.to_owned())].into()
    }

    #[test]
    fn flags_and_numbers_are_what_they_say() {
        assert_eq!(flag(&environment("true"), "X"), Ok(true));
        assert_eq!(flag(&environment(" false "), "X"), Ok(false));
        assert_eq!(flag(&environment(""), "X"), Ok(false));
        assert!(flag(&environment("yes"), "X").is_err());
        assert_eq!(number(&environment("7"), "X", 1, 1..=9), Ok(7));
        assert_eq!(number(&environment(" "), "X", 1, 1..=9), Ok(1));
        for bad in ["0", "10", "-1", "seven", "1.5"] {
            assert!(number(&environment(bad), "X", 1, 1..=9).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_web_address_is_safe_to_write_into_a_mail() {
        for good in
            ["https://example.com/sign-in?a=b", "http://localhost:3000", "http://127.0.0.1/"]
        {
            assert_eq!(web_address(&environment(good), "X"), Ok(Some(good)));
        }
        for bad in [
            "http://example.com",
            "http://localhost.example.com",
            "javascript:alert(1)",
            "https://example.com/\"onload=",
            "https://example.com/#there",
            "https://example.com/ x",
            "example.com",
        ] {
            assert!(web_address(&environment(bad), "X").is_err(), "{bad}");
        }
    }
}
