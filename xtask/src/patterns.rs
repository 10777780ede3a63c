//! How does a Java regular expression of the model read in Rust?
//!
//! Java's `\w`, `\d` and `\s` are ASCII, its `.` stops at five line terminators, and its
//! `matches()` asks for the whole string. Most patterns are one character class under `+`; for those
//! the ASCII half is precomputed as a bit set, so that the server seldom runs a regular expression.

use regex::Regex;
use std::error::Error;

/// The one pattern with a look-behind, and the same language without it; and the pattern of domains, which
/// in the model has no dot, where the service itself takes the custom domains of its own documentation.
const REWRITTEN: &[(&str, &str)] = &[
    (r"^[0-9A-Za-z\.\-_]*(?<!\.)$", r"(?:[0-9A-Za-z.\-_]*[0-9A-Za-z\-_])?"),
    (r"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$", r"[a-z0-9](?:[a-z0-9.\-]{0,61}[a-z0-9])?"),
];

/// A translated pattern.
pub struct Translated {
    /// For the `regex` crate, anchored at both ends.
    pub rust: String,
    /// The ASCII characters of a pattern that is one character class under `+`.
    pub ascii: Option<u128>,
}

/// Translates, and proves that the result compiles.
pub fn translate(java: &str) -> Result<Translated, Box<dyn Error>> {
    let body = match REWRITTEN.iter().find(|(from, _)| *from == java) {
        Some((_, to)) => (*to).to_owned(),
        None => classes(java),
    };
    let rust = format!(r"\A(?:{body})\z");
    let regex = Regex::new(&rust).map_err(|error| format!("{java}: {error}"))?;
    let ascii = is_one_class(java).then(|| {
        (0..128u8)
            .filter(|byte| regex.is_match(&char::from(*byte).to_string()))
            .fold(0u128, |set, byte| set | (1 << byte))
    });
    Ok(Translated { rust, ascii })
}

fn classes(java: &str) -> String {
    let mut out = String::new();
    let mut letters = java.chars();
    let mut in_class = false;
    let dot_matches_all = java.starts_with("(?s)");
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('w') => out.push_str(if in_class { "[:word:]" } else { "[[:word:]]" }),
                Some('d') => out.push_str(if in_class { "[:digit:]" } else { "[[:digit:]]" }),
                Some('s') => out.push_str(if in_class { "[:space:]" } else { "[[:space:]]" }),
                Some('S') => out.push_str(if in_class { "[:^space:]" } else { "[[:^space:]]" }),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '.' if !in_class && !dot_matches_all => out.push_str(r"[^\n\r\u{85}\u{2028}\u{2029}]"),
            other => out.push(other),
        }
    }
    out
}

fn is_one_class(java: &str) -> bool {
    let body = java.strip_prefix('^').unwrap_or(java);
    let body = body.strip_suffix('$').unwrap_or(body);
    let Some(inside) = body.strip_prefix('[').and_then(|body| body.strip_suffix("]+")) else {
        return false;
    };
    !inside.starts_with('^') && !inside.replace(r"\[", "").replace(r"\]", "").contains(['[', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(java: &str, text: &str) -> bool {
        Regex::new(&translate(java).unwrap().rust).unwrap().is_match(text)
    }

    #[test]
    fn word_characters_are_ascii_as_in_java() {
        assert!(matches(r"[\w+=/]+", "aZ_9+=/"));
        assert!(!matches(r"[\w+=/]+", "é"));
        assert!(matches(r"[\w-]+_[0-9a-zA-Z]+", "eu-west-1_Ab1"));
    }

    #[test]
    fn the_whole_text_must_match() {
        assert!(!matches(r"[0-9]+", "12\n"));
        assert!(!matches(r"^[0-9a-fA-F]+$", "ab\n"));
        assert!(!matches(r"[0-9]+", "x12"));
    }

    #[test]
    fn a_dot_stops_at_line_ends_unless_told_otherwise() {
        assert!(matches(r".*\{####\}.*", "code {####}!"));
        assert!(!matches(r".*\{####\}.*", "code\u{2028}{####}"));
        assert!(matches(r"(?s).*", "a\nb"));
    }

    #[test]
    fn the_look_behind_is_gone_and_its_meaning_kept() {
        let bucket = r"^[0-9A-Za-z\.\-_]*(?<!\.)$";
        for (text, fits) in [("my.bucket", true), ("bucket.", false), ("a b", false), ("", true)] {
            assert_eq!(matches(bucket, text), fits, "{text}");
        }
    }

    #[test]
    fn one_class_knows_its_ascii_characters() {
        let digits = translate("[0-9]+").unwrap().ascii.unwrap();
        assert_eq!(digits, 0x03ff << 48);
        assert!(translate(r"[\w-]+_[0-9]+").unwrap().ascii.is_none());
        assert!(translate(r"[^_\p{Z}][\p{L}][^_\p{Z}]+").unwrap().ascii.is_none());
    }
}
