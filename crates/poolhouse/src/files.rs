//! How are secrets and outputs written to files?

use crate::Problem;
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    path::Path,
};

/// No file that is read here is longer.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The text of a file.
pub fn read(path: &Path) -> Result<String, Problem> {
    try_read(path)?
        .ok_or_else(|| Problem::text(format!("{}: there is no such file", path.display())))
}

/// The text of a file, if there is one.
pub fn try_read(path: &Path) -> Result<Option<String>, Problem> {
    let failed = |cause| Problem::new(path.display().to_string(), cause);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LONGEST {
        return Err(Problem::text(format!("{}: longer than 4 MiB", path.display())));
    }
    Ok(Some(text))
}

/// A secret in a file, made now if the file is not there. Only its owner may read it.
pub fn secret(path: &Path, make: impl FnOnce() -> String) -> Result<String, Problem> {
    if let Some(text) = try_read(path)? {
        return Ok(text);
    }
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        make_directory(directory)?;
    }
    let text = make();
    let failed = |cause| Problem::new(path.display().to_string(), cause);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        // Another process was first; its secret counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return read(path),
        Err(error) => return Err(failed(error)),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(text)
}

/// A directory that only its owner may look into.
pub fn make_directory(path: &Path) -> Result<(), Problem> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| Problem::new(path.display().to_string(), cause))
}

/// Writes a file so that nobody ever reads half of it.
pub fn replace(path: &Path, text: &str) -> Result<(), Problem> {
    let failed = |cause| Problem::new(path.display().to_string(), cause);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let draft = path.with_file_name(name);
    std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, path)).map_err(failed)
}
