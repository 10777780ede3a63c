//! `CreateUserPool`: makes a pool.

use crate::{Idp, convert::user_pool::user_pool_type, provision};
use pool::{Error, MfaSettings};
use wire::{Access, Operation, cognito_idp::CreateUserPool};

impl Operation<Idp> for CreateUserPool {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let id = provision::new_pool_id(idp)?;
        let pool = provision::new_user_pool(idp, id, input, &MfaSettings::default())?;
        idp.pools.try_senders(&pool.settings).await?;
        provision::make_user_pool(idp, &pool).await?;
        let user_pool = user_pool_type(&pool, 0, idp.pools.account())?;
        Ok(Self::Output { user_pool: Some(user_pool) })
    }
}
