//! What is the right answer?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::{Random, equal, hmac_sha256};
use jiff::Timestamp;
use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// What codes and tokens are computed under.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// What makes one challenge different from all others. Worth nothing without the [`Secret`], so it may be
/// handed about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    at: i64,
    nonce: [u8; 16],
}

/// The form of the right answer.
#[derive(Clone, Copy)]
enum Form {
    /// Digits to type.
    Code,
    /// The token of a link.
    Token,
}

/// Whom and what an answer is good for, and nobody and nothing else.
pub(super) struct Bound<'a> {
    pub pool: &'a str,
    pub client: &'a str,
    pub user: &'a str,
    pub address: &'a str,
}

/// How far apart the clocks of two machines may be that run the function, in seconds.
const CLOCK_LEEWAY: i64 = 60;

impl Secret {
    /// Takes 32 to 1024 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (32..=1024).contains(&text.len()).then(|| Self(Zeroizing::new(text.as_bytes().to_vec())))
    }
}

impl Issued {
    /// A new one.
    #[must_use]
    pub fn new(random: &dyn Random, now: Timestamp) -> Self {
        Self { at: now.as_second(), nonce: random.bytes() }
    }

    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, nonce) = text.strip_prefix("v1.")?.split_once('.')?;
        if at.len() > 20 || nonce.len() > 22 {
            return None;
        }
        let nonce = URL_SAFE_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
        Some(Self { at: at.parse().ok()?, nonce })
    }

    /// Whether an answer may still be looked at.
    #[must_use]
    pub fn is_good(&self, now: Timestamp, valid_for: Duration) -> bool {
        let age = now.as_second().saturating_sub(self.at);
        let end = i64::try_from(valid_for.as_secs()).unwrap_or(i64::MAX);
        (-CLOCK_LEEWAY..end).contains(&age)
    }

    /// The code.
    pub(super) fn code(
        &self,
        secret: &Secret,
        bound: &Bound<'_>,
        digits: u32,
    ) -> Zeroizing<String> {
        let proof = self.prove(Form::Code, secret, bound);
        let mut half = Zeroizing::new([0; 16]);
        half.iter_mut().zip(proof.iter()).for_each(|(to, from)| *to = *from);
        // Sixteen random bytes hardly prefer one code of eight digits to another: by less than 10^-30.
        let number = u128::from_be_bytes(*half);
        let width = usize::try_from(digits).unwrap_or_default();
        Zeroizing::new(format!("{:0width$}", number % 10_u128.pow(digits)))
    }

    /// The token of a link.
    pub(super) fn token(&self, secret: &Secret, bound: &Bound<'_>) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.prove(Form::Token, secret, bound)))
    }

    /// Whether this is the code, in a time that does not depend on it.
    pub(super) fn is_code(
        &self,
        secret: &Secret,
        bound: &Bound<'_>,
        digits: u32,
        answer: &str,
    ) -> bool {
        equal(self.code(secret, bound, digits).as_bytes(), answer.as_bytes())
    }

    /// Whether this is the token, in a time that does not depend on it.
    pub(super) fn is_token(&self, secret: &Secret, bound: &Bound<'_>, answer: &str) -> bool {
        equal(self.token(secret, bound).as_bytes(), answer.as_bytes())
    }

    fn prove(&self, form: Form, secret: &Secret, bound: &Bound<'_>) -> Zeroizing<[u8; 32]> {
        let form = match form {
            Form::Code => "poolhouse passwordless code",
            Form::Token => "poolhouse passwordless token",
        };
        // Each part after its length: no two sets of parts give one text.
        let mut text = Vec::new();
        for part in [form, bound.pool, bound.client, bound.user, bound.address] {
            text.extend((part.len() as u64).to_be_bytes());
            text.extend(part.as_bytes());
        }
        text.extend(self.at.to_be_bytes());
        text.extend(self.nonce);
        Zeroizing::new(hmac_sha256(&secret.0, &[&text]))
    }
}

