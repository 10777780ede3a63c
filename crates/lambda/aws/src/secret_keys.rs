//! Where are the API keys on AWS? In a secret of Secrets Manager.
//!
//! The secret is a JSON document: a key, or `{ "keys": [ … ] }`. A key is
//! `{ "id", "name", "scope", "secret" }`, whose text is `ph_<id>_<secret>`; in place of `secret` there may be
//! `sha256`, the digest of that text, for keys that even the secret should not tell. `expiresAt` ends a key.
//!
//! When the secret has a new version, the keys of the version before it (`AWSPREVIOUS`) stay good for
//! `overlapSeconds`, a day if nothing is said, as long as their ids are still in the new one.

use crate::{
    Aws,
    signed::{Call, Service, domain},
};
use async_trait::async_trait;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use kit::Unavailable;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Mutex;
use users::{
    Problem,
    api_keys::{ApiKey, ApiKeys, Grant, KeyDigest, KeyId, KeyScope},
};

const WHAT: &str = "the secret of the API keys";
/// How long what was read is good.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// How long it is used if it cannot be read again.
const USABLE: SignedDuration = SignedDuration::from_hours(1);
/// How often it is read at most because of a key that is not known.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);
/// The longest text that is looked at as a key.
const LONGEST_KEY: usize = 256;
const MOST_KEYS: usize = 100;
/// A secret has at most 64 KiB, which are escaped in the answer.
const LONGEST_ANSWER: usize = 512 * 1024;
const OVERLAP_SECONDS: u32 = 24 * 60 * 60;

/// The keys of a secret.
#[derive(Clone)]
pub struct SecretKeys {
    service: Service,
    url: String,
    secret: String,
    known: Arc<Mutex<Known>>,
}

/// What was read, and when.
#[derive(Default)]
struct Known {
    keys: Arc<Vec<Key>>,
    read_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

/// A key, as far as it is good.
struct Key {
    digest: KeyDigest,
    ends_at: Option<Timestamp>,
    grant: Grant,
}

/// A version of a secret.
struct Version {
    text: String,
    made_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    keys: Vec<WrittenKey>,
    overlap_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenKey {
    id: KeyId,
    name: String,
    scope: KeyScope,
    secret: Option<String>,
    sha256: Option<KeyDigest>,
    expires_at: Option<Timestamp>,
}

impl SecretKeys {
    /// The keys of the secret of this name or ARN. Nothing is read before the first request.
    #[must_use]
    pub fn new(aws: &Aws, secret: &str) -> Option<Self> {
        let service = Service::new(aws, "secretsmanager", WHAT)?;
        let region = service.region();
        let url = aws
            .endpoint("SECRETS_MANAGER")
            .unwrap_or_else(|| format!("https://secretsmanager.{region}.{}", domain(region)));
        let url = format!("{}/", url.trim_end_matches('/'));
        Some(Self { service, url, secret: secret.to_owned(), known: Arc::default() })
    }

    /// What is known, read again if it is old, or if it should hold a key that it does not hold.
    async fn keys(&self, lacks: bool, now: Timestamp) -> Result<Arc<Vec<Key>>, Problem> {
        // Whoever comes while it is read waits for that.
        let mut known = self.known.lock().await;
        let age = known.read_at.map(|at| now.duration_since(at));
        let is_old = age.is_none_or(|age| age >= FRESH);
        let was_tried = known.tried_at.is_some_and(|at| now.duration_since(at) < PATIENCE);
        if !is_old && !lacks || was_tried && known.read_at.is_some() {
            return Ok(known.keys.clone());
        }
        known.tried_at = Some(now);
        match self.read(now).await {
            Ok(keys) => {
                known.keys = Arc::new(keys);
                known.read_at = Some(now);
            }
            Err(cause) if age.is_some_and(|age| age < USABLE) => {
                tracing::warn!(%cause, "the API keys are not read again; what is known is used");
            }
            Err(cause) => return Err(Problem::broken(cause)),
        }
        Ok(known.keys.clone())
    }

    async fn read(&self, now: Timestamp) -> Result<Vec<Key>, Unavailable> {
        let missing = || Unavailable::new(WHAT, "there is no such secret");
        let current = self.version("AWSCURRENT", now).await?.ok_or_else(missing)?;
        let previous = self.version("AWSPREVIOUS", now).await?;
        keys(&current, previous.as_ref())
    }

