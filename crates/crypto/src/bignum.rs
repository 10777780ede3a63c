//! How are numbers of 3072 bits multiplied, in constant time?
//!
//! The one place of the house with `unsafe`: a safe wrapper around the big numbers of aws-lc, the
//! library that `aws-lc-rs` is made of, which keeps them to itself. Every number here is either
//! reduced by the modulus and exactly as wide, or an exponent; with those, the operations named
//! constant-time below are so in the numbers' values.
//!
//! A call into aws-lc can fail for two reasons: memory has run out, or a caller in this crate broke
//! the contract of a function. Neither is an input's fault, so both panic.

#![expect(unsafe_code, reason = "aws-lc-rs has no interface to the big numbers it contains")]

use aws_lc_sys as sys;
use std::{ffi::c_int, ptr::NonNull};
use zeroize::Zeroizing;

/// How many bytes a number below the modulus has.
pub(crate) const BYTES: usize = 384;
/// The same in words of 64 bits.
pub(crate) const WORDS: usize = BYTES / 8;

/// The words of a number, least significant first.
pub(crate) type Words = [u64; WORDS];

/// A number that is not negative. It is wiped when dropped.
pub(crate) struct Number(NonNull<sys::BIGNUM>);

// SAFETY: a BIGNUM has no tie to the thread that made it; it owns its memory.
unsafe impl Send for Number {}
// SAFETY: aws-lc reads a `const BIGNUM` without changing it, and every function here that changes
// one takes it by `&mut` or has just made it.
unsafe impl Sync for Number {}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_new`, is owned by `self` alone, and is not used again.
        unsafe { sys::BN_clear_free(self.0.as_ptr()) }
    }
}

impl Number {
    fn new() -> Self {
        // SAFETY: takes nothing, and gives null or a number that is ours to free.
        Self(made(unsafe { sys::BN_new() }))
    }

    /// The number with these big-endian bytes. It is as wide as they are, leading zeros included,
    /// so the width tells nothing about the value.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let number = Self::new();
        // SAFETY: the pointer and the length are those of one slice, and the number is a live one
        // that nobody else refers to.
        made(unsafe { sys::BN_bin2bn(bytes.as_ptr(), bytes.len(), number.0.as_ptr()) });
        number
    }

    /// Overwrites this number.
    fn set_words(&mut self, words: &Words) {
        let mut bytes = Zeroizing::new([0; BYTES]);
        for (to, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        // SAFETY: the pointer and the length are those of one array, and `&mut self` is the only
        // reference to the number.
        made(unsafe { sys::BN_le2bn(bytes.as_ptr(), BYTES, self.0.as_ptr()) });
    }

    /// The number's words. It must be below the modulus. Constant-time.
    fn to_words(&self) -> Words {
        let mut bytes = Zeroizing::new([0; BYTES]);
        // SAFETY: the pointer and the length are those of one array, and the number is a live one.
        must(unsafe { sys::BN_bn2le_padded(bytes.as_mut_ptr(), BYTES, self.0.as_ptr()) });
        let mut words = [0; WORDS];
        for (to, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *to = u64::from_le_bytes(*bytes);
        }
        words
    }

    /// The big-endian bytes, with leading zeros. It must be below the modulus. Constant-time.
    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; BYTES]> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        // SAFETY: as in `to_words`.
        must(unsafe { sys::BN_bn2bin_padded(bytes.as_mut_ptr(), BYTES, self.0.as_ptr()) });
        bytes
    }

    pub(crate) fn is_zero(&self) -> bool {
        // SAFETY: reads a live number.
        unsafe { sys::BN_is_zero(self.0.as_ptr()) == 1 }
    }

    /// `self < other`. Not constant-time.
    pub(crate) fn is_below(&self, other: &Self) -> bool {
        // SAFETY: reads two live numbers.
        unsafe { sys::BN_cmp(self.0.as_ptr(), other.0.as_ptr()) < 0 }
    }

    /// `self + a * b`, without a modulus. For the client's exponent.
    pub(crate) fn plus_product(&self, a: &Self, b: &Self, scratch: &mut Scratch) -> Self {
        let product = Self::new();
        let (to, context) = (product.0.as_ptr(), scratch.0.as_ptr());
        // SAFETY: `to` is a fresh number, the operands are live ones, and the context is borrowed
        // exclusively.
        must(unsafe { sys::BN_mul(to, a.0.as_ptr(), b.0.as_ptr(), context) });
        // SAFETY: as before; the sum may be written over an operand.
        must(unsafe { sys::BN_add(to, to, self.0.as_ptr()) });
        product
    }
}

/// Room for what a calculation needs in between. One belongs to one thread at a time.
pub(crate) struct Scratch(NonNull<sys::BN_CTX>);

impl Scratch {
    pub(crate) fn new() -> Self {
        // SAFETY: takes nothing, and gives null or a context that is ours to free.
        Self(made(unsafe { sys::BN_CTX_new() }))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_CTX_new`, is owned by `self` alone, and is not used
        // again.
        unsafe { sys::BN_CTX_free(self.0.as_ptr()) }
    }
}

