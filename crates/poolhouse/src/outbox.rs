//! Where do mails and texts go?

use crate::Problem;
use async_trait::async_trait;
use pool::{Channel, Message, Post, Undelivered};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// How many messages `dev` shows.
const KEPT: usize = 1000;

/// The messages that would have been sent, for a developer to read.
#[derive(Clone, Default)]
pub struct DevOutbox {
    messages: Arc<Mutex<VecDeque<Message>>>,
}

impl DevOutbox {
    /// The messages to an address, or all, newest first.
    pub fn to(&self, address: Option<&str>) -> Vec<Value> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let is_asked = |message: &&Message| {
            address.is_none_or(|address| message.to.eq_ignore_ascii_case(address))
        };
        messages.iter().rev().filter(is_asked).map(document).collect()
    }
}

#[async_trait]
impl Post for DevOutbox {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() >= KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        Ok(())
    }
}

/// A file that messages are appended to, a JSON document a line, for whatever delivers them.
///
/// A line is in the file when its message counts as sent, and outlives the process. It is not forced to the
/// disk: a code that is lost with the machine is asked for again.
pub struct FileOutbox {
    file: Mutex<File>,
}

impl FileOutbox {
    /// An outbox in this file, which only its owner may read.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path);
        let file = file.map_err(|cause| Problem::new(path.display().to_string(), cause))?;
        Ok(Self { file: Mutex::new(file) })
    }
}

#[async_trait]
impl Post for FileOutbox {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        let line = format!("{}\n", document(&message));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).map_err(|cause| Undelivered(cause.to_string()))
    }
}

/// No way out: every message is refused, and its caller told so.
pub struct NoPost;

#[async_trait]
impl Post for NoPost {
    async fn send(&self, _: Message) -> Result<(), Undelivered> {
        Err(Undelivered("no outbox is configured".to_owned()))
    }
}

fn document(message: &Message) -> Value {
    json!({
        "to": message.to,
        "channel": match message.channel {
            Channel::Email => "EMAIL",
            Channel::Sms => "SMS",
        },
        "purpose": message.purpose,
        "subject": message.subject,
        "body": message.body,
        "code": message.code,
        "sent_at": message.sent_at.to_string(),
    })
}
