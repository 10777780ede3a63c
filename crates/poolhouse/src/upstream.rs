//! How is a server asked that stands behind an HTTP integration?

use crate::http_client::{HttpClient, Tls, http_client};
use async_trait::async_trait;
use bytes::Bytes;
use gateway::{Config, Integration, Unreached, Upstream};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use std::{collections::BTreeSet, error::Error};

/// Asks the servers that the template names, and no other.
pub struct UpstreamByHttp {
    client: HttpClient,
    /// Scheme, host and port of each.
    servers: BTreeSet<(String, String)>,
}

impl UpstreamByHttp {
    /// For the integrations of a configuration.
    pub fn new(config: &Config) -> Result<Self, String> {
        let routes = config.apis.iter().flat_map(|api| &api.routes);
        let servers: BTreeSet<_> = routes
            .filter_map(|route| match &route.integration {
                Integration::Http(http) => {
                    let (scheme, authority) = http.server();
                    Some((scheme.to_string(), authority.to_string()))
                }
                Integration::Function(_) | Integration::Mock(_) => None,
            })
            .collect();
        let needs_tls = servers.iter().any(|(scheme, _)| scheme == "https");
        let client = http_client(if needs_tls { Tls::Machine } else { Tls::Never })?;
        Ok(Self { client, servers })
    }

    /// Whether the template names the server.
    fn is_named(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return false };
        self.servers.contains(&(scheme.to_string(), authority.to_string()))
    }
}

#[async_trait]
impl Upstream for UpstreamByHttp {
    async fn send(
        &self,
        request: Request<Bytes>,
        largest: usize,
    ) -> Result<Response<Bytes>, Unreached> {
        if !self.is_named(request.uri()) {
            return Err(Unreached::Broken("the template names no such server".to_owned()));
        }
        let answer = self.client.request(request.map(Full::new)).await;
        let (head, body) = answer.map_err(|cause| broken(&cause))?.into_parts();
        match Limited::new(body, largest).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(cause) if cause.is::<LengthLimitError>() => Err(Unreached::TooLarge),
            Err(cause) => Err(broken(&*cause)),
        }
    }
}

/// The whole chain: the client's own words say only that it failed.
fn broken(cause: &(dyn Error + 'static)) -> Unreached {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    Unreached::Broken(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::Ipv4Addr, sync::Arc};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::Mutex,
    };

    /// A server that answers every request on every connection with this, and keeps what it heard.
    async fn server(answer: &'static [u8]) -> (u16, Arc<Mutex<Vec<(usize, String)>>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = heard.clone();
        tokio::spawn(async move {
            for number in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let hearing = hearing.clone();
                tokio::spawn(async move {
                    let mut asked = vec![0; 8192];
                    while let Ok(read @ 1..) = stream.read(&mut asked).await {
                        let text = String::from_utf8_lossy(&asked[..read]).into_owned();
                        hearing.lock().await.push((number, text));
                        if stream.write_all(answer).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        (port, heard)
    }

    fn upstream(uri: &str) -> UpstreamByHttp {
        let http = gateway::HttpIntegration::http(None, uri, &std::collections::BTreeMap::new());
        let (region, account) = ("eu-west-1".parse().unwrap(), "000000000000".parse().unwrap());
        let url = Uri::from_static("http://127.0.0.1:3000");
        let mut api = gateway::Api::new("a", gateway::ApiKind::Http, "s", region, account, url);
        let integration = Integration::Http(http.unwrap());
        api.routes = vec![gateway::Route::new(gateway::RouteMethod::Any, "/x", integration)];
        UpstreamByHttp::new(&Config { apis: vec![api], ..Config::default() }).unwrap()
    }

    fn get(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn a_connection_is_kept_for_the_next_request() {
        let (port, heard) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        let url = format!("http://127.0.0.1:{port}/x?y=z");
        let upstream = upstream(&url);
        for _ in 0..3 {
            let answer = upstream.send(get(&url), 100).await.unwrap();
            assert_eq!(answer.body().as_ref(), b"{}");
        }
        let heard = heard.lock().await;
        assert_eq!(heard.len(), 3);
        assert!(heard.iter().all(|(number, _)| *number == 0), "{heard:?}");
        let (_, text) = &heard[0];
        assert!(text.starts_with("GET /x?y=z HTTP/1.1\r\n"), "{text}");
        assert!(text.contains(&format!("host: 127.0.0.1:{port}\r\n")), "{text}");
    }

    #[tokio::test]
    async fn only_what_the_template_names_is_called() {
        let (port, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        let (other, heard) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        let upstream = upstream(&format!("http://127.0.0.1:{port}/"));
        for url in [
            format!("http://127.0.0.1:{other}/"),
            format!("https://127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
        ] {
            let refused = upstream.send(get(&url), 100).await.unwrap_err();
            assert!(matches!(refused, Unreached::Broken(_)), "{url}");
        }
        assert!(heard.lock().await.is_empty());
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_too_much_is_none() {
        let redirect = b"HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n";
        let (port, _) = server(redirect).await;
        let url = format!("http://127.0.0.1:{port}/");
        let answer = upstream(&url).send(get(&url), 100).await.unwrap();
        assert_eq!(answer.status().as_u16(), 302);

        let (port, _) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world").await;
        let url = format!("http://127.0.0.1:{port}/");
        let upstream = upstream(&url);
        assert_eq!(upstream.send(get(&url), 10).await.unwrap_err(), Unreached::TooLarge);
        assert!(upstream.send(get(&url), 11).await.is_ok());

        let url = "http://127.0.0.1:1/";
        let refused = self::upstream(url).send(get(url), 10).await.unwrap_err();
        assert!(matches!(refused, Unreached::Broken(_)), "{refused}");
    }
}