/// An odd public number of 3072 bits, and what Montgomery multiplication wants to know about it.
pub(crate) struct Modulus {
    number: Number,
    montgomery: NonNull<sys::BN_MONT_CTX>,
}

// SAFETY: a BN_MONT_CTX has no tie to the thread that made it; it owns its memory.
unsafe impl Send for Modulus {}
// SAFETY: nothing changes it after it was made, and aws-lc reads a `const BN_MONT_CTX` from many
// threads at once in its own RSA keys.
unsafe impl Sync for Modulus {}

impl Drop for Modulus {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `BN_MONT_CTX_new_for_modulus`, is owned by `self` alone,
        // and is not used again.
        unsafe { sys::BN_MONT_CTX_free(self.montgomery.as_ptr()) }
    }
}

impl Modulus {
    /// The modulus with these big-endian bytes. It must be odd and its top bit set.
    pub(crate) fn new(bytes: &[u8; BYTES]) -> Self {
        let number = Number::from_bytes(bytes);
        let scratch = Scratch::new();
        // SAFETY: reads a live number; the context is ours alone.
        let montgomery = made(unsafe {
            sys::BN_MONT_CTX_new_for_modulus(number.0.as_ptr(), scratch.0.as_ptr())
        });
        Self { number, montgomery }
    }

    pub(crate) fn number(&self) -> &Number {
        &self.number
    }

    /// The remainder of a number of any size. Not constant-time.
    pub(crate) fn reduce(&self, a: &Number, scratch: &mut Scratch) -> Number {
        let rest = Number::new();
        let (to, context) = (rest.0.as_ptr(), scratch.0.as_ptr());
        // SAFETY: `to` is a fresh number, the operands are live ones, and the context is borrowed
        // exclusively.
        must(unsafe { sys::BN_nnmod(to, a.0.as_ptr(), self.number.0.as_ptr(), context) });
        Number::from_bytes(rest.to_bytes().as_slice())
    }

    /// `a + b`, both reduced. Constant-time.
    pub(crate) fn add(&self, a: &Number, b: &Number) -> Number {
        let sum = Number::new();
        let modulus = self.number.0.as_ptr();
        // SAFETY: the result is a fresh number, and the operands are live ones.
        must(unsafe { sys::BN_mod_add_quick(sum.0.as_ptr(), a.0.as_ptr(), b.0.as_ptr(), modulus) });
        sum
    }

    /// `a - b`, both reduced. Constant-time.
    pub(crate) fn subtract(&self, a: &Number, b: &Number) -> Number {
        let difference = Number::new();
        let modulus = self.number.0.as_ptr();
        // SAFETY: as in `add`.
        must(unsafe {
            sys::BN_mod_sub_quick(difference.0.as_ptr(), a.0.as_ptr(), b.0.as_ptr(), modulus)
        });
        difference
    }

    /// `a * R`, the Montgomery form of a reduced number. Constant-time.
    pub(crate) fn to_montgomery(&self, a: &Number, scratch: &mut Scratch) -> Number {
        let form = Number::new();
        let (to, context) = (form.0.as_ptr(), scratch.0.as_ptr());
        // SAFETY: the result is a fresh number, the operands are live ones, and the context is
        // borrowed exclusively.
        must(unsafe { sys::BN_to_montgomery(to, a.0.as_ptr(), self.montgomery.as_ptr(), context) });
        form
    }

    /// `a * b / R`, both reduced: the product of two Montgomery forms in that form, and of one such
    /// form with a plain number as a plain number. Constant-time.
    pub(crate) fn multiply(&self, a: &Number, b: &Number, scratch: &mut Scratch) -> Number {
        let product = Number::new();
        let (to, context) = (product.0.as_ptr(), scratch.0.as_ptr());
        let montgomery = self.montgomery.as_ptr();
        // SAFETY: the result is a fresh number, the operands are live ones, and the context is
        // borrowed exclusively.
        must(unsafe {
            sys::BN_mod_mul_montgomery(to, a.0.as_ptr(), b.0.as_ptr(), montgomery, context)
        });
        product
    }

    /// [`Modulus::multiply`] that leaves the product in its first operand.
    fn multiply_by(&self, product: &mut Number, factor: &Number, scratch: &mut Scratch) {
        let (to, context) = (product.0.as_ptr(), scratch.0.as_ptr());
        let montgomery = self.montgomery.as_ptr();
        // SAFETY: `to` is borrowed exclusively (the result may be written over an operand), the
        // factor is a live number, and the context is borrowed exclusively.
        must(unsafe { sys::BN_mod_mul_montgomery(to, to, factor.0.as_ptr(), montgomery, context) });
    }

