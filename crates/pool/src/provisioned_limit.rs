//! How many requests of a kind a second has an account bought?
//!
//! A limit is kept and told. A server that was asked to keeps to it; see [`crate::RequestRates`].

use crate::{Category, Pools, Refusal, Result};
use names::Region;
use serde::{Deserialize, Serialize};
use store::{Key, Record};

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
        Key::new(Self::partition(&self.region), &*self.category)
    }
}

impl ProvisionedLimit {
    /// Where the limits of a region are kept.
    pub(crate) fn partition(region: &Region) -> String {
        format!("limits/{region}")
    }

    pub(crate) fn is_of(&self, region: &Region) -> bool {
        self.region == *region
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
        let Some(free) = Category::parse(category).map(Category::free) else {
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
        self.provision_rate(&limit);
        Ok(limit)
    }
}
