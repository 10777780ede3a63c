//! In whose name do messages leave, and may they?

use crate::{Error, PoolSettings, Pools, Refusal, Result, Undelivered};
use serde::{Deserialize, Serialize};

/// How a pool says that its text messages are sent; what is not said is the server's to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SmsSettings {
    /// Without one the server speaks for itself.
    pub role: Option<SmsRole>,
    /// The region whose SNS sends them.
    pub region: Option<String>,
}

/// The role in which the text messages of a pool are sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SmsRole {
    pub arn: String,
    /// What the role may insist on hearing from whoever takes it on.
    pub external_id: Option<String>,
}

/// Why nothing leaves in the name that a pool says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barred {
    /// The role of its text messages is not this server's to take on.
    SmsRoleTrust,
    /// That role may not send text messages.
    SmsRoleAccess,
    /// This server may not use the identity of its mails.
    MailIdentity,
    /// There is no identity of this ARN, or nobody has proven to own it.
    MailIdentityUnverified(String),
}

impl PoolSettings {
    /// How text messages are sent.
    #[must_use]
    pub fn sms(&self) -> SmsSettings {
        SmsSettings { role: self.sms_role.clone(), region: self.sms_region.clone() }
    }
}

impl Pools {
    /// Whether messages could leave in the names that these settings say. Nothing is sent.
    ///
    /// # Errors
    /// [`Refusal::Barred`].
    pub async fn try_senders(&self, settings: &PoolSettings) -> Result<()> {
        self.try_sms_role(settings).await?;
        match &settings.mail.identity {
            Some(identity) => self.try_mail_identity(identity).await,
            None => Ok(()),
        }
    }

    /// Whether text messages could leave in the role that these settings say. Nothing is sent.
    ///
    /// # Errors
    /// [`Refusal::Barred`].
    pub async fn try_sms_role(&self, settings: &PoolSettings) -> Result<()> {
        if settings.sms_role.is_none() {
            return Ok(());
        }
        judged(self.house().post.try_sms_role(&settings.sms()).await)
    }

    /// Whether mails could leave in the name of the identity of this ARN. Nothing is sent.
    ///
    /// # Errors
    /// [`Refusal::Barred`].
    pub async fn try_mail_identity(&self, arn: &str) -> Result<()> {
        judged(self.house().post.try_mail_identity(arn).await)
    }
}

/// Only a clear no keeps a setting from being made. Whoever cannot be asked now has no say in it: messages tell,
/// when there are any.
fn judged(tried: std::result::Result<(), Undelivered>) -> Result<()> {
    let Err(Undelivered { reason, barred }) = tried else { return Ok(()) };
    match barred {
        Some(barred) => {
            tracing::info!(%reason, ?barred, "a sender is not set");
            Err(Error::Refused(Refusal::Barred(barred)))
        }
        None => {
            tracing::warn!(%reason, "a sender is set without having been tried");
            Ok(())
        }
    }
}
