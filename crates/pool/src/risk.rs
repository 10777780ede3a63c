//! How does a pool, or one of its clients, answer to sign-ins that look wrong?

use crate::{AddressRange, MailSettings, Pools, Result};
use jiff::Timestamp;
use names::{ClientId, UserPoolId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Kept, Key, Record};

/// The risk configuration of a pool, or of one client instead of the pool's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskConfiguration {
    pub pool: UserPoolId,
    /// `None`: every client that has none of its own.
    pub client: Option<ClientId>,
    pub modified_at: Timestamp,
    /// The parts of the configuration, as a door was told them and tells them.
    pub parts: Map<String, Value>,
    /// What they mean.
    #[serde(default)]
    pub settings: RiskSettings,
}

/// Whether a pool looks for threats, and what it does when it finds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThreatMode {
    #[default]
    Off,
    /// Writes down what it sees.
    Audit,
    /// And acts on it.
    Enforced,
}

/// The threat protection of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThreatProtection {
    pub mode: ThreatMode,
    /// For sign-ins in which functions decide.
    pub custom: ThreatMode,
}

impl ThreatProtection {
    /// Whether the pool has it at all.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.mode != ThreatMode::Off
    }
}

/// How a pool, or one of its clients, answers to sign-ins that look wrong.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RiskSettings {
    /// Addresses that get nothing.
    pub blocked: Vec<AddressRange>,
    /// Addresses that are never looked at.
    pub skipped: Vec<AddressRange>,
    /// When passwords that everybody knows are refused.
    pub refuses_compromised: Vec<PasswordMoment>,
    pub low: TakeoverAction,
    pub medium: TakeoverAction,
    pub high: TakeoverAction,
    pub notices: Notices,
}

/// When a password is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordMoment {
    SignIn,
    SignUp,
    Change,
}

impl PasswordMoment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::SignIn, Self::SignUp, Self::Change];
}

/// What happens at a level of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TakeoverAction {
    /// Whether the user is told.
    pub notifies: bool,
    pub answer: TakeoverAnswer,
}

/// How a sign-in goes on that may be somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TakeoverAnswer {
    #[default]
    NoAction,
    /// A second factor is asked for, of whoever has one.
    MfaIfConfigured,
    /// A second factor is asked for; whoever has none is not let in.
    MfaRequired,
    Block,
}

/// What users are told, by what was done; `None` is the house's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notices {
    pub block: Option<NoticeText>,
    pub mfa: Option<NoticeText>,
    pub no_action: Option<NoticeText>,
    /// Who they are from, where that is another than the sender of the pool's other mails.
    #[serde(default)]
    pub mail: MailSettings,
}

impl Notices {
    /// Who notices are from in a pool whose other mails are from somebody.
    pub(crate) fn sender(&self, pool: &MailSettings) -> MailSettings {
        let MailSettings { from, reply_to, identity, .. } = self.mail.clone();
        let identity = if from.is_some() { identity } else { identity.or(pool.identity.clone()) };
        MailSettings {
            from: from.or_else(|| pool.from.clone()),
            reply_to: reply_to.or_else(|| pool.reply_to.clone()),
            identity,
            configuration_set: pool.configuration_set.clone(),
        }
    }
}

/// The text of a mail, with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NoticeText {
    pub subject: String,
    pub body: String,
    pub is_html: bool,
}

/// How much a sign-in is unlike the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RiskLevel {
    Low,
    Medium,
    High,
}

impl RiskSettings {
    /// What happens at this level.
    #[must_use]
    pub fn action(&self, level: RiskLevel) -> TakeoverAction {
        match level {
            RiskLevel::Low => self.low,
            RiskLevel::Medium => self.medium,
            RiskLevel::High => self.high,
        }
    }
}

impl RiskConfiguration {
    /// Where the configuration of a pool or of one of its clients is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, client: Option<&ClientId>) -> Key {
        // No client id has a hyphen.
        Key::new(Self::listing(pool), client.map_or("-all", ClientId::as_str))
    }

    /// The partition that the configurations of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/risk")
    }
}

impl Record for RiskConfiguration {
    const KIND: &'static str = "risk configuration";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, self.client.as_ref())
    }
}

impl Pools {
    /// The configuration of exactly this pool or client, if it has one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn risk_configuration(
        &self,
        pool: &UserPoolId,
        client: Option<&ClientId>,
    ) -> Result<Option<Kept<RiskConfiguration>>> {
        let key = RiskConfiguration::key_of(pool, client);
        Ok(self.records().get(&key, self.now()).await?)
    }

    /// How risks are answered for this client: its own settings, or else the pool's, or else nothing is done.
    pub(crate) async fn risk_settings(
        &self,
        pool: &UserPoolId,
        client: &ClientId,
    ) -> Result<RiskSettings> {
        let keys = [Some(client), None].map(|client| RiskConfiguration::key_of(pool, client));
        let found = self.records().get_all::<RiskConfiguration>(&keys, self.now()).await?;
        let first = found.into_iter().flatten().next();
        Ok(first.map(|found| found.into_inner().settings).unwrap_or_default())
    }

    /// Replaces the configuration of a pool or client. One without parts is the default again.
    ///
    /// # Errors
    /// [`crate::Refusal::Contended`].
    pub async fn set_risk_configuration(&self, configuration: &RiskConfiguration) -> Result<()> {
        let RiskConfiguration { pool, client, parts, .. } = configuration;
        if parts.is_empty() {
            let Some(old) = self.risk_configuration(pool, client.as_ref()).await? else {
                return Ok(());
            };
            return self
                .commit(|commit| {
                    commit.delete(&old);
                })
                .await;
        }
        self.commit(|commit| {
            commit.put(configuration);
        })
        .await
    }
}
