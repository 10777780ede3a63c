//! How does a domain look in the API's words?

use super::{keep, kept};
use crate::plan::{self, Feature};
use jiff::Timestamp;
use names::{AccountId, UserPoolId};
use pool::{Domain, DomainKind, Error, UserPool};
use serde_json::Map;
use wire::cognito_idp::{
    CustomDomainConfigType, DomainDescriptionType, DomainStatusType, RoutingType,
};

/// The name that a custom domain is pointed at. There is nothing before this server, so it is made up.
const DISTRIBUTION: &str = "poolhouse.cloudfront.net";

/// What is said of a domain when it is made or changed.
pub(crate) struct Given {
    pub managed_login_version: Option<i32>,
    pub custom: Option<CustomDomainConfigType>,
    pub routing: Option<RoutingType>,
}

impl Given {
    /// Refuses pages that the plan of the pool does not have.
    pub(crate) fn check_plan(&self, pool: &UserPool) -> Result<(), Error> {
        let is_managed = self.managed_login_version == Some(plan::MANAGED_LOGIN);
        plan::require_of(pool, is_managed.then_some(Feature::ManagedLogin))
    }
}

/// A new domain. One with a dot can only be a custom one, whether a certificate is named or not.
pub(crate) fn domain(
    name: String,
    pool: UserPoolId,
    given: &Given,
    now: Timestamp,
) -> Result<Domain, Error> {
    let is_custom = given.custom.is_some() || name.contains('.');
    let mut domain = Domain {
        name,
        kind: if is_custom { DomainKind::Custom } else { DomainKind::Prefix },
        pool,
        created_at: now,
        managed_login_version: None,
        inert: Map::new(),
    };
    change(&mut domain, given)?;
    Ok(domain)
}

/// Gives a domain other settings.
pub(crate) fn change(domain: &mut Domain, given: &Given) -> Result<(), Error> {
    domain.managed_login_version = given.managed_login_version.or(Some(1));
    domain.inert.clear();
    keep(&mut domain.inert, "CustomDomainConfig", given.custom.as_ref())?;
    keep(&mut domain.inert, "Routing", given.routing.as_ref())
}

/// What a custom domain is pointed at.
pub(crate) fn distribution(domain: &Domain) -> Option<String> {
    (domain.kind == DomainKind::Custom).then(|| DISTRIBUTION.to_owned())
}

/// A domain as `DescribeUserPoolDomain` shows it.
pub(crate) fn description(
    domain: &Domain,
    account: &AccountId,
) -> Result<DomainDescriptionType, Error> {
    Ok(DomainDescriptionType {
        user_pool_id: Some(domain.pool.clone()),
        aws_account_id: Some(account.to_string()),
        domain: Some(domain.name.clone()),
        cloud_front_distribution: distribution(domain),
        version: Some(domain.created_at.as_second().to_string()),
        status: Some(DomainStatusType::Active),
        custom_domain_config: kept(&domain.inert, "CustomDomainConfig")?,
        managed_login_version: domain.managed_login_version,
        routing: kept(&domain.inert, "Routing")?,
        s3_bucket: None,
    })
}
