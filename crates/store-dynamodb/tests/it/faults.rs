//! Connections that break and tables that are busy: what is said about a commit is true.

use crate::{
    fixture::{self, client},
    proxy::{Fault, Proxy},
};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Broken, Change, CommitError, Condition, Key, Store, Version, Write};
use store_dynamodb::DynamoStore;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A store behind a proxy, and the same table without.
struct House {
    proxy: Proxy,
    store: DynamoStore,
    direct: DynamoStore,
}

impl House {
    async fn new() -> Self {
        let dynamo = if fixture::has_endpoint() {
            fixture::endpoint().await
        } else {
            fixture::emulator().await
        };
        let proxy = Proxy::before(&dynamo.url).await;
        let name = fixture::fresh_name();
        let direct = DynamoStore::new(dynamo.client(), &name);
        direct.create_table_if_absent().await.unwrap();
        Self { store: DynamoStore::new(client(&proxy.url), &name), proxy, direct }
    }

    async fn text(&self, sort: &str) -> Option<String> {
        let item = self.direct.get(&[key(sort)], NOW).await.unwrap().pop().unwrap()?;
        Some(String::from_utf8(item.body.to_vec()).unwrap())
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<(), CommitError> {
        self.store.commit(writes, NOW).await
    }

    async fn directly(&self, writes: Vec<Write>) {
        self.direct.commit(writes, NOW).await.unwrap();
    }
}

fn key(sort: &str) -> Key {
    Key::new("p", sort)
}

fn put(sort: &str, text: &str, condition: Condition) -> Write {
    let body = Bytes::copy_from_slice(text.as_bytes());
    Write { key: key(sort), condition, change: Change::Put { body, expires_at: None } }
}

fn delete(sort: &str, condition: Condition) -> Write {
    Write { key: key(sort), condition, change: Change::Delete }
}

fn version(text: &str) -> Condition {
    Condition::Version(Version::of(text.as_bytes(), None))
}

fn throttled() -> Fault {
    Fault::Answer(400, "ThrottlingException", Value::Null)
}

fn busy() -> Fault {
    Fault::Answer(400, "TransactionConflictException", Value::Null)
}

fn cancelled(codes: &[&str]) -> Fault {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
    let reasons = json!({ "CancellationReasons": reasons });
    Fault::Answer(400, "TransactionCanceledException", reasons)
}

fn conflict(outcome: Result<(), CommitError>) -> Vec<usize> {
    match outcome {
        Err(CommitError::Conflict(at)) => at,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

fn is_unavailable(outcome: &Result<(), CommitError>) -> bool {
    matches!(outcome, Err(CommitError::Broken(Broken::Unavailable { .. })))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_write_is_sent_again_until_there_is_room() {
    let house = House::new().await;
    house.proxy.next("PutItem", [throttled(), throttled()]);
    house.commit(vec![put("a", "a", Condition::Absent)]).await.unwrap();
    house.proxy.next("DeleteItem", [throttled()]);
    house.commit(vec![delete("a", version("a"))]).await.unwrap();
    house.proxy.next("TransactWriteItems", [cancelled(&["None", "ThrottlingError"]), throttled()]);
    let two = vec![put("a", "a", Condition::Absent), put("b", "b", Condition::Absent)];
    house.commit(two).await.unwrap();
    assert_eq!(house.proxy.seen("PutItem").len(), 3);
    assert_eq!(house.proxy.seen("TransactWriteItems").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_stays_throttled_is_not_available() {
    let house = House::new().await;
    house.proxy.always("PutItem", throttled());
    assert!(is_unavailable(&house.commit(vec![put("a", "a", Condition::Absent)]).await));
    assert_eq!(house.proxy.seen("PutItem").len(), 9);
    assert_eq!(house.text("a").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_meets_a_transaction_waits_for_it() {
    let house = House::new().await;
    house.proxy.next("PutItem", [busy(), busy()]);
    house.commit(vec![put("a", "a", Condition::Absent)]).await.unwrap();
    let conflict_only = ["None", "TransactionConflict"];
    let progress = Fault::Answer(400, "TransactionInProgressException", Value::Null);
    house.proxy.next("TransactWriteItems", [cancelled(&conflict_only), progress]);
    let two = || vec![put("b", "b", Condition::Absent), put("c", "c", Condition::Absent)];
    house.commit(two()).await.unwrap();
    let tokens: Vec<_> = house.proxy.seen("TransactWriteItems");
    assert!(tokens.iter().all(|sent| sent == &tokens[0]), "an attempt differs from the first");

    // If it does not end, reading again and deciding again is the caller's to do.
    house.proxy.always("TransactWriteItems", cancelled(&conflict_only));
    assert_eq!(conflict(house.commit(two()).await), [0_usize; 0]);
    house.proxy.always("PutItem", busy());
    assert_eq!(conflict(house.commit(vec![put("a", "b", version("a"))]).await), [0_usize; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_failed_is_told_at_once() {
    let house = House::new().await;
    let codes = ["ConditionalCheckFailed", "None", "TransactionConflict", "ConditionalCheckFailed"];
    house.proxy.next("TransactWriteItems", [cancelled(&codes)]);
    let mut writes: Vec<Write> =
        ["a", "b", "c", "d"].iter().map(|sort| put(sort, sort, Condition::Absent)).collect();
    // One that needs nothing of the table is not sent, and still counts.
    let nothing = Write { key: key("x"), condition: Condition::Always, change: Change::Keep };
    writes.insert(0, nothing);
    assert_eq!(conflict(house.commit(writes).await), [1, 4]);
    assert_eq!(house.proxy.seen("TransactWriteItems").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_was_made_before_the_connection_broke_is_recognised() {
    let house = House::new().await;
    for (fault, sort) in [(Fault::CutAfter, "a"), (Fault::FailAfter, "b")] {
        house.proxy.next("PutItem", [fault]);
        house.commit(vec![put(sort, "one", Condition::Absent)]).await.unwrap();
        house.proxy.next("PutItem", [Fault::CutAfter, throttled(), Fault::CutAfter]);
        house.commit(vec![put(sort, "two", version("one"))]).await.unwrap();
        assert_eq!(house.text(sort).await.as_deref(), Some("two"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_was_not_made_before_the_connection_broke_is_made() {
    let house = House::new().await;
    house.proxy.next("PutItem", [Fault::CutBefore, Fault::CutBefore]);
    house.commit(vec![put("a", "one", Condition::Absent)]).await.unwrap();
    assert_eq!(house.text("a").await.as_deref(), Some("one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_of_somebody_else_is_not_taken_for_ours() {
    let house = House::new().await;
    house.directly(vec![put("count", "5", Condition::Absent)]).await;
    // Both counted to six. This one was not made, but its version is what is there.
    house.directly(vec![put("count", "6", version("5"))]).await;
    house.proxy.next("PutItem", [Fault::CutBefore]);
    let outcome = house.commit(vec![put("count", "6", version("5"))]).await;
    assert!(is_unavailable(&outcome), "{outcome:?}");
    // Without a broken connection it is an ordinary conflict.
    assert_eq!(conflict(house.commit(vec![put("count", "6", version("5"))]).await), [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_may_have_been_made_is_neither_claimed_nor_denied() {
    let house = House::new().await;
    house.directly(vec![put("a", "a", Condition::Absent), put("b", "b", Condition::Absent)]).await;
    house.proxy.next("DeleteItem", [Fault::CutAfter]);
    let outcome = house.commit(vec![delete("a", version("a"))]).await;
    assert!(is_unavailable(&outcome), "{outcome:?}");
    // Where nothing was asked of it, there is nothing to doubt.
    house.proxy.next("DeleteItem", [Fault::CutAfter]);
    house.commit(vec![delete("b", Condition::Always)]).await.unwrap();
    assert_eq!((house.text("a").await, house.text("b").await), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_made_before_the_connection_broke_is_made_once() {
    let house = House::new().await;
    let writes = || vec![put("a", "a", Condition::Absent), put("b", "b", Condition::Absent)];
    for fault in [Fault::CutAfter, Fault::FailAfter] {
        house.proxy.next("TransactWriteItems", [fault]);
        house.commit(writes()).await.unwrap();
        assert_eq!(conflict(house.commit(writes()).await), [0, 1], "another commit, another token");
        house.directly(vec![delete("a", version("a")), delete("b", version("b"))]).await;
    }
    house.proxy.next("TransactWriteItems", [Fault::CutBefore]);
    house.commit(writes()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_cancelled_is_asked_anew() {
    let house = House::new().await;
    house.proxy.next("TransactWriteItems", [Fault::CutBefore, cancelled(&["TransactionConflict"])]);
    house.directly(vec![put("b", "b", Condition::Absent)]).await;
    let writes = vec![put("a", "a", Condition::Absent), put("b", "x", Condition::Absent)];
    assert_eq!(conflict(house.commit(writes).await), [1]);
    assert_eq!(house.text("a").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_tried_again() {
    let house = House::new().await;
    house.proxy.always("PutItem", Fault::Answer(400, "AccessDeniedException", Value::Null));
    assert!(is_unavailable(&house.commit(vec![put("a", "a", Condition::Absent)]).await));
    assert_eq!(house.proxy.seen("PutItem").len(), 1);
    let missing = DynamoStore::new(client(&house.proxy.url), "no-such-table");
    let two = vec![put("a", "a", Condition::Absent), put("b", "b", Condition::Absent)];
    assert!(is_unavailable(&missing.commit(two, NOW).await));
    assert_eq!(house.proxy.seen("TransactWriteItems").len(), 1);
    assert!(matches!(missing.get(&[key("a")], NOW).await, Err(Broken::Unavailable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_were_left_unprocessed_are_asked_again() {
    let house = House::new().await;
    house.directly(vec![put("a", "a", Condition::Absent), put("c", "c", Condition::Absent)]).await;
    house.proxy.next("BatchGetItem", [Fault::Unprocessed, Fault::Unprocessed]);
    let found = house.store.get(&[key("a"), key("b"), key("c")], NOW).await.unwrap();
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
    let requests = house.proxy.seen("BatchGetItem");
    assert_eq!(requests.len(), 3);
    for request in requests {
        let tables = request["RequestItems"].as_object().unwrap().values();
        assert!(tables.into_iter().all(|table| table["ConsistentRead"] == true));
    }
    house.proxy.always("BatchGetItem", Fault::Unprocessed);
    let outcome = house.store.get(&[key("a"), key("b")], NOW).await;
    assert!(matches!(outcome, Err(Broken::Unavailable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_sent_again_and_are_consistent() {
    let house = House::new().await;
    house.directly(vec![put("a", "a", Condition::Absent)]).await;
    house.proxy.next("GetItem", [Fault::CutBefore, throttled()]);
    assert!(house.store.get(&[key("a")], NOW).await.unwrap()[0].is_some());
    let range =
        store::Range { partition: "p".to_owned(), prefix: String::new(), after: None, limit: 10 };
    house.proxy.next("Query", [Fault::FailAfter]);
    assert_eq!(house.store.list(&range, NOW).await.unwrap().items.len(), 1);
    let reads = [house.proxy.seen("GetItem"), house.proxy.seen("Query")].concat();
    assert!(reads.iter().all(|request| request["ConsistentRead"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_write_is_a_plain_one_and_a_question_is_a_read() {
    let house = House::new().await;
    let keep = |sort, condition| Write { key: key(sort), condition, change: Change::Keep };
    house.commit(vec![put("a", "a", Condition::Absent)]).await.unwrap();
    house
        .commit(vec![keep("x", Condition::Always), put("b", "b", Condition::Absent)])
        .await
        .unwrap();
    house.commit(vec![keep("a", version("a"))]).await.unwrap();
    assert_eq!(conflict(house.commit(vec![keep("a", version("x"))]).await), [0]);
    house.commit(vec![keep("a", Condition::Always)]).await.unwrap();
    assert_eq!(house.proxy.seen("TransactWriteItems").len(), 0);
    assert_eq!((house.proxy.seen("PutItem").len(), house.proxy.seen("GetItem").len()), (2, 2));
}
