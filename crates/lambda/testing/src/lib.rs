//! The vocabulary of the tests of our Lambda binaries: a binary on a Runtime API, a service that answers
//! what a test wants, a DynamoDB, a pool's keys.
//!
//! A binary gets nothing of this process: what it reads is what Lambda would give it, and where AWS and
//! everybody else are is said by variables that the SDKs know.

#![expect(clippy::expect_used, clippy::panic, reason = "everything here is part of a test")]

mod dynamo;
mod events;
mod keys;
mod lambda;
mod service;

pub use dynamo::Dynamo;
pub use events::{CLIENT, POOL, SUB, trigger};
pub use keys::PoolKeys;
pub use lambda::{Lambda, Start};
pub use service::{Answer, Asked, Service};
