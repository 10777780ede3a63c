//! `DeleteUser`: users delete themselves.

use crate::Idp;
use pool::Error;
use wire::{Access, NoOutput, Operation, cognito_idp::DeleteUser};

impl Operation<Idp> for DeleteUser {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        idp.pools.delete_user(&bearer.pool.id, &bearer.user.sub).await?;
        Ok(NoOutput)
    }
}
