//! Who is told what users do?
//!
//! `--user-events` names whoever is: the log, a file, a webhook, a topic. What is told waits in the store until
//! it was told (`users::events`); the two things that a pool's trigger hears and no profile knows, attempts and
//! new passwords, are told as they happen and may be lost.

use crate::{
    Problem,
    cli::UserEventArguments,
    files,
    outbound::Outbound,
    outbox::{DevOutbox, FileOutbox},
};
use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use aws_sdk_sns::{Client, error::ProvideErrorMetadata, types::MessageAttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use crypto::{Random, SystemRandom};
use events::UserEvent;
use http::{Request, StatusCode, Uri, header};
use jiff::Timestamp;
use kit::{Unavailable, user_events::Publisher};
use names::Clock;
use oauth::{
    Reach,
    federation::{Http, is_local_name},
};
use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{OnceCell, mpsc};
use users::events::{LogSink, NotDelivered, Sink};
use zeroize::Zeroizing;

/// How many events that no store keeps wait to be told, before new ones are dropped.
const WAITING: usize = 1000;

/// How long a topic may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whom `--user-events` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    Log,
    File(PathBuf),
    Webhook(Uri),
    Topic(String),
}

impl Listener {
    /// What the option says.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "log" {
            return Ok(Self::Log);
        }
        if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
            return Ok(Self::File(path.into()));
        }
        if text.starts_with("arn:") {
            let parts: Vec<&str> = text.split(':').collect();
            return match parts.as_slice() {
                ["arn", _, "sns", region, account, name]
                    if ![region, account, name].iter().any(|part| part.is_empty()) =>
                {
                    Ok(Self::Topic(text.to_owned()))
                }
                _ => Err("the ARN is not that of an SNS topic".to_owned()),
            };
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            let uri: Uri = text.parse().map_err(|_| "the URL cannot be read".to_owned())?;
            let host = uri.host().unwrap_or_default();
            if host.is_empty() || uri.authority().is_some_and(|all| all.as_str().contains('@')) {
                return Err("the URL names no host, or a user".to_owned());
            }
            if uri.scheme_str() == Some("http") && !is_of_this_machine(host) {
                return Err("a webhook is called over https, or on this machine".to_owned());
            }
            return Ok(Self::Webhook(uri));
        }
        Err("it is `log`, `file:PATH`, the https URL of a webhook, or the ARN of a topic"
            .to_owned())
    }
}

fn is_of_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = bare.parse().ok();
    address.is_some_and(|address| address.to_canonical().is_loopback())
        || is_local_name(&bare.to_ascii_lowercase())
}

impl UserEventArguments {
    /// The way to whom these arguments name, if they name anybody.
    pub fn sink(&self) -> Result<Option<Arc<dyn Sink>>, Problem> {
        let Some(listener) = &self.listener else { return Ok(None) };
        let means = Means {
            secret: self.secret.as_deref(),
            private: &self.addresses,
            clock: Arc::new(Timestamp::now),
            random: &SystemRandom,
        };
        sink(listener, means).map(Some)
    }
}

/// What goes along with a listener.
struct Means<'a> {
    /// The file with the secret that a webhook's calls are signed with.
    secret: Option<&'a Path>,
    /// Addresses that are not public, and may be called all the same.
    private: &'a [IpAddr],
    clock: Clock,
    random: &'a dyn Random,
}

/// The way to a listener.
fn sink(listener: &Listener, means: Means<'_>) -> Result<Arc<dyn Sink>, Problem> {
    Ok(match listener {
        Listener::Log => Arc::new(LogSink),
        Listener::File(path) => Arc::new(FileOutbox::open(path)?),
        Listener::Webhook(uri) => Arc::new(Webhook::new(uri.clone(), means)?),
        Listener::Topic(arn) => Arc::new(Topic { arn: arn.clone(), client: OnceCell::new() }),
    })
}

/// Whoever is told, and the developer's outbox as well.
pub struct WithOutbox {
    pub outbox: DevOutbox,
    pub other: Option<Arc<dyn Sink>>,
}

#[async_trait]
impl Sink for WithOutbox {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        if let Some(other) = &self.other {
            other.deliver(event).await?;
        }
        self.outbox.deliver(event).await
    }
}

/// Tells what no store keeps. Nobody waits for it: a sign-in is not to take as long as a webhook.
pub struct Aside {
    waiting: mpsc::Sender<UserEvent>,
}

impl Aside {
    /// Begins to tell.
    pub fn new(sink: Arc<dyn Sink>) -> Self {
        let (waiting, mut told) = mpsc::channel::<UserEvent>(WAITING);
        tokio::spawn(async move {
            while let Some(event) = told.recv().await {
                if let Err(reason) = sink.deliver(&event).await {
                    let kind = event.kind.as_str();
                    tracing::warn!(id = event.id, kind, %reason, "an event of a user is lost");
                }
            }
        });
        Self { waiting }
    }
}

#[async_trait]
impl Publisher for Aside {
    async fn publish(&self, event: &UserEvent) -> Result<(), Unavailable> {
        let full = |_| Unavailable::new("the listener of user events", "too many events wait");
        self.waiting.try_send(event.clone()).map_err(full)
    }
}

/// A webhook, called as [Standard Webhooks](https://www.standardwebhooks.com) has it.
struct Webhook {
    uri: Uri,
    key: Zeroizing<Vec<u8>>,
    clock: Clock,
    way: Outbound,
}

/// What the text of a secret begins with.
const SECRET: &str = "whsec_";

