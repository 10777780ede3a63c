//! Who answers a function that asks?

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use serde_json::Value;
use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A server of this test alone, which keeps what it was asked.
pub struct Service {
    /// Its address, without a slash at its end.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

/// One request.
#[derive(Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What comes back.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Asked {
    /// The operation of an AWS service that speaks JSON, without the name of the service.
    #[must_use]
    pub fn operation(&self) -> &str {
        let target = self.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        target.and_then(|target| target.rsplit('.').next()).unwrap_or_default()
    }

    /// The body, which is JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

impl Answer {
    /// All is well, and this is the answer.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: body.to_string() }
    }

    /// The same with another status. `Null` is a body without anything in it.
    #[must_use]
    pub fn of(status: u16, body: &Value) -> Self {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Self { status, headers: Vec::new(), body }
    }

    /// This status and nothing else.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// An error of an AWS service that speaks JSON.
    #[must_use]
    pub fn error(code: &str) -> Self {
        let body = format!(r#"{{"__type":"{code}","message":"about hunter2"}}"#);
        Self { status: 400, headers: vec![("x-amzn-errortype", code.to_owned())], body }
    }
}

impl Service {
    /// A server that answers so.
    pub async fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::later(move |asked| std::future::ready(answer(&asked))).await
    }

    /// A server that answers so, when it is ready to.
    pub async fn later<Answering>(
        answer: impl Fn(Asked) -> Answering + Send + Sync + 'static,
    ) -> Self
    where
        Answering: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (kept, answer) = (asked.clone(), answers(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone(), answer.clone()));
            }
        });
        Self { url, asked, task }
    }

    /// The same over TLS as `localhost`, with a certificate of its own. The file holds the root.
    pub async fn over_tls(
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> (Self, NamedTempFile) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
        let made = made.expect("a certificate can be made");
        let root = NamedTempFile::new().expect("a file can be made");
        std::fs::write(root.path(), made.cert.pem()).expect("it can be written");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the versions are known")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("the key is that of the certificate");
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let answer = answers(move |asked| std::future::ready(answer(&asked)));
        let kept = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, kept, answer) = (acceptor.clone(), kept.clone(), answer.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, kept, answer).await;
                    }
                });
            }
        });
        (Self { url: format!("https://localhost:{port}"), asked, task }, root)
    }

    /// What it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Answers = Arc<dyn Fn(Asked) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync>;

fn answers<Answering>(answer: impl Fn(Asked) -> Answering + Send + Sync + 'static) -> Answers
where
    Answering: Future<Output = Answer> + Send + 'static,
{
    Arc::new(move |asked| Box::pin(answer(asked)))
}

async fn serve<Stream>(stream: Stream, kept: Arc<Mutex<Vec<Asked>>>, answers: Answers)
where
    Stream: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let (method, path) = (head.method.to_string(), head.uri.path().to_owned());
        let asked = Asked { method, path, headers: head.headers, body };
        kept.lock().expect("nobody panicked").push(asked.clone());
        let Answer { status, headers, body } = answers(asked).await;
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        let response = response.body(Full::new(Bytes::from(body))).expect("a test's own answer");
        Ok::<_, Infallible>(response)
    });
    // A client that goes away is nothing to a test.
    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
