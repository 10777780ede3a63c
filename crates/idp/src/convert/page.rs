//! How long is a page?

/// The number of items on a page when the caller says nothing, or 0, which is the most there can be.
const MOST: usize = 60;

/// How many items the caller wants at most.
pub(crate) fn limit(given: Option<i32>) -> usize {
    match given.map(usize::try_from) {
        Some(Ok(wanted @ 1..=MOST)) => wanted,
        _ => MOST,
    }
}
