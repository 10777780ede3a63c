//! A process that is killed while it commits: what it acknowledged is there, and nothing is there by half.

use bytes::Bytes;
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use store::{Change, Condition, Key, Range, Store, Write};
use store_embedded::EmbeddedStore;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const DIRECTORY: &str = "POOLHOUSE_CRASH_TEST_DIRECTORY";
const ROUND: &str = "POOLHOUSE_CRASH_TEST_ROUND";
const PARTS: [&str; 3] = ["user", "alias", "code"];

/// Not a test by itself: the process that the test below kills.
#[test]
fn a_process_that_commits_until_it_is_killed() {
    let (Ok(directory), Ok(round)) = (env::var(DIRECTORY), env::var(ROUND)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Arc::new(EmbeddedStore::open(Path::new(&directory)).unwrap());
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..8 {
            let (store, round) = (store.clone(), round.clone());
            tasks.spawn(async move {
                for count in 0.. {
                    let name = format!("{round}-{task}-{count}");
                    let writes = PARTS.map(|part| {
                        let body = Bytes::from(name.repeat(1 + count % 50));
                        let change = Change::Put { body, expires_at: None };
                        Write { key: Key::new(part, &name), condition: Condition::Absent, change }
                    });
                    store.commit(writes.to_vec(), NOW).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "kept {name}").unwrap();
                }
            });
        }
        tasks.join_all().await;
    });
}

/// The names in a partition, each of which must have the body that belongs to it.
async fn names(store: &EmbeddedStore, partition: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut range =
        Range { partition: partition.to_owned(), prefix: String::new(), after: None, limit: 1000 };
    loop {
        let page = store.list(&range, NOW).await.unwrap();
        for listed in page.items {
            let count: usize = listed.sort.rsplit_once('-').unwrap().1.parse().unwrap();
            assert_eq!(listed.item.body, listed.sort.repeat(1 + count % 50), "a torn body");
            names.insert(listed.sort);
        }
        match page.next {
            Some(next) => range.after = Some(next),
            None => return names,
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..10 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "crash::a_process_that_commits_until_it_is_killed", "--nocapture"])
            .env(DIRECTORY, directory.path())
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let reader = thread::spawn(move || {
            let mut kept = Vec::new();
            for line in lines.lines().map_while(Result::ok) {
                // The test harness writes to the same place, and may share a line.
                if let Some((_, name)) = line.split_once("kept ") {
                    kept.push(name.to_owned());
                }
            }
            kept
        });
        // Some moment after the begin, another one in every round.
        let begin = Instant::now();
        let moment = Duration::from_millis(60 + 37 * (round * 7 % 10));
        while begin.elapsed() < moment {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(reader.join().unwrap());

        let store = EmbeddedStore::open(directory.path()).unwrap();
        let [users, aliases, codes] = [
            names(&store, PARTS[0]).await,
            names(&store, PARTS[1]).await,
            names(&store, PARTS[2]).await,
        ];
        assert_eq!(users, aliases, "a user without an alias, or the other way round");
        assert_eq!(users, codes);
        let lost: Vec<_> = acknowledged.difference(&users).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    }
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
}
