//! Does an adapter keep the promises of the port? One suite, for all of them.
//!
//! An adapter's tests call [`conformance!`](crate::conformance) with a future that makes an empty store and
//! a guard that is kept until the test is over:
//!
//! ```ignore
//! store::conformance!(async { (MemoryStore::new(), ()) });
//! store::conformance!(when has_server(); async { (ServerStore::new(), ()) });
//! ```
//!
//! Time is artificial in every case, mostly decades away from the real clock on either side: an adapter
//! that reads a clock of its own fails. No case asks a question of an earlier moment than one it has asked
//! before, since an adapter may have swept what was expired then.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "these are tests; they live outside #[cfg(test)] so that adapters can run them"
)]

use crate::{
    Broken, Change, CommitError, Condition, Item, Key, Limit, Page, Range, Store, Version, Write,
};
use bytes::Bytes;
use jiff::Timestamp;
use std::{collections::BTreeSet, future::Future, sync::Arc};
use tokio::task::JoinSet;

/// Makes one test of every case of the suite. The expression is a future of `(impl Store, guard)`, and is
/// evaluated once a test. After `when` stands whether there is anything to test: a server that only some
/// machines have.
#[macro_export]
macro_rules! conformance {
    ($make:expr) => {
        $crate::conformance!(when true; $make);
    };
    (when $is_there:expr; $make:expr) => {
        $crate::conformance! { @cases $is_there; $make;
            what_was_put_is_got
            items_come_in_the_order_of_their_keys
            a_change_replaces_the_whole_item
            odd_keys_and_bodies_come_back_as_they_were
            similar_keys_are_different_items
            a_version_is_of_the_content
            listings_are_in_the_order_of_bytes
            a_prefix_bounds_a_listing
            a_cursor_need_not_exist
            a_cursor_outside_of_the_prefix_is_only_a_place
            pages_meet_without_a_gap
            an_insertion_between_pages_moves_nothing
            a_page_ends_when_its_bodies_are_large
            absent_holds_where_nothing_is
            a_version_holds_for_what_was_read
            always_holds
            keep_changes_nothing_and_still_asks
            all_of_a_commit_happens_or_nothing
            a_conflict_names_every_write_that_failed
            deleting_what_is_absent_is_no_error
            an_expired_item_is_gone_at_once
            an_expired_item_is_no_item_to_a_condition
            expiry_counts_whole_seconds
            an_expiry_can_be_moved_and_removed
            expired_items_leave_no_gap_in_pages
            calls_beyond_a_limit_store_nothing
            a_body_may_be_as_large_as_the_limit
            a_commit_may_have_a_hundred_writes
            fifty_who_claim_one_key_have_one_winner
            twenty_who_count_at_once_lose_nothing
            transfers_at_once_keep_the_sum
            two_who_rely_on_each_other_cannot_both_change
            a_reader_during_writers_sees_whole_items
            what_was_acknowledged_is_seen_by_everyone
        }
    };
    (@cases $is_there:expr; $make:expr; $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                if $is_there {
                    let (store, _guard) = $make.await;
                    $crate::conformance::$case(std::sync::Arc::new(store)).await;
                }
            }
        )*
    };
}

type Shared = Arc<dyn Store>;

/// A moment far from the real clock: 1980 at 0, and counting seconds.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(315_532_800 + second).unwrap()
}

fn key(sort: &str) -> Key {
    Key::new("partition", sort)
}

fn body(text: impl AsRef<str>) -> Bytes {
    Bytes::copy_from_slice(text.as_ref().as_bytes())
}

fn put(sort: &str, text: &str, condition: Condition) -> Write {
    Write { key: key(sort), condition, change: Change::Put { body: body(text), expires_at: None } }
}

fn expiring(sort: &str, text: &str, expires_at: Timestamp) -> Write {
    let change = Change::Put { body: body(text), expires_at: Some(expires_at) };
    Write { key: key(sort), condition: Condition::Always, change }
}

fn delete(sort: &str, condition: Condition) -> Write {
    Write { key: key(sort), condition, change: Change::Delete }
}

fn keep(sort: &str, condition: Condition) -> Write {
    Write { key: key(sort), condition, change: Change::Keep }
}

fn version(text: &str) -> Condition {
    Condition::Version(Version::of(text.as_bytes(), None))
}

fn range(prefix: &str, after: Option<&str>, limit: usize) -> Range {
    let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
    Range { partition: "partition".to_owned(), prefix, after, limit }
}

async fn read_at(store: &Shared, sort: &str, now: Timestamp) -> Option<Item> {
    store.get(&[key(sort)], now).await.unwrap().pop().unwrap()
}

async fn text(store: &Shared, sort: &str) -> Option<String> {
    let item = read_at(store, sort, at(0)).await?;
    Some(String::from_utf8(item.body.to_vec()).unwrap())
}

async fn put_all(store: &Shared, sorts: &[&str]) {
    for sorts in sorts.chunks(Limit::WRITES) {
        let writes = sorts.iter().map(|sort| put(sort, sort, Condition::Always)).collect();
        store.commit(writes, at(0)).await.unwrap();
    }
}

