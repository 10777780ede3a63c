//! Who may make and end the API keys of the user API?
//!
//! `/_poolhouse/api-keys` at the identity address, for requests that are signed as admin calls are, in the name of
//! the service `poolhouse`. A key is shown in the answer that makes it, and never again.

use crate::page;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use names::Clock;
use serde::{Deserialize, Serialize};
use serde_json::json;
use users::{
    Kind,
    api_keys::{KeyId, KeyRecord, KeyScope, KeysRefused, NewKey, ShownKey, StoredKeys},
};
use wire::{Admission, Peer, sigv4::Denied};

/// The service's name in signatures.
pub const SERVICE: &str = "poolhouse";
/// Where keys are managed.
pub const PATH: &str = "/_poolhouse/api-keys";
/// How long an old secret stays good if nothing is said.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// The keys of this server, and who may manage them.
pub struct ApiKeyDoor {
    pub keys: StoredKeys,
    pub admission: Admission,
    pub clock: Clock,
}

/// A key that is asked for.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    pub name: String,
    pub scope: KeyScope,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A new secret that is asked for.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rotation {
    /// For how long the old secret stays good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u32>,
}

impl ApiKeyDoor {
    /// The most bytes of a body.
    pub const BODY_LIMIT: usize = 4 * 1024;

    /// Whether a path is this door's.
    pub fn is_for(path: &str) -> bool {
        path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let signer = match self.admission.signer(&head, &body, SERVICE) {
            Ok(signer) => signer,
            Err(refused) => {
                tracing::info!(outcome = refused.code(), "API keys: a request was not admitted");
                return problem(Kind::Forbidden, &format!("{}: {refused}", refused.code()));
            }
        };
        let rest = head.uri.path().strip_prefix(PATH).unwrap_or_default();
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        let (method, now) = (&head.method, (self.clock)());
        if let Err(denied) = self.admission.permit(
            &signer.access_key_id,
            action(method, &parts),
            "*",
            &head,
            Peer::of(&head),
        ) {
            tracing::info!(outcome = Denied::CODE, "API keys: a request was not permitted");
            return problem(Kind::Forbidden, &format!("{}: {denied}", Denied::CODE));
        }
        let outcome = match parts.as_slice() {
            [] if method == Method::GET => self.list(now).await,
            [] if method == Method::POST => self.create(&body, now).await,
            [id] if method == Method::DELETE => self.revoke(id, now).await,
            [id, "rotate"] if method == Method::POST => self.rotate(id, &body, now).await,
            [] | [_] | [_, "rotate"] => return problem(Kind::MethodNotAllowed, "Not this method."),
            _ => return problem(Kind::NotFound, "There is nothing here."),
        };
        match outcome {
            Ok(answer) => {
                // Who changed what, for whoever has to find out later.
                if method != Method::GET {
                    tracing::info!(by = signer.access_key_id, %method, key = parts.first(), "API keys were changed");
                }
                answer
            }
            Err(refused) => refusal(refused),
        }
    }

    async fn list(&self, now: Timestamp) -> Result<Response<Bytes>, KeysRefused> {
        let keys = self.keys.list(now).await?;
        Ok(json(StatusCode::OK, &json!({ "keys": keys })))
    }

    async fn create(&self, body: &[u8], now: Timestamp) -> Result<Response<Bytes>, KeysRefused> {
        let wanted: Wanted = serde_json::from_slice(body).map_err(|_| {
            KeysRefused::Unsound(
                "The body is { \"name\": TEXT, \"scope\": \"read\" or \"write\", \"expiresAt\": TIME or nothing }.",
            )
        })?;
        let Wanted { name, scope, expires_at } = wanted;
        let made = self.keys.create(NewKey { name, scope, expires_at }, now).await?;
        Ok(json(StatusCode::CREATED, &shown(&made)))
    }

