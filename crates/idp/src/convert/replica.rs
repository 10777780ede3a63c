//! How does a replica of a pool look in the API's words?

use crate::Idp;
use names::UserPoolId;
use pool::{Error, Replica, ReplicaStatus};
use wire::cognito_idp::{ReplicaRoleType, ReplicaStatusType, UserPoolReplicaType};

pub(crate) async fn replica_type(
    idp: &Idp,
    replica: &Replica,
) -> Result<UserPoolReplicaType, Error> {
    let status = match (idp.pools.has_node(replica).await?, replica.status) {
        (false, _) => ReplicaStatusType::Creating,
        (true, ReplicaStatus::Active) => ReplicaStatusType::Active,
        (true, ReplicaStatus::Inactive) => ReplicaStatusType::Inactive,
    };
    Ok(shown(idp, &replica.pool, replica.region.as_str(), status, ReplicaRoleType::Secondary))
}

/// The pool itself, as the first of its replicas.
pub(crate) fn primary_type(idp: &Idp, pool: &UserPoolId) -> UserPoolReplicaType {
    shown(idp, pool, pool.region(), ReplicaStatusType::Active, ReplicaRoleType::Primary)
}

fn shown(
    idp: &Idp,
    pool: &UserPoolId,
    region: &str,
    status: ReplicaStatusType,
    role: ReplicaRoleType,
) -> UserPoolReplicaType {
    let account = idp.pools.account();
    UserPoolReplicaType {
        region_name: Some(region.to_owned()),
        status: Some(status),
        role: Some(role),
        user_pool_arn: Some(format!("arn:aws:cognito-idp:{region}:{account}:userpool/{pool}")),
    }
}
