//! What does a flow cost without network, JSON and functions of a template?
//!
//! Pools over the embedded store, synced and on disk, with sealed verifiers, and a gateway before our
//! authorizer; sixteen at once, in this very process.

pub mod authorizers;
mod flows;
mod gates;
mod house;

pub use flows::run;
