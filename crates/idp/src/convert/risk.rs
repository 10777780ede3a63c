//! How does a risk configuration look in the API's words?

use crate::convert::{keep, kept};
use pool::{
    AddressRange, Error, MailSettings, NoticeText, Notices, PasswordMoment, Refusal,
    RiskConfiguration, RiskSettings, TakeoverAction, TakeoverAnswer,
};
use serde_json::{Map, Value};
use wire::cognito_idp::{
    AccountTakeoverActionType, AccountTakeoverEventActionType,
    CompromisedCredentialsEventActionType, EventFilterType, NotifyEmailType, RiskConfigurationType,
    RiskExceptionConfigurationType, SetRiskConfigurationRequest,
};

const CREDENTIALS: &str = "CompromisedCredentialsRiskConfiguration";
const TAKEOVER: &str = "AccountTakeoverRiskConfiguration";
const EXCEPTIONS: &str = "RiskExceptionConfiguration";

pub(crate) fn risk_configuration_type(
    configuration: &RiskConfiguration,
) -> Result<RiskConfigurationType, Error> {
    let RiskConfiguration { pool, client, modified_at, parts, .. } = configuration;
    Ok(RiskConfigurationType {
        user_pool_id: Some(pool.clone()),
        client_id: client.clone(),
        compromised_credentials_risk_configuration: kept(parts, CREDENTIALS)?,
        account_takeover_risk_configuration: kept(parts, TAKEOVER)?,
        risk_exception_configuration: kept(parts, EXCEPTIONS)?,
        last_modified_date: Some((*modified_at).into()),
    })
}

/// The parts of a configuration as they are kept.
pub(crate) fn parts(request: &SetRiskConfigurationRequest) -> Result<Map<String, Value>, Error> {
    let mut parts = Map::new();
    let SetRiskConfigurationRequest {
        compromised_credentials_risk_configuration: credentials,
        account_takeover_risk_configuration: takeover,
        risk_exception_configuration: exceptions,
        ..
    } = request;
    if let Some(takeover) = takeover {
        let actions = &takeover.actions;
        let actions = [&actions.low_action, &actions.medium_action, &actions.high_action];
        let notifies = actions.into_iter().flatten().any(|action| action.notify);
        if notifies && takeover.notify_configuration.is_none() {
            let text = "NotifyConfiguration is required when an action has Notify set.";
            return Err(Refusal::invalid(text).into());
        }
    }
    if let Some(exceptions) = exceptions {
        check_ranges(exceptions)?;
    }
    keep(&mut parts, CREDENTIALS, credentials.as_ref())?;
    keep(&mut parts, TAKEOVER, takeover.as_ref())?;
    keep(&mut parts, EXCEPTIONS, exceptions.as_ref())?;
    Ok(parts)
}

/// Refuses ranges of addresses that are none.
fn check_ranges(exceptions: &RiskExceptionConfigurationType) -> Result<(), Refusal> {
    let lists = [&exceptions.blocked_ip_range_list, &exceptions.skipped_ip_range_list];
    for range in lists.into_iter().flatten().flatten() {
        if AddressRange::parse(range).is_none() {
            return Err(Refusal::invalid(format!("Invalid IP range: {range}")));
        }
    }
    Ok(())
}

/// What a configuration means.
pub(crate) fn settings(request: &SetRiskConfigurationRequest) -> RiskSettings {
    let mut settings = RiskSettings::default();
    if let Some(credentials) = &request.compromised_credentials_risk_configuration
        && credentials.actions.event_action == CompromisedCredentialsEventActionType::Block
    {
        let moment = |filter: &EventFilterType| match filter {
            EventFilterType::SignIn => PasswordMoment::SignIn,
            EventFilterType::SignUp => PasswordMoment::SignUp,
            EventFilterType::PasswordChange => PasswordMoment::Change,
        };
        settings.refuses_compromised = match credentials.event_filter.as_deref() {
            None | Some([]) => PasswordMoment::ALL.to_vec(),
            Some(filters) => filters.iter().map(moment).collect(),
        };
    }
    if let Some(takeover) = &request.account_takeover_risk_configuration {
        let actions = &takeover.actions;
        settings.low = action(actions.low_action.as_ref());
        settings.medium = action(actions.medium_action.as_ref());
        settings.high = action(actions.high_action.as_ref());
        if let Some(notify) = &takeover.notify_configuration {
            settings.notices = Notices {
                block: notify.block_email.as_ref().map(notice),
                mfa: notify.mfa_email.as_ref().map(notice),
                no_action: notify.no_action_email.as_ref().map(notice),
                mail: MailSettings {
                    from: notify.from.clone(),
                    reply_to: notify.reply_to.clone(),
                    identity: Some(notify.source_arn.clone()),
                    configuration_set: None,
                },
            };
        }
    }
    if let Some(exceptions) = &request.risk_exception_configuration {
        let ranges = |list: &Option<Vec<String>>| {
            list.iter().flatten().filter_map(|range| AddressRange::parse(range)).collect()
        };
        settings.blocked = ranges(&exceptions.blocked_ip_range_list);
        settings.skipped = ranges(&exceptions.skipped_ip_range_list);
    }
    settings
}

fn action(given: Option<&AccountTakeoverActionType>) -> TakeoverAction {
    let Some(given) = given else { return TakeoverAction::default() };
    let answer = match given.event_action {
        AccountTakeoverEventActionType::Block => TakeoverAnswer::Block,
        AccountTakeoverEventActionType::MfaIfConfigured => TakeoverAnswer::MfaIfConfigured,
        AccountTakeoverEventActionType::MfaRequired => TakeoverAnswer::MfaRequired,
        AccountTakeoverEventActionType::NoAction => TakeoverAnswer::NoAction,
    };
    TakeoverAction { notifies: given.notify, answer }
}

/// The text of a mail; of two forms the one that looks better.
fn notice(given: &NotifyEmailType) -> NoticeText {
    let NotifyEmailType { subject, html_body, text_body } = given;
    let is_html = html_body.is_some();
    let body = html_body.as_ref().or(text_body.as_ref()).cloned().unwrap_or_default();
    NoticeText { subject: subject.clone(), body, is_html }
}