async fn list(store: &Shared, range: &Range) -> Page {
    store.list(range, at(0)).await.unwrap()
}

fn sorts(page: &Page) -> Vec<&str> {
    page.items.iter().map(|listed| listed.sort.as_str()).collect()
}

/// All pages of a range, one after the other.
async fn walk(store: &Shared, mut range: Range, now: Timestamp) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..1000 {
        let page = store.list(&range, now).await.unwrap();
        assert!(page.items.len() <= range.limit);
        all.extend(page.items.into_iter().map(|listed| listed.sort));
        match page.next {
            Some(next) => range.after = Some(next),
            None => return all,
        }
    }
    panic!("a listing that never ends");
}

fn conflict(outcome: Result<(), CommitError>) -> Vec<usize> {
    match outcome {
        Err(CommitError::Conflict(at)) => at,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

/// Runs these at the same time, and gives what they answered.
async fn at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for index in 0..count {
        tasks.spawn(task(index));
    }
    tasks.join_all().await
}

pub async fn what_was_put_is_got(store: Shared) {
    assert_eq!(text(&store, "a").await, None);
    store.commit(vec![put("a", "one", Condition::Always)], at(0)).await.unwrap();
    let item = read_at(&store, "a", at(0)).await.unwrap();
    assert_eq!(item, Item::new(body("one"), None));
    assert_eq!(item.version, Version::of(b"one", None));
    store.commit(vec![expiring("b", "two", at(60))], at(0)).await.unwrap();
    assert_eq!(read_at(&store, "b", at(0)).await, Some(Item::new(body("two"), Some(at(60)))));
    store.commit(vec![delete("a", Condition::Always)], at(0)).await.unwrap();
    assert_eq!(text(&store, "a").await, None);
}

pub async fn items_come_in_the_order_of_their_keys(store: Shared) {
    let names: Vec<String> = (0..Limit::KEYS).map(|at| format!("{at:02}")).collect();
    let kept: Vec<&str> = names.iter().map(String::as_str).step_by(2).collect();
    put_all(&store, &kept).await;
    let keys: Vec<Key> = names.iter().rev().map(|name| key(name)).collect();
    let found = store.get(&keys, at(0)).await.unwrap();
    assert_eq!(found.len(), keys.len());
    for (key, item) in keys.iter().zip(found) {
        let expected = kept.contains(&key.sort.as_str()).then(|| Item::new(body(&key.sort), None));
        assert_eq!(item, expected, "{key:?}");
    }
}

pub async fn a_change_replaces_the_whole_item(store: Shared) {
    store.commit(vec![expiring("a", "a long first body", at(60))], at(0)).await.unwrap();
    store.commit(vec![put("a", "short", Condition::Always)], at(0)).await.unwrap();
    assert_eq!(read_at(&store, "a", at(61)).await, Some(Item::new(body("short"), None)));
}

const ODD: [&str; 15] = [
    " ",
    "#",
    "/",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\"quoted\"",
    "\\",
    "a\nb",
    "%00",
    "é",
    "e\u{301}",
    "日本語",
    "\u{10FFFF}",
    "👩‍👩‍👧‍👦",
];

pub async fn odd_keys_and_bodies_come_back_as_they_were(store: Shared) {
    for odd in ODD {
        let key = Key::new(format!("odd{odd}"), odd);
        let bodies = [Bytes::new(), Bytes::from_static(&[0, 255, 0, 128]), body(odd)];
        for body in bodies {
            let change = Change::Put { body: body.clone(), expires_at: None };
            let write = Write { key: key.clone(), condition: Condition::Always, change };
            store.commit(vec![write], at(0)).await.unwrap();
            let found = store.get(std::slice::from_ref(&key), at(0)).await.unwrap();
            assert_eq!(found, [Some(Item::new(body.clone(), None))], "{key:?}");
        }
        let all = Range {
            partition: key.partition.clone(),
            prefix: odd.to_owned(),
            after: None,
            limit: 2,
        };
        assert_eq!(sorts(&store.list(&all, at(0)).await.unwrap()), [odd]);
    }
}

pub async fn similar_keys_are_different_items(store: Shared) {
    // Whatever an adapter makes one key of, these must not meet in it, nor in a listing.
    let keys = [("a", "bc"), ("ab", "c"), ("a", "b\0c"), ("a\0b", "c"), ("A", "bc"), ("é", "c")];
    let keys = keys.map(|(partition, sort)| Key::new(partition, sort));
    for key in &keys {
        let text = format!("{key:?}");
        let change = Change::Put { body: body(&text), expires_at: None };
        let write = Write { key: key.clone(), condition: Condition::Absent, change };
        store.commit(vec![write], at(0)).await.unwrap();
    }
    for (key, item) in keys.iter().zip(store.get(&keys, at(0)).await.unwrap()) {
        assert_eq!(item.unwrap().body, body(format!("{key:?}")));
    }
    let (partition, prefix) = ("a".to_owned(), String::new());
    let page = list(&store, &Range { partition, prefix, after: None, limit: 10 }).await;
    assert_eq!(sorts(&page), ["b\0c", "bc"]);
}

pub async fn a_version_is_of_the_content(store: Shared) {
    let version_of = async |write: Write| {
        store.commit(vec![write], at(0)).await.unwrap();
        read_at(&store, "a", at(0)).await.unwrap().version
    };
    let first = version_of(put("a", "one", Condition::Always)).await;
    let other = version_of(put("a", "two", Condition::Always)).await;
    let again = version_of(put("a", "one", Condition::Always)).await;
    let expires = version_of(expiring("a", "one", at(60))).await;
    let expires_later = version_of(expiring("a", "one", at(61))).await;
    assert_eq!(first, again);
    assert_eq!(BTreeSet::from([first, other, expires, expires_later].map(|v| v.0)).len(), 4);
    let page = list(&store, &range("", None, 1)).await;
    assert_eq!(page.items[0].item.version, expires_later);
}

pub async fn listings_are_in_the_order_of_bytes(store: Shared) {
    // UTF-16 would put U+FFFF behind U+10000, and a dictionary é beside e.
    let mut all =
        ["a", "Z", "aa", "a\u{1}", "é", "e", "z", "\u{ffff}", "\u{10000}", "0", "10", "9"];
    put_all(&store, &all).await;
    all.sort_unstable();
    let page = list(&store, &range("", None, 100)).await;
    assert_eq!((sorts(&page), &page.next), (all.to_vec(), &None));
    assert_eq!(page.items[0].item, Item::new(body("0"), None));
}

pub async fn a_prefix_bounds_a_listing(store: Shared) {
    let all = [
        "a",
        "a#1",
        "a#2",
        "a$",
        "a\u{7f}",
        "a\u{7f}b",
        "a\u{80}",
        "a\u{10FFFF}",
        "a\u{10FFFF}x",
        "b",
        "b#1",
        "\u{10FFFF}",
        "\u{10FFFF}\u{10FFFF}",
    ];
    put_all(&store, &all).await;
    let prefixes =
        ["", "a", "a#", "a#1", "a#12", "a\u{7f}", "a\u{10FFFF}", "\u{10FFFF}", "b", "c", "B"];
    for prefix in prefixes {
        let mut expected: Vec<&str> =
            all.iter().copied().filter(|sort| sort.starts_with(prefix)).collect();
        expected.sort_unstable();
        for limit in [1, 2, 100] {
            assert_eq!(
                walk(&store, range(prefix, None, limit), at(0)).await,
                expected,
                "{prefix:?}"
            );
        }
    }
}

pub async fn a_cursor_need_not_exist(store: Shared) {
    put_all(&store, &["a#1", "a#3", "a#5", "b"]).await;
    let cases: [(&str, &[&str]); 5] = [
        ("a#0", &["a#1", "a#3", "a#5"]),
        ("a#1", &["a#3", "a#5"]),
        ("a#2", &["a#3", "a#5"]),
        ("a#5", &[]),
        ("a#9", &[]),
    ];
    for (after, expected) in cases {
        let page = list(&store, &range("a#", Some(after), 10)).await;
        assert_eq!((sorts(&page), &page.next), (expected.to_vec(), &None), "{after}");
    }
    // The item under a cursor was deleted between two pages.
    let first = list(&store, &range("a#", None, 1)).await;
    store.commit(vec![delete("a#1", Condition::Always)], at(0)).await.unwrap();
    let rest = list(&store, &range("a#", first.next.as_deref(), 10)).await;
    assert_eq!(sorts(&rest), ["a#3", "a#5"]);
}

pub async fn a_cursor_outside_of_the_prefix_is_only_a_place(store: Shared) {
    put_all(&store, &["a", "b#1", "b#2", "c"]).await;
    let cases: [(&str, &str, &[&str]); 7] = [
        ("b#", "a", &["b#1", "b#2"]),
        ("b#", "b", &["b#1", "b#2"]),
        ("b#", "b#", &["b#1", "b#2"]),
        ("b#", "c", &[]),
        ("b#", "b$", &[]),
        ("b#", "", &["b#1", "b#2"]),
        ("", "", &["a", "b#1", "b#2", "c"]),
    ];
    for (prefix, after, expected) in cases {
        let page = list(&store, &range(prefix, Some(after), 10)).await;
        assert_eq!(sorts(&page), expected, "{prefix:?} after {after:?}");
    }
}

pub async fn pages_meet_without_a_gap(store: Shared) {
    let names: Vec<String> = (0..25).map(|at| format!("n{at:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    put_all(&store, &names).await;
    for limit in [1, 5, 24, 25, 26, Limit::PAGE] {
        let mut pages = Vec::new();
        let mut after = None;
        loop {
            let page = list(&store, &range("n", after.as_deref(), limit)).await;
            pages.push(page.items.len());
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        // Small bodies: every page but the last is full, and there is no cursor to nothing.
        let mut expected = vec![limit; 24 / limit];
        expected.push(25 - limit * (24 / limit));
        assert_eq!(pages, expected, "pages of {limit}");
        assert_eq!(walk(&store, range("n", None, limit), at(0)).await, names);
    }
}

pub async fn an_insertion_between_pages_moves_nothing(store: Shared) {
    put_all(&store, &["b", "d", "f", "h"]).await;
    let first = list(&store, &range("", None, 2)).await;
    assert_eq!(sorts(&first), ["b", "d"]);
    put_all(&store, &["a", "c", "e", "z"]).await;
    store.commit(vec![delete("b", Condition::Always)], at(0)).await.unwrap();
    store.commit(vec![delete("h", Condition::Always)], at(0)).await.unwrap();
    let rest = walk(&store, range("", first.next.as_deref(), 2), at(0)).await;
    assert_eq!(rest, ["e", "f", "z"]);

    // And while somebody writes all the time: what stays is seen once.
    let stay: Vec<String> = (0..30).map(|at| format!("stay{at:02}")).collect();
    put_all(&store, &stay.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for round in 0..20 {
                let name = format!("stay{:02}+", round);
                store.commit(vec![put(&name, "x", Condition::Always)], at(0)).await.unwrap();
                store.commit(vec![delete(&name, Condition::Always)], at(0)).await.unwrap();
            }
        }
    });
    for _ in 0..3 {
        let seen = walk(&store, range("stay", None, 3), at(0)).await;
        let seen: Vec<String> = seen.into_iter().filter(|sort| !sort.ends_with('+')).collect();
        assert_eq!(seen, stay);
    }
    writer.await.unwrap();
}

pub async fn a_page_ends_when_its_bodies_are_large(store: Shared) {
    let large = "x".repeat(Limit::BODY);
    let names = ["a", "b", "c", "d", "e", "f"];
    for name in names {
        store.commit(vec![put(name, &large, Condition::Always)], at(0)).await.unwrap();
    }
    let first = list(&store, &range("", None, Limit::PAGE)).await;
    assert_eq!((sorts(&first), first.next.as_deref()), (vec!["a", "b", "c", "d"], Some("d")));
    assert_eq!(walk(&store, range("", None, Limit::PAGE), at(0)).await, names);
    let keys = names.map(key);
    let found = store.get(&keys, at(0)).await.unwrap();
    assert!(found.iter().all(|item| item.as_ref().unwrap().body.len() == Limit::BODY));
}

pub async fn absent_holds_where_nothing_is(store: Shared) {
    store.commit(vec![put("a", "one", Condition::Absent)], at(0)).await.unwrap();
    let second = store.commit(vec![put("a", "two", Condition::Absent)], at(0)).await;
    assert_eq!(conflict(second), [0]);
    // Not even with what is there already.
    let same = store.commit(vec![put("a", "one", Condition::Absent)], at(0)).await;
    assert_eq!(conflict(same), [0]);
    assert_eq!(text(&store, "a").await.as_deref(), Some("one"));
    let outcome = store.commit(vec![delete("a", Condition::Absent)], at(0)).await;
    assert_eq!(conflict(outcome), [0]);
    store.commit(vec![delete("b", Condition::Absent)], at(0)).await.unwrap();
    store.commit(vec![delete("a", Condition::Always)], at(0)).await.unwrap();
    store.commit(vec![put("a", "three", Condition::Absent)], at(0)).await.unwrap();
}

pub async fn a_version_holds_for_what_was_read(store: Shared) {
    let outcome = store.commit(vec![put("a", "two", version("one"))], at(0)).await;
    assert_eq!(conflict(outcome), [0], "nothing is there");
    put_all(&store, &["a"]).await;
    store.commit(vec![put("a", "two", version("a"))], at(0)).await.unwrap();
    let outcome = store.commit(vec![put("a", "three", version("a"))], at(0)).await;
    assert_eq!(conflict(outcome), [0], "the version is an old one");
    let outcome = store.commit(vec![delete("a", version("a"))], at(0)).await;
    assert_eq!(conflict(outcome), [0]);
    assert_eq!(text(&store, "a").await.as_deref(), Some("two"));
    // Made again with the same content, it is what was read.
    store.commit(vec![delete("a", version("two"))], at(0)).await.unwrap();
    store.commit(vec![put("a", "two", Condition::Absent)], at(0)).await.unwrap();
    store.commit(vec![put("a", "two", version("two"))], at(0)).await.unwrap();
    // The same body under another expiry is not.
    store.commit(vec![expiring("a", "two", at(60))], at(0)).await.unwrap();
    let outcome = store.commit(vec![put("a", "three", version("two"))], at(0)).await;
    assert_eq!(conflict(outcome), [0]);
    let read = Condition::Version(Version::of(b"two", Some(at(60))));
    store.commit(vec![delete("a", read)], at(0)).await.unwrap();
}

pub async fn always_holds(store: Shared) {
    for text in ["one", "two"] {
        store.commit(vec![put("a", text, Condition::Always)], at(0)).await.unwrap();
    }
    store.commit(vec![keep("a", Condition::Always)], at(0)).await.unwrap();
    store.commit(vec![keep("nothing", Condition::Always)], at(0)).await.unwrap();
    let mixed = vec![keep("a", Condition::Always), put("b", "b", Condition::Absent)];
    store.commit(mixed, at(0)).await.unwrap();
    let nothing = vec![keep("a", Condition::Always), keep("b", Condition::Always)];
    store.commit(nothing, at(0)).await.unwrap();
    assert_eq!(text(&store, "a").await.as_deref(), Some("two"));
}

pub async fn keep_changes_nothing_and_still_asks(store: Shared) {
    put_all(&store, &["a"]).await;
    store.commit(vec![keep("a", version("a"))], at(0)).await.unwrap();
    store.commit(vec![keep("b", Condition::Absent)], at(0)).await.unwrap();
    assert_eq!(conflict(store.commit(vec![keep("a", Condition::Absent)], at(0)).await), [0]);
    assert_eq!(conflict(store.commit(vec![keep("b", version("a"))], at(0)).await), [0]);
    let guarded = |guard| vec![guard, put("c", "c", Condition::Always)];
    assert_eq!(conflict(store.commit(guarded(keep("a", version("x"))), at(0)).await), [0]);
    assert_eq!(text(&store, "c").await, None);
    store.commit(guarded(keep("a", version("a"))), at(0)).await.unwrap();
    assert_eq!(text(&store, "a").await.as_deref(), Some("a"));
    assert_eq!(text(&store, "b").await, None);
    assert_eq!(text(&store, "c").await.as_deref(), Some("c"));
}

pub async fn all_of_a_commit_happens_or_nothing(store: Shared) {
    put_all(&store, &["old", "gone"]).await;
    let writes = |condition| {
        vec![
            put("new", "new", Condition::Absent),
            put("old", "changed", Condition::Always),
            delete("gone", Condition::Always),
            put("last", "last", condition),
        ]
    };
    assert_eq!(conflict(store.commit(writes(version("last")), at(0)).await), [3]);
    assert_eq!(walk(&store, range("", None, 10), at(0)).await, ["gone", "old"]);
    assert_eq!(text(&store, "old").await.as_deref(), Some("old"));
    store.commit(writes(Condition::Absent), at(0)).await.unwrap();
    assert_eq!(walk(&store, range("", None, 10), at(0)).await, ["last", "new", "old"]);
    assert_eq!(text(&store, "old").await.as_deref(), Some("changed"));
}

pub async fn a_conflict_names_every_write_that_failed(store: Shared) {
    put_all(&store, &["a", "b", "c"]).await;
    let writes = vec![
        put("a", "x", Condition::Absent),
        put("b", "x", version("b")),
        delete("c", version("x")),
        keep("d", version("d")),
        put("e", "x", Condition::Always),
        keep("a", Condition::Absent),
    ];
    // The last one stands twice; without it, the rest is asked.
    assert!(matches!(
        store.commit(writes.clone(), at(0)).await,
        Err(CommitError::Broken(Broken::Limit(Limit::Twice)))
    ));
    assert_eq!(conflict(store.commit(writes[..5].to_vec(), at(0)).await), [0, 2, 3]);
    // The indexes are those of the caller, also when a write needs nothing from the adapter.
    let writes = vec![keep("x", Condition::Always), put("b", "x", Condition::Absent)];
    assert_eq!(conflict(store.commit(writes, at(0)).await), [1]);
    let writes = vec![
        keep("x", Condition::Always),
        put("y", "y", Condition::Always),
        put("b", "x", Condition::Absent),
    ];
    assert_eq!(conflict(store.commit(writes, at(0)).await), [2]);
    assert_eq!(walk(&store, range("", None, 10), at(0)).await, ["a", "b", "c"]);
}

pub async fn deleting_what_is_absent_is_no_error(store: Shared) {
    store.commit(vec![delete("a", Condition::Always)], at(0)).await.unwrap();
    let two = vec![delete("a", Condition::Always), delete("b", Condition::Absent)];
    store.commit(two, at(0)).await.unwrap();
    let outcome = store.commit(vec![delete("a", version("a"))], at(0)).await;
    assert_eq!(conflict(outcome), [0]);
}

pub async fn an_expired_item_is_gone_at_once(store: Shared) {
    // Long ago, and in a far future: only `now` counts.
    for years in [0_i64, 100] {
        let at = |second: i64| at(years * 31_557_600 + second);
        put_all(&store, &["a", "c"]).await;
        store.commit(vec![expiring("b", "b", at(60))], at(0)).await.unwrap();
        assert!(read_at(&store, "b", at(59)).await.is_some());
        let page = store.list(&range("", None, 10), at(59)).await.unwrap();
        assert_eq!(sorts(&page), ["a", "b", "c"]);
        assert_eq!(page.items[1].item.expires_at, Some(at(60)));
        for now in [60, 61, 1_000_000] {
            assert_eq!(read_at(&store, "b", at(now)).await, None);
            let found = store.get(&[key("a"), key("b"), key("c")], at(now)).await.unwrap();
            let found: Vec<bool> = found.iter().map(Option::is_some).collect();
            assert_eq!(found, [true, false, true]);
            let page = store.list(&range("", None, 10), at(now)).await.unwrap();
            assert_eq!(sorts(&page), ["a", "c"]);
        }
    }
}

pub async fn an_expired_item_is_no_item_to_a_condition(store: Shared) {
    let read = Condition::Version(Version::of(b"a", Some(at(60))));
    let setup = vec![expiring("a", "a", at(60)), expiring("b", "b", at(60))];
    store.commit(setup, at(0)).await.unwrap();
    assert_eq!(conflict(store.commit(vec![put("a", "x", Condition::Absent)], at(59)).await), [0]);
    store.commit(vec![keep("a", read)], at(59)).await.unwrap();
    store.commit(vec![keep("a", read), keep("c", Condition::Absent)], at(59)).await.unwrap();

    assert_eq!(conflict(store.commit(vec![keep("a", read)], at(60)).await), [0]);
    assert_eq!(conflict(store.commit(vec![put("a", "x", read)], at(60)).await), [0]);
    assert_eq!(conflict(store.commit(vec![delete("a", read)], at(60)).await), [0]);
    let two = vec![put("a", "x", read), put("c", "c", Condition::Absent)];
    assert_eq!(conflict(store.commit(two, at(60)).await), [0]);
    store.commit(vec![keep("a", Condition::Absent)], at(60)).await.unwrap();
    store.commit(vec![put("a", "again", Condition::Absent)], at(60)).await.unwrap();
    let two = vec![put("b", "again", Condition::Absent), keep("c", Condition::Absent)];
    store.commit(two, at(60)).await.unwrap();
    for sort in ["a", "b"] {
        assert_eq!(read_at(&store, sort, at(61)).await, Some(Item::new(body("again"), None)));
    }
}

pub async fn expiry_counts_whole_seconds(store: Shared) {
    let fraction = at(60) + jiff::SignedDuration::from_millis(900);
    store.commit(vec![expiring("a", "a", fraction)], at(0)).await.unwrap();
    let item = read_at(&store, "a", at(59) + jiff::SignedDuration::from_millis(999)).await.unwrap();
    assert_eq!(item.expires_at, Some(at(60)));
    assert_eq!(item.version, Version::of(b"a", Some(at(60))));
    store.commit(vec![keep("a", Condition::Version(item.version))], at(59)).await.unwrap();
    assert_eq!(read_at(&store, "a", at(60)).await, None);
}

pub async fn an_expiry_can_be_moved_and_removed(store: Shared) {
    let setup =
        vec![expiring("a", "a", at(60)), expiring("b", "b", at(60)), expiring("c", "c", at(60))];
    store.commit(setup, at(0)).await.unwrap();
    let moved = vec![expiring("a", "a", at(90)), put("b", "b", Condition::Always)];
    store.commit(moved, at(1)).await.unwrap();
    store.commit(vec![expiring("c", "c", at(30))], at(1)).await.unwrap();
    let page = store.list(&range("", None, 10), at(30)).await.unwrap();
    assert_eq!(sorts(&page), ["a", "b"]);
    // Commits in between give an adapter the occasion to sweep, by the expiry that counts.
    for _ in 0..3 {
        store.commit(vec![put("d", "d", Condition::Always)], at(60)).await.unwrap();
    }
    let page = store.list(&range("", None, 10), at(60)).await.unwrap();
    assert_eq!(sorts(&page), ["a", "b", "d"]);
    let page = store.list(&range("", None, 10), at(90)).await.unwrap();
    assert_eq!(sorts(&page), ["b", "d"]);
}

pub async fn expired_items_leave_no_gap_in_pages(store: Shared) {
    let names: Vec<String> = (0..30).map(|at| format!("{at:02}")).collect();
    let writes = names.iter().enumerate().map(|(index, name)| {
        // Runs of expired items at the begin, in the middle and at the end.
        let lives = matches!(index, 7..=11 | 20..=24);
        if lives { put(name, name, Condition::Always) } else { expiring(name, name, at(60)) }
    });
    store.commit(writes.collect(), at(0)).await.unwrap();
    let live: Vec<&str> =
        ["07", "08", "09", "10", "11", "20", "21", "22", "23", "24"].into_iter().collect();
    for limit in [1, 4, 5, 6, 10, 30] {
        assert_eq!(walk(&store, range("", None, limit), at(60)).await, live, "pages of {limit}");
    }
}

pub async fn calls_beyond_a_limit_store_nothing(store: Shared) {
    let refused =
        async |writes: Vec<Write>, expected: Limit| match store.commit(writes, at(0)).await {
            Err(CommitError::Broken(Broken::Limit(limit))) => assert_eq!(limit, expected),
            other => panic!("{expected:?} was expected, not {other:?}"),
        };
    let names: Vec<String> = (0..=Limit::WRITES).map(|at| format!("{at:03}")).collect();
    refused(vec![], Limit::Writes).await;
    let many = names.iter().map(|name| put(name, "x", Condition::Always)).collect();
    refused(many, Limit::Writes).await;
    let twice = vec![put("a", "1", Condition::Always), put("a", "2", Condition::Always)];
    refused(twice, Limit::Twice).await;
    let large = "x".repeat(Limit::BODY + 1);
    let ok_and_large = vec![put("a", "1", Condition::Always), put("b", &large, Condition::Always)];
    refused(ok_and_large, Limit::Body).await;
    let large = "x".repeat(Limit::BODY);
    let heavy = names[..13].iter().map(|name| put(name, &large, Condition::Always)).collect();
    refused(heavy, Limit::Commit).await;
    let long = "s".repeat(1025);
    for sort in ["", long.as_str()] {
        refused(
            vec![put("a", "1", Condition::Always), put(sort, "1", Condition::Always)],
            Limit::Key,
        )
        .await;
    }
    assert_eq!(list(&store, &range("", None, 10)).await, Page::default());

    let get = async |keys: Vec<Key>, expected: Limit| match store.get(&keys, at(0)).await {
        Err(Broken::Limit(limit)) => assert_eq!(limit, expected),
        other => panic!("{expected:?} was expected, not {other:?}"),
    };
    get(vec![], Limit::Keys).await;
    get(names.iter().map(|name| key(name)).collect(), Limit::Keys).await;
    get(vec![key("a"), key("a")], Limit::Twice).await;
    get(vec![key("")], Limit::Key).await;
    get(vec![Key::new("p".repeat(2049), "a")], Limit::Key).await;
    for (range, expected) in [
        (range("", None, 0), Limit::Page),
        (range("", None, Limit::PAGE + 1), Limit::Page),
        (range(&long, None, 1), Limit::Key),
        (range("", Some(&long), 1), Limit::Key),
        (Range { partition: String::new(), ..range("", None, 1) }, Limit::Key),
    ] {
        match store.list(&range, at(0)).await {
            Err(Broken::Limit(limit)) => assert_eq!(limit, expected),
            other => panic!("{expected:?} was expected, not {other:?}"),
        }
    }
}

pub async fn a_body_may_be_as_large_as_the_limit(store: Shared) {
    let bytes: Vec<u8> = (0..Limit::BODY).map(|at| (at * 7 % 251) as u8).collect();
    let large = Bytes::from(bytes);
    // The longest key that there may be, too.
    let key = Key::new("p".repeat(2048), "s".repeat(1024));
    let change = Change::Put { body: large.clone(), expires_at: Some(at(60)) };
    let write = Write { key: key.clone(), condition: Condition::Absent, change };
    store.commit(vec![write], at(0)).await.unwrap();
    let found = store.get(std::slice::from_ref(&key), at(0)).await.unwrap();
    assert_eq!(found, [Some(Item::new(large.clone(), Some(at(60))))]);
    // And a commit as heavy as the limit.
    let names: Vec<String> = (0..12).map(|at| format!("{at:02}")).collect();
    let writes = names.iter().map(|name| {
        let change = Change::Put { body: large.clone(), expires_at: None };
        Write { key: Key::new("partition", name), condition: Condition::Absent, change }
    });
    store.commit(writes.collect(), at(0)).await.unwrap();
    let keys: Vec<Key> = names.iter().map(|name| Key::new("partition", name)).collect();
    for item in store.get(&keys, at(0)).await.unwrap() {
        assert_eq!(item.unwrap().body, large);
    }
}

pub async fn a_commit_may_have_a_hundred_writes(store: Shared) {
    let names: Vec<String> = (0..Limit::WRITES).map(|at| format!("{at:03}")).collect();
    let create = || names.iter().map(|name| put(name, name, Condition::Absent)).collect();
    store.commit(create(), at(0)).await.unwrap();
    assert_eq!(walk(&store, range("", None, 1000), at(0)).await, names);
    let all: Vec<usize> = (0..Limit::WRITES).collect();
    assert_eq!(conflict(store.commit(create(), at(0)).await), all);
    let remove = names.iter().map(|name| delete(name, version(name)));
    store.commit(remove.collect(), at(0)).await.unwrap();
    assert_eq!(list(&store, &range("", None, 1)).await, Page::default());
}

pub async fn fifty_who_claim_one_key_have_one_winner(store: Shared) {
    let single = at_once(50, |index| {
        let store = store.clone();
        async move {
            let write = put("single", &index.to_string(), Condition::Absent);
            store.commit(vec![write], at(0)).await.map(|()| index)
        }
    })
    .await;
    let several = at_once(50, |index| {
        let store = store.clone();
        async move {
            let own = put(&format!("own{index:02}"), "x", Condition::Absent);
            let claim = put("several", &index.to_string(), Condition::Absent);
            store.commit(vec![own, claim], at(0)).await.map(|()| index)
        }
    })
    .await;
    for (claim, outcomes) in [("single", single), ("several", several)] {
        let mut winners = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok(index) => winners.push(index),
                Err(CommitError::Conflict(_)) => {}
                Err(broken) => panic!("{broken:?}"),
            }
        }
        assert_eq!(winners.len(), 1, "of {claim}");
        assert_eq!(text(&store, claim).await, Some(winners[0].to_string()));
        if claim == "several" {
            let own = format!("own{:02}", winners[0]);
            assert_eq!(walk(&store, range("own", None, 100), at(0)).await, [own]);
        }
    }
}

