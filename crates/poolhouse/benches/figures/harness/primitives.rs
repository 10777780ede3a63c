//! What does the cryptography alone cost, here and now?
//!
//! Measured on every core at once, since that is how a loaded server does it: cores share caches, and
//! virtual ones share more.

use super::{PASSWORD, cpu};
use crypto::{
    Presented, SigningKey, SystemRandom, Verifier, fresh_salt,
    srp::{self, Ephemeral},
};
use names::Password;
use std::{fmt, hint::black_box, thread, time::Duration};

/// As many bytes of claims as an ID token usually has.
const CLAIMS: [u8; 700] = [b'x'; 700];

/// The cost of one of each, as CPU time.
pub struct Primitives {
    signature: Duration,
    verification: Duration,
    power_of_g: Duration,
    power: Duration,
}

/// The cryptography that a flow cannot do without.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// RSA-2048 signatures.
    pub signatures: u32,
    /// RSA-2048 signatures looked at.
    pub verifications: u32,
    /// Powers of g with an exponent of 256 bits, over a table.
    pub powers_of_g: u32,
    /// Powers of another number of 3,072 bits with an exponent of 256 bits.
    pub powers: u32,
}

impl Needs {
    pub const NOTHING: Self = Self { signatures: 0, verifications: 0, powers_of_g: 0, powers: 0 };
    /// What a new password, and a look at one, takes.
    pub const PASSWORD: Self = Self { powers_of_g: 1, ..Self::NOTHING };
    /// The server's part of an SRP exchange after its first call.
    pub const PROOF: Self = Self { powers: 2, ..Self::NOTHING };
    /// An ID token and an access token.
    pub const TOKENS: Self = Self { signatures: 2, ..Self::NOTHING };
    /// An access token alone.
    pub const TOKEN: Self = Self { signatures: 1, ..Self::NOTHING };
    /// A look at a token.
    pub const LOOK: Self = Self { verifications: 1, ..Self::NOTHING };

    pub const fn and(self, other: Self) -> Self {
        Self {
            signatures: self.signatures + other.signatures,
            verifications: self.verifications + other.verifications,
            powers_of_g: self.powers_of_g + other.powers_of_g,
            powers: self.powers + other.powers,
        }
    }
}

impl Primitives {
    /// Measures them for this long each.
    pub fn measure(each: Duration) -> Self {
        let key = SigningKey::from_pkcs8("kid", &SigningKey::generate()).unwrap();
        let (token, public_key) = (key.sign(&CLAIMS).unwrap(), key.verifying_key());
        let password = Password::parse(PASSWORD).unwrap();
        let verifier = Verifier::derive("Ab1Cd2Ef3", "ann", &password, fresh_salt(&SystemRandom));
        let (_, public_b) = srp::begin(&verifier, &SystemRandom);
        let exponent = Ephemeral::generate(&SystemRandom);
        Self {
            signature: cost(each, || _ = black_box(key.sign(&CLAIMS))),
            verification: cost(each, || {
                let presented = Presented::parse(token.reveal()).unwrap();
                _ = black_box(presented.verify(&public_key));
            }),
            power_of_g: cost(each, || {
                _ = black_box(Verifier::derive("Ab1Cd2Ef3", "ann", &password, [0x20; 16]));
            }),
            power: cost(each, || _ = black_box(srp::plain_power(&public_b, &exponent))),
        }
    }

    /// What all of this costs.
    pub fn cost(&self, needs: Needs) -> Duration {
        self.signature * needs.signatures
            + self.verification * needs.verifications
            + self.power_of_g * needs.powers_of_g
            + self.power * needs.powers
    }
}

impl fmt::Display for Primitives {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |cost: Duration| cost.as_secs_f64() * 1000.0;
        write!(
            out,
            "RSA-2048 signature {:.3} ms, its verification {:.4} ms; power of g {:.3} ms, of another number {:.3} ms",
            ms(self.signature),
            ms(self.verification),
            ms(self.power_of_g),
            ms(self.power)
        )
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.signatures, "RSA signature"),
            (self.verifications, "RSA verification"),
            (self.powers_of_g, "power of g"),
            (self.powers, "power"),
        ];
        let mut parts = parts.into_iter().filter(|(count, _)| *count > 0).peekable();
        if parts.peek().is_none() {
            return out.write_str("none");
        }
        while let Some((count, what)) = parts.next() {
            let plural = if count > 1 { "s" } else { "" };
            // The plural of "power of g" is "powers of g".
            let (noun, rest) =
                what.split_once(" of").map_or((what, ""), |(noun, _)| (noun, " of g"));
            write!(out, "{count} {noun}{plural}{rest}")?;
            if parts.peek().is_some() {
                out.write_str(", ")?;
            }
        }
        Ok(())
    }
}

/// CPU time of one call, over calls on every core.
fn cost(during: Duration, call: impl Fn() + Sync) -> Duration {
    call();
    let before = cpu::own();
    let began = std::time::Instant::now();
    let count: u32 = thread::scope(|scope| {
        let repeat = || {
            let mut count = 0;
            while began.elapsed() < during {
                (0..8).for_each(|_| call());
                count += 8;
            }
            count
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(repeat)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    (cpu::own() - before) / count
}
