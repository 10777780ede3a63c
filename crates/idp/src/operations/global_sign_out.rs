//! `GlobalSignOut`: users end every session of theirs.

use crate::Idp;
use pool::{Error, User};
use wire::{Access, Operation, cognito_idp::GlobalSignOut};

impl Operation<Idp> for GlobalSignOut {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let (pool, user) = (&bearer.pool, &bearer.user);
        let now = idp.pools.now();
        let change = |user: &mut User| {
            user.sign_out(now);
            Ok(())
        };
        idp.pools.change_user(pool, &user.sub, change).await?;
        Ok(Self::Output::default())
    }
}
