//! What waits until somebody has shown that a new address is theirs?

use crate::EmailAddress;
use crypto::Random;
use jiff::{SignedDuration, Timestamp};
use names::{Code, Malformed, Sub};
use serde::{Deserialize, Serialize};
use store::{Key, Record};

/// How long a code is good, in minutes.
pub(crate) const MINUTES: u32 = 60;

/// Without letters that look like others: the code is typed, maybe from another screen.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
/// Fifty bits. What is kept is a digest, which whoever reads the store could guess at for as long as the code
/// is good; of six digits nothing would be hidden.
const LETTERS: usize = 10;

/// A change of an address that waits for its code. The newest counts, and nothing of the profile or the account
/// is another before it is confirmed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EmailChange {
    pub table: String,
    pub user: Sub,
    pub email: EmailAddress,
    digest: [u8; 32],
    ends_at: Timestamp,
}

impl EmailChange {
    /// A change to this address, with the code that confirms it.
    pub fn begin(
        table: &str,
        user: &Sub,
        email: EmailAddress,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<(Self, Code), Malformed> {
        let letters: [u8; LETTERS] = random.bytes();
        let letter =
            |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('a', char::from);
        let code = Code::parse(letters.into_iter().map(letter).collect::<String>())?;
        let digest = digest(user, &email, &code);
        let ends_at = now + SignedDuration::from_mins(i64::from(MINUTES));
        Ok((Self { table: table.to_owned(), user: user.clone(), email, digest, ends_at }, code))
    }

    pub fn key_of(table: &str, user: &Sub) -> Key {
        Key::new(format!("table/{table}/{user}"), "email-change")
    }

    /// Whether this is the code.
    pub fn is_confirmed_by(&self, code: &Code) -> bool {
        crypto::equal(&self.digest, &digest(&self.user, &self.email, code))
    }
}

impl Record for EmailChange {
    const KIND: &'static str = "change of an address";

    fn key(&self) -> Key {
        Self::key_of(&self.table, &self.user)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

fn digest(user: &Sub, email: &EmailAddress, code: &Code) -> [u8; 32] {
    let code = code.reveal().to_ascii_lowercase();
    crypto::sha256(format!("{user}\n{}\n{code}", email.as_str()).as_bytes())
}
