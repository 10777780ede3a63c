//! Is this the code that the user's authenticator shows now?
//!
//! [RFC 6238](https://www.rfc-editor.org/rfc/rfc6238) as every authenticator app knows it: SHA-1, six
//! digits, steps of thirty seconds. That a code counts once is the caller's to remember: a match says which
//! step it was of.

use crate::{Random, equal};
use aws_lc_rs::hmac;
use jiff::Timestamp;
use std::fmt;
use zeroize::Zeroizing;

/// Seconds that a code is shown.
const STEP: i64 = 30;
/// Steps that a clock may be off, either way.
const TOLERANCE: i64 = 1;
const DIGITS: usize = 6;
/// As long as the secrets that Cognito gives.
const LENGTH: usize = 32;

/// What an authenticator and a house share.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// A new secret.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new(vec![0; LENGTH]);
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// A secret from the bytes it was kept as.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The bytes, to be sealed and kept.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The text that people type or scan into their authenticator: base32 without padding.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = Zeroizing::new(String::with_capacity(self.0.len().div_ceil(5) * 8));
        let (mut held, mut count) = (0_u32, 0_u32);
        let mut push = |bits: u32| {
            let letter = usize::try_from(bits & 31).ok().and_then(|at| ALPHABET.get(at));
            text.extend(letter.copied().map(char::from));
        };
        for byte in self.0.iter() {
            held = (held << 8 | u32::from(*byte)) & 0xfff;
            count += 8;
            while count >= 5 {
                count -= 5;
                push(held >> count);
            }
        }
        if count > 0 {
            push(held << (5 - count));
        }
        text
    }

    /// The step whose code this is, if it is one of now, of the step before or of the next. Of two, the later.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let now = now.as_second().div_euclid(STEP);
        let mut found = None;
        // All of them are looked at, so that the time it takes says nothing.
        for step in now - TOLERANCE..=now + TOLERANCE {
            let shown = self.code(step);
            if equal(shown.as_bytes(), code.as_bytes()) {
                found = Some(step);
            }
        }
        found
    }

    /// The code that an authenticator shows at this moment.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> Zeroizing<String> {
        self.code(now.as_second().div_euclid(STEP))
    }

    /// RFC 4226, over the number of the step.
    fn code(&self, step: i64) -> Zeroizing<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = tag.last().map_or(0, |last| usize::from(last & 15));
        let picked = tag.iter().skip(offset).take(4);
        let number =
            picked.fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff;
        Zeroizing::new(format!("{:0DIGITS$}", number % 1_000_000))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TotpSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_code_is_the_one_of_rfc_6238() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890");
        // The vectors have eight digits; six are the last of them.
        let vectors = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (second, code) in vectors {
            assert_eq!(*secret.code_at(at(second)), code, "{second}");
            assert_eq!(secret.step_of(code, at(second)), Some(second / 30));
        }
    }

    #[test]
    fn a_secret_is_written_as_rfc_4648_says() {
        let written = |bytes: &[u8]| TotpSecret::from_bytes(bytes).to_base32().to_string();
        assert_eq!(written(b""), "");
        assert_eq!(written(b"f"), "MY");
        assert_eq!(written(b"fo"), "MZXQ");
        assert_eq!(written(b"foo"), "MZXW6");
        assert_eq!(written(b"foob"), "MZXW6YQ");
        assert_eq!(written(b"fooba"), "MZXW6YTB");
        assert_eq!(written(b"foobar"), "MZXW6YTBOI");
        assert_eq!(TotpSecret::generate(&SeededRandom::new(1)).to_base32().len(), 52);
    }

    #[test]
    fn a_clock_may_be_a_step_off_and_no_more() {
        let secret = TotpSecret::generate(&SeededRandom::new(2));
        let now = at(1_790_000_010);
        let code = secret.code_at(now);
        for off in [-30, 0, 30] {
            let step = secret.step_of(&code, at(1_790_000_010 + off));
            assert_eq!(step, Some(1_790_000_010 / 30), "{off}");
        }
        for off in [-90, -60, 60, 90] {
            assert_eq!(secret.step_of(&code, at(1_790_000_010 + off)), None, "{off}");
        }
        assert_eq!(secret.step_of("", now), None);
        assert_eq!(secret.step_of(&code[..5], now), None);
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890");
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    }
}
