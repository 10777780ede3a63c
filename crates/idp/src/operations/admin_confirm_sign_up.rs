//! `AdminConfirmSignUp`: confirms a user without a code. Nothing is verified by it.

use crate::{Idp, fault::without_alias_exists};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminConfirmSignUp};

impl Operation<Idp> for AdminConfirmSignUp {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let metadata = input.client_metadata.unwrap_or_default();
        let confirmed = idp.pools.confirm_as_admin(&pool, &input.username, metadata).await;
        confirmed.map_err(without_alias_exists)?;
        Ok(Self::Output::default())
    }
}
