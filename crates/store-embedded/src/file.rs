//! Whose file is it, and is it ours to open?

use crate::layout::{ABOUT, EXPIRY, FORMAT, ITEMS};
use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageError};
use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

/// Memory for pages of the file, read and to be written.
const CACHE: usize = 8 * 1024 * 1024;

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open, or this one has already.
    #[error("{} is in use by another process", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file or its directory cannot be made or read.
    #[error("{} cannot be opened", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is from another version of this program.
    #[error("{} has the format {found}, and this program reads {FORMAT}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What it says.
        found: u64,
    },
    /// The file holds something else, or not what was written.
    #[error("{} is not a store of this program, or is damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
}

/// Opens the file in this directory; makes both if they are not there.
pub fn open(directory: &Path) -> Result<Database, OpenError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| OpenError::Io { path, source }
    };
    make_directory(directory).map_err(at(directory))?;
    let path = directory.join("poolhouse.redb");
    let mut file = make_file(&path).map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path }),
        Err(TryLockError::Error(source)) => return Err(OpenError::Io { path, source }),
    }
    if was_never_finished(&mut file).map_err(at(&path))? {
        file.set_len(0).map_err(at(&path))?;
    }
    // The name of a new file must survive a power cut as its content does.
    sync_directory(directory).map_err(at(directory))?;
    let is_content = |error: &io::Error| error.kind() == io::ErrorKind::InvalidData;
    let database = builder().create_file(file).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::InUse { path: path.clone() },
        DatabaseError::Storage(StorageError::Io(source)) if !is_content(&source) => {
            OpenError::Io { path: path.clone(), source }
        }
        other => OpenError::Damaged { path: path.clone(), source: Box::new(other.into()) },
    })?;
    match prepare(&database) {
        Ok(FORMAT) => Ok(database),
        Ok(found) => Err(OpenError::Format { path, found }),
        Err(error) => Err(OpenError::Damaged { path, source: Box::new(error) }),
    }
}

/// How every database of ours is opened.
pub fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    builder.set_repair_callback(|_| tracing::warn!("the store was not closed properly; repairing"));
    builder
}

/// Makes the tables of a new file, and reads the format of any.
pub fn prepare(database: &Database) -> Result<u64, redb::Error> {
    let reading = database.begin_read()?;
    match reading.open_table(ABOUT) {
        Ok(about) => return Ok(about.get("format")?.map_or(0, |found| found.value())),
        Err(redb::TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(error.into()),
    }
    drop(reading);
    let mut writing = database.begin_write()?;
    writing.set_quick_repair(true);
    writing.open_table(ABOUT)?.insert("format", FORMAT)?;
    writing.open_table(ITEMS)?;
    writing.open_table(EXPIRY)?;
    writing.commit()?;
    Ok(FORMAT)
}

/// Whether the process that made the file died before it was a database: it has a length then, and zeros
/// where a database says what it is. Nothing was ever acknowledged from it.
fn was_never_finished(file: &mut File) -> io::Result<bool> {
    let mut first = Vec::new();
    file.by_ref().take(9).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(!first.is_empty() && first.iter().all(|byte| *byte == 0))
}

fn make_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_directory(Path::new(".")),
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

fn make_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
