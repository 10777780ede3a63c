//! `AdminDeleteSoftwareToken`: takes a user's authenticator away.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminDeleteSoftwareToken};

impl Operation<Idp> for AdminDeleteSoftwareToken {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let user = idp.pools.user(&pool, &input.username).await?;
        idp.pools.delete_software_token(&pool, &user).await?;
        Ok(Self::Output::default())
    }
}
