//! What is said to a directory that is asked over HTTP?
//!
//! Two questions, each a `POST` of JSON below the directory's address:
//!
//! ```text
//! POST …/authenticate   {"username": "ann", "password": "…"}
//! POST …/find           {"username": "ann"}
//! ```
//!
//! It answers 200 with `{"username": "ann", "attributes": {"email": "ann@example.com", …}}`, or 404: nobody of
//! that name, or not their password. Everything else is a directory that cannot say: also a 401 and a 403,
//! by which it refuses the function and not the user. It is not followed elsewhere.

use super::{Directory, Person};
use crate::Unavailable;
use async_trait::async_trait;
use events::cognito::Attributes;
use names::{Password, Username};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The way to the directory: its address, how the function shows who it is, TLS. The front's own.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends a question and waits for the whole answer, of which no more than
    /// [`HttpAnswer::MAX_BODY`] and one byte need to be read. Follows no redirect, since the question may
    /// hold a password.
    ///
    /// # Errors
    /// [`Unavailable`] if there is no answer. The cause must not quote the question.
    async fn post(
        &self,
        question: Question,
        json: Zeroizing<Vec<u8>>,
    ) -> Result<HttpAnswer, Unavailable>;
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Who is it, if this is their password?
    Authenticate,
    /// Who is it?
    Find,
}

/// What a directory answered.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// A directory that is asked over HTTP.
pub struct HttpDirectory {
    http: Arc<dyn Http>,
}

#[derive(Serialize)]
struct Asked<'a> {
    username: &'a Username,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a Password>,
}

#[derive(Deserialize)]
struct Answered {
    username: String,
    attributes: Attributes,
}

impl Question {
    /// The last part of the path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Find => "find",
        }
    }
}

impl HttpAnswer {
    /// The most bytes that are looked at.
    pub const MAX_BODY: usize = 256 * 1024;
}

impl HttpDirectory {
    /// The directory at the end of this way.
    #[must_use]
    pub fn new(http: Arc<dyn Http>) -> Self {
        Self { http }
    }

    async fn ask(
        &self,
        question: Question,
        username: &Username,
        password: Option<&Password>,
    ) -> Result<Option<Person>, Unavailable> {
        // Room enough, so that the buffer is never copied to a larger one and left behind unwiped.
        let mut json = Zeroizing::new(Vec::with_capacity(8 * 1024));
        serde_json::to_writer(&mut *json, &Asked { username, password })
            .map_err(|_| unusable("the question cannot be written"))?;
        let answer = self.http.post(question, json).await?;
        match answer.status {
            200 => {}
            404 => return Ok(None),
            status => return Err(unusable(&format!("it answered with the status {status}"))),
        }
        if answer.body.len() > HttpAnswer::MAX_BODY {
            return Err(unusable("its answer is too long"));
        }
        // The reader's own text may quote the answer, so only the place is told.
        let answered: Answered = serde_json::from_slice(&answer.body).map_err(|cause| {
            unusable(&format!("line {} of its answer cannot be read", cause.line()))
        })?;
        Ok(Some(Person { name: answered.username, attributes: answered.attributes }))
    }
}

#[async_trait]
impl Directory for HttpDirectory {
    async fn authenticate(
        &self,
        name: &Username,
        password: &Password,
    ) -> Result<Option<Person>, Unavailable> {
        self.ask(Question::Authenticate, name, Some(password)).await
    }

    async fn find(&self, name: &Username) -> Result<Option<Person>, Unavailable> {
        self.ask(Question::Find, name, None).await
    }
}

fn unusable(why: &str) -> Unavailable {
    Unavailable::new("the directory", why)
}
