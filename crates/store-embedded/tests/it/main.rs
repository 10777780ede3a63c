//! Does the embedded store keep the promises of the port, and its own?

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how a mistake shows"
)]

mod conformance;
mod crash;
mod file;
mod sweep;
