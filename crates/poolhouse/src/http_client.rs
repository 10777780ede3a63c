//! Which client keeps connections to servers that are named in advance?
//!
//! The directory of a migration and the servers behind HTTP integrations are named by whoever runs this server,
//! and by nobody who calls it. So their addresses are not asked about, unlike those in [`crate::outbound`]. No
//! redirect is followed, no proxy is asked, and HTTP/1.1 alone is spoken.

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{sync::Arc, time::Duration};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// How long a connection may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// How long a connection is kept for the next question.
const IDLE: Duration = Duration::from_secs(30);

/// A client that keeps its connections.
pub type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Whether the certificates of the machine are needed, which take longer to read than anything else here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Machine,
    Never,
}

/// A client.
pub fn http_client(tls: Tls) -> Result<HttpClient, String> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT_WITHIN));
    connector.set_nodelay(true);
    let builder = HttpsConnectorBuilder::new();
    let builder = match tls {
        Tls::Machine => builder
            .with_native_roots()
            .map_err(|cause| format!("this machine trusts no certificate: {cause}"))?,
        Tls::Never => {
            let config =
                ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                    .with_safe_default_protocol_versions()
                    .map_err(|cause| cause.to_string())?
                    .with_root_certificates(RootCertStore::empty())
                    .with_no_client_auth();
            builder.with_tls_config(config)
        }
    };
    let connector = builder.https_or_http().enable_http1().wrap_connector(connector);
    Ok(Client::builder(TokioExecutor::new())
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .build(connector))
}