    /// `base ^ exponent`, constant-time in both; the time depends on the exponent's width.
    pub(crate) fn power(&self, base: &Number, exponent: &Number, scratch: &mut Scratch) -> Number {
        let power = Number::new();
        let (to, context) = (power.0.as_ptr(), scratch.0.as_ptr());
        // SAFETY: the result is a fresh number, the others are live ones, the Montgomery context is
        // that of this modulus, and the other context is borrowed exclusively.
        must(unsafe {
            sys::BN_mod_exp_mont_consttime(
                to,
                base.0.as_ptr(),
                exponent.0.as_ptr(),
                self.number.0.as_ptr(),
                context,
                self.montgomery.as_ptr(),
            )
        });
        power
    }

    /// `base ^ exponent` in a time that tells the exponent, and nothing of the base.
    pub(crate) fn power_of_public(
        &self,
        base: &Number,
        exponent: &Number,
        scratch: &mut Scratch,
    ) -> Number {
        let power = Number::new();
        let (to, context) = (power.0.as_ptr(), scratch.0.as_ptr());
        // SAFETY: as in `power`.
        must(unsafe {
            sys::BN_mod_exp_mont(
                to,
                base.0.as_ptr(),
                exponent.0.as_ptr(),
                self.number.0.as_ptr(),
                context,
                self.montgomery.as_ptr(),
            )
        });
        power
    }
}

/// The powers of one base, for raising it to many exponents of 256 bits.
///
/// `base ^ exponent` is the product of 64 numbers, one for each hexadecimal digit of the exponent:
/// digit `d` at position `i` gives `base ^ (d * 16^i)`. All 64 * 16 of them (384 KiB) are kept in
/// Montgomery form, which leaves 64 multiplications and no squaring: a quarter of a power from
/// scratch.
pub(crate) struct FixedBase {
    rows: Box<[[Words; 16]]>,
}

impl FixedBase {
    /// Takes about two milliseconds.
    pub(crate) fn new(modulus: &Modulus, base: &Number) -> Self {
        let mut scratch = Scratch::new();
        let one = Number::from_bytes(&one());
        let one = modulus.to_montgomery(&one, &mut scratch);
        let mut base = modulus.to_montgomery(base, &mut scratch);
        let rows = (0..64).map(|_| {
            let mut power = modulus.multiply(&one, &one, &mut scratch);
            let mut row = [[0; WORDS]; 16];
            for entry in &mut row {
                *entry = power.to_words();
                power = modulus.multiply(&power, &base, &mut scratch);
            }
            base = power;
            row
        });
        Self { rows: rows.collect() }
    }

    /// `base ^ exponent` for a big-endian exponent. Constant-time: which entry of a row is wanted
    /// is a secret, so all sixteen are read.
    pub(crate) fn power(&self, modulus: &Modulus, exponent: &[u8; 32]) -> Number {
        let mut scratch = Scratch::new();
        let mut selected = Zeroizing::new([0; WORDS]);
        let mut factor = Number::new();
        let digits = exponent.iter().rev().flat_map(|byte| [byte & 0x0f, byte >> 4]);
        // A plain number times a Montgomery form is a plain number, so this needs no way back.
        let mut product = Number::from_bytes(&one());
        for (row, digit) in self.rows.iter().zip(digits) {
            select(row, digit, &mut selected);
            factor.set_words(&selected);
            modulus.multiply_by(&mut product, &factor, &mut scratch);
        }
        product
    }
}

/// Copies the entry with that number, touching all of them alike.
fn select(row: &[Words; 16], number: u8, to: &mut Words) {
    to.fill(0);
    for (index, entry) in (0_u8..).zip(row) {
        // All ones where the numbers agree, else zero. The barrier keeps the compiler from seeing
        // that only one entry matters, and from branching on it.
        let differs = u64::from(index ^ number);
        let mask = std::hint::black_box((differs.wrapping_sub(1) >> 63).wrapping_neg());
        for (to, word) in to.iter_mut().zip(entry) {
            *to |= word & mask;
        }
    }
}

fn one() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    if let Some(last) = bytes.last_mut() {
        *last = 1;
    }
    bytes
}

#[expect(clippy::panic, reason = "exhausted memory or a broken contract of ours, see above")]
#[track_caller]
fn made<T>(pointer: *mut T) -> NonNull<T> {
    NonNull::new(pointer).unwrap_or_else(|| panic!("aws-lc gave no number"))
}

#[expect(clippy::panic, reason = "exhausted memory or a broken contract of ours, see above")]
#[track_caller]
fn must(outcome: c_int) {
    if outcome != 1 {
        panic!("aws-lc could not calculate");
    }
}
