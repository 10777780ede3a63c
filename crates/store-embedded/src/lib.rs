//! Where is it kept? In one file of this process, `poolhouse.redb`.
//!
//! [`EmbeddedStore`] is the adapter of [`store::Store`] over redb. Reads run on the caller's thread: they
//! take microseconds, less than handing them to another thread. Commits go to one writer thread,
//! which takes all that are waiting into one transaction and answers after the data is on disk, so
//! that a disk that syncs a few hundred times a second takes thousands of commits.
//!
//! ```no_run
//! use store_embedded::EmbeddedStore;
//!
//! let store = EmbeddedStore::open("/var/lib/poolhouse".as_ref())?;
//! # Ok::<(), store_embedded::OpenError>(())
//! ```

mod embedded;
mod file;
mod layout;
#[cfg(test)]
mod power_cut;
mod writer;

pub use embedded::EmbeddedStore;
pub use file::OpenError;
