//! Was this request answered before?
//!
//! A client that does not know whether its request arrived sends it again under the same key, and gets the
//! answer of the first. What is kept of a request is a digest, and of a refusal nothing: whoever was refused
//! may try again.
//!
//! An answer is kept in the very commit that makes it true. Kept after it, a process that dies in between would
//! have done the work and not know of it, and the second try would meet the first.

use crate::{Kind, Problem, Row, UserApi};
use axum::{
    body::to_bytes,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::future::Future;
use store::{Commit, Conflict, Kept, Key, Record, Refused};

const HEADER: &str = "idempotency-key";
/// Says of an answer that it was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long a request may take. One that was begun longer ago died on the way, and another may begin anew.
const LONGEST_REQUEST: SignedDuration = SignedDuration::from_secs(60);
/// The headers of an answer that are told again.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION];
const LARGEST_ANSWER: usize = 256 * 1024;

/// The idempotency key of a request, if it has one. A handler takes it as an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once(Option<String>);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let Some(first) = values.next() else { return Ok(Self(None)) };
        let key = first.to_str().ok().filter(|key| {
            (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        match (key, values.next()) {
            (Some(key), None) => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::invalid(
                "Idempotency-Key",
                "It has to be one text of at most 255 visible characters.",
            )),
        }
    }
}

/// A request, as far as it has to be known again.
pub struct Asked<'a> {
    /// Who asks: keys of different callers have nothing to do with each other.
    pub caller: &'a str,
    /// What is asked for: the method and the path.
    pub route: &'a str,
    pub body: &'a Value,
}

/// What became of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Noted {
    table: String,
    /// The digest of caller, route and key.
    place: String,
    /// The digest of the body.
    body: String,
    begun_at: Timestamp,
    answer: Option<Given>,
    ends_at: Timestamp,
}

/// An answer that was given, as far as it is told again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Given {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Record for Noted {
    const KIND: &'static str = "answered request";

    fn key(&self) -> Key {
        key(&self.table, &self.place)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

fn key(table: &str, place: &str) -> Key {
    Key::new(format!("table/{table}/once/{place}"), "answer")
}

fn digest(parts: &[&[u8]]) -> String {
    let lengths: Vec<[u8; 8]> =
        parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
    let whole: Vec<&[u8]> =
        lengths.iter().zip(parts).flat_map(|(length, part)| [length.as_slice(), part]).collect();
    hex(&crypto::sha256(&whole.concat()))
}

/// A digest as a text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is to be done with a request.
enum Turn {
    /// It is the first.
    Ours(Box<Kept<Noted>>),
    Answered(Given),
}

/// The first answer to a request, on its way into the commit that makes it true. Without a key it is not kept.
#[derive(Debug, Clone)]
pub struct FirstAnswer(Option<Kept<Noted>>);

impl FirstAnswer {
    /// Keeps an answer in the commit that does what was asked.
    pub fn keep_in(&self, commit: &mut Commit, answer: Given) {
        if let Some(mut noted) = self.0.clone() {
            noted.answer = Some(answer);
            commit.save(&noted);
        }
    }

    /// Whether a commit was refused since this request took so long that another has begun anew under its key.
    #[must_use]
    pub fn is_given_up(&self, conflict: &Conflict) -> bool {
        self.0.as_ref().is_some_and(|noted| conflict.is_on(&noted.key()))
    }
}

impl Given {
    /// A profile as it is now, as the whole answer. `location` is where it is, if it is new.
    #[must_use]
    pub fn shown(status: StatusCode, row: &Row, location: Option<String>) -> Self {
        let usual =
            [(header::CONTENT_TYPE, "application/json".to_owned()), (header::ETAG, row.etag())];
        let headers = usual.into_iter().chain(location.map(|place| (header::LOCATION, place)));
        Self {
            status: status.as_u16(),
            headers: headers.map(|(name, value)| (name.to_string(), value)).collect(),
            body: serde_json::to_string(&row.document).unwrap_or_default(),
        }
    }
}

impl Once {
    /// Answers a request, or tells its first answer again. Whoever answers keeps the answer in the commit that
    /// makes it true, if there is one; what is not kept there is kept afterwards.
    pub async fn run<Answering>(
        self,
        api: &UserApi,
        asked: Asked<'_>,
        now: Timestamp,
        answering: impl FnOnce(FirstAnswer) -> Answering + Send,
    ) -> Response
    where
        Answering: Future<Output = Result<Response, Problem>> + Send,
    {
        let Some(given) = self.0 else {
            return answering(FirstAnswer(None)).await.into_response();
        };
        let place = digest(&[asked.caller.as_bytes(), asked.route.as_bytes(), given.as_bytes()]);
        let body = digest(&[asked.body.to_string().as_bytes()]);
        let noted = match begin(api, &place, &body, now).await {
            Ok(Turn::Ours(noted)) => *noted,
            Ok(Turn::Answered(answer)) => return answer.again(),
            Err(problem) => return problem.into_response(),
        };
        let response = answering(FirstAnswer(Some(noted.clone()))).await.into_response();
        match end(api, noted, response, now).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        }
    }
}

