//! `GetUserPoolClientSessionConfiguration`: for how long a client would go on with a session elsewhere.

use crate::{Idp, convert::session};
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetUserPoolClientSessionConfiguration};

impl Operation<Idp> for GetUserPoolClientSessionConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        Ok(Self::Output {
            user_pool_id: Some(client.pool.clone()),
            client_id: Some(client.id.clone()),
            sso_session: Some(session::sso_session(client.sso_minutes)),
        })
    }
}
