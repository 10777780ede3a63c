//! What does the plan of a pool not have?
//!
//! AWS says of each setting which plan it needs, and refuses one that the plan lacks by listing what has to
//! be turned off. What a pool has besides the settings of one call stands in the way of another plan.

use crate::{Idp, convert::kept};
use pool::{
    Client, ClientSettings, Error, FirstFactor, Flow, PoolSettings, Refusal, ThreatMode,
    TokenEventVersion, UserPool,
};
use serde::Deserialize;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeSet, fmt};
use store::Kept;
use wire::cognito_idp::{
    DcrConfigurationType, EventSourceName, LogConfigurationType, StatusType, UserPoolTierType,
};

/// The clients that are looked at in one go.
const CLIENTS: usize = 60;

/// The version of the pages that only the higher plans have.
pub(crate) const MANAGED_LOGIN: i32 = 2;

/// What not every plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    ThreatProtection,
    /// The log of sign-ins that threat protection looked at.
    ActivityLog,
    /// `USER_AUTH`, whatever the first factor.
    ChoiceBasedSignIn,
    /// Codes and passkeys as first factors.
    PasswordlessSignIn,
    PasskeyMfa,
    EmailMfa,
    PasswordHistory,
    RefreshTokenRotation,
    /// Pre token generation events of this version, which is not the first.
    TokenCustomization(&'static str),
    /// The pages of version 2.
    ManagedLogin,
    SessionManagement,
    DynamicClientRegistration,
    /// Other names for the levels of `acr`, and sign-ins that ask for a level.
    StepUp,
    Replication,
    TokenExchange,
}

impl Feature {
    fn is_in(self, tier: UserPoolTierType) -> bool {
        match self {
            Self::ThreatProtection | Self::ActivityLog => tier == UserPoolTierType::Plus,
            Self::ChoiceBasedSignIn
            | Self::PasswordlessSignIn
            | Self::PasskeyMfa
            | Self::EmailMfa
            | Self::PasswordHistory
            | Self::RefreshTokenRotation
            | Self::TokenCustomization(_)
            | Self::ManagedLogin
            | Self::SessionManagement
            | Self::DynamicClientRegistration
            | Self::StepUp
            | Self::Replication
            | Self::TokenExchange => tier != UserPoolTierType::Lite,
        }
    }
}

/// The first four names are those of AWS's answers as people report them, the others are in their manner.
impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ThreatProtection => "Threat Protection",
            Self::PasswordlessSignIn => "Passwordless Sign-In",
            Self::RefreshTokenRotation => "Refresh Token Rotation",
            Self::TokenCustomization(version) => {
                return write!(f, "Token Customization with Pre-Token Generation Lambda {version}");
            }
            Self::ActivityLog => "User Activity Logs",
            Self::ChoiceBasedSignIn => "Choice-Based Sign-In",
            Self::PasskeyMfa => "Passkey MFA",
            Self::EmailMfa => "Email MFA",
            Self::PasswordHistory => "Password History",
            Self::ManagedLogin => "Managed Login",
            Self::SessionManagement => "Session Management",
            Self::DynamicClientRegistration => "Dynamic Client Registration",
            Self::StepUp => "Step-Up Authentication",
            Self::Replication => "Multi-Region Replication",
            Self::TokenExchange => "Token Exchange",
        })
    }
}

/// The plan of a pool with these settings.
pub(crate) fn tier_of(settings: &PoolSettings) -> Result<UserPoolTierType, Error> {
    let kept = kept(&settings.inert, "UserPoolTier")?;
    Ok(kept.unwrap_or(UserPoolTierType::Essentials))
}

/// Refuses a call that needs something that a plan lacks.
pub(crate) fn require(
    tier: UserPoolTierType,
    features: impl IntoIterator<Item = Feature>,
) -> Result<(), Refusal> {
    refuse(missing(tier, features), tier, Refusal::NotInTier)
}

/// Refuses a call about a pool that needs something that its plan lacks.
pub(crate) fn require_of(
    pool: &UserPool,
    features: impl IntoIterator<Item = Feature>,
) -> Result<(), Error> {
    Ok(require(tier_of(&pool.settings)?, features)?)
}

