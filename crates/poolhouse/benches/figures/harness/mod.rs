//! How is anything here measured and told?

pub mod connection;
pub mod cpu;
pub mod disk;
pub mod drive;
pub mod exchange;
pub mod primitives;
pub mod requests;
pub mod scale;
pub mod server;
pub mod table;

use tempfile::TempDir;

/// What every user here signs in with.
pub const PASSWORD: &str = "Correct-Horse7!";

/// A directory on the disk of the build: a temporary directory of the system may be memory.
pub fn directory() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}
