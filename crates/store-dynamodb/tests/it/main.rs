//! Does the DynamoDB store keep the promises of the port, and its own, over connections that break?
//!
//! The tests run against an emulator inside this process. If `POOLHOUSE_DYNAMODB_ENDPOINT` names an endpoint,
//! DynamoDB Local for example, those of the suite and of the table also run there, and those of the faults run
//! there instead.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how a mistake shows"
)]

mod conformance;
mod faults;
mod fixture;
mod open;
mod proxy;
mod table;
