//! Which tags does a pool have?
//!
//! Tags mean nothing here. They are a setting of the pool, which is told back.

use super::{keep, kept};
use crate::Idp;
use names::UserPoolId;
use pool::{Error, PoolSettings, Refusal};
use std::collections::BTreeMap;

/// The tags of a pool by name.
pub(crate) type Tags = BTreeMap<String, String>;

const SETTING: &str = "UserPoolTags";
/// The most tags that a pool has.
const MOST: usize = 50;

/// The pool that an ARN names.
pub(crate) fn pool_of(idp: &Idp, arn: &str) -> Result<UserPoolId, Refusal> {
    let id = arn.rsplit_once(":userpool/").and_then(|(_, id)| UserPoolId::parse(id).ok());
    id.filter(|id| id.arn(idp.pools.account()) == arn)
        .ok_or_else(|| Refusal::invalid("The ARN is not one of a user pool of this account."))
}

/// The tags among the settings of a pool.
pub(crate) fn tags(settings: &PoolSettings) -> Result<Tags, Error> {
    Ok(kept(&settings.inert, SETTING)?.unwrap_or_default())
}

/// Whether a pool, or a replica of one, may have these tags.
pub(crate) fn check(tags: &Tags) -> Result<(), Refusal> {
    if tags.len() > MOST {
        return Err(Refusal::Tags(format!("A user pool has at most {MOST} tags.")));
    }
    if tags.keys().any(|name| name.to_ascii_lowercase().starts_with("aws:")) {
        return Err(Refusal::Tags("Names of tags that begin with aws: are reserved.".to_owned()));
    }
    Ok(())
}

/// Gives a pool these tags in place of those that it has.
pub(crate) fn set_tags(settings: &mut PoolSettings, tags: &Tags) -> Result<(), Error> {
    check(tags)?;
    if tags.is_empty() {
        settings.inert.remove(SETTING);
        return Ok(());
    }
    keep(&mut settings.inert, SETTING, Some(tags))
}
