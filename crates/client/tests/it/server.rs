//! What stands for the API?

use axum::{Router, body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderMap, Method};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub method: Method,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A server that answers everything alike and remembers what it heard.
pub struct Server {
    pub address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    pub async fn answering(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (heard, body) = (Arc::new(Mutex::new(Vec::new())), body.to_owned());
        let remembered = heard.clone();
        let router = Router::new().fallback(move |request: Request| {
            let (heard, headers, body) = (remembered.clone(), headers.clone(), body.clone());
            async move {
                let (head, sent) = request.into_parts();
                let sent = axum::body::to_bytes(sent, 1024 * 1024).await.unwrap();
                heard.lock().unwrap().push(Heard {
                    method: head.method,
                    target: head.uri.to_string(),
                    headers: head.headers,
                    body: sent,
                });
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, heard }
    }

    /// The only request there was.
    pub fn heard(&self) -> Heard {
        let heard = self.heard.lock().unwrap();
        assert_eq!(heard.len(), 1);
        heard[0].clone()
    }
}
