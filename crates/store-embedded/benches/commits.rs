//! How much does the embedded store cost, beside the disk it stands on?
//!
//! `commit` and `commits_of_64_writers` want to be compared with `raw_write_and_sync`, which is the least that
//! anything durable costs on this disk: the first is a few of them, and the second many commits for
//! each.

#![allow(clippy::unwrap_used, reason = "a benchmark has nobody to answer to")]

use bytes::Bytes;
use divan::{Bencher, counter::ItemsCount};
use jiff::Timestamp;
use std::{
    fs::File,
    os::unix::fs::FileExt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use store::{Change, Condition, Key, Limit, Range, Store, Write};
use store_embedded::EmbeddedStore;
use tempfile::TempDir;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const ITEMS: usize = 10_000;

fn main() {
    divan::main();
}

/// A store with ten thousand items of a kilobyte.
struct House {
    runtime: Runtime,
    store: Arc<EmbeddedStore>,
    count: AtomicUsize,
    _directory: TempDir,
}

impl House {
    fn new() -> Self {
        let directory = directory();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let store = Arc::new(EmbeddedStore::open(directory.path()).unwrap());
        let names: Vec<String> = (0..ITEMS).map(|item| format!("{item:06}")).collect();
        for names in names.chunks(Limit::WRITES) {
            let writes = names.iter().map(|name| put(name, 1024)).collect();
            runtime.block_on(store.commit(writes, NOW)).unwrap();
        }
        Self { runtime, store, count: AtomicUsize::new(0), _directory: directory }
    }

    /// What a sign-up writes: a record and three claims.
    fn sign_up(&self) -> Vec<Write> {
        let name = format!("new{}", self.count.fetch_add(1, Ordering::Relaxed));
        let claims = ["a", "b", "c"].map(|claim| put(&format!("{claim}{name}"), 60));
        [vec![put(&name, 1500)], claims.to_vec()].concat()
    }
}

/// On the disk of the build, since a temporary directory may be memory.
fn directory() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn put(name: &str, bytes: usize) -> Write {
    let change = Change::Put { body: Bytes::from(vec![b'x'; bytes]), expires_at: None };
    Write { key: Key::new("partition", name), condition: Condition::Absent, change }
}

#[divan::bench]
fn get(bencher: Bencher<'_, '_>) {
    let house = House::new();
    let next = AtomicUsize::new(0);
    bencher.bench(|| {
        let item = next.fetch_add(7919, Ordering::Relaxed) % ITEMS;
        let key = [Key::new("partition", format!("{item:06}"))];
        house.runtime.block_on(house.store.get(&key, NOW)).unwrap()
    });
}

#[divan::bench]
fn list_sixty(bencher: Bencher<'_, '_>) {
    let house = House::new();
    let (partition, prefix) = ("partition".to_owned(), "00".to_owned());
    let range = Range { partition, prefix, after: Some("005000".to_owned()), limit: 60 };
    bencher.bench(|| house.runtime.block_on(house.store.list(&range, NOW)).unwrap());
}

#[divan::bench(sample_count = 200, sample_size = 1)]
fn raw_write_and_sync(bencher: Bencher<'_, '_>) {
    let directory = directory();
    let file = File::create(directory.path().join("raw")).unwrap();
    file.write_all_at(&[0; 64 * 4096], 0).unwrap();
    file.sync_all().unwrap();
    let next = AtomicUsize::new(0);
    bencher.bench(|| {
        let page = next.fetch_add(1, Ordering::Relaxed) % 64;
        file.write_all_at(&[1; 4096], page as u64 * 4096).unwrap();
        file.sync_data().unwrap();
    });
}

#[divan::bench(sample_count = 200, sample_size = 1)]
fn commit(bencher: Bencher<'_, '_>) {
    let house = House::new();
    bencher
        .with_inputs(|| house.sign_up())
        .bench_values(|writes| house.runtime.block_on(house.store.commit(writes, NOW)).unwrap());
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn commits_of_64_writers(bencher: Bencher<'_, '_>) {
    const WRITERS: usize = 64;
    const EACH: usize = 16;
    let house = Arc::new(House::new());
    bencher.counter(ItemsCount::new(WRITERS * EACH)).bench(|| {
        house.runtime.block_on(async {
            let mut writers = JoinSet::new();
            for _ in 0..WRITERS {
                let house = house.clone();
                writers.spawn(async move {
                    for _ in 0..EACH {
                        house.store.commit(house.sign_up(), NOW).await.unwrap();
                    }
                });
            }
            writers.join_all().await;
        });
    });
}