pub async fn twenty_who_count_at_once_lose_nothing(store: Shared) {
    store.commit(vec![put("count", "0", Condition::Absent)], at(0)).await.unwrap();
    at_once(20, |_| {
        let store = store.clone();
        async move {
            loop {
                let count: usize = text(&store, "count").await.unwrap().parse().unwrap();
                let write = put("count", &(count + 1).to_string(), version(&count.to_string()));
                match store.commit(vec![write], at(0)).await {
                    Ok(()) => break,
                    Err(CommitError::Conflict(_)) => {}
                    Err(broken) => panic!("{broken:?}"),
                }
            }
        }
    })
    .await;
    assert_eq!(text(&store, "count").await.as_deref(), Some("20"));
}

pub async fn transfers_at_once_keep_the_sum(store: Shared) {
    let accounts = ["a", "b", "c"];
    for account in accounts {
        store.commit(vec![put(account, "100", Condition::Absent)], at(0)).await.unwrap();
    }
    at_once(9, |index| {
        let store = store.clone();
        // In both directions, so that locks taken in the order of the writes would wait in a circle.
        let (from, to) = (accounts[index % 3], accounts[(index + 1 + index / 3 % 2) % 3]);
        async move {
            loop {
                let (left, right) =
                    (text(&store, from).await.unwrap(), text(&store, to).await.unwrap());
                let less = left.parse::<i64>().unwrap() - 1;
                let more = right.parse::<i64>().unwrap() + 1;
                let writes = vec![
                    put(from, &less.to_string(), version(&left)),
                    put(to, &more.to_string(), version(&right)),
                ];
                match store.commit(writes, at(0)).await {
                    Ok(()) => break,
                    Err(CommitError::Conflict(_)) => {}
                    Err(broken) => panic!("{broken:?}"),
                }
            }
        }
    })
    .await;
    let mut sum = 0;
    for account in accounts {
        sum += text(&store, account).await.unwrap().parse::<i64>().unwrap();
    }
    assert_eq!(sum, 300);
}

