//! `AdminDisableUser`: bars a user from signing in, and ends every session.

use crate::Idp;
use pool::{Error, User};
use wire::{Access, Operation, cognito_idp::AdminDisableUser};

impl Operation<Idp> for AdminDisableUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let now = idp.pools.now();
        let change = |user: &mut User| {
            user.disable(now);
            Ok(())
        };
        idp.pools.change_user(&pool, &user.sub, change).await?;
        Ok(Self::Output::default())
    }
}
