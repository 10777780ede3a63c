//! The wire from the outside: bytes in, bytes out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::assertions_on_constants,
    reason = "tests may fail loudly, and generated constants are worth an assertion"
)]

mod constraints;
mod door;
mod shapes;
mod sigv4;
