//! What is written to users, and who carries it?
//!
//! What a letter says is worded by whoever carries it, in the language of the profile and in the looks of the
//! brand. Nothing that a user chose is ever in one: whoever gives somebody else's address must not be able to
//! write to them in the brand's name.

use async_trait::async_trait;
use jiff::Timestamp;
use names::Code;
use std::fmt;

/// A letter to a user. What it is for is a secret of the user's: it is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    /// How the user likes to read, `de-AT`.
    pub language: Option<String>,
    pub about: LetterAbout,
    /// For how many minutes it is good.
    pub minutes: u32,
}

/// Why somebody is written to.
#[derive(Clone, PartialEq, Eq)]
pub enum LetterAbout {
    /// An account waits for its address to be proven, at this address; the code is its end.
    Activation { link: String, code: Code },
    /// Somebody wants to be reached here from now on.
    EmailChange { code: Code },
}

/// The way out for letters.
#[async_trait]
pub trait Letters: Send + Sync + 'static {
    /// Hands a letter over. That it arrives is not promised.
    ///
    /// # Errors
    /// [`Undelivered`] when it could not be handed over.
    async fn send(&self, letter: Letter, now: Timestamp) -> Result<(), Undelivered>;
}

/// A letter could not be handed over, with the cause for the log.
#[derive(Debug, thiserror::Error)]
#[error("a letter was not handed over: {0}")]
pub struct Undelivered(pub String);

/// The address that an activation letter asks its reader to open, below the address that the API is known
/// under. That address is a setting: whoever sends a request must not choose where its letters lead.
#[must_use]
pub fn activation_link(public_url: &str, code: &Code) -> String {
    format!("{}/user/activate/{}", public_url.trim_end_matches('/'), code.reveal())
}

impl fmt::Debug for Letter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Letter").field("about", &self.about).finish_non_exhaustive()
    }
}

impl fmt::Debug for LetterAbout {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Activation { .. } => "Activation",
            Self::EmailChange { .. } => "EmailChange",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_configured_address_and_is_not_printed() {
        let code = Code::parse("abc123").unwrap();
        let link = activation_link("https://api.example.com/v1/", &code);
        assert_eq!(link, "https://api.example.com/v1/user/activate/abc123");
        let about = LetterAbout::Activation { link, code };
        let letter = Letter { to: "ann@x.org".into(), language: None, about, minutes: 60 };
        let printed = format!("{letter:?}");
        assert!(!printed.contains("abc123") && !printed.contains("ann"), "{printed}");
    }
}
