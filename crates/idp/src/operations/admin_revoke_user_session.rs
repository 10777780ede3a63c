//! `AdminRevokeUserSession`: ends a session of a user.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminRevokeUserSession};

impl Operation<Idp> for AdminRevokeUserSession {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        pool.require_session_tracking()?;
        idp.pools.revoke_user_session(&user, &input.session_id).await?;
        Ok(Self::Output::default())
    }
}
