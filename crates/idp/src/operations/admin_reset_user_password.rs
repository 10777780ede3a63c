//! `AdminResetUserPassword`: ends a password, and sends the user a code for another one.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminResetUserPassword};

impl Operation<Idp> for AdminResetUserPassword {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let metadata = input.client_metadata.unwrap_or_default();
        idp.pools.reset_password_as_admin(&pool, &input.username, &metadata).await?;
        Ok(Self::Output::default())
    }
}
