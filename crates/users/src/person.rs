//! What are people called, and where do they get their mail?

use names::Malformed;
use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};
use std::{fmt, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;

/// What a person is called: anything that can be seen, on one line, at most 128 characters. Composed, and
/// without space around it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// Accepts a text that has the form described on the type.
    ///
    /// # Errors
    /// [`Malformed`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "PersonName" };
        if text.len() > 1024 {
            return Err(malformed);
        }
        let name: String = text.trim().nfc().collect();
        let is_short = name.chars().count() <= 128;
        let is_seen = !name.chars().any(is_hidden) && !has_unknown(&name);
        if name.is_empty() || !is_short || !is_seen {
            return Err(malformed);
        }
        Ok(Self(name))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as people search for it: without case and compatibility forms.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// Control characters, and those that are not seen but change what is. The two joiners stay: names of some
/// languages cannot be written without them.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[expect(clippy::expect_used, reason = "a constant pattern, covered by a test")]
static UNKNOWN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{Cn}\p{Co}]").expect("the pattern is constant"));

/// Whether a text has characters of which Unicode does not say what they look like: unassigned, or for private use.
fn has_unknown(text: &str) -> bool {
    !text.is_ascii() && UNKNOWN.is_match(text)
}

/// An e-mail address, by the rule that pools have for theirs. Composed, and without space around it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Accepts a text that has the form described on the type.
    ///
    /// # Errors
    /// [`Malformed`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "EmailAddress" };
        if text.len() > 512 {
            return Err(malformed);
        }
        let address: String = text.trim().nfc().collect();
        let is_seen = !address.chars().any(is_hidden) && !has_unknown(&address);
        if address.chars().count() > 254 || !is_address(&address) || !is_seen {
            return Err(malformed);
        }
        Ok(Self(address))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text without its case and compatibility forms: addresses that fold to the same text are the
    /// same, as they are to a pool.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// One `@`, no quoting, no comments, and a domain of at least two labels.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|letter| {
            !letter.is_control() && !letter.is_whitespace() && !r#"@"(),:;<>[]\"#.contains(letter)
        });
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    is_local && domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label)
}

/// As pools fold names: compatibility forms composed, no case, and the four letters I of Turkish are one.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.nfkc().collect::<String>().to_lowercase();
    lower.replace("i\u{307}", "i").replace('\u{131}', "i").nfkc().collect()
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{:?}", self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

text!(PersonName);
text!(EmailAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_people_have() {
        for good in ["Ann", " Ann Ő ", "O'Brien-Smith Jr.", "李", "می\u{200c}خواهم"] {
            assert!(PersonName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "  ", "a\nb", "a\u{202e}b", "a\u{0}", "\u{200b}", "a\u{2066}b"] {
            assert!(PersonName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(PersonName::parse(&"ä".repeat(128)).is_ok());
        assert!(PersonName::parse(&"ä".repeat(129)).is_err());
        assert!(PersonName::parse(&"a".repeat(1_000_000)).is_err());
        assert_eq!(PersonName::parse(" Zoe\u{308} ").unwrap().as_str(), "Zoë");
    }

    /// NRM-01: one identity, or refused; never a second one that looks alike.
    #[test]
    fn nrm_01_spellings_of_one_address_fold_to_one() {
        let folded = |text: &str| EmailAddress::parse(text).unwrap().folded();
        for same in [
            "alice@x.com",
            "ALICE@X.COM",
            " alice@x.com\t",
            "ａｌｉｃｅ@x.com",
            "alıce@x.com",
            "alİce@x.com",
        ] {
            assert_eq!(folded(same), "alice@x.com", "{same}");
        }
        assert_eq!(folded("zoe\u{308}@x.com"), folded("ZO\u{cb}@X.COM"));
        assert!(EmailAddress::parse("alice＠x.com").is_err());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "ann",
            "ann@",
            "@x.com",
            "ann@x",
            "a b@x.com",
            "a@b@x.com",
            "ann@x..com",
            "ann@-x.com",
            "ann\r\nbcc: bob@x.com",
            "ann@x.com\u{0}",
            "\"a b\"@x.com",
            "an\u{200b}n@x.com",
            "an\u{378}n@x.com",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@x.com", "a".repeat(65))).is_err());
    }

    #[cfg(feature = "beside-pool")]
    #[test]
    fn the_rule_is_that_of_pools() {
        for text in [
            "ann@example.com",
            "ann+tag@example.co.uk",
            "ann",
            "a@b",
            "a..b@x.com",
            ".a@x.com",
            "a@x-.com",
            "üml@x.com",
            "a@ü.com",
            "a,b@x.com",
        ] {
            assert_eq!(EmailAddress::parse(text).is_ok(), pool::is_email(text), "{text}");
        }
    }
}