impl fmt::Display for Issued {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "v1.{}.{}", self.at, URL_SAFE_NO_PAD.encode(self.nonce))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SeededRandom;

    const BOUND: Bound<'_> =
        Bound { pool: "p_1", client: "web", user: "ann", address: "ann@example.com" };

    fn secret() -> Secret {
        Secret::parse(&"s".repeat(32)).unwrap()
    }

    fn issued() -> Issued {
        Issued { at: 1000, nonce: [7; 16] }
    }

    #[test]
    fn an_answer_is_good_for_what_it_is_bound_to_and_nothing_else() {
        let (code, token) =
            (issued().code(&secret(), &BOUND, 8), issued().token(&secret(), &BOUND));
        assert!(issued().is_code(&secret(), &BOUND, 8, &code));
        assert!(issued().is_token(&secret(), &BOUND, &token));
        let others = [
            Bound { pool: "p_2", ..BOUND },
            Bound { client: "app", ..BOUND },
            Bound { user: "bob", ..BOUND },
            Bound { address: "bob@example.com", ..BOUND },
            Bound { user: "annann@example.com", address: "", ..BOUND },
        ];
        for other in others {
            assert!(!issued().is_code(&secret(), &other, 8, &code));
            assert!(!issued().is_token(&secret(), &other, &token));
        }
        for other in [Issued { at: 1001, ..issued() }, Issued { nonce: [8; 16], ..issued() }] {
            assert!(!other.is_code(&secret(), &BOUND, 8, &code));
            assert!(!other.is_token(&secret(), &BOUND, &token));
        }
        let other = Secret::parse(&"t".repeat(32)).unwrap();
        assert!(!issued().is_code(&other, &BOUND, 8, &code));
        assert!(!issued().is_token(&secret(), &BOUND, &code), "a code is no token");
        assert!(!issued().is_code(&secret(), &BOUND, 8, ""));
    }

    #[test]
    fn codes_have_their_digits_and_are_spread_evenly() {
        let random = SeededRandom::new(1);
        let now = Timestamp::UNIX_EPOCH;
        let mut first = [0_u32; 10];
        for _ in 0..2000 {
            for digits in 6..=8 {
                let code = Issued::new(&random, now).code(&secret(), &BOUND, digits);
                assert_eq!(code.len(), digits as usize);
                assert!(code.bytes().all(|digit| digit.is_ascii_digit()));
                first[usize::from(code.as_bytes()[0] - b'0')] += 1;
            }
        }
        assert!(first.iter().all(|times| (450..750).contains(times)), "{first:?}");
    }

    #[test]
    fn what_is_handed_about_reads_back_and_nothing_else_does() {
        let issued = issued();
        assert_eq!(Issued::parse(&issued.to_string()), Some(issued));
        for bad in [
            "",
            "v1",
            "v1.1000",
            "v1.x.BwcHBwcHBwcHBwcHBwcHBw",
            "v1.1000.",
            "v2.1.BwcHBwcHBwcHBwcHBwcHBw",
            "v1.1000.BwcHBwcHBwcHBwcHBwcHBwcH",
            "v1.99999999999999999999.BwcHBwcHBwcHBwcHBwcHBw",
        ] {
            assert_eq!(Issued::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn it_is_good_for_its_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let good = |second| issued().is_good(at(second), Duration::from_secs(300));
        assert!(good(940) && good(1000) && good(1299));
        assert!(!good(939) && !good(1300) && !good(5000));
        let ends = Issued { at: i64::MIN, ..issued() };
        assert!(!ends.is_good(at(1000), Duration::from_secs(300)));
    }

    #[test]
    fn a_secret_is_long_enough_and_not_printed() {
        assert!(Secret::parse(&"s".repeat(31)).is_none());
        assert_eq!(format!("{:?}", secret()), "Secret(…)");
    }
}
