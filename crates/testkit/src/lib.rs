//! What does a test say? A house in a line, a clock that stands still, a mailbox to read codes from, a
//! closure as a Lambda function, and somebody who signs in.
//!
//! ```
//! # #[tokio::main] async fn main() {
//! use serde_json::json;
//! use testkit::House;
//!
//! let house = House::new().await;
//! let ann = house.user("ann").await;
//! house.call("AdminDisableUser", json!({ "UserPoolId": house.pool, "Username": "ann" })).await.ok();
//! assert_eq!(ann.sign_in().await.line(), "400 NotAuthorizedException: User is disabled.");
//! # }
//! ```
//!
//! Only tests depend on this crate. What goes wrong in it is a failed test, so it panics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a vocabulary for tests: what goes wrong here is a failed test"
)]

mod answer;
mod authenticator;
mod clock;
mod house;
mod keys;
mod mailbox;
mod person;
mod store;
mod token;

pub use answer::Answer;
pub use authenticator::Authenticator;
pub use clock::StoppedClock;
pub use house::{House, PASSWORD, merged, named_values};
pub use keys::fixed_key;
pub use mailbox::Mailbox;
pub use person::{Person, SignedIn};
pub use store::Interleaved;
pub use token::{claims, forged, header};
