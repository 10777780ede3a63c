//! The character classes that Cognito's model uses, without compiling a regular expression for ASCII.

use regex::Regex;
use std::sync::LazyLock;

#[expect(clippy::expect_used, reason = "a constant pattern, covered by a test")]
static VISIBLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$").expect("the pattern is constant")
});

/// `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`: no spaces, no control, no unassigned characters.
pub(crate) fn is_visible(text: &str) -> bool {
    let ascii_only = text.bytes().all(|byte| byte.is_ascii_graphic());
    !text.is_empty() && (ascii_only || (!text.is_ascii() && VISIBLE.is_match(text)))
}

/// Between `min` and `max` Unicode characters, as the service model counts.
pub(crate) fn has_length(text: &str, min: usize, max: usize) -> bool {
    let count = if text.is_ascii() { text.len() } else { text.chars().count() };
    (min..=max).contains(&count)
}

/// `\w` in ASCII.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_marks_and_symbols_are_visible_and_spaces_are_not() {
        for good in ["ann", "ann+tag@example.com", "Zoë", "李", "a\u{301}"] {
            assert!(is_visible(good), "{good}");
        }
        for bad in ["", "a b", "a\u{0}", "a\u{200b}", "a\u{202e}", "\u{a0}", "\t", "a\u{378}"] {
            assert!(!is_visible(bad), "{bad:?}");
        }
    }
}
