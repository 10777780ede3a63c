//! `AdminEnableUser`: lets a user sign in again. The sessions from before stay ended.

use crate::Idp;
use pool::{Error, User};
use wire::{Access, Operation, cognito_idp::AdminEnableUser};

impl Operation<Idp> for AdminEnableUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let now = idp.pools.now();
        let change = |user: &mut User| {
            user.enable(now);
            Ok(())
        };
        idp.pools.change_user(&pool, &user.sub, change).await?;
        Ok(Self::Output::default())
    }
}
