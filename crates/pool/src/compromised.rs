//! Is this a password that everybody knows?
//!
//! A short list is built in; an operator may give a longer one. Only digests are kept, so that a list of
//! millions has sixteen bytes for each, and nothing that is worth reading.

use names::Password;
use std::sync::LazyLock;

/// Passwords that are known to be guessed first.
#[derive(Clone)]
pub struct CompromisedPasswords {
    // INVARIANT: sorted.
    digests: Vec<[u8; 16]>,
}

impl std::fmt::Debug for CompromisedPasswords {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("CompromisedPasswords").field("count", &self.digests.len()).finish()
    }
}

/// What people choose when a policy asks for eight characters of four kinds, and when none does.
const BUILT_IN: [&str; 44] = [
    "123456",
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "password123",
    "qwerty",
    "qwerty123",
    "qwertyuiop",
    "iloveyou",
    "letmein",
    "welcome",
    "admin123",
    "abc123",
    "Password1",
    "Password1!",
    "Password1.",
    "Password12!",
    "Password123",
    "Password123!",
    "Password@1",
    "Password@123",
    "P@ssw0rd",
    "P@ssw0rd1",
    "P@ssw0rd!",
    "P@ssw0rd123",
    "P@$$w0rd",
    "Passw0rd!",
    "Passw0rd1!",
    "Pa$$w0rd",
    "Pa55word!",
    "Qwerty1!",
    "Qwerty123!",
    "Qwerty@123",
    "Welcome1!",
    "Welcome123!",
    "Welcome@123",
    "Admin123!",
    "Admin@123",
    "Abcd1234!",
    "Abc123456!",
    "Changeme1!",
    "Letmein1!",
];

static OURS: LazyLock<CompromisedPasswords> =
    LazyLock::new(|| CompromisedPasswords::of(BUILT_IN.into_iter()));

impl CompromisedPasswords {
    /// The built-in list.
    #[must_use]
    pub fn built_in() -> Self {
        OURS.clone()
    }

    /// The built-in list and one password in each line of a text.
    #[must_use]
    pub fn with_list(lines: &str) -> Self {
        let lines = lines.lines().filter(|line| !line.is_empty());
        Self::of(BUILT_IN.into_iter().chain(lines))
    }

    fn of<'a>(passwords: impl Iterator<Item = &'a str>) -> Self {
        let mut digests: Vec<_> = passwords.map(digest).collect();
        digests.sort_unstable();
        digests.dedup();
        Self { digests }
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, password: &Password) -> bool {
        self.digests.binary_search(&digest(password.reveal())).is_ok()
    }
}

fn digest(password: &str) -> [u8; 16] {
    let mut short = [0; 16];
    for (place, byte) in short.iter_mut().zip(crypto::sha256(password.as_bytes())) {
        *place = byte;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_on_the_list_or_it_is_not() {
        let is_on = |list: &CompromisedPasswords, password: &str| {
            list.contains(&Password::parse(password).unwrap())
        };
        let ours = CompromisedPasswords::built_in();
        assert!(is_on(&ours, "Password123!"));
        assert!(!is_on(&ours, "Correct-Horse7!"));
        let theirs = CompromisedPasswords::with_list("Correct-Horse7!\r\n\nhunter2-Hunter2\n");
        for known in ["Password123!", "Correct-Horse7!", "hunter2-Hunter2"] {
            assert!(is_on(&theirs, known), "{known}");
        }
        assert!(!is_on(&theirs, "correct-horse7!"));
        assert_eq!(format!("{ours:?}"), "CompromisedPasswords { count: 44 }");
    }
}
