//! Is this password good enough for the pool?

use crate::{Refusal, Result};
use crypto::Random;
use names::Password;
use serde::{Deserialize, Serialize};

/// Symbols that count as such, by Cognito's list.
const SYMBOLS: &str = r#"^$*.[]{}()?-"!@#%&/\,><':;|_~`+="#;

/// What a pool asks of a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    pub minimum_length: u16,
    pub needs_uppercase: bool,
    pub needs_lowercase: bool,
    pub needs_numbers: bool,
    pub needs_symbols: bool,
    /// How many earlier passwords may not come back. Kept; 0 is all that is enforced.
    pub history_size: u8,
    pub temporary_password_validity_days: u16,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            needs_uppercase: true,
            needs_lowercase: true,
            needs_numbers: true,
            needs_symbols: true,
            history_size: 0,
            temporary_password_validity_days: 7,
        }
    }
}

impl PasswordPolicy {
    /// Refuses a password that the policy does not allow, by the first rule it breaks.
    ///
    /// # Errors
    /// [`Refusal::PasswordBreaksPolicy`].
    pub fn check(&self, password: &Password) -> Result<()> {
        let text = password.reveal();
        let broken = if text.chars().count() < usize::from(self.minimum_length) {
            "Password not long enough"
        } else if self.needs_lowercase && !text.chars().any(|c| c.is_ascii_lowercase()) {
            "Password must have lowercase characters"
        } else if self.needs_uppercase && !text.chars().any(|c| c.is_ascii_uppercase()) {
            "Password must have uppercase characters"
        } else if self.needs_numbers && !text.chars().any(|c| c.is_ascii_digit()) {
            "Password must have numeric characters"
        } else if self.needs_symbols && !text.chars().any(|c| SYMBOLS.contains(c)) {
            "Password must have symbol characters"
        } else {
            return Ok(());
        };
        Err(Refusal::PasswordBreaksPolicy(broken).into())
    }

    /// A password that this policy, or any other, allows.
    ///
    /// # Errors
    /// Never in practice: a breakage if the text were no password.
    pub fn generate(&self, random: &dyn Random) -> Result<Password> {
        let length = usize::from(self.minimum_length).max(16);
        let parts: [(&[u8], usize); 4] = [
            (b"abcdefghijkmnopqrstuvwxyz", length - 3),
            (b"ABCDEFGHJKLMNPQRSTUVWXYZ", 1),
            (b"23456789", 1),
            (b"!#%+-=?@_", 1),
        ];
        let text: String = parts.iter().map(|(alphabet, n)| random.text(alphabet, *n)).collect();
        Password::parse(text)
            .map_err(|_| crate::Error::internal("a generated password is malformed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn the_first_broken_rule_is_named() {
        let policy = PasswordPolicy::default();
        let broken = |text: &str| match policy.check(&Password::parse(text).unwrap()) {
            Err(Error::Refused(Refusal::PasswordBreaksPolicy(rule))) => rule,
            other => panic!("{other:?}"),
        };
        assert_eq!(broken("aB1!"), "Password not long enough");
        assert_eq!(broken("ABCDEFG1!"), "Password must have lowercase characters");
        assert_eq!(broken("abcdefg1!"), "Password must have uppercase characters");
        assert_eq!(broken("abcdefgH!"), "Password must have numeric characters");
        assert_eq!(broken("abcdefgH1"), "Password must have symbol characters");
        assert!(policy.check(&Password::parse("Correct-Horse7!").unwrap()).is_ok());
    }

    #[test]
    fn a_generated_password_is_allowed() {
        let policy = PasswordPolicy { minimum_length: 99, ..PasswordPolicy::default() };
        let password = policy.generate(&crypto::SystemRandom).unwrap();
        assert!(policy.check(&password).is_ok());
    }
}