    async fn version(&self, stage: &str, now: Timestamp) -> Result<Option<Version>, Unavailable> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            secret_string: Option<String>,
            created_date: f64,
        }
        let body = json!({ "SecretId": self.secret, "VersionStage": stage }).to_string();
        let call = Call {
            method: Method::POST,
            url: self.url.clone(),
            headers: &[
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "secretsmanager.GetSecretValue"),
            ],
            body: body.as_bytes(),
            longest: LONGEST_ANSWER,
        };
        let (status, body) = self.service.call(call, now).await?;
        if status != 200 {
            let error = error_name(&body);
            if error == "ResourceNotFoundException" {
                return Ok(None);
            }
            return Err(Unavailable::new(WHAT, format!("the service answered {status} {error}")));
        }
        // What cannot be read may be a key: the reason stays here.
        let unread = || Unavailable::new(WHAT, "the answer cannot be read");
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| unread())?;
        let text = answer.secret_string.ok_or_else(unread)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are enough")]
        let made_at = Timestamp::from_second(answer.created_date as i64).map_err(|_| unread())?;
        Ok(Some(Version { text, made_at }))
    }
}

/// The name of an error of the service, which stands in `__type`, after a `#` if there is one.
fn error_name(body: &[u8]) -> String {
    let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let name = document.get("__type").and_then(serde_json::Value::as_str).unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default();
    name.chars().filter(char::is_ascii_alphanumeric).take(64).collect()
}

/// The keys of a version, and those of the version before that are good beside them.
fn keys(current: &Version, previous: Option<&Version>) -> Result<Vec<Key>, Unavailable> {
    let written = read(&current.text)?;
    let overlap = i64::from(written.overlap_seconds.unwrap_or(OVERLAP_SECONDS));
    let until = current.made_at.checked_add(SignedDuration::from_secs(overlap));
    let until = until.unwrap_or(current.made_at);
    let mut keys = written.keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    // A version that cannot be read any more has no keys that are good.
    let old = previous.and_then(|previous| read(&previous.text).ok());
    let still = keys.len();
    for old in old.iter().flat_map(|old| &old.keys) {
        let Ok(mut old) = key(old) else { continue };
        let Some(new) = keys.iter().take(still).find(|new| new.grant.id == old.grant.id) else {
            continue;
        };
        if new.digest.is(&old.digest) {
            continue;
        }
        // The new version says what the key may do, and when it ends at the latest.
        old.grant = new.grant.clone();
        let ends = [old.ends_at, new.ends_at, Some(until)];
        old.ends_at = ends.into_iter().flatten().min();
        keys.push(old);
    }
    Ok(keys)
}

fn read(text: &str) -> Result<Written, Unavailable> {
    let unread = || Unavailable::new(WHAT, "it is no document of API keys");
    let document: serde_json::Value = serde_json::from_str(text).map_err(|_| unread())?;
    let overlap_seconds = document.get("overlapSeconds").and_then(serde_json::Value::as_u64);
    let written = if document.get("keys").is_some() {
        Written::deserialize(document).map_err(|_| unread())?
    } else {
        let key = WrittenKey::deserialize(document).map_err(|_| unread())?;
        let overlap_seconds = overlap_seconds.and_then(|seconds| u32::try_from(seconds).ok());
        Written { keys: vec![key], overlap_seconds }
    };
    if written.keys.len() > MOST_KEYS {
        return Err(Unavailable::new(WHAT, "it has more than 100 keys"));
    }
    Ok(written)
}

fn key(written: &WrittenKey) -> Result<Key, Unavailable> {
    let unsound = || Unavailable::new(WHAT, format!("its key {} is unsound", written.id));
    let digest = match (&written.secret, written.sha256) {
        (Some(secret), None) => {
            ApiKey::new(written.id.clone(), secret).map_err(|_| unsound())?.digest()
        }
        (None, Some(digest)) => digest,
        _ => return Err(unsound()),
    };
    let grant = Grant { id: written.id.clone(), name: written.name.clone(), scope: written.scope };
    Ok(Key { digest, ends_at: written.expires_at, grant })
}

/// Whom a digest lets in. Every key is compared, so that the time says nothing of which one was nearly right.
fn granted(keys: &[Key], digest: &KeyDigest, now: Timestamp) -> Option<Grant> {
    let mut found = None;
    for key in keys {
        let is_it = key.digest.is(digest);
        if is_it && key.ends_at.is_none_or(|end| end > now) {
            found = Some(key);
        }
    }
    found.map(|key| key.grant.clone())
}

