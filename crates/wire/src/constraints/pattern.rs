//! Does this text match a pattern of the model, as Java would see it?

use regex::Regex;
use std::sync::OnceLock;

/// A pattern, compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    /// As the model writes it, for the message.
    java: &'static str,
    /// The same language for the `regex` crate, anchored.
    rust: &'static str,
    /// Of a pattern that is one character class under `+`: its ASCII characters.
    ascii: Option<u128>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Describes a pattern. `ascii` must be what `rust` accepts of single ASCII characters.
    #[must_use]
    pub const fn new(java: &'static str, rust: &'static str, ascii: Option<u128>) -> Self {
        Self { java, rust, ascii, compiled: OnceLock::new() }
    }

    /// The model's own spelling.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.java
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self.ascii {
            Some(set) if text.is_ascii() => {
                !text.is_empty() && text.bytes().all(|byte| set >> byte & 1 == 1)
            }
            // A pattern that does not compile matches nothing; a test proves that there is none.
            _ => self.regex().is_some_and(|regex| regex.is_match(text)),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(self.rust).ok()).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cognito_identity, cognito_idp};

    #[test]
    fn every_pattern_of_the_models_compiles_and_its_bit_set_is_true() {
        for pattern in cognito_idp::PATTERNS.iter().chain(cognito_identity::PATTERNS) {
            let regex = pattern.regex().unwrap_or_else(|| panic!("{}", pattern.java));
            let Some(set) = pattern.ascii else { continue };
            for byte in 0..128u8 {
                let text = char::from(byte).to_string();
                let (by_set, by_regex) = (set >> byte & 1 == 1, regex.is_match(&text));
                assert_eq!(by_set, by_regex, "{} on {byte:#x}", pattern.java);
            }
        }
    }

    #[test]
    fn letters_beyond_ascii_go_through_the_regular_expression() {
        let visible = Pattern::new(r"[\p{L}]+", r"\A(?:[\p{L}]+)\z", Some(1 << b'a'));
        assert!(visible.matches("aé") && visible.matches("é"));
        assert!(!visible.matches("") && !visible.matches("a ") && !visible.matches("b"));
    }
}