/// What the settings of a pool need, second factors aside: those have calls of their own.
pub(crate) fn features_of(settings: &PoolSettings) -> Result<Vec<Feature>, Error> {
    let mut features = Vec::new();
    if settings.threats.mode != ThreatMode::Off {
        features.push(Feature::ThreatProtection);
    }
    if settings.first_factors.iter().any(|factor| *factor != FirstFactor::Password) {
        features.push(Feature::PasswordlessSignIn);
    }
    if settings.password_policy.history_size > 0 {
        features.push(Feature::PasswordHistory);
    }
    match settings.triggers.pre_token_generation.as_ref().map(|it| it.version) {
        Some(TokenEventVersion::V2) => features.push(Feature::TokenCustomization("V2_0")),
        Some(TokenEventVersion::V3) => features.push(Feature::TokenCustomization("V3_0")),
        Some(TokenEventVersion::V1) | None => {}
    }
    if settings.inert.contains_key("AcrConfiguration") {
        features.push(Feature::StepUp);
    }
    let registration: Option<DcrConfigurationType> = kept(&settings.inert, "DcrConfiguration")?;
    if registration.is_some_and(|it| it.enable_status != Some(StatusType::Disabled)) {
        features.push(Feature::DynamicClientRegistration);
    }
    Ok(features)
}

/// What a client needs.
pub(crate) fn features_of_client(client: &ClientSettings) -> Vec<Feature> {
    let rotates = client.rotation.is_some().then_some(Feature::RefreshTokenRotation);
    let chooses = client.flows.contains(&Flow::UserAuth).then_some(Feature::ChoiceBasedSignIn);
    let exchanges = [Flow::TokenExchangeDelegation, Flow::TokenExchangeImpersonation]
        .iter()
        .any(|flow| client.flows.contains(flow))
        .then_some(Feature::TokenExchange);
    rotates.into_iter().chain(chooses).chain(exchanges).collect()
}

/// Refuses another plan for a pool that has something which that plan lacks.
pub(crate) async fn check_change(
    idp: &Idp,
    before: &UserPool,
    after: &PoolSettings,
) -> Result<(), Error> {
    let tier = tier_of(after)?;
    if tier == tier_of(&before.settings)? || tier == UserPoolTierType::Plus {
        return Ok(());
    }
    // What the call itself asks for was refused before; this is what it leaves as it is.
    let mut used = features_of(after)?;
    used.extend(after.mfa.allows_email.then_some(Feature::EmailMfa));
    let is_factor = after.mfa.passkeys.counts_twice == Some(true);
    used.extend(is_factor.then_some(Feature::PasskeyMfa));
    used.extend(before.session_tracking.is_enabled.then_some(Feature::SessionManagement));
    let domains = idp.pools.domains_of(&before.id).await?;
    let is_managed = domains.iter().any(|it| it.managed_login_version == Some(MANAGED_LOGIN));
    used.extend(is_managed.then_some(Feature::ManagedLogin));
    if let Some(delivery) = idp.pools.log_delivery(&before.id).await? {
        used.extend(logs_activity(&delivery.configurations)?.then_some(Feature::ActivityLog));
    }
    if tier == UserPoolTierType::Lite {
        let has_replica = !idp.pools.replicas(&before.id, 1, None).await?.items.is_empty();
        used.extend(has_replica.then_some(Feature::Replication));
        used.extend(features_of_clients(idp, before).await?);
    }
    Ok(refuse(missing(tier, used), tier, Refusal::TierChange)?)
}

async fn features_of_clients(idp: &Idp, pool: &UserPool) -> Result<BTreeSet<Feature>, Error> {
    let (mut features, mut token) = (BTreeSet::new(), None);
    loop {
        let page = idp.pools.list_clients(&pool.id, CLIENTS, token.as_deref()).await?;
        let clients: &[Kept<Client>] = &page.items;
        features.extend(clients.iter().flat_map(|it| features_of_client(&it.settings)));
        token = page.next;
        if token.is_none() {
            return Ok(features);
        }
    }
}

fn logs_activity(configurations: &[Value]) -> Result<bool, Error> {
    for configuration in configurations {
        let log = LogConfigurationType::deserialize(configuration);
        let log = log.map_err(|_| Error::internal("a kept log configuration is malformed"))?;
        if is_activity_log(&log) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a log is one of what threat protection saw, or goes where only such logs go.
pub(crate) fn is_activity_log(log: &LogConfigurationType) -> bool {
    log.event_source == EventSourceName::UserAuthEvents
        || log.s3_configuration.is_some()
        || log.firehose_configuration.is_some()
}

fn missing(
    tier: UserPoolTierType,
    features: impl IntoIterator<Item = Feature>,
) -> BTreeSet<Feature> {
    features.into_iter().filter(|feature| !feature.is_in(tier)).collect()
}

fn refuse(
    missing: BTreeSet<Feature>,
    tier: UserPoolTierType,
    refusal: fn(Cow<'static, str>) -> Refusal,
) -> Result<(), Refusal> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = missing.iter().map(Feature::to_string).collect();
    let text = format!(
        "The following features need to be disabled for the {tier} pricing tier configured: {}",
        names.join(", ")
    );
    Err(refusal(text.into()))
}
