//! The Invoke URL keeps the promises of the port, over our own Invoke API.

use crate::invoke_api::{api, functions};
use functions::{Call, Failure, Function, InvokeUrl};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

functions::conformance!(async { InvokeUrl::new(&serve().await, "subject").unwrap() });

/// A server of the Invoke API over the suite's subject.
async fn serve() -> String {
    let api = Arc::new(api(functions()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let api = api.clone();
            let service = service_fn(move |request: http::Request<Incoming>| {
                let api = api.clone();
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let response = api.answer(http::Request::from_parts(head, body)).await;
                    Ok::<_, Infallible>(response.map(Full::new))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}

/// Whoever connects gets this, whatever they ask.
async fn says(text: &'static str) -> InvokeUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(text.as_bytes()).await;
        }
    });
    InvokeUrl::new(&url, "f").unwrap()
}

async fn call(function: &InvokeUrl) -> Result<bytes::Bytes, Failure> {
    let timeout = Duration::from_secs(5);
    function.invoke(Call { request_id: "id".to_owned(), payload: "{}".into(), timeout }).await
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let answer = call(&InvokeUrl::new(&url, "f").unwrap()).await;
    assert!(matches!(answer, Err(Failure::Unreachable { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_status_says_what_is_wrong() {
    for (text, failure) in [
        ("HTTP/1.1 403 F\r\ncontent-length: 0\r\n\r\n", Failure::Denied),
        ("HTTP/1.1 404 F\r\ncontent-length: 0\r\n\r\n", Failure::NotFound),
        ("HTTP/1.1 413 F\r\ncontent-length: 0\r\n\r\n", Failure::TooLarge),
        ("HTTP/1.1 429 F\r\ncontent-length: 0\r\n\r\n", Failure::Throttled),
    ] {
        assert_eq!(call(&says(text).await).await, Err(failure));
    }
    let broken = call(&says("HTTP/1.1 500 F\r\ncontent-length: 0\r\n\r\n").await).await;
    assert_eq!(broken, Err(Failure::Unreachable { reason: "it answered 500".to_owned() }));
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_no_http_is_no_answer() {
    for text in ["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", "", "\0\0\0\0\r\n\r\n"] {
        let answer = call(&says(text).await).await;
        assert!(matches!(answer, Err(Failure::Crashed { .. })), "{text:?}: {answer:?}");
    }
}