    async fn rotate(
        &self,
        id: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Response<Bytes>, KeysRefused> {
        let id = key_id(id)?;
        let asked: Rotation = match body {
            b"" => Rotation::default(),
            body => serde_json::from_slice(body).map_err(|_| {
                KeysRefused::Unsound("The body is { \"overlapSeconds\": NUMBER } or empty.")
            })?,
        };
        let seconds = asked.overlap_seconds.map(i64::from);
        let overlap = seconds.map_or(OVERLAP, SignedDuration::from_secs);
        let made = self.keys.rotate(&id, overlap, now).await?;
        Ok(json(StatusCode::OK, &shown(&made)))
    }

    async fn revoke(&self, id: &str, now: Timestamp) -> Result<Response<Bytes>, KeysRefused> {
        let record = self.keys.revoke(&key_id(id)?, now).await?;
        Ok(json(StatusCode::OK, &record))
    }
}

/// What a request does, as policies call it. What is no request of this door makes no key, whoever may send it.
fn action(method: &Method, parts: &[&str]) -> &'static str {
    match parts {
        [_, ..] if method == Method::DELETE => "poolhouse:RevokeApiKey",
        [_, ..] => "poolhouse:RotateApiKey",
        [] if method == Method::GET => "poolhouse:ListApiKeys",
        [] => "poolhouse:CreateApiKey",
    }
}

fn key_id(text: &str) -> Result<KeyId, KeysRefused> {
    KeyId::parse(text).map_err(|_| KeysRefused::NoSuchKey)
}

/// A key in the one answer that shows it.
#[derive(Serialize)]
struct Shown<'a> {
    key: &'a str,
    #[serde(flatten)]
    record: &'a KeyRecord,
}

fn shown(made: &ShownKey) -> Shown<'_> {
    Shown { key: made.key.reveal(), record: &made.record }
}

fn refusal(refused: KeysRefused) -> Response<Bytes> {
    let kind = match &refused {
        KeysRefused::Unsound(_) => Kind::InvalidRequest,
        KeysRefused::NoSuchKey => Kind::NotFound,
        KeysRefused::HasEnded | KeysRefused::TooMany => Kind::Conflict,
        KeysRefused::Contended => Kind::Contended,
        KeysRefused::Broken(broken) => {
            tracing::error!(%broken, "API keys cannot be managed");
            return problem(Kind::Internal, "Something is broken on our side.");
        }
    };
    problem(kind, &refused.to_string())
}

fn json(status: StatusCode, document: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(document).unwrap_or_default();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    page::dress(response.headers_mut(), "application/json", "no-store");
    response
}

