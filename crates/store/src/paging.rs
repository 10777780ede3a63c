//! Where does a page end? One answer for every adapter.

use crate::{Item, Limit, Listed, Page, Range, has_expired};
use jiff::Timestamp;
use std::ops::ControlFlow;

/// A page on its way: an adapter offers what it finds, in order, until it is told to stop.
///
/// A page has a `next` only when something follows it, so that a caller never hands out a cursor to
/// nothing; the one exception is a run of expired items longer than [`Limit::PAGE_LOOKS`].
#[derive(Debug)]
pub struct PageBuilder {
    now: Timestamp,
    limit: usize,
    bytes: usize,
    looks: usize,
    page: Page,
    // INVARIANT: an expired item after the last one of the page, if the page is not full.
    skipped: Option<String>,
}

impl PageBuilder {
    /// An empty page of this range.
    #[must_use]
    pub fn new(range: &Range, now: Timestamp) -> Self {
        let limit = range.limit;
        Self { now, limit, bytes: 0, looks: 0, page: Page::default(), skipped: None }
    }

    /// How many items it takes at most to fill the page and to know whether something follows.
    #[must_use]
    pub fn wants(&self) -> usize {
        self.limit.saturating_sub(self.page.items.len()).saturating_add(1)
    }

    /// Takes the next item of the range; the item itself is asked for only when it is wanted.
    ///
    /// # Errors
    /// What reading the item gave.
    pub fn offer<E>(
        &mut self,
        sort: &str,
        expires_at: Option<Timestamp>,
        item: impl FnOnce() -> Result<Item, E>,
    ) -> Result<ControlFlow<()>, E> {
        let is_full = self.page.items.len() >= self.limit || self.bytes >= Limit::PAGE_BYTES;
        let is_gone = has_expired(expires_at, self.now);
        if self.looks >= Limit::PAGE_LOOKS || (is_full && !is_gone) {
            let last = self.page.items.last().map(|last| last.sort.clone());
            self.page.next = self.skipped.take().or(last);
            return Ok(ControlFlow::Break(()));
        }
        self.looks += 1;
        if !is_gone {
            let item = item()?;
            self.bytes += item.body.len();
            self.page.items.push(Listed { sort: sort.to_owned(), item });
            self.skipped = None;
        } else if !is_full {
            self.skipped = Some(sort.to_owned());
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> Page {
        self.page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use std::convert::Infallible;

    fn page(limit: usize, items: &[(&str, usize, Option<i64>)]) -> Page {
        let range = Range { partition: "p".to_owned(), prefix: String::new(), after: None, limit };
        let mut page = PageBuilder::new(&range, Timestamp::from_second(100).unwrap());
        for (sort, bytes, expires_at) in items {
            let expires_at = expires_at.map(|at| Timestamp::from_second(at).unwrap());
            let item = || Ok::<_, Infallible>(Item::new(Bytes::from(vec![0; *bytes]), expires_at));
            if page.offer(sort, expires_at, item).unwrap().is_break() {
                break;
            }
        }
        page.finish()
    }

    fn sorts(page: &Page) -> Vec<&str> {
        page.items.iter().map(|listed| listed.sort.as_str()).collect()
    }

    #[test]
    fn a_page_has_a_next_only_when_something_follows() {
        let all = [("a", 1, None), ("b", 1, None), ("c", 1, Some(100))];
        let first = page(1, &all);
        assert_eq!((sorts(&first), first.next.as_deref()), (vec!["a"], Some("a")));
        let both = page(2, &all);
        assert_eq!((sorts(&both), both.next.as_deref()), (vec!["a", "b"], None));
    }

    #[test]
    fn a_page_ends_with_the_item_that_fills_its_bytes() {
        let half = Limit::PAGE_BYTES / 2;
        let all = [("a", half, None), ("b", half, None), ("c", 0, None)];
        let first = page(10, &all);
        assert_eq!((sorts(&first), first.next.as_deref()), (vec!["a", "b"], Some("b")));
    }

    #[test]
    fn a_page_gives_up_on_a_long_run_of_expired_items() {
        let names: Vec<String> = (0..=Limit::PAGE_LOOKS).map(|at| format!("{at:05}")).collect();
        let all: Vec<_> = names.iter().map(|name| (name.as_str(), 1, Some(1))).collect();
        let first = page(10, &all);
        assert_eq!((first.items.len(), first.next.as_deref()), (0, Some("09999")));
    }
}