pub async fn two_who_rely_on_each_other_cannot_both_change(store: Shared) {
    for round in 0..5 {
        let (left, right) = (format!("left{round}"), format!("right{round}"));
        put_all(&store, &[&left, &right]).await;
        let outcomes = at_once(2, |index| {
            let store = store.clone();
            let (mine, other) = if index == 0 { (&left, &right) } else { (&right, &left) };
            let writes = vec![put(mine, "changed", version(mine)), keep(other, version(other))];
            async move { store.commit(writes, at(0)).await }
        })
        .await;
        let changed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(changed <= 1, "both relied on what the other one changed");
    }
}

pub async fn a_reader_during_writers_sees_whole_items(store: Shared) {
    let text_of = |round: usize| format!("{round:04}").repeat(2000);
    let first = text_of(0);
    let setup = vec![put("a", &first, Condition::Always), put("b", &first, Condition::Always)];
    store.commit(setup, at(0)).await.unwrap();
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for round in 1..40 {
                let text = text_of(round);
                let both =
                    vec![put("a", &text, Condition::Always), put("b", &text, Condition::Always)];
                store.commit(both, at(0)).await.unwrap();
            }
        }
    });
    let is_whole = |item: &Item| {
        let mut parts = item.body.chunks(4);
        let first = parts.next().unwrap();
        item.body.len() == 8000
            && parts.all(|part| part == first)
            && item.version == Version::of(&item.body, None)
    };
    while !writer.is_finished() {
        let both = store.get(&[key("a"), key("b")], at(0)).await.unwrap();
        assert!(both.iter().all(|item| is_whole(item.as_ref().unwrap())));
        let page = list(&store, &range("", None, 2)).await;
        assert_eq!(sorts(&page), ["a", "b"]);
        assert!(page.items.iter().all(|listed| is_whole(&listed.item)));
    }
    writer.await.unwrap();
    assert_eq!(text(&store, "a").await, Some(text_of(39)));
    assert_eq!(text(&store, "b").await, Some(text_of(39)));
}

pub async fn what_was_acknowledged_is_seen_by_everyone(store: Shared) {
    at_once(10, |index| {
        let store = store.clone();
        async move {
            for round in 0..5 {
                let name = format!("{index}-{round}");
                store.commit(vec![put(&name, &name, Condition::Absent)], at(0)).await.unwrap();
                let seen = tokio::spawn({
                    let (store, name) = (store.clone(), name.clone());
                    async move {
                        let listed = list(&store, &range(&name, None, 1)).await;
                        (text(&store, &name).await, listed.items.len())
                    }
                });
                assert_eq!(seen.await.unwrap(), (Some(name), 1));
            }
        }
    })
    .await;
}
