//! What can this disk do at most, and what does the store make of it?

use super::{
    cpu, directory,
    drive::{Driven, Limit, drive},
};
use bytes::Bytes;
use jiff::Timestamp;
use std::{
    fs::File,
    os::unix::fs::FileExt,
    time::{Duration, Instant},
};
use store::{Change, Condition, Key, Store, Write};
use store_embedded::EmbeddedStore;

/// Writes of a page, each on the disk before the next, in a second: the least that anything durable
/// costs here, if it is not done together with others.
pub fn syncs_a_second(during: Duration) -> f64 {
    const PAGES: u64 = 64;
    let directory = directory();
    let file = File::create(directory.path().join("raw")).unwrap();
    file.write_all_at(&[0; PAGES as usize * 4096], 0).unwrap();
    file.sync_all().unwrap();
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < during {
        file.write_all_at(&[1; 4096], count % PAGES * 4096).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    count as f64 / began.elapsed().as_secs_f64()
}

/// What the embedded store does for so many writers at once who each commit what a sign-up writes.
pub async fn commits(writers: usize, during: Duration) -> Driven {
    let directory = directory();
    let store = EmbeddedStore::open(directory.path()).unwrap();
    let mut writers = vec![(); writers];
    drive(&mut writers, Limit::time(during), cpu::own, async |(), number| {
        store.commit(sign_up(number), Timestamp::now()).await.unwrap();
    })
    .await
}

/// A user, the code, and the seven ways to find the user.
fn sign_up(number: usize) -> Vec<Write> {
    let put = |name: &str, bytes: usize| {
        let change = Change::Put { body: Bytes::from(vec![b'x'; bytes]), expires_at: None };
        let key = Key::new(format!("pool/{name}/{}", number % 16), format!("{name}/{number}"));
        Write { key, condition: Condition::Absent, change }
    };
    let claims = ["a", "b", "c", "d", "e", "f", "g"];
    [("user", 1500), ("code", 300)]
        .into_iter()
        .chain(claims.map(|claim| (claim, 100)))
        .map(|(name, bytes)| put(name, bytes))
        .collect()
}
