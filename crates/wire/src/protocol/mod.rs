//! How does a request become an operation, and its outcome an answer?

mod admission;
mod cors;
mod door;
mod fault;
mod json;
mod operation;

pub use admission::Admission;
pub use cors::preflight;
pub use door::{BODY_LIMIT, Barrier, Door, TOLD_BARRED};
pub use fault::Fault;
pub use operation::{Access, Api, Call, Modelled, NoOutput, Operation, Peer, Row, Service, Table};
