//! Does what was acknowledged survive a disk that fails and a power cut at any moment?
//!
//! The disk here is a model of a real one: what was written since the last sync may be there after a cut,
//! or not, or the first sectors of it, each write by itself.

use crate::{
    EmbeddedStore,
    embedded::Readers,
    file::{builder, prepare},
};
use bytes::Bytes;
use jiff::Timestamp;
use redb::StorageBackend;
use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard},
};
use store::{Broken, Change, CommitError, Condition, Key, Range, Store, Write};

const SECTOR: usize = 512;

#[derive(Debug, Default)]
struct Image {
    now: Vec<u8>,
    synced: Vec<u8>,
    since: Vec<Operation>,
    operations: usize,
    // From this operation on, nothing works.
    cut: Option<usize>,
    // Syncs wait while this is so.
    is_held: bool,
}

#[derive(Debug, Clone)]
enum Operation {
    Write(usize, Vec<u8>),
    Length(usize),
}

fn apply(image: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::Length(length) => image.resize(*length, 0),
        Operation::Write(offset, bytes) => {
            let end = image.len().min(offset + bytes.len());
            if *offset < end {
                image[*offset..end].copy_from_slice(&bytes[..end - offset]);
            }
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Disk(Arc<(Mutex<Image>, Condvar)>);

impl Disk {
    fn of(image: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.image().now.clone_from(&image);
        disk.image().synced = image;
        disk
    }

    fn image(&self) -> MutexGuard<'_, Image> {
        self.0.0.lock().unwrap()
    }

    fn hold(&self, is_held: bool) {
        self.image().is_held = is_held;
        self.0.1.notify_all();
    }

    fn operate(&self, operation: Option<Operation>) -> io::Result<MutexGuard<'_, Image>> {
        let mut image = self.image();
        image.operations += 1;
        if image.cut.is_some_and(|cut| image.operations >= cut) {
            return Err(io::Error::other("the power is off"));
        }
        if let Some(operation) = operation {
            apply(&mut image.now, &operation);
            image.since.push(operation);
        }
        Ok(image)
    }

    /// What is on the disk after a power cut, one of many possibilities.
    fn after_power_cut(&self, chance: &mut impl FnMut() -> usize) -> Vec<u8> {
        let image = self.image();
        let mut left = image.synced.clone();
        for operation in &image.since {
            match (chance() % 4, operation) {
                (0, _) => {}
                (1, Operation::Write(offset, bytes)) => {
                    let sectors = chance() % (bytes.len() / SECTOR + 1);
                    let torn = Operation::Write(*offset, bytes[..sectors * SECTOR].to_vec());
                    apply(&mut left, &torn);
                }
                (_, operation) => apply(&mut left, operation),
            }
        }
        left
    }

    fn open(&self) -> Result<EmbeddedStore, redb::Error> {
        let database = builder().create_with_backend(self.clone())?;
        prepare(&database)?;
        let readers = Readers::of(&database)?;
        Ok(EmbeddedStore::over(database, readers).unwrap())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.image().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        let image = self.image();
        let part = image.now.get(offset..offset + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let length = Operation::Length(usize::try_from(length).unwrap());
        self.operate(Some(length)).map(drop)
    }

    fn sync_data(&self) -> io::Result<()> {
        let image = self.operate(None)?;
        // Not forever, so that a test that fails meanwhile can end.
        let limit = std::time::Duration::from_secs(5);
        let (mut image, _) =
            self.0.1.wait_timeout_while(image, limit, |image| image.is_held).unwrap();
        let Image { synced, since, .. } = &mut *image;
        since.drain(..).for_each(|operation| apply(synced, &operation));
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let write = Operation::Write(usize::try_from(offset).unwrap(), data.to_vec());
        self.operate(Some(write)).map(drop)
    }

    fn try_lock_range(
        &self,
        _: std::ops::Bound<u64>,
        _: std::ops::Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        Ok(true)
    }

    fn unlock_range(
        &self,
        _: std::ops::Bound<u64>,
        _: std::ops::Bound<u64>,
    ) -> Result<(), redb::BackendError> {
        Ok(())
    }
}

fn put(sort: String, body: &Bytes) -> Write {
    let change = Change::Put { body: body.clone(), expires_at: None };
    Write { key: Key::new("p", sort), condition: Condition::Absent, change }
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// Two items that belong together, the second of some size.
async fn pair(store: &EmbeddedStore, name: &str) -> Result<(), CommitError> {
    let body = Bytes::from(vec![b'x'; name.len() * 700]);
    store.commit(vec![put(format!("a{name}"), &body), put(format!("b{name}"), &body)], NOW).await
}

async fn names(store: &EmbeddedStore, prefix: &str) -> Vec<String> {
    let (partition, prefix) = ("p".to_owned(), prefix.to_owned());
    let range = Range { partition, prefix, after: None, limit: 1000 };
    let page = store.list(&range, NOW).await.unwrap();
    page.items.into_iter().map(|listed| listed.sort[1..].to_owned()).collect()
}

fn is_unavailable(outcome: Result<(), CommitError>) -> bool {
    matches!(outcome, Err(CommitError::Broken(Broken::Unavailable { .. })))
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut_at_any_moment() {
    // Some fixed chance, so that a failure comes again.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut chance = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    };
    let empty = Disk::default();
    drop(empty.open().unwrap());
    let empty = empty.image().synced.clone();
    let mut acknowledged_in_all = 0;
    for cut in 4..150 {
        let disk = Disk::of(empty.clone());
        disk.image().cut = Some(cut);
        let mut acknowledged = Vec::new();
        if let Ok(store) = disk.open() {
            for round in 0..40 {
                let names = [0, 1, 2].map(|part| format!("{round:02}{part}"));
                let (one, two, three) = tokio::join!(
                    pair(&store, &names[0]),
                    pair(&store, &names[1]),
                    pair(&store, &names[2])
                );
                let outcomes = [one, two, three];
                let failed = outcomes.iter().any(Result::is_err);
                for (name, outcome) in names.into_iter().zip(outcomes) {
                    match outcome {
                        Ok(()) => acknowledged.push(name),
                        outcome => assert!(is_unavailable(outcome)),
                    }
                }
                if failed {
                    break;
                }
            }
            assert!(disk.image().operations >= cut, "the cut came too late to matter");
        }
        for _ in 0..3 {
            let disk = Disk::of(disk.after_power_cut(&mut chance));
            let store = disk.open().unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
            let (first, second) = (names(&store, "a").await, names(&store, "b").await);
            assert_eq!(first, second, "cut at {cut}: half a commit");
            let lost = acknowledged.iter().find(|name| !first.contains(name));
            assert_eq!(lost, None, "cut at {cut}: acknowledged and lost");
            pair(&store, "afterwards").await.unwrap();
        }
        acknowledged_in_all += acknowledged.len();
    }
    assert!(acknowledged_in_all > 100, "{acknowledged_in_all}");
}

#[tokio::test]
async fn a_disk_that_fails_takes_no_more_commits() {
    let disk = Disk::default();
    let store = disk.open().unwrap();
    pair(&store, "1").await.unwrap();
    let operations = disk.image().operations;
    disk.image().cut = Some(operations + 2);
    assert!(is_unavailable(pair(&store, "2").await));
    // Also when the disk seems to work again: what is on it is not known.
    disk.image().cut = None;
    assert!(is_unavailable(pair(&store, "3").await));
    assert!(matches!(store.sweep(NOW, 10).await, Err(Broken::Unavailable { .. })));
    drop(store);
    let store = disk.open().unwrap();
    assert_eq!(names(&store, "a").await, names(&store, "b").await);
    assert!(names(&store, "a").await.contains(&"1".to_owned()));
    pair(&store, "4").await.unwrap();
}

#[tokio::test]
async fn nothing_is_acknowledged_or_read_before_it_is_on_disk() {
    let disk = Disk::default();
    let store = Arc::new(disk.open().unwrap());
    pair(&store, "1").await.unwrap();
    disk.hold(true);
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { pair(&store, "2").await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(!waiting.is_finished());
    assert_eq!(names(&store, "a").await, ["1"]);
    disk.hold(false);
    waiting.await.unwrap().unwrap();
    assert_eq!(names(&store, "a").await, ["1", "2"]);
}

#[tokio::test]
async fn more_than_the_disk_can_take_is_refused_at_once() {
    let disk = Disk::default();
    let store = Arc::new(disk.open().unwrap());
    disk.hold(true);
    let large = Bytes::from(vec![0; store::Limit::BODY]);
    let mut waiting = tokio::task::JoinSet::new();
    for name in 0..200 {
        let (store, large) = (store.clone(), large.clone());
        waiting
            .spawn(async move { store.commit(vec![put(format!("a{name}"), &large)], NOW).await });
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    disk.hold(false);
    let outcomes = waiting.join_all().await;
    let (taken, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((taken.len(), refused.len()), (128, 72));
    assert!(refused.into_iter().all(is_unavailable));
    // And when the rush is over, there is room again.
    pair(&store, "late").await.unwrap();
}
