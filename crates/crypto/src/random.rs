//! Where does chance come from?

use crate::sha256;
use jiff::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random bytes, handed down from the front.
///
/// Filling never fails: a machine that cannot give randomness must not go on issuing keys, so an
/// implementation stops the process instead of answering.
///
/// ```
/// use crypto::{Random, SystemRandom};
///
/// let random: &dyn Random = &SystemRandom;
/// assert_eq!(random.digits(6).len(), 6);
/// ```
pub trait Random: Send + Sync {
    /// Overwrites the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The machine's own randomness, through the generator of aws-lc.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        if aws_lc_rs::rand::fill(buffer).is_err() {
            tracing::error!("the system has no randomness; stopping");
            std::process::abort();
        }
    }
}

/// The same bytes for the same seed: **for tests only**, since whoever knows the seed knows them
/// all.
///
/// The stream is `SHA-256(seed, counter)`. Calls from several threads share one counter, so what
/// each of them gets depends on who comes first.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    next: AtomicU64,
}

impl SeededRandom {
    /// A source that starts from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, next: AtomicU64::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        for part in buffer.chunks_mut(32) {
            let mut input = [0; 16];
            let (seed, counter) = input.split_at_mut(8);
            seed.copy_from_slice(&self.seed.to_be_bytes());
            counter.copy_from_slice(&self.next.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            for (to, from) in part.iter_mut().zip(sha256(&input)) {
                *to = from;
            }
        }
    }
}

impl dyn Random + '_ {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random UUID (RFC 9562, version 4), lower case.
    #[must_use]
    pub fn uuid_v4(&self) -> String {
        uuid(4, self.bytes())
    }

    /// A UUID that begins with the millisecond of `now` (RFC 9562, version 7), lower case. Texts of
    /// later milliseconds sort later; within one millisecond the order is chance.
    #[must_use]
    pub fn uuid_v7(&self, now: Timestamp) -> String {
        let [_, _, time @ ..] = now.as_millisecond().max(0).to_be_bytes();
        let mut bytes = self.bytes();
        for (to, from) in bytes.iter_mut().zip(time) {
            *to = from;
        }
        uuid(7, bytes)
    }

    /// `count` decimal digits, each of them equally likely.
    #[must_use]
    pub fn digits(&self, count: usize) -> String {
        self.text(b"0123456789", count)
    }

    /// `count` characters of an ASCII alphabet of at most 256 letters, each of them equally likely.
    /// An empty alphabet gives an empty text.
    #[must_use]
    pub fn text(&self, alphabet: &[u8], count: usize) -> String {
        let mut text = String::with_capacity(count);
        let Some(rest) = 256_usize.checked_rem(alphabet.len()) else { return text };
        let mut pool = [0; 64];
        let mut left = count;
        while left > 0 {
            self.fill(&mut pool);
            // A byte beyond the last whole round of the alphabet would make its first letters
            // likelier, so it is thrown away.
            let fair = pool.iter().map(|byte| usize::from(*byte)).filter(|byte| byte + rest < 256);
            for letter in fair.filter_map(|byte| alphabet.get(byte % alphabet.len())).take(left) {
                text.push(char::from(*letter));
                left -= 1;
            }
        }
        text
    }
}

fn uuid(version: u8, mut bytes: [u8; 16]) -> String {
    let [_, _, _, _, _, _, with_version, _, with_variant, ..] = &mut bytes;
    *with_version = *with_version & 0x0f | version << 4;
    *with_variant = *with_variant & 0x3f | 0x80;
    let mut text = hex::encode(bytes);
    for at in [8, 13, 18, 23] {
        text.insert(at, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::Sub;

    #[test]
    fn a_seed_repeats_itself_and_the_system_does_not() {
        let take = |random: &dyn Random| (random.bytes::<40>(), random.bytes::<40>());
        let (first, second) = take(&SeededRandom::new(7));
        assert_eq!((first, second), take(&SeededRandom::new(7)));
        assert_ne!(first, second);
        assert_ne!((first, second), take(&SeededRandom::new(8)));
        assert_ne!(take(&SystemRandom), take(&SystemRandom));
    }

    #[test]
    fn every_letter_is_equally_likely() {
        let random: &dyn Random = &SeededRandom::new(1);
        for alphabet in [b"0123456789".as_slice(), b"abcdefghijklmnopqrstuvwxyz0123456789", b"xyz"]
        {
            let text = random.text(alphabet, 100_000);
            assert_eq!(text.len(), 100_000);
            let fair = 100_000.0 / f64::from(u32::try_from(alphabet.len()).unwrap());
            for letter in alphabet {
                let seen = text.bytes().filter(|other| other == letter).count();
                let off = f64::from(u32::try_from(seen).unwrap()) / fair - 1.0;
                assert!(off.abs() < 0.1, "{} is {off} off", char::from(*letter));
            }
        }
    }

    #[test]
    fn odd_alphabets_and_lengths_are_served() {
        let random: &dyn Random = &SeededRandom::new(1);
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(random.text(b"", 5), "");
        assert_eq!(random.text(b"a", 5), "aaaaa");
        assert_eq!(random.text(&all, 300).chars().count(), 300);
        assert_eq!(random.digits(0), "");
        assert_eq!(random.digits(65).len(), 65);
    }

    #[test]
    fn uuids_have_their_version_variant_and_time() {
        let random: &dyn Random = &SeededRandom::new(1);
        let four = random.uuid_v4();
        assert!(Sub::parse(&four).is_ok());
        assert_eq!(&four[14..15], "4");
        assert!("89ab".contains(&four[19..20]));

        let seven = random.uuid_v7("2022-02-22T19:22:22Z".parse().unwrap());
        // The time of the example in RFC 9562, A.6.
        assert!(seven.starts_with("017f22e2-79b0-7"), "{seven}");
        assert!("89ab".contains(&seven[19..20]));
        let later = random.uuid_v7("2022-02-22T19:22:22.001Z".parse().unwrap());
        assert!(later > seven);
        assert!(
            random.uuid_v7("1960-01-01T00:00:00Z".parse().unwrap()).starts_with("00000000-0000-7")
        );
    }
}
