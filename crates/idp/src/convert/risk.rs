//! How does a risk configuration look in the API's words?

use crate::convert::{keep, kept};
use pool::{Error, Refusal, RiskConfiguration, UserPool};
use serde_json::{Map, Value};
use wire::cognito_idp::{
    AdvancedSecurityModeType, RiskConfigurationType, RiskExceptionConfigurationType,
    SetRiskConfigurationRequest, UserPoolAddOnsType,
};

const CREDENTIALS: &str = "CompromisedCredentialsRiskConfiguration";
const TAKEOVER: &str = "AccountTakeoverRiskConfiguration";
const EXCEPTIONS: &str = "RiskExceptionConfiguration";

pub(crate) fn risk_configuration_type(
    configuration: &RiskConfiguration,
) -> Result<RiskConfigurationType, Error> {
    let RiskConfiguration { pool, client, modified_at, parts } = configuration;
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
        if !is_range(range) {
            return Err(Refusal::invalid(format!("Invalid IP range: {range}")));
        }
    }
    Ok(())
}

/// Whether this is an address and the length of a prefix: `192.0.2.0/24`, `2001:db8::/32`.
fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    // Rust reads a sign before a number, too.
    let is_plain = length.bytes().all(|b| b.is_ascii_digit());
    is_plain && length.parse::<u8>().is_ok_and(|length| length <= longest)
}

/// Refuses pools that were not set up for threat protection.
pub(crate) fn require_threat_protection(pool: &UserPool) -> Result<(), Error> {
    let add_ons: Option<UserPoolAddOnsType> = kept(&pool.settings.inert, "UserPoolAddOns")?;
    let mode = add_ons.map(|add_ons| add_ons.advanced_security_mode);
    match mode {
        None | Some(AdvancedSecurityModeType::Off) => Err(Refusal::NoThreatProtection.into()),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_an_address_and_a_length() {
        for good in ["192.0.2.0/24", "192.0.2.1/32", "2001:db8::/32", "::/0"] {
            assert!(is_range(good), "{good}");
        }
        for bad in
            ["192.0.2.0", "192.0.2.0/33", "192.0.2/24", "::/129", "/24", "::/", "a/8", "::/+8"]
        {
            assert!(!is_range(bad), "{bad}");
        }
    }
}
