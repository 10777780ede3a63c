//! How are secrets and outputs written to files?

use crate::Problem;
use crypto::{Random, SystemRandom};
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
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

/// The texts of the files of a folder whose names have this ending, by what stands before it.
pub fn texts(folder: &Path, ending: &str) -> Result<BTreeMap<String, String>, Problem> {
    let failed = |cause| Problem::new(folder.display().to_string(), cause);
    let mut texts = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_stem().and_then(OsStr::to_str);
        if path.extension() == Some(OsStr::new(ending))
            && let Some(name) = name
        {
            texts.insert(name.to_owned(), read(&path)?);
        }
    }
    Ok(texts)
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
    // Not by the process id: in containers that share a volume, every process is the first.
    let random: &dyn Random = &SystemRandom;
    let draft = beside(path, &format!(".{}.new", random.uuid_v4()));
    let failed = |cause| Problem::new(path.display().to_string(), cause);
    // Linked into place when it is whole: nobody reads half a secret, this process after a crash included.
    let made = write_secret(&draft, &text).and_then(|()| std::fs::hard_link(&draft, path));
    let _ = std::fs::remove_file(&draft);
    match made {
        Ok(()) => Ok(text),
        // Another process was first; its secret counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(failed(error)),
    }
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A file in the same directory whose name goes on.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(more);
    path.with_file_name(name)
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
    let draft = beside(path, ".new");
    std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, path)).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("master.key");
        assert_eq!(secret(&path, || "first".into()).unwrap(), "first");
        assert_eq!(secret(&path, || "second".into()).unwrap(), "first");
        let names = std::fs::read_dir(path.parent().unwrap()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["master.key"]);
    }

    #[test]
    fn texts_of_a_folder_go_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("de.ftl", "Hallo"), ("de-CH.ftl", "Grüezi"), ("README", "no")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let texts = texts(folder.path(), "ftl").unwrap();
        let expected = [("de", "Hallo"), ("de-CH", "Grüezi")];
        assert_eq!(texts, expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
        assert!(super::texts(&folder.path().join("nowhere"), "ftl").is_err());
    }

    #[test]
    fn whoever_is_second_takes_the_secret_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let meanwhile = || {
            std::fs::write(&path, "first").unwrap();
            "second".to_owned()
        };
        assert_eq!(secret(&path, meanwhile).unwrap(), "first");
    }

    #[test]
    #[cfg(unix)]
    fn only_its_owner_reads_a_secret() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("master.key");
        secret(&path, || "secret".into()).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}