async fn begin(api: &UserApi, place: &str, body: &str, now: Timestamp) -> Result<Turn, Problem> {
    let (records, table) = (api.profiles.records(), api.profiles.table());
    let key = key(table, place);
    for _ in 0..4 {
        let mut commit = Commit::new();
        match records.get::<Noted>(&key, now).await.map_err(Problem::broken)? {
            Some(noted) if noted.body != body => return Err(Kind::IdempotencyKeyReused.into()),
            Some(mut noted) => {
                if let Some(answer) = &noted.answer {
                    return Ok(Turn::Answered(answer.clone()));
                }
                if now < noted.begun_at + LONGEST_REQUEST {
                    return Err(Problem::new(Kind::RequestUnderWay).retry_after(1));
                }
                noted.begun_at = now;
                commit.save(&noted);
            }
            None => {
                commit.create(&Noted {
                    table: table.to_owned(),
                    place: place.to_owned(),
                    body: body.to_owned(),
                    begun_at: now,
                    answer: None,
                    ends_at: now + LIFE,
                });
            }
        }
        match records.commit(commit, now).await {
            Ok(()) => {
                let ours = records.get(&key, now).await.map_err(Problem::broken)?;
                return ours.map(|ours| Turn::Ours(Box::new(ours))).ok_or_else(under_way);
            }
            Err(Refused::Conflict(_)) => {}
            Err(Refused::Broken(broken)) => return Err(Problem::broken(broken)),
        }
    }
    Err(under_way())
}

/// Another request of the same key is at it.
pub(crate) fn under_way() -> Problem {
    Problem::new(Kind::RequestUnderWay).retry_after(1)
}

/// Notes the answer if something was done, and forgets the request if nothing was. Where the answer was kept
/// with what was done, neither is to be done any more.
async fn end(
    api: &UserApi,
    mut noted: Kept<Noted>,
    response: Response,
    now: Timestamp,
) -> Result<Response, Problem> {
    let mut commit = Commit::new();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_ANSWER).await.map_err(Problem::broken)?;
    let text = String::from_utf8(body.to_vec()).ok().filter(|_| head.status.is_success());
    match text {
        Some(text) => {
            let headers = KEPT_HEADERS.iter().filter_map(|name| {
                let value = head.headers.get(name)?.to_str().ok()?;
                Some((name.to_string(), value.to_owned()))
            });
            let headers = headers.collect();
            noted.answer = Some(Given { status: head.status.as_u16(), headers, body: text });
            commit.save(&noted);
        }
        None => {
            commit.delete(&noted);
        }
    }
    match api.profiles.records().commit(commit, now).await {
        // A conflict: the answer is kept already, or it took so long that another began anew. What was done is
        // done.
        Ok(()) | Err(Refused::Conflict(_)) => {}
        Err(Refused::Broken(cause)) => {
            tracing::error!(%cause, "an answer could not be noted under its idempotency key");
        }
    }
    Ok(Response::from_parts(head, body.into()))
}

impl Given {
    /// The answer, told again.
    fn again(self) -> Response {
        let mut response = self.into_response();
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

impl IntoResponse for Given {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                headers.insert(name, value);
            }
        }
        response
    }
}
