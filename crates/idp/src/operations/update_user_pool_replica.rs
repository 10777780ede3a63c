//! `UpdateUserPoolReplica`: says whether a replica answers.

use crate::{Idp, convert::replica::replica_type};
use pool::{Error, ReplicaStatus};
use wire::{
    Access, Operation,
    cognito_idp::{UpdateReplicaStatusType, UpdateUserPoolReplica},
};

impl Operation<Idp> for UpdateUserPoolReplica {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let mut replica = idp.pools.replica(&input.user_pool_id, &input.region_name).await?;
        idp.pools.require_served(&replica).await?;
        replica.status = match input.status {
            UpdateReplicaStatusType::Active => ReplicaStatus::Active,
            UpdateReplicaStatusType::Inactive => ReplicaStatus::Inactive,
        };
        idp.pools
            .commit(|commit| {
                commit.save(&replica);
            })
            .await?;
        Ok(Self::Output { user_pool_replica: Some(replica_type(idp, &replica).await?) })
    }
}
