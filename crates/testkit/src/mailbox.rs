//! Where mails and texts arrive.

use async_trait::async_trait;
use pool::{Message, Post, Undelivered};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

/// Everything that was sent. Clones share it.
#[derive(Clone, Default)]
pub struct Mailbox {
    messages: Arc<Mutex<Vec<Message>>>,
    is_down: Arc<AtomicBool>,
}

impl Mailbox {
    /// Everything that was sent to this address, oldest first.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Message> {
        let all = self.messages.lock().unwrap();
        all.iter().filter(|message| message.to == address).cloned().collect()
    }

    /// The code (or temporary password) that was sent to this address last.
    #[must_use]
    pub fn code(&self, address: &str) -> String {
        let last = self.to(address).pop();
        last.unwrap_or_else(|| panic!("nothing was sent to {address}")).code
    }

    /// How many messages were sent.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.lock().unwrap().len()
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// From now on nothing is taken.
    pub fn go_down(&self) {
        self.is_down.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Post for Mailbox {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(Undelivered("the mailbox is down".to_owned()));
        }
        self.messages.lock().unwrap().push(message);
        Ok(())
    }
}
