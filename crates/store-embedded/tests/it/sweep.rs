//! Sweeping: what goes, what stays.

use bytes::Bytes;
use jiff::Timestamp;
use store::{Change, Condition, Key, Store, Write};
use store_embedded::EmbeddedStore;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn write(sort: impl Into<String>, expires_at: Option<i64>) -> Write {
    let expires_at = expires_at.map(at);
    let change = Change::Put { body: Bytes::from_static(b"body"), expires_at };
    Write { key: Key::new("p", sort), condition: Condition::Always, change }
}

#[tokio::test]
async fn a_sweep_removes_what_has_expired_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(directory.path()).unwrap();
    let writes = (0..50).map(|index| write(format!("{index:02}"), Some(100 + index)));
    store.commit(writes.collect(), at(0)).await.unwrap();
    // Their expiry is another one by now, or they are gone.
    let moved = vec![
        write("00", Some(500)),
        write("01", None),
        Write { change: Change::Delete, ..write("02", None) },
        write("forever", None),
    ];
    store.commit(moved, at(0)).await.unwrap();

    assert_eq!(store.sweep(at(99), 1000).await.unwrap(), 0);
    assert_eq!(store.sweep(at(103), 1000).await.unwrap(), 1, "an item is gone in its last second");
    assert_eq!(store.sweep(at(120), 10).await.unwrap(), 10, "no more than was asked for");
    assert_eq!(store.sweep(at(120), 1000).await.unwrap(), 7);
    assert_eq!(store.sweep(at(120), 1000).await.unwrap(), 0);

    // Time goes back here, which shows what is really there.
    let keys: Vec<Key> = (0..50).map(|index| Key::new("p", format!("{index:02}"))).collect();
    let found = store.get(&keys, at(0)).await.unwrap();
    let found: Vec<usize> = found
        .iter()
        .enumerate()
        .filter(|(_, item)| item.is_some())
        .map(|(index, _)| index)
        .collect();
    assert_eq!(found, [0, 1].into_iter().chain(21..50).collect::<Vec<_>>());

    assert_eq!(store.sweep(Timestamp::MAX, 1000).await.unwrap(), 30);
    let left = store.get(&[Key::new("p", "01"), Key::new("p", "forever")], at(0)).await.unwrap();
    assert!(left.iter().all(Option::is_some));
}

#[tokio::test]
async fn an_item_that_was_made_again_is_not_swept_for_the_old_one() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(directory.path()).unwrap();
    store.commit(vec![write("a", Some(100))], at(0)).await.unwrap();
    let again = Write { condition: Condition::Absent, ..write("a", Some(200)) };
    store.commit(vec![again], at(100)).await.unwrap();
    assert_eq!(store.sweep(at(150), 10).await.unwrap(), 0);
    assert!(store.get(&[Key::new("p", "a")], at(150)).await.unwrap()[0].is_some());
    assert_eq!(store.sweep(at(200), 10).await.unwrap(), 1);
}
