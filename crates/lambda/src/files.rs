//! Which files of its package or its layers does a function read?

use crate::Problem;
use kit::messages::Catalogues;
use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

/// More than any list or catalogue has.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The most files of a folder that are looked at.
const MOST_FILES: usize = 256;

/// The text of a file.
///
/// # Errors
/// [`Problem`], naming the variable that named the file.
pub fn read(variable: &str, path: &Path) -> Result<String, Problem> {
    let bad = |what: String| {
        let path = path.display();
        Problem::new(format!("the environment variable {variable} names {path}, which {what}"))
    };
    let mut text = String::new();
    let file = File::open(path).map_err(|cause| bad(format!("cannot be read: {cause}")))?;
    file.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|cause| bad(format!("cannot be read: {cause}")))?;
    if text.len() as u64 > LONGEST {
        return Err(bad("is too large".to_owned()));
    }
    Ok(text)
}

/// The catalogues of a folder: each file `LANGUAGE.ftl`. Without a folder there are none.
///
/// # Errors
/// [`Problem`], naming the variable that named the folder.
pub fn catalogues(variable: &str, folder: Option<&str>) -> Result<Catalogues, Problem> {
    let Some(folder) = folder else { return Ok(Catalogues::new()) };
    let bad = |cause: std::io::Error| {
        Problem::new(format!(
            "the environment variable {variable} names {folder}, which is no folder that can be read: {cause}"
        ))
    };
    let mut catalogues = Catalogues::new();
    for entry in fs::read_dir(folder).map_err(bad)?.take(MOST_FILES) {
        let path = entry.map_err(bad)?.path();
        if path.extension().is_none_or(|extension| extension != "ftl") {
            continue;
        }
        let Some(language) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        catalogues.insert(language.to_owned(), read(variable, &path)?);
    }
    Ok(catalogues)
}
