//! What do AWS clients send and see? The AWS JSON protocol, the shapes generated from the service
//! models, their constraints, and Signature Version 4.
//!
//! An API is a [`Table`] of rows behind a [`Door`]. A row is an operation: a unit struct of the model
//! ([`Modelled`]) for which somebody has said what it does ([`Operation`]). Whatever all operations
//! share happens in the door, once: target, size, admission, constraints, faults, headers and the log
//! line. `wire` knows no pool and no user, and opens no socket.

pub mod constraints;
mod protocol;
mod shapes;
pub mod sigv4;
mod values;

pub use protocol::{
    Access, Admission, Api, BODY_LIMIT, Barrier, Call, Door, Fault, Modelled, NoOutput, Operation,
    Peer, Row, Service, TOLD_BARRED, Table, preflight,
};
pub use shapes::{cognito_identity, cognito_idp};
pub use values::{Blob, Document, Hidden, Timestamp, UnknownValue};

pub(crate) use values::string_enum;