#[async_trait]
impl ApiKeys for SecretKeys {
    async fn check(&self, presented: &str, now: Timestamp) -> Result<Option<Grant>, Problem> {
        let presented = if presented.len() > LONGEST_KEY { "" } else { presented };
        let digest = KeyDigest::of(presented);
        let keys = self.keys(false, now).await?;
        if let Some(grant) = granted(&keys, &digest, now) {
            return Ok(Some(grant));
        }
        // It may be a key that was made just now. What has not the form of one is none, then as now.
        if ApiKey::parse(presented).is_err() {
            return Ok(None);
        }
        let keys = self.keys(true, now).await?;
        Ok(granted(&keys, &digest, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(made_at: &str, document: serde_json::Value) -> Version {
        Version { text: document.to_string(), made_at: made_at.parse().unwrap() }
    }

    fn secret(letter: char) -> String {
        letter.to_string().repeat(48)
    }

    fn text(id: &str, letter: char) -> KeyDigest {
        KeyDigest::of(&format!("ph_{id}_{}", secret(letter)))
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn one_key_or_many_by_secret_or_digest() {
        let one =
            json!({ "id": "server", "name": "Server", "scope": "write", "secret": secret('a') });
        let one = keys(&version("2026-01-01T00:00:00Z", one), None).unwrap();
        let grant = granted(&one, &text("server", 'a'), at("2026-01-02T00:00:00Z")).unwrap();
        assert_eq!((grant.name.as_str(), grant.scope), ("Server", KeyScope::Write));
        let digest = text("b", 'b').to_string();
        let many = json!({ "keys": [
            { "id": "a", "name": "A", "scope": "read", "secret": secret('a'), "expiresAt": "2026-01-03T00:00:00Z" },
            { "id": "b", "name": "B", "scope": "read", "sha256": digest },
        ] });
        let many = keys(&version("2026-01-01T00:00:00Z", many), None).unwrap();
        assert!(granted(&many, &text("a", 'a'), at("2026-01-02T00:00:00Z")).is_some());
        assert!(granted(&many, &text("a", 'a'), at("2026-01-03T00:00:00Z")).is_none());
        assert!(granted(&many, &text("b", 'b'), at("2026-01-03T00:00:00Z")).is_some());
        assert!(granted(&many, &text("b", 'a'), at("2026-01-02T00:00:00Z")).is_none());
    }

    #[test]
    fn the_version_before_is_good_until_the_overlap_ends() {
        let old = version(
            "2026-01-01T00:00:00Z",
            json!({ "keys": [
                { "id": "a", "name": "A", "scope": "write", "secret": secret('a') },
                { "id": "gone", "name": "Gone", "scope": "read", "secret": secret('g') },
            ] }),
        );
        let new = json!({ "keys": [
            { "id": "a", "name": "A", "scope": "read", "secret": secret('b') },
        ], "overlapSeconds": 3600 });
        let both = keys(&version("2026-02-01T00:00:00Z", new), Some(&old)).unwrap();
        let soon = at("2026-02-01T00:59:59Z");
        assert!(granted(&both, &text("a", 'b'), soon).is_some());
        // What the key may do is what the new version says.
        assert_eq!(granted(&both, &text("a", 'a'), soon).unwrap().scope, KeyScope::Read);
        assert!(granted(&both, &text("gone", 'g'), soon).is_none());
        let late = at("2026-02-01T01:00:00Z");
        assert!(granted(&both, &text("a", 'a'), late).is_none());
        assert!(granted(&both, &text("a", 'b'), late).is_some());
    }

    #[test]
    fn documents_that_are_none_are_refused_and_not_repeated() {
        for bad in [
            json!("ph_server_x"),
            json!({}),
            json!({ "id": "a", "name": "A", "scope": "read" }),
            json!({ "id": "a", "name": "A", "scope": "read", "secret": "too short" }),
            json!({ "id": "A_", "name": "A", "scope": "read", "secret": secret('a') }),
            json!({ "id": "a", "name": "A", "scope": "admin", "secret": secret('a') }),
            json!({ "keys": [{}] }),
        ] {
            let refused = keys(&version("2026-01-01T00:00:00Z", bad), None).err().unwrap();
            assert!(
                !refused.to_string().contains("too short") && !refused.to_string().contains("aaaa")
            );
        }
    }

    #[test]
    fn the_name_of_an_error_is_a_name() {
        assert_eq!(
            error_name(br#"{"__type":"ResourceNotFoundException"}"#),
            "ResourceNotFoundException"
        );
        assert_eq!(
            error_name(br#"{"__type":"com.amazonaws#AccessDeniedException"}"#),
            "AccessDeniedException"
        );
        assert_eq!(error_name(b"<html>"), "");
    }
}
