//! What does a request cost the server process, network and JSON included?
//!
//! The server is the release binary as `serve`, with the starter template and all its functions, on the
//! embedded store. Everything is asked over sixteen connections that stay open.

mod flows;
mod grants;
mod house;
pub mod listings;

pub use flows::run;
