//! How do sessions look in the API's words?

use super::kept;
use pool::{Error, Refusal, SessionTracking, TrackedSession, UserPool};
use wire::cognito_idp::{
    ClientSSOSessionConfigType, SessionDescriptionType, SessionTypeType, UserPoolTierType,
    UserPoolTokenSessionConfigType, UserSessionTrackingType,
};

/// The sessions in one answer.
pub(crate) const PAGE: usize = 125;

/// The minutes of a client that were never set.
const MINUTES: i32 = 60;

/// Whether sessions are tracked.
pub(crate) fn tracking(config: SessionTracking) -> UserSessionTrackingType {
    if config.is_enabled {
        UserSessionTrackingType::Enabled
    } else {
        UserSessionTrackingType::Disabled
    }
}

/// How many sessions a user has at most.
pub(crate) fn token_session(config: SessionTracking) -> UserPoolTokenSessionConfigType {
    UserPoolTokenSessionConfigType { max_per_user: i32::from(config.most_per_user) }
}

/// For how long a client goes on with a session elsewhere.
pub(crate) fn sso_session(minutes: Option<i32>) -> ClientSSOSessionConfigType {
    ClientSSOSessionConfigType { max_validity_minutes: minutes.unwrap_or(MINUTES) }
}

/// Refuses a pool whose plan has no sessions.
pub(crate) fn require_tier(pool: &UserPool) -> Result<(), Error> {
    if kept(&pool.settings.inert, "UserPoolTier")? == Some(UserPoolTierType::Lite) {
        let text = "Session management is part of the ESSENTIALS and PLUS plans only.";
        return Err(Refusal::NotInTier(text.into()).into());
    }
    Ok(())
}

/// A session, and whether it is the one that asks.
pub(crate) fn description(session: &TrackedSession, is_current: bool) -> SessionDescriptionType {
    SessionDescriptionType {
        session_id: Some(session.id.clone()),
        session_type: Some(SessionTypeType::Token),
        client_id: Some(session.client.clone()),
        create_date: Some(session.created_at.into()),
        last_active_date: Some(session.active_at.into()),
        is_current_session: Some(is_current),
        ..SessionDescriptionType::default()
    }
}
