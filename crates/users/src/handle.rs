//! What is a handle, and which of them could be taken for another?
//!
//! A handle is what users call each other by, so nobody may have one that looks like somebody else's. It is
//! written in one script, with letters of the ordinary width, and what is unique is not the handle but its
//! *skeleton* ([UTS 39](https://www.unicode.org/reports/tr39/#Confusable_Detection)): what remains when every
//! letter is replaced by the one it resembles.

use names::Malformed;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_security::{GeneralSecurityProfile, MixedScript, skeleton};

/// What a user is called by others: `ann`, `zoë_7`. Three to thirty letters and digits of one script, and
/// `_`, `.` and `-` one at a time between them. Case is kept and does not count.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Handle(String);

/// Names that would be taken for the house's own. Their look-alikes are reserved with them.
const RESERVED: &[&str] = &[
    "abuse",
    "account",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "billing",
    "everyone",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "login",
    "mail",
    "me",
    "moderator",
    "nobody",
    "noreply",
    "null",
    "official",
    "owner",
    "poolhouse",
    "postmaster",
    "public",
    "root",
    "search",
    "security",
    "staff",
    "status",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "team",
    "undefined",
    "user",
    "users",
    "webmaster",
    "www",
];

impl Handle {
    /// Accepts a text that has the form described on the type.
    ///
    /// # Errors
    /// [`Malformed`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        // Before anything is worked out: a text this long is none, whatever it says.
        if text.len() > 120 || !is_formed(text) {
            return Err(Malformed { what: "Handle" });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text, as its owner writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text without its case: handles that fold to the same text are the same.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// What the handle looks like. Only one of those that look alike can be somebody's.
    #[must_use]
    pub fn looks(&self) -> String {
        looks(&self.0)
    }

    /// Whether it is, or looks like, a name that nobody may have.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        // Separators are easily overlooked: `ad-min` is no better than `admin`.
        let letters: String = self.0.chars().filter(|letter| !is_separator(*letter)).collect();
        let looks_like = looks(&letters);
        RESERVED.iter().any(|reserved| looks(reserved) == looks_like)
    }
}

fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

fn looks(text: &str) -> String {
    // Once more without case: a nought resembles a capital letter. And an owner may write theirs with a capital
    // I, which resembles an l as a one does.
    skeleton(&fold(text)).collect::<String>().to_lowercase().replace('i', "l")
}

fn is_separator(letter: char) -> bool {
    matches!(letter, '_' | '.' | '-')
}

fn is_formed(text: &str) -> bool {
    let length = text.chars().count();
    let is_letter = |letter: char| letter.is_alphanumeric() && letter.identifier_allowed();
    let is_mark = |letter: char| {
        unicode_normalization::char::is_combining_mark(letter) && letter.identifier_allowed()
    };
    let mut before_is_letter = false;
    for letter in text.chars() {
        let fits =
            is_letter(letter) || before_is_letter && (is_separator(letter) || is_mark(letter));
        if !fits {
            return false;
        }
        before_is_letter = !is_separator(letter);
    }
    (3..=30).contains(&length)
        && before_is_letter
        && text.nfkc().eq(text.chars())
        && text.is_single_script()
}

impl fmt::Display for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.0)
    }
}

impl<'de> Deserialize<'de> for Handle {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap_or_else(|_| panic!("{text:?} is a handle"))
    }

    #[test]
    fn letters_of_one_script_make_a_handle() {
        for good in ["ann", "Ann_7", "zoë", "a.b-c", "анна", "李小龍", "さくら_花", "अनिता", "x2y"]
        {
            handle(good);
        }
        for bad in [
            "",
            "an",
            "_ann",
            "ann_",
            "a__b",
            "a b",
            "@ann",
            "ann\u{0}",
            "an\u{200b}n",
            "an\u{200d}n",
            "\u{202e}ann",
            "аnn",
            "ａｎｎ",
            "ann\u{ad}",
            "ﬁnn",
            "zoe\u{308}",
            "😀😀😀",
            "a\nb",
            "ann@example.com",
            "\u{308}ann",
            "a²b",
        ] {
            assert!(Handle::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Handle::parse(&"a".repeat(30)).is_ok());
        assert!(Handle::parse(&"a".repeat(31)).is_err());
        assert!(Handle::parse(&"a\u{308}".repeat(1_000_000)).is_err());
    }

    #[test]
    fn what_looks_alike_has_the_same_looks() {
        for (one, other) in [
            ("ann", "ANN"),
            ("paypal", "раураӏ"),
            ("bob1", "bobl"),
            ("user0", "usero"),
            ("scope", "ѕсоре"),
            ("alice", "aIice"),
            ("bill", "biII"),
        ] {
            assert_eq!(handle(one).looks(), handle(other).looks(), "{one} {other}");
        }
        assert_ne!(handle("paypal").folded(), handle("раураӏ").folded());
        assert_ne!(handle("ann").looks(), handle("anna").looks());
    }

    #[test]
    fn names_of_the_house_and_what_looks_like_them_are_reserved() {
        for reserved in ["admin", "Admin", "ADM1N", "ad-min", "r00t", "supp0rt"] {
            assert!(handle(reserved).is_reserved(), "{reserved}");
        }
        assert!(!handle("adminka").is_reserved());
    }
}
