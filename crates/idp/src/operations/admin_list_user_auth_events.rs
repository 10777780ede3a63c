//! `AdminListUserAuthEvents`: what was done as a user, newest first.

use crate::{
    Idp,
    convert::{auth_event::auth_event_type, page},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminListUserAuthEvents};

impl Operation<Idp> for AdminListUserAuthEvents {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        pool.require_threat_protection()?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let (limit, token) = (page::limit(input.max_results), input.next_token.as_deref());
        let found = idp.pools.list_auth_events(&user, limit, token).await?;
        let auth_events = found.items.iter().map(|event| auth_event_type(event)).collect();
        Ok(Self::Output { auth_events: Some(auth_events), next_token: found.next })
    }
}
