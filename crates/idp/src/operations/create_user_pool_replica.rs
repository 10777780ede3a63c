//! `CreateUserPoolReplica`: keeps that a pool is to be found in another region.

use crate::{
    Idp,
    convert::{replica::replica_type, tags},
    plan::{self, Feature},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::CreateUserPoolReplica};

impl Operation<Idp> for CreateUserPoolReplica {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let (pool, region) = (&input.user_pool_id, &input.region_name);
        plan::require_of(&*idp.pools.pool(pool).await?, [Feature::Replication])?;
        let given = input.user_pool_tags.unwrap_or_default();
        tags::check(&given)?;
        let replica = idp.pools.create_replica(pool, region, given).await?;
        Ok(Self::Output { user_pool_replica: Some(replica_type(idp, &replica).await?) })
    }
}
