//! Which access keys may sign admin calls?

use crate::{Problem, files};
use crypto::{Random, SystemRandom};
use serde::{Deserialize, Serialize};
use std::path::Path;
use wire::sigv4::AccessKey;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ANY: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// An access key as a file holds it, by the names that the AWS CLI prints.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(alias = "AccessKeyId", rename = "accessKeyId")]
    id: String,
    #[serde(alias = "SecretAccessKey", rename = "secretAccessKey")]
    secret: String,
}

/// The access key of this file, made now if there is none. A fresh install knows no other.
pub fn from_file(path: &Path) -> Result<AccessKey, Problem> {
    let made = || {
        let random: &dyn Random = &SystemRandom;
        let id = format!("AKIA{}", random.text(UPPER, 16));
        let secret = random.text(ANY, 40);
        serde_json::to_string_pretty(&Written { id, secret }).unwrap_or_default() + "\n"
    };
    read(path, &files::secret(path, made)?)
}

/// The access key of this file, which is there.
pub fn of_file(path: &Path) -> Result<AccessKey, Problem> {
    read(path, &files::read(path)?)
}

fn read(path: &Path, text: &str) -> Result<AccessKey, Problem> {
    let Written { id, secret } = serde_json::from_str(text)
        .map_err(|cause| Problem::new(path.display().to_string(), cause))?;
    if id.len() < 16 || secret.len() < 16 {
        return Err(Problem::text(format!("{}: the access key is too short", path.display())));
    }
    Ok(AccessKey::permanent(id, secret))
}
