//! Where do mails and texts go, and who hears what users do?

use crate::Problem;
use async_trait::async_trait;
use events::UserEvent;
use pool::{Channel, Message, Post, Undelivered};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use users::events::{NotDelivered, Sink};

/// How many messages, and how many events of users, `dev` shows.
const KEPT: usize = 1000;

/// The messages that would have been sent and the events that would have been published, for a developer to read.
#[derive(Clone, Default)]
pub struct DevOutbox {
    messages: Arc<Mutex<VecDeque<Message>>>,
    user_events: Arc<Mutex<VecDeque<UserEvent>>>,
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

    /// What users did, newest first.
    pub fn user_events(&self) -> Vec<UserEvent> {
        let events = self.user_events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().rev().cloned().collect()
    }
}

#[async_trait]
impl Post for DevOutbox {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        keep(&self.messages, message);
        Ok(())
    }
}

#[async_trait]
impl Sink for DevOutbox {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        keep(&self.user_events, event.clone());
        Ok(())
    }
}

fn keep<T>(among: &Mutex<VecDeque<T>>, new: T) {
    let mut kept = among.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back(new);
}

/// A file that documents are appended to, one a line, for whatever does something with them.
///
/// A line is in the file when it counts as told, and outlives the process. It is not forced to the disk: a code
/// that is lost with the machine is asked for again.
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

    fn append(&self, document: &str) -> io::Result<()> {
        let line = format!("{document}\n");
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())
    }
}

#[async_trait]
impl Post for FileOutbox {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        let line = document(&message).to_string();
        self.append(&line).map_err(|cause| Undelivered::new(cause.to_string()))
    }
}

#[async_trait]
impl Sink for FileOutbox {
    async fn deliver(&self, event: &UserEvent) -> Result<(), NotDelivered> {
        let line = serde_json::to_string(event);
        let line = line.map_err(|cause| NotDelivered::Refused(cause.to_string()))?;
        self.append(&line).map_err(|cause| NotDelivered::Unreachable(cause.to_string()))
    }
}

/// No way out: every message is refused, and its caller told so.
pub struct NoPost;

#[async_trait]
impl Post for NoPost {
    async fn send(&self, _: Message) -> Result<(), Undelivered> {
        Err(Undelivered::new("no outbox is configured"))
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
        "body": message.body.text(),
        "code": message.code,
        "sent_at": message.sent_at.to_string(),
    })
}
