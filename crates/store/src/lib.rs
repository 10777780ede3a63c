//! What is kept? The port to a store, typed records over it, an in-memory adapter, and the conformance
//! suite that every adapter passes.
//!
//! The port has three verbs and is shaped like DynamoDB, so that nothing above it can ask for more than
//! a single table gives:
//!
//! * [`Store::get`] reads items by their full keys,
//! * [`Store::list`] walks one partition in the order of its sort keys,
//! * [`Store::commit`] changes up to a hundred items, all or none, each under a condition.
//!
//! There are no secondary indexes and no scans. A second way to find a record is a [`Claim`] of it, an
//! item of its own that is written in the same commit. `store` knows no user and no pool.
//!
//! ```
//! use jiff::Timestamp;
//! use serde::{Deserialize, Serialize};
//! use std::sync::Arc;
//! use store::{Claim, Commit, Key, Kept, MemoryStore, Record, Records};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Boat {
//!     id: String,
//!     name: String,
//! }
//!
//! impl Record for Boat {
//!     const KIND: &'static str = "boat";
//!
//!     fn key(&self) -> Key {
//!         Key::new("boats", &self.id)
//!     }
//!
//!     fn claims(&self) -> Vec<Claim> {
//!         vec![Claim::unique(Key::new("boat names", &self.name))]
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = Timestamp::UNIX_EPOCH;
//! let records = Records::new(Arc::new(MemoryStore::new()));
//! let mut commit = Commit::new();
//! commit.create(&Boat { id: "7".into(), name: "Argo".into() });
//! records.commit(commit, now).await?;
//!
//! let found: Option<Kept<Boat>> = records.find(&Key::new("boat names", "Argo"), now).await?;
//! let mut boat = found.ok_or("no such boat")?;
//! boat.name = "Bounty".into();
//! let mut commit = Commit::new();
//! commit.save(&boat);
//! records.commit(commit, now).await?;
//! # Ok(())
//! # }
//! ```

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod lease;
mod limits;
mod memory;
mod paging;
mod port;
mod record;

pub use lease::Lease;
pub use limits::{Limit, check_get, check_list, check_writes};
pub use memory::MemoryStore;
pub use paging::PageBuilder;
pub use port::{
    Broken, Change, CommitError, Condition, Item, Key, Listed, Page, Range, Store, Version, Write,
    has_expired,
};
pub use record::{Claim, Commit, Conflict, Kept, Record, Records, Refused};
