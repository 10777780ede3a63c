//! Which API key did a caller come with?

use crate::ApiKey;

/// The key of this value. Every key is looked at, and digests are compared in constant time, so that
/// neither the place of a key nor how much of it was guessed shows in the time.
pub(crate) fn find<'a>(keys: &'a [ApiKey], value: &str) -> Option<&'a ApiKey> {
    if value.is_empty() {
        return None;
    }
    let digest = crypto::sha256(value.as_bytes());
    let mut found = None;
    for key in keys {
        if crypto::equal(&key.digest, &digest) {
            found = Some(key);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_whole_value() {
        let keys = [ApiKey::new("one", "abcdefghij"), ApiKey::new("two", "klmnopqrst")];
        assert_eq!(find(&keys, "klmnopqrst").map(ApiKey::id), Some("two"));
        for bad in ["", "klmnopqrs", "klmnopqrstu", "KLMNOPQRST", "two"] {
            assert!(find(&keys, bad).is_none(), "{bad}");
        }
        assert!(find(&[ApiKey::new("empty", "")], "").is_none());
        assert!(find(&[], "x").is_none());
    }
}
