//! Where does the model come from? Out of the botocore package, pinned by version and hash, fetched
//! with pip into the target folder. The model itself is never committed.

use crate::model::Model;
use flate2::read::GzDecoder;
use std::{
    error::Error,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::Command,
};

/// Reads one service model, after fetching the package if this pin is not there yet.
pub fn model(root: &Path, service: &str, version: &str) -> Result<Model, Box<dyn Error>> {
    let folder = fetched(root)?.join("botocore/data").join(service).join(version);
    let zipped = folder.join("service-2.json.gz");
    let mut text = String::new();
    if zipped.exists() {
        GzDecoder::new(File::open(zipped)?).read_to_string(&mut text)?;
    } else {
        text = fs::read_to_string(folder.join("service-2.json"))?;
    }
    Ok(serde_json::from_str(&text)?)
}

fn fetched(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let requirement = root.join("xtask/botocore.txt");
    let pin = fs::read_to_string(&requirement)?;
    let name = pin
        .lines()
        .find_map(|line| line.strip_prefix("botocore==")?.split_whitespace().next())
        .ok_or("xtask/botocore.txt has no line `botocore==VERSION --hash=…`")?;
    let folder = root.join("target/xtask").join(format!("botocore-{name}"));
    if folder.exists() {
        return Ok(folder);
    }
    // Into a folder of its own first: an interrupted download must not look like a whole one.
    let partial = root.join("target/xtask").join(format!("botocore-{name}.partial"));
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    let status = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--no-compile", "--require-hashes", "--requirement"])
        .arg(&requirement)
        .arg("--target")
        .arg(&partial)
        .status()
        .map_err(|error| format!("python3 with pip is needed to fetch the models: {error}"))?;
    if !status.success() {
        return Err(format!("pip could not fetch botocore {name}: {status}").into());
    }
    fs::rename(&partial, &folder)?;
    Ok(folder)
}
