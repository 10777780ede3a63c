//! How does a mail leave by SMTP?
//!
//! Each mail has a connection of its own, as many at once as the server may be expected to take. What a server
//! refuses for now is tried again, for a few seconds and with the same mail, message id and code; what it refuses
//! for good is not.

use crate::{Problem, letter::Letter};
use async_trait::async_trait;
use http::Uri;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, MultiPart, SinglePart, header},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use pool::{Message, Post, Undelivered};
use std::{net::IpAddr, time::Duration};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// How often a mail is tried, and how long each try and all of them may take.
const TRIES: u32 = 3;
const STEP: Duration = Duration::from_secs(4);
const ALL: Duration = Duration::from_secs(12);
/// What a second try waits for; the third one twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// How many mails are on their way at once.
const AT_ONCE: usize = 16;

/// Mails through one server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Option<Mailbox>,
    turns: Semaphore,
}

/// Whether a connection is secret, and from when.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    StartTls,
    Implicit,
    None,
}

impl Smtp {
    /// The server of a URL like `smtp://user@host:587?tls=starttls`. `greeting` is the name we go by.
    pub fn new(
        url: &str,
        password: Option<Zeroizing<String>>,
        from: Option<Mailbox>,
        greeting: &str,
    ) -> Result<Self, Problem> {
        let Server { host, port, user, secrecy } = Server::parse(url)?;
        let parameters = || {
            let made = TlsParameters::new(host.clone());
            made.map_err(|cause| Problem::new("the TLS of --mail", cause))
        };
        let tls = match secrecy {
            Secrecy::StartTls => Tls::Required(parameters()?),
            Secrecy::Implicit => Tls::Wrapper(parameters()?),
            Secrecy::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(port)
            .tls(tls)
            .hello_name(ClientId::Domain(greeting.to_owned()))
            .timeout(Some(STEP));
        match (user, password) {
            (Some(user), Some(password)) => {
                builder = builder.credentials(Credentials::new(user, password.to_string()));
            }
            (None, None) => {}
            (Some(_), None) => {
                let text = "--mail names a user: --mail-password-file or POOLHOUSE_MAIL_PASSWORD has to say the password";
                return Err(Problem::text(text));
            }
            (None, Some(_)) => {
                return Err(Problem::text(
                    "there is a password for mails, and --mail names no user",
                ));
            }
        }
        Ok(Self { transport: builder.build(), from, turns: Semaphore::new(AT_ONCE) })
    }

    async fn carry(&self, mail: &lettre::Message) -> Result<(), Undelivered> {
        let mut tried = 0;
        loop {
            tried += 1;
            let error = match self.transport.send(mail.clone()).await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            if error.is_permanent() || tried == TRIES {
                return Err(Undelivered::new(format!("after {tried} tries: {error}")));
            }
            tracing::debug!(%error, tried, "a mail is tried again");
            tokio::time::sleep(PAUSE * tried).await;
        }
    }
}

#[async_trait]
impl Post for Smtp {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        let mail = written(Letter::of(message, self.from.as_ref())?)?;
        let sent = async {
            let _turn = self.turns.acquire().await;
            self.carry(&mail).await
        };
        let too_slow = |_| Err(Undelivered::new("the mail server did not answer in time"));
        tokio::time::timeout(ALL, sent).await.unwrap_or_else(too_slow)
    }
}

/// The mail as it goes over the wire.
fn written(letter: Letter) -> Result<lettre::Message, Undelivered> {
    let Letter { from, reply_to, to, subject, html, plain } = letter;
    let mut builder = lettre::Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(subject)
        .message_id(None)
        // So that nobody's holiday answers a machine (RFC 3834).
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to);
    }
    let written = match html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(plain, html)),
        None => builder.singlepart(SinglePart::plain(plain)),
    };
    written.map_err(|cause| Undelivered::new(cause.to_string()))
}

/// What a URL says of a server.
struct Server {
    host: String,
    port: u16,
    user: Option<String>,
    secrecy: Secrecy,
}

impl Server {
    fn parse(url: &str) -> Result<Self, Problem> {
        let form = || {
            Problem::text(
                "--mail is smtp://[USER@]HOST[:PORT][?tls=starttls|implicit|none] or ses[:CONFIGURATION-SET]",
            )
        };
        let uri: Uri = url.parse().map_err(|_| form())?;
        let (Some("smtp"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(form());
        };
        let secrecy = match uri.query() {
            None | Some("tls=starttls") => Secrecy::StartTls,
            Some("tls=implicit") => Secrecy::Implicit,
            Some("tls=none") => Secrecy::None,
            Some(_) => return Err(form()),
        };
        if !matches!(uri.path(), "" | "/") {
            return Err(form());
        }
        let user = match authority.as_str().rsplit_once('@') {
            None => None,
            // It would be seen by whoever lists the processes of the machine.
            Some((user, _)) if user.contains(':') => {
                return Err(Problem::text(
                    "--mail has no place for a password: --mail-password-file has",
                ));
            }
            Some((user, _)) => {
                Some(percent_decode_str(user).decode_utf8().map_err(|_| form())?.into_owned())
            }
        };
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let is_here = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if host.is_empty() {
            return Err(form());
        }
        if user.is_some() && secrecy == Secrecy::None && !is_here {
            return Err(Problem::text(
                "--mail would tell a password to everybody: tls=none is for a server on this machine",
            ));
        }
        let usual = match secrecy {
            Secrecy::StartTls => 587,
            Secrecy::Implicit => 465,
            Secrecy::None => 25,
        };
        Ok(Self { host, port: authority.port_u16().unwrap_or(usual), user, secrecy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_all_but_the_password() {
        let server = Server::parse("smtp://ann%40example.com@mail.example.com").unwrap();
        assert_eq!((server.host.as_str(), server.port), ("mail.example.com", 587));
        assert_eq!(server.user.as_deref(), Some("ann@example.com"));
        assert!(server.secrecy == Secrecy::StartTls);
        for (url, port) in [
            ("smtp://mail.example.com/?tls=implicit", 465),
            ("smtp://mail.example.com?tls=none", 25),
            ("smtp://[::1]:2525?tls=none", 2525),
            ("smtp://ann@127.0.0.1:2525?tls=none", 2525),
        ] {
            assert_eq!(Server::parse(url).unwrap().port, port, "{url}");
        }
        for bad in [
            "mail.example.com",
            "http://mail.example.com",
            "smtp://ann:hush@mail.example.com",
            "smtp://mail.example.com?tls=perhaps",
            "smtp://mail.example.com/path",
            "smtp://ann@mail.example.com?tls=none",
            "smtp://",
        ] {
            assert!(Server::parse(bad).is_err(), "{bad}");
        }
    }
}
