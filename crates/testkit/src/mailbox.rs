//! Where mails and texts arrive.

use async_trait::async_trait;
use pool::{Barred, Message, Post, SmsSettings, Undelivered};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

/// Everything that was sent. Clones share it.
#[derive(Clone, Default)]
pub struct Mailbox {
    messages: Arc<Mutex<Vec<Message>>>,
    is_down: Arc<AtomicBool>,
    bars: Arc<Mutex<Option<Barred>>>,
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

    /// From now on nothing is taken in the names that pools say, for this reason.
    pub fn bar(&self, reason: Barred) {
        *self.bars.lock().unwrap() = Some(reason);
    }

    fn barred(&self) -> Result<(), Undelivered> {
        match self.bars.lock().unwrap().clone() {
            Some(barred) => Err(Undelivered::new("the mailbox knows no such name").barred(barred)),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Post for Mailbox {
    async fn send(&self, message: Message) -> Result<(), Undelivered> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(Undelivered::new("the mailbox is down"));
        }
        if message.mail.identity.is_some() || message.sms.role.is_some() {
            self.barred()?;
        }
        self.messages.lock().unwrap().push(message);
        Ok(())
    }

    async fn try_sms_role(&self, _: &SmsSettings) -> Result<(), Undelivered> {
        self.barred()
    }

    async fn try_mail_identity(&self, _: &str) -> Result<(), Undelivered> {
        self.barred()
    }
}
