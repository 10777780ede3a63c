//! RSA keys that are there already: making one takes a quarter of a second.

use std::sync::atomic::{AtomicUsize, Ordering};
use zeroize::Zeroizing;

const FIRST: &[u8] = include_bytes!("../keys/first.pk8");
const SECOND: &[u8] = include_bytes!("../keys/second.pk8");

/// One of two RSA-2048 keys in turn, PKCS #8. They are public, so they sign nothing but tests.
#[must_use]
pub fn fixed_key() -> Option<Zeroizing<Vec<u8>>> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let key = if NEXT.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) { FIRST } else { SECOND };
    Some(Zeroizing::new(key.to_vec()))
}
