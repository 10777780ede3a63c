//! How many requests of a kind a second has an account bought?
//!
//! This server limits nobody by kind of request, so a limit is kept and told and nothing else.

use crate::{Pools, Refusal, Result};
use names::Region;
use serde::{Deserialize, Serialize};
use store::{Key, Record};

/// What may be asked how often, and how often it may be without a payment, a second.
const CATEGORIES: [(&str, u32); 16] = [
    ("UserAuthentication", 120),
    ("UserCreation", 50),
    ("UserFederation", 25),
    ("UserAccountRecovery", 30),
    ("UserRead", 120),
    ("UserUpdate", 25),
    ("UserToken", 120),
    ("UserResourceRead", 50),
    ("UserResourceUpdate", 25),
    ("UserList", 30),
    ("UserPoolRead", 15),
    ("UserPoolUpdate", 15),
    ("UserPoolResourceRead", 20),
    ("UserPoolResourceUpdate", 15),
    ("UserPoolClientRead", 15),
    ("UserPoolClientUpdate", 15),
];

/// The most requests a second that can be bought of a category.
const MOST: u32 = 10_000;

/// A limit of a category of requests in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionedLimit {
    region: Region,
    pub category: String,
    /// Requests a second.
    pub value: u32,
    /// Of those, what costs nothing.
    pub free: u32,
}

impl Record for ProvisionedLimit {
    const KIND: &'static str = "provisioned limit";

    fn key(&self) -> Key {
        Key::new(format!("limits/{}", self.region), &*self.category)
    }
}

impl Pools {
    /// The limit of a category in a region.
    ///
    /// # Errors
    /// [`Refusal::NoLimit`] for a category that is none.
    pub async fn provisioned_limit(
        &self,
        region: &Region,
        category: &str,
    ) -> Result<ProvisionedLimit> {
        let known = CATEGORIES.iter().find(|(name, _)| *name == category);
        let Some((_, free)) = known.copied() else {
            return Err(Refusal::NoLimit(category.to_owned()).into());
        };
        let (region, category) = (region.clone(), category.to_owned());
        let standard = ProvisionedLimit { region, category, value: free, free };
        let kept = self.records().get::<ProvisionedLimit>(&standard.key(), self.now()).await?;
        Ok(kept.map_or(standard, |kept| kept.into_inner()))
    }

    /// Sets the limit of a category in a region.
    ///
    /// # Errors
    /// [`Refusal::NoLimit`] for a category that is none, [`Refusal::Invalid`] for less than is free;
    /// [`Refusal::QuotaExceeded`].
    pub async fn set_provisioned_limit(
        &self,
        region: &Region,
        category: &str,
        value: i32,
    ) -> Result<ProvisionedLimit> {
        let mut limit = self.provisioned_limit(region, category).await?;
        let wanted = u32::try_from(value).ok().filter(|wanted| *wanted >= limit.free);
        let Some(wanted) = wanted else {
            let text = format!("RequestedLimitValue must be {} or more.", limit.free);
            return Err(Refusal::invalid(text).into());
        };
        if wanted > MOST {
            return Err(Refusal::QuotaExceeded.into());
        }
        limit.value = wanted;
        self.commit(|commit| {
            commit.put(&limit);
        })
        .await?;
        Ok(limit)
    }
}
