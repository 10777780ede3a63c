//! `AdminListUserSessions`: the sessions of a user.

use crate::{Idp, convert::session};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminListUserSessions};

impl Operation<Idp> for AdminListUserSessions {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        pool.require_session_tracking()?;
        let token = input.next_token.as_deref();
        let page = idp.pools.list_sessions(&user, session::PAGE, token).await?;
        let sessions = page.items.iter().map(|it| session::description(it, false)).collect();
        Ok(Self::Output { sessions: Some(sessions), next_token: page.next })
    }
}
