//! `AdminSetUserPassword`: gives a user a password, for good or until the next sign-in.

use crate::{Idp, fault::without_alias_exists};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminSetUserPassword};

impl Operation<Idp> for AdminSetUserPassword {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let is_permanent = input.permanent.unwrap_or(false);
        let (name, password) = (&input.username, &input.password);
        let set = idp.pools.set_password_as_admin(&pool, name, password, is_permanent).await;
        set.map_err(without_alias_exists)?;
        Ok(Self::Output::default())
    }
}
