//! Where is it kept? In one DynamoDB table, which many nodes share.
//!
//! [`DynamoStore`] is the adapter of [`store::Store`] over the AWS SDK. The port has the shape of DynamoDB,
//! so that a verb is one call: `get` is `GetItem` or `BatchGetItem`, `list` is `Query`, `commit` is
//! `TransactWriteItems`, or the plain write where one will do, at half the price. All reads are strongly
//! consistent.
//!
//! A connection that breaks while a write is under way leaves open whether the write was made. It is sent
//! again, and a write that was made the first time is recognised: a transaction by its token, a put by the
//! id that it leaves in the item. Where neither tells, the answer is that it is not known, never a conflict.
//!
//! The table has the keys `pk` and `sk`, both strings. An item has `v`, its version, `x`, the second of its
//! expiry, which is the table's time to live, `b`, its body, and `w`, the id of the put that made it.

mod attributes;
mod commit;
mod dynamo;
mod failure;
mod table;

pub use dynamo::{DynamoStore, Limits};
