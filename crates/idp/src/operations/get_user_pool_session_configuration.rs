//! `GetUserPoolSessionConfiguration`: whether a pool tracks sessions.

use crate::{Idp, convert::session};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetUserPoolSessionConfiguration};

impl Operation<Idp> for GetUserPoolSessionConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        Ok(Self::Output {
            user_pool_id: Some(pool.id.clone()),
            user_session_tracking: Some(session::tracking(pool.session_tracking)),
            token_session: Some(session::token_session(pool.session_tracking)),
        })
    }
}
