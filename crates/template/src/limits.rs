//! How large may a template be? CloudFormation's own bound, and bounds on what it may grow to.

/// Bytes of a template: CloudFormation takes 1 MB from S3.
pub const TEMPLATE: usize = 1024 * 1024;
/// Levels of lists and maps within each other.
pub(crate) const DEPTH: usize = 64;
/// Values in the whole template, each repetition of an alias counted.
pub(crate) const NODES: usize = 200_000;
/// Keys in one map.
pub(crate) const ENTRIES: usize = 2_000;
/// Bytes of a key.
pub(crate) const KEY: usize = 1_024;
/// Bytes of one resolved text.
pub(crate) const TEXT: usize = 256 * 1024;
/// Bytes of everything that resolving a template may produce.
pub(crate) const RESOLVED: usize = 16 * 1024 * 1024;
