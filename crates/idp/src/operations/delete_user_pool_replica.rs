//! `DeleteUserPoolReplica`: forgets a replica that does not answer.

use crate::{Idp, convert::replica::replica_type};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{DeleteUserPoolReplica, ReplicaStatusType, UserPoolReplicaType},
};

impl Operation<Idp> for DeleteUserPoolReplica {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let replica = idp.pools.replica(&input.user_pool_id, &input.region_name).await?;
        idp.pools.delete_replica(&replica).await?;
        let status = Some(ReplicaStatusType::Deleting);
        let deleted = UserPoolReplicaType { status, ..replica_type(idp, &replica).await? };
        Ok(Self::Output { user_pool_replica: Some(deleted) })
    }
}
