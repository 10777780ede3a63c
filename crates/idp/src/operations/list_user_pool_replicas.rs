//! `ListUserPoolReplicas`: the regions that a pool is to be found in, its own first.

use crate::{
    Idp,
    convert::{
        page::limit,
        replica::{primary_type, replica_type},
    },
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListUserPoolReplicas};

impl Operation<Idp> for ListUserPoolReplicas {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let (pool, token) = (&input.user_pool_id, input.next_token.as_deref());
        let page = idp.pools.replicas(pool, limit(None), token).await?;
        let primary = token.is_none().then(|| primary_type(idp, pool));
        let mut replicas = Vec::from_iter(primary);
        for replica in &page.items {
            replicas.push(replica_type(idp, replica).await?);
        }
        Ok(Self::Output { user_pool_replicas: Some(replicas), next_token: page.next })
    }
}