impl Webhook {
    fn new(uri: Uri, means: Means<'_>) -> Result<Self, Problem> {
        let Some(path) = means.secret else {
            return Err(Problem::text("a webhook needs --user-events-secret-file"));
        };
        let made = || {
            let key: [u8; 32] = means.random.bytes();
            format!("{SECRET}{}\n", STANDARD.encode(key))
        };
        let text = files::secret(path, made)?;
        let key = text.trim().strip_prefix(SECRET).and_then(|key| STANDARD.decode(key).ok());
        let key = key.filter(|key| (24..=64).contains(&key.len())).ok_or_else(|| {
            let path = path.display();
            Problem::text(format!("{path} is not {SECRET} and 24 to 64 bytes in base64"))
        })?;
        // What the operator names may be called; what a name leads to only if it is public.
        let host = uri.host().unwrap_or_default();
        let reach = if is_of_this_machine(host) { Reach::PublicAndLoopback } else { Reach::Public };
        let mut private = means.private.to_vec();
        private.extend(host.trim_matches(['[', ']']).parse::<IpAddr>());
        let way = Outbound::new(reach).and_named(private);
        Ok(Self { uri, key: Zeroizing::new(key), clock: means.clock, way })
    }

    /// `v1,` and the signature over id, time and body, with dots between.
    fn signature(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        format!("v1,{}", STANDARD.encode(crypto::hmac_sha256(&self.key, &parts)))
    }

    fn request(&self, event: &UserEvent) -> Result<Request<Bytes>, NotDelivered> {
        let refused = |cause: &dyn std::fmt::Display| NotDelivered::Refused(cause.to_string());
        let body = serde_json::to_vec(event).map_err(|cause| refused(&cause))?;
        let timestamp = (self.clock)().as_second().to_string();
        Request::post(self.uri.clone())
            .header(header::CONTENT_TYPE, UserEvent::CONTENT_TYPE)
            .header("webhook-id", &event.id)
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", self.signature(&event.id, &timestamp, &body))
            .body(Bytes::from(body))
            .map_err(|cause| refused(&cause))
    }
}

#[async_trait]
impl Sink for Webhook {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        let answer = self.way.send(self.request(event)?).await;
        let answer = answer.map_err(|cause| NotDelivered::Unreachable(cause.to_string()))?;
        // A redirect is not followed, so it is no success either.
        match answer.status() {
            status if status.is_success() => Ok(()),
            status @ (StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => Err(NotDelivered::Unreachable(status.to_string())),
            status => Err(NotDelivered::Refused(status.to_string())),
        }
    }
}

/// An SNS topic. Credentials and endpoint (`AWS_ENDPOINT_URL_SNS`) are where the AWS tools take them, and are
/// not looked for before the first event.
struct Topic {
    arn: String,
    client: OnceCell<Client>,
}

impl Topic {
    async fn client(&self) -> &Client {
        let region = self.arn.split(':').nth(3).unwrap_or_default().to_owned();
        let load = async || {
            let defaults = aws_config::defaults(BehaviorVersion::latest());
            let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
            let defaults = defaults.region(Region::new(region)).timeout_config(timeouts);
            Client::new(&defaults.load().await)
        };
        self.client.get_or_init(load).await
    }
}

#[async_trait]
impl Sink for Topic {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        let refused = |cause: &dyn std::fmt::Display| NotDelivered::Refused(cause.to_string());
        let text = serde_json::to_string(event).map_err(|cause| refused(&cause))?;
        let kind = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(event.kind.as_str())
            .build()
            .map_err(|cause| refused(&cause))?;
        let mut message = self.client().await.publish().topic_arn(&self.arn).message(text);
        message = message.message_attributes("type", kind);
        if self.arn.ends_with(".fifo") {
            // What one user does stays in order, and what comes twice is told once.
            let user = event.subject.as_ref().map_or("nobody", |sub| sub.as_str());
            message = message.message_group_id(user).message_deduplication_id(&event.id);
        }
        match message.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.code() {
                Some(
                    code @ ("InvalidParameter" | "InvalidParameterValue" | "ValidationException"),
                ) => NotDelivered::Refused(code.to_owned()),
                Some(code) => NotDelivered::Unreachable(code.to_owned()),
                None => NotDelivered::Unreachable("SNS did not answer".to_owned()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_what_the_option_says() {
        assert_eq!(Listener::parse("log"), Ok(Listener::Log));
        assert_eq!(Listener::parse("file:/a/b"), Ok(Listener::File("/a/b".into())));
        let topic = "arn:aws:sns:eu-west-1:123456789012:events.fifo";
        assert_eq!(Listener::parse(topic), Ok(Listener::Topic(topic.into())));
        for url in [
            "https://example.com/hook",
            "http://127.0.0.1:1/x",
            "http://[::1]/",
            "http://a.localhost/",
        ] {
            assert!(matches!(Listener::parse(url), Ok(Listener::Webhook(_))), "{url}");
        }
        for wrong in [
            "",
            "LOG",
            "file:",
            "/a/b",
            "http://example.com/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example.com/",
            "https://user@example.com/",
            "https://",
            "arn:aws:sqs:eu-west-1:123456789012:queue",
            "arn:aws:sns:eu-west-1:123456789012:",
        ] {
            assert!(Listener::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_signature_is_the_one_of_standard_webhooks() {
        // The example of its reference libraries.
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let means = Means {
            secret: Some(&secret),
            private: &[],
            clock: Arc::new(Timestamp::now),
            random: &SystemRandom,
        };
        let hook = Webhook::new(Uri::from_static("https://example.com/"), means).unwrap();
        let signature = hook.signature(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
