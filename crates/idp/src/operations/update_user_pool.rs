//! `UpdateUserPool`: replaces the settings of a pool. What is left out has its default again.

use crate::{Idp, convert::user_pool, plan};
use pool::Error;
use store::Kept;
use wire::{Access, Operation, cognito_idp::UpdateUserPool};

impl Operation<Idp> for UpdateUserPool {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let mut pool = Kept::clone(&*idp.pools.pool(&input.user_pool_id).await?);
        idp.pools.check_no_import(&pool.id).await?;
        let request = user_pool::as_creation(input, &pool.settings.name);
        let settings = user_pool::updated(&pool, request, &pool.settings.mfa)?;
        plan::check_change(idp, &pool, &settings).await?;
        idp.pools.try_senders(&settings).await?;
        pool.settings = settings;
        pool.modified_at = idp.pools.now();
        idp.pools
            .commit(|commit| {
                commit.save(&pool);
            })
            .await?;
        Ok(Self::Output::default())
    }
}
