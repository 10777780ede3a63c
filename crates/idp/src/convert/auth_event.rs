//! How does something that was done as a user look in the API's words?

use pool::{
    AuthChallenge, AuthEvent, AuthEventKind, AuthEventResult, FeedbackBy, RiskDecision, RiskLevel,
};
use wire::cognito_idp::{
    AuthEventType, ChallengeName, ChallengeResponse, ChallengeResponseType, EventContextDataType,
    EventFeedbackType, EventResponseType, EventRiskType, EventType, FeedbackValueType,
    RiskDecisionType, RiskLevelType,
};

pub(crate) fn auth_event_type(event: &AuthEvent) -> AuthEventType {
    let challenge = |(name, is_met): &(AuthChallenge, bool)| ChallengeResponseType {
        challenge_name: Some(match name {
            AuthChallenge::Password => ChallengeName::Password,
            AuthChallenge::Mfa => ChallengeName::Mfa,
        }),
        challenge_response: Some(if *is_met {
            ChallengeResponse::Success
        } else {
            ChallengeResponse::Failure
        }),
    };
    AuthEventType {
        event_id: Some(event.id.clone()),
        event_type: Some(match event.kind {
            AuthEventKind::SignIn => EventType::SignIn,
            AuthEventKind::SignUp => EventType::SignUp,
            AuthEventKind::ForgotPassword => EventType::ForgotPassword,
            AuthEventKind::PasswordChange => EventType::PasswordChange,
            AuthEventKind::ResendCode => EventType::ResendCode,
        }),
        creation_date: Some(event.created_at.into()),
        event_response: Some(match event.result {
            AuthEventResult::Pass => EventResponseType::Pass,
            AuthEventResult::Fail => EventResponseType::Fail,
            AuthEventResult::InProgress => EventResponseType::InProgress,
        }),
        event_risk: Some(EventRiskType {
            risk_decision: Some(match event.decision {
                RiskDecision::NoRisk => RiskDecisionType::NoRisk,
                RiskDecision::AccountTakeover => RiskDecisionType::AccountTakeover,
                RiskDecision::Block => RiskDecisionType::Block,
            }),
            risk_level: event.level.map(|level| match level {
                RiskLevel::Low => RiskLevelType::Low,
                RiskLevel::Medium => RiskLevelType::Medium,
                RiskLevel::High => RiskLevelType::High,
            }),
            compromised_credentials_detected: Some(event.is_compromised),
        }),
        challenge_responses: Some(event.challenges.iter().map(challenge).collect()),
        event_context_data: Some(EventContextDataType {
            ip_address: event.address.map(|address| address.to_string()),
            device_name: event.device_name.clone(),
            timezone: event.timezone.clone(),
            city: None,
            country: None,
        }),
        event_feedback: event.feedback.as_ref().map(|feedback| EventFeedbackType {
            feedback_value: if feedback.is_valid {
                FeedbackValueType::Valid
            } else {
                FeedbackValueType::Invalid
            },
            provider: match feedback.by {
                FeedbackBy::Admin => "Admin".to_owned(),
                FeedbackBy::User => "User".to_owned(),
            },
            feedback_date: Some(feedback.at.into()),
        }),
    }
}