/// A refusal, as the user API puts its own.
pub fn problem(kind: Kind, detail: &str) -> Response<Bytes> {
    let status = kind.status();
    let document = json!({
        "type": format!("urn:poolhouse:problem:{}", kind.name()),
        "title": status.canonical_reason().unwrap_or("Problem"),
        "status": status.as_u16(),
        "detail": detail,
    });
    let mut response = json(status, &document);
    let content_type = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SystemRandom;
    use serde_json::Value;
    use std::sync::Arc;
    use store::{MemoryStore, Records};
    use users::api_keys::ApiKeys;
    use wire::sigv4::{self, AccessKey, Verifier};

    fn key() -> AccessKey {
        AccessKey::permanent("AKIAABCDEFGHIJKLMNOP", "a secret that is long enough")
    }

    fn door() -> ApiKeyDoor {
        let clock: Clock = Arc::new(Timestamp::now);
        let keys = Arc::new(vec![key()]);
        ApiKeyDoor {
            keys: StoredKeys::new(
                Records::new(Arc::new(MemoryStore::new())),
                Arc::new(SystemRandom),
                "stack",
            ),
            admission: Admission::Signed(Verifier::new(keys, clock.clone())),
            clock,
        }
    }

    fn request(method: &str, path: &str, body: &'static str) -> Request<Bytes> {
        let request = Request::builder().method(method).uri(format!("http://127.0.0.1{path}"));
        request.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    async fn ask(door: &ApiKeyDoor, request: Request<Bytes>, service: &str) -> (u16, Value) {
        let request = sigv4::sign(request, &key(), "eu-west-1", service, Timestamp::now()).unwrap();
        let answer = door.answer(request).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }

    #[tokio::test]
    async fn a_key_lives_from_its_making_to_its_end() {
        let door = door();
        let wanted = r#"{"name":"server","scope":"read"}"#;
        let (status, made) = ask(&door, request("POST", PATH, wanted), SERVICE).await;
        assert_eq!((status, &made["state"]), (201, &"active".into()), "{made}");
        let first = made["key"].as_str().unwrap().to_owned();
        let id = made["id"].as_str().unwrap();
        let (status, listed) = ask(&door, request("GET", PATH, ""), SERVICE).await;
        assert_eq!((status, &listed["keys"][0]["name"]), (200, &"server".into()));
        assert!(!listed.to_string().contains(&first));
        let path = format!("{PATH}/{id}/rotate");
        let (status, rotated) =
            ask(&door, request("POST", &path, r#"{"overlapSeconds":0}"#), SERVICE).await;
        assert_eq!(status, 200, "{rotated}");
        let second = rotated["key"].as_str().unwrap();
        let now = Timestamp::now();
        assert!(door.keys.check(&first, now).await.unwrap().is_none());
        assert!(door.keys.check(second, now).await.unwrap().is_some());
        let path = format!("{PATH}/{id}");
        let (status, ended) = ask(&door, request("DELETE", &path, ""), SERVICE).await;
        assert_eq!((status, &ended["state"]), (200, &"revoked".into()));
        assert!(door.keys.check(second, Timestamp::now()).await.unwrap().is_none());
        assert_eq!(ask(&door, request("DELETE", &path, ""), SERVICE).await.0, 409);
    }

    #[tokio::test]
    async fn who_does_not_sign_for_this_service_learns_nothing() {
        let door = door();
        let unsigned = door.answer(request("GET", PATH, "")).await;
        assert_eq!(unsigned.status(), 403);
        for service in ["cognito-idp", "lambda"] {
            assert_eq!(ask(&door, request("GET", PATH, ""), service).await.0, 403);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_a_problem_of_the_client() {
        let door = door();
        for (method, path, body, status) in [
            ("POST", PATH, "", 400),
            ("POST", PATH, "{}", 400),
            ("POST", PATH, r#"{"name":"a","scope":"admin"}"#, 400),
            ("POST", PATH, r#"{"name":"a","scope":"read","id":"x"}"#, 400),
            ("POST", PATH, r#"{"name":"a","name":"b","scope":"read"}"#, 400),
            ("POST", PATH, r#"{"name":"a\nb","scope":"read"}"#, 400),
            (
                "POST",
                PATH,
                r#"{"name":"a","scope":"read","expiresAt":"2020-01-01T00:00:00Z"}"#,
                400,
            ),
            ("PUT", PATH, "", 405),
            ("GET", "/_poolhouse/api-keys/nobody", "", 405),
            ("DELETE", "/_poolhouse/api-keys/nobody", "", 404),
            ("DELETE", "/_poolhouse/api-keys/..%2F..", "", 404),
            ("POST", "/_poolhouse/api-keys/nobody/rotate", "", 404),
            ("POST", "/_poolhouse/api-keys/nobody/rotate", r#"{"overlapSeconds":-1}"#, 400),
            ("POST", "/_poolhouse/api-keys/nobody/other", "", 404),
        ] {
            let (found, answer) = ask(&door, request(method, path, body), SERVICE).await;
            assert_eq!(found, status, "{method} {path} {body}: {answer}");
            assert!(answer["type"].as_str().unwrap().starts_with("urn:poolhouse:problem:"));
        }
    }
}
