//! In which other regions is a pool to be found?
//!
//! A pool of this server is in every region that asks for it, so replicas are kept, told and deleted, and
//! hold nothing of their own.

use crate::{PageOf, Pools, Refusal, Result, UserPool};
use names::{Region, UserPoolId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Kept, Key, Record, Refused};

/// A replica of a pool in another region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    pub pool: UserPoolId,
    pub region: Region,
    pub status: ReplicaStatus,
    pub tags: BTreeMap<String, String>,
}

/// Whether a replica answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplicaStatus {
    Active,
    Inactive,
}

impl Replica {
    /// The most replicas of a pool besides the pool itself.
    const MOST: usize = 1;

    fn key_of(pool: &UserPoolId, region: &str) -> Key {
        Key::new(Self::listing(pool), region)
    }

    /// The partition that the replicas of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/replicas")
    }
}

impl Record for Replica {
    const KIND: &'static str = "replica";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, self.region.as_str())
    }
}

impl Pools {
    /// Keeps a new replica of a pool, which does not answer yet.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for the pool's own region, one that is none, or one
    /// that has a replica; [`Refusal::TooMany`].
    pub async fn create_replica(
        &self,
        pool: &UserPoolId,
        region: &str,
        tags: BTreeMap<String, String>,
    ) -> Result<Replica> {
        let pool = self.pool(pool).await?;
        let region = named(&pool, region)?;
        let exists = || Refusal::invalid(format!("A replica already exists in {region}."));
        let there = self.replicas(&pool.id, Self::MANY, None).await?.items;
        if there.iter().any(|replica| replica.region == region) {
            return Err(exists().into());
        }
        if there.len() >= Replica::MOST {
            return Err(
                Refusal::TooMany("The user pool has all the replicas it may have.".into()).into()
            );
        }
        let status = ReplicaStatus::Inactive;
        let replica = Replica { pool: pool.id.clone(), region: region.clone(), status, tags };
        let created = self.try_commit(|commit| {
            commit.keep(&pool).create(&replica);
        });
        match created.await {
            Ok(()) => Ok(replica),
            Err(Refused::Conflict(conflict)) if conflict.is_on(&replica.key()) => {
                Err(exists().into())
            }
            Err(refused) => Err(refused.into()),
        }
    }

    const MANY: usize = 60;

    /// The replica of a pool in a region.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::NoReplica`].
    pub async fn replica(&self, pool: &UserPoolId, region: &str) -> Result<Kept<Replica>> {
        let pool = self.pool(pool).await?;
        named(&pool, region)?;
        let found = self.records().get(&Replica::key_of(&pool.id, region), self.now()).await?;
        found.ok_or_else(|| Refusal::NoReplica(region.to_owned()).into())
    }

    /// Deletes a replica.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for one that answers; [`Refusal::Contended`].
    pub async fn delete_replica(&self, replica: &Kept<Replica>) -> Result<()> {
        if replica.status != ReplicaStatus::Inactive {
            return Err(Refusal::invalid("Only an INACTIVE replica can be deleted.").into());
        }
        self.commit(|commit| {
            commit.delete(replica);
        })
        .await
    }

    /// A page of the replicas of a pool, by region.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn replicas(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Replica>>> {
        self.pool(pool).await?;
        self.list_by_key(&format!("replicas of {pool}"), Replica::listing(pool), limit, token).await
    }
}

/// A region that a replica of a pool may be in.
fn named(pool: &UserPool, region: &str) -> Result<Region, Refusal> {
    let region =
        Region::parse(region).map_err(|_| Refusal::invalid("RegionName is not a region."))?;
    if pool.id.region() == region.as_str() {
        return Err(Refusal::invalid("RegionName must not be the region of the user pool."));
    }
    Ok(region)
}
