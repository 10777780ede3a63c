//! How is the directory asked whose users are brought over?

use crate::http_client::{HttpClient, Tls, http_client};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use kit::{
    Unavailable,
    user_migration::{Http, HttpAnswer, Question},
};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long the whole answer may take. A trigger has five seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A directory at an address. No redirect is followed and no proxy is asked: a question may hold a password.
pub struct DirectoryByHttp {
    client: HttpClient,
    address: String,
}

impl DirectoryByHttp {
    /// The directory below this address: `https`, or `http` on this machine.
    pub fn new(address: &str) -> Result<Self, String> {
        let wrong = || {
            "the environment variable DIRECTORY_URL is neither an https address nor an http one of this machine"
                .to_owned()
        };
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?;
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let is_safe = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_here,
            _ => false,
        };
        let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        if !is_safe || has_user || uri.query().is_some() {
            return Err(wrong());
        }
        let client = http_client(Tls::Machine)?;
        Ok(Self { client, address: address.trim_end_matches('/').to_owned() })
    }

    async fn ask(
        &self,
        question: Question,
        json: Zeroizing<Vec<u8>>,
    ) -> Result<HttpAnswer, Unavailable> {
        let json_type = HeaderValue::from_static("application/json");
        let request = Request::post(format!("{}/{}", self.address, question.as_str()))
            .header(header::CONTENT_TYPE, json_type.clone())
            .header(header::ACCEPT, json_type)
            // Without a copy, so that it is wiped when it has been sent.
            .body(Full::new(Bytes::from_owner(json)))
            .map_err(|cause| Unavailable::new("the directory", cause))?;
        let response = self.client.request(request).await;
        let response = response.map_err(|cause| Unavailable::new("the directory", cause))?;
        let status = response.status().as_u16();
        let body = read(response.into_body()).await?;
        Ok(HttpAnswer { status, body })
    }
}

#[async_trait]
impl Http for DirectoryByHttp {
    async fn post(
        &self,
        question: Question,
        json: Zeroizing<Vec<u8>>,
    ) -> Result<HttpAnswer, Unavailable> {
        tokio::time::timeout(ANSWER_WITHIN, self.ask(question, json))
            .await
            .unwrap_or_else(|late| Err(Unavailable::new("the directory", late)))
    }
}

/// The body, or as much of it as shows that it is too long.
async fn read(mut body: Incoming) -> Result<Vec<u8>, Unavailable> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|cause| Unavailable::new("the directory", cause))?;
        if let Ok(data) = frame.into_data() {
            let room = (HttpAnswer::MAX_BODY + 1).saturating_sub(bytes.len());
            bytes.extend(data.iter().take(room));
        }
        if bytes.len() > HttpAnswer::MAX_BODY {
            break;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// What a directory is asked, and what comes back of this answer of its.
    async fn asked(answer: String) -> (String, Result<HttpAnswer, Unavailable>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}/users/", listener.local_addr().unwrap());
        let directory = DirectoryByHttp::new(&address).unwrap();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"{}") {
                heard.push(stream.read_u8().await.unwrap());
            }
            let _ = stream.write_all(answer.as_bytes()).await;
            String::from_utf8(heard).unwrap()
        });
        let answer = directory.post(Question::Find, Zeroizing::new(b"{}".to_vec())).await;
        (heard.await.unwrap(), answer)
    }

    #[tokio::test]
    async fn a_question_is_a_post_below_the_address() {
        let (heard, answer) = asked("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".into()).await;
        assert!(heard.starts_with("POST /users/find HTTP/1.1\r\n"), "{heard}");
        assert!(heard.to_lowercase().contains("content-type: application/json"), "{heard}");
        assert_eq!(answer.map(|answer| answer.body).unwrap(), b"{}");
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let there = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\n";
        let (_, answer) = asked(format!("{there}Content-Length: 0\r\n\r\n")).await;
        assert_eq!(answer.unwrap().status, 307);
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut() {
        let long = "x".repeat(HttpAnswer::MAX_BODY * 2);
        let (_, answer) = asked(format!("HTTP/1.1 200 OK\r\n\r\n{long}")).await;
        assert_eq!(answer.unwrap().body.len(), HttpAnswer::MAX_BODY + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_directory_that_says_nothing_is_given_up() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let directory = DirectoryByHttp::new(&address).unwrap();
        assert!(directory.post(Question::Find, Zeroizing::new(b"{}".to_vec())).await.is_err());
    }

    #[test]
    fn a_password_leaves_this_machine_over_https_only() {
        for good in ["https://users.example.com/v1", "http://localhost:8080", "http://127.0.0.1"] {
            assert!(DirectoryByHttp::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://users.example.com",
            "http://localhost.example.com",
            "ftp://localhost",
            "https://me@users.example.com",
            "https://users.example.com/?a=b",
            "/users",
        ] {
            assert!(DirectoryByHttp::new(bad).is_err(), "{bad}");
        }
    }
}
