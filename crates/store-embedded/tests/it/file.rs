//! The file: whose it is, and what else may lie there.

use bytes::Bytes;
use jiff::Timestamp;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};
use store::{Change, Condition, Key, Store, Write};
use store_embedded::{EmbeddedStore, OpenError};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn put(sort: &str) -> Vec<Write> {
    let change = Change::Put { body: Bytes::from_static(b"body"), expires_at: None };
    vec![Write { key: Key::new("p", sort), condition: Condition::Absent, change }]
}

async fn has(store: &EmbeddedStore, sort: &str) -> bool {
    store.get(&[Key::new("p", sort)], NOW).await.unwrap()[0].is_some()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn what_was_kept_is_there_when_the_file_is_opened_again() {
    let directory = tempfile::tempdir().unwrap();
    for round in ["1", "2", "3"] {
        let store = EmbeddedStore::open(directory.path()).unwrap();
        assert!(!has(&store, round).await);
        store.commit(put(round), NOW).await.unwrap();
    }
    let store = EmbeddedStore::open(directory.path()).unwrap();
    assert!(has(&store, "1").await && has(&store, "2").await && has(&store, "3").await);
}

#[tokio::test]
async fn only_the_owner_may_read_the_file() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("deep/data");
    let store = EmbeddedStore::open(&directory).unwrap();
    store.commit(put("a"), NOW).await.unwrap();
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(mode(&directory.join("poolhouse.redb")), 0o600);
}

#[test]
fn a_file_is_open_once_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(directory.path()).unwrap();
    let second = EmbeddedStore::open(directory.path()).map(drop).unwrap_err();
    assert!(matches!(second, OpenError::InUse { .. }));
    assert!(second.to_string().ends_with("poolhouse.redb is in use by another process"));
    drop(store);
    EmbeddedStore::open(directory.path()).unwrap();
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("poolhouse.redb");
    for content in ["not a database", "x", &"long ".repeat(10_000)] {
        fs::write(&path, content).unwrap();
        let refused = EmbeddedStore::open(directory.path()).map(drop).unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    let file = directory.path().join("poolhouse.redb/below");
    let refused = EmbeddedStore::open(&file).map(drop).unwrap_err();
    assert!(matches!(refused, OpenError::Io { .. }), "{refused:?}");
}

#[test]
fn a_file_whose_making_was_interrupted_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("poolhouse.redb");
    for zeros in [1, 8, 4096, 1024 * 1024] {
        fs::write(&path, vec![0; zeros]).unwrap();
        EmbeddedStore::open(directory.path()).unwrap();
    }
}

#[test]
fn a_file_of_another_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(EmbeddedStore::open(directory.path()).unwrap());
    let database = redb::Database::open(directory.path().join("poolhouse.redb")).unwrap();
    let writing = database.begin_write().unwrap();
    let about = redb::TableDefinition::<&str, u64>::new("about");
    writing.open_table(about).unwrap().insert("format", 2).unwrap();
    writing.commit().unwrap();
    drop(database);
    let refused = EmbeddedStore::open(directory.path()).map(drop).unwrap_err();
    assert!(matches!(refused, OpenError::Format { found: 2, .. }), "{refused:?}");
}

#[tokio::test]
async fn a_caller_who_stops_waiting_stops_nobody_else() {
    let directory = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(directory.path()).unwrap();
    for round in 0..20 {
        let name = round.to_string();
        let commit = store.commit(put(&name), NOW);
        let _ = tokio::time::timeout(std::time::Duration::ZERO, commit).await;
    }
    store.commit(put("last"), NOW).await.unwrap();
    assert!(has(&store, "last").await);
}
