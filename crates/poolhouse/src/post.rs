//! By which way does a message leave?

use crate::{
    Problem,
    cli::PostArguments,
    files, letter,
    on_ses::OnSes,
    on_sns::OnSns,
    outbox::{FileOutbox, NoPost},
    smtp::Smtp,
};
use async_trait::async_trait;
use pool::{Channel, Message, Post, SmsSettings, Undelivered};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where the password of the mail server may stand instead of a file.
const PASSWORD: &str = "POOLHOUSE_MAIL_PASSWORD";

/// A way for each kind of message.
struct Ways {
    mails: Arc<dyn Post>,
    texts: Arc<dyn Post>,
}

#[async_trait]
impl Post for Ways {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        match message.channel {
            Channel::Email => self.mails.send(message).await,
            Channel::Sms => self.texts.send(message).await,
        }
    }

    async fn try_sms_role(&self, sms: &SmsSettings) -> Result<(), Undelivered> {
        self.texts.try_sms_role(sms).await
    }

    async fn try_mail_identity(&self, arn: &str) -> Result<(), Undelivered> {
        self.mails.try_mail_identity(arn).await
    }
}

/// The ways that the command line names. What has none goes into the outbox, if there is one. `host` is the name
/// that this server goes by.
pub fn ways(arguments: &PostArguments, host: &str) -> Result<Arc<dyn Post>, Problem> {
    let outbox: Option<Arc<dyn Post>> = match &arguments.outbox {
        Some(path) => Some(Arc::new(FileOutbox::open(path)?)),
        None => None,
    };
    let or_outbox = |what: &str| -> Arc<dyn Post> {
        outbox.clone().unwrap_or_else(|| {
            tracing::warn!("{what} cannot be sent: no option says how");
            Arc::new(NoPost)
        })
    };
    let mails = match &arguments.mail {
        Some(way) => mails(way, arguments, host)?,
        None => or_outbox("mails"),
    };
    let texts = match arguments.sms.as_deref() {
        Some("sns") => Arc::new(OnSns::new()),
        Some(_) => return Err(Problem::text("--sms is sns")),
        None => or_outbox("text messages"),
    };
    Ok(Arc::new(Ways { mails, texts }))
}

fn mails(way: &str, arguments: &PostArguments, host: &str) -> Result<Arc<dyn Post>, Problem> {
    let from = arguments.mail_from.as_deref().map(letter::mailbox).transpose();
    let from = from.map_err(|_| Problem::text("--mail-from is ADDRESS or \"NAME <ADDRESS>\""))?;
    let (service, set) = way.split_once(':').unwrap_or((way, ""));
    if service == "ses" {
        return Ok(Arc::new(OnSes::new(from, Some(set).filter(|set| !set.is_empty()))));
    }
    Ok(Arc::new(Smtp::new(way, password(arguments)?, from, host)?))
}

/// The password of the mail server: in a file, without the line's end, or in the environment.
fn password(arguments: &PostArguments) -> Result<Option<Zeroizing<String>>, Problem> {
    let text = match &arguments.mail_password_file {
        Some(path) => Some(Zeroizing::new(files::read(path)?)),
        None => std::env::var(PASSWORD).ok().map(Zeroizing::new),
    };
    Ok(text.map(|text| Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
}
