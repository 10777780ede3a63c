//! How do sessions look in the API's words?

use pool::{SessionTracking, TrackedSession};
use wire::cognito_idp::{
    ClientSSOSessionConfigType, SessionDescriptionType, SessionTypeType,
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
