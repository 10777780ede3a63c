//! The bounds of the port, checked in every adapter alike, so that what works on one works on all.

use crate::port::{Change, Key, Range, Write};
use std::collections::HashSet;

/// A bound of the port that a call was beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// No key, or more than [`Limit::KEYS`].
    #[error("between 1 and 100 keys in a get")]
    Keys,
    /// No write, or more than [`Limit::WRITES`].
    #[error("between 1 and 100 writes in a commit")]
    Writes,
    /// A key stands twice in one call.
    #[error("no key twice")]
    Twice,
    /// A partition is empty or longer than 2,048 bytes, or a sort key is empty or longer than 1,024.
    #[error("a key with a partition of 1 to 2048 bytes and a sort key of 1 to 1024")]
    Key,
    /// A body is longer than [`Limit::BODY`].
    #[error("at most 256 KiB in a body")]
    Body,
    /// The bodies together are longer than [`Limit::COMMIT`].
    #[error("at most 3 MiB in a commit")]
    Commit,
    /// A page of 0, or of more than [`Limit::PAGE`].
    #[error("between 1 and 1000 items in a page")]
    Page,
}

impl Limit {
    /// DynamoDB reads at most a hundred items at once.
    pub const KEYS: usize = 100;
    /// DynamoDB writes at most a hundred items in a transaction.
    pub const WRITES: usize = 100;
    /// Bytes in a body; DynamoDB allows 400 KB in an item, names and keys included.
    pub const BODY: usize = 256 * 1024;
    /// Bytes of all bodies in a commit; DynamoDB allows 4 MB.
    pub const COMMIT: usize = 3 * 1024 * 1024;
    /// Items in a page.
    pub const PAGE: usize = 1000;
    /// Bytes of bodies after which a page ends though fewer items than asked for are in it, so that the memory
    /// of a listing is bounded. DynamoDB ends its pages there too.
    pub const PAGE_BYTES: usize = 1024 * 1024;
    /// Items that a page looks at, those that have expired included.
    pub const PAGE_LOOKS: usize = 10_000;
}

/// Refuses keys that [`Store::get`](crate::Store::get) does not take.
///
/// # Errors
/// The [`Limit`] that they are beyond.
pub fn check_get(keys: &[Key]) -> Result<(), Limit> {
    if keys.is_empty() || keys.len() > Limit::KEYS {
        return Err(Limit::Keys);
    }
    keys.iter().try_for_each(check_key)?;
    check_once(keys.iter())
}

/// Refuses a range that [`Store::list`](crate::Store::list) does not take.
///
/// # Errors
/// The [`Limit`] that it is beyond.
pub fn check_list(range: &Range) -> Result<(), Limit> {
    if range.limit == 0 || range.limit > Limit::PAGE {
        return Err(Limit::Page);
    }
    let texts = [&range.prefix, range.after.as_ref().unwrap_or(&range.prefix)];
    let is_too_long = texts.iter().any(|text| text.len() > 1024);
    if range.partition.is_empty() || range.partition.len() > 2048 || is_too_long {
        return Err(Limit::Key);
    }
    Ok(())
}

/// Refuses writes that [`Store::commit`](crate::Store::commit) does not take.
///
/// # Errors
/// The [`Limit`] that they are beyond.
pub fn check_writes(writes: &[Write]) -> Result<(), Limit> {
    if writes.is_empty() || writes.len() > Limit::WRITES {
        return Err(Limit::Writes);
    }
    let mut total = 0;
    for write in writes {
        check_key(&write.key)?;
        if let Change::Put { body, .. } = &write.change {
            if body.len() > Limit::BODY {
                return Err(Limit::Body);
            }
            total += body.len();
        }
    }
    if total > Limit::COMMIT {
        return Err(Limit::Commit);
    }
    check_once(writes.iter().map(|write| &write.key))
}

fn check_key(key: &Key) -> Result<(), Limit> {
    let fits = (1..=2048).contains(&key.partition.len()) && (1..=1024).contains(&key.sort.len());
    if fits { Ok(()) } else { Err(Limit::Key) }
}

fn check_once<'a>(keys: impl ExactSizeIterator<Item = &'a Key>) -> Result<(), Limit> {
    let mut seen = HashSet::with_capacity(keys.len());
    for key in keys {
        if !seen.insert(key) {
            return Err(Limit::Twice);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Condition;
    use bytes::Bytes;

    fn put(sort: &str, bytes: usize) -> Write {
        let change = Change::Put { body: Bytes::from(vec![0; bytes]), expires_at: None };
        Write { key: Key::new("p", sort), condition: Condition::Always, change }
    }

    #[test]
    fn a_key_has_two_parts_within_bounds() {
        assert_eq!(check_get(&[Key::new("p".repeat(2048), "s".repeat(1024))]), Ok(()));
        for (partition, sort) in [(0, 1), (1, 0), (2049, 1), (1, 1025)] {
            let key = Key::new("p".repeat(partition), "s".repeat(sort));
            assert_eq!(check_get(std::slice::from_ref(&key)), Err(Limit::Key));
        }
        // Bytes count, not characters.
        assert_eq!(check_get(&[Key::new("p", "é".repeat(513))]), Err(Limit::Key));
    }

    #[test]
    fn a_get_has_between_one_and_a_hundred_keys_and_none_twice() {
        let keys: Vec<Key> = (0..101).map(|at| Key::new("p", at.to_string())).collect();
        assert_eq!(check_get(&[]), Err(Limit::Keys));
        assert_eq!(check_get(&keys[..100]), Ok(()));
        assert_eq!(check_get(&keys), Err(Limit::Keys));
        assert_eq!(check_get(&[keys[0].clone(), keys[0].clone()]), Err(Limit::Twice));
    }

    #[test]
    fn a_commit_has_bounded_writes_and_bodies() {
        let many: Vec<Write> = (0..101).map(|at| put(&at.to_string(), 0)).collect();
        assert_eq!(check_writes(&[]), Err(Limit::Writes));
        assert_eq!(check_writes(&many[..100]), Ok(()));
        assert_eq!(check_writes(&many), Err(Limit::Writes));
        assert_eq!(check_writes(&[put("a", 1), put("a", 2)]), Err(Limit::Twice));
        assert_eq!(check_writes(&[put("a", Limit::BODY)]), Ok(()));
        assert_eq!(check_writes(&[put("a", Limit::BODY + 1)]), Err(Limit::Body));
        let mut large: Vec<Write> = (0..12).map(|at| put(&at.to_string(), Limit::BODY)).collect();
        assert_eq!(check_writes(&large), Ok(()));
        large.push(put("more", 1));
        assert_eq!(check_writes(&large), Err(Limit::Commit));
    }

    #[test]
    fn a_range_is_bounded() {
        let range =
            |limit| Range { partition: "p".to_owned(), prefix: String::new(), after: None, limit };
        assert_eq!(check_list(&range(1)), Ok(()));
        assert_eq!(check_list(&range(Limit::PAGE)), Ok(()));
        assert_eq!(check_list(&range(0)), Err(Limit::Page));
        assert_eq!(check_list(&range(Limit::PAGE + 1)), Err(Limit::Page));
        assert_eq!(check_list(&Range { partition: String::new(), ..range(1) }), Err(Limit::Key));
        assert_eq!(check_list(&Range { prefix: "s".repeat(1025), ..range(1) }), Err(Limit::Key));
        let after = Some("s".repeat(1025));
        assert_eq!(check_list(&Range { after, ..range(1) }), Err(Limit::Key));
    }
}
