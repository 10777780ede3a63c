//! `SetUserPoolClientSessionConfiguration`: says for how long a client would go on with a session elsewhere.
//! There are no hosted pages whose sessions that could be, so it is kept and told back.

use crate::{
    Idp,
    plan::{self, Feature},
};
use pool::Error;
use store::Kept;
use wire::{Access, Operation, cognito_idp::SetUserPoolClientSessionConfiguration};

impl Operation<Idp> for SetUserPoolClientSessionConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        plan::require_of(&pool, [Feature::SessionManagement])?;
        let mut client =
            Kept::clone(&*idp.pools.client_of(&input.user_pool_id, &input.client_id).await?);
        pool.require_session_tracking()?;
        client.sso_minutes = Some(input.sso_session.max_validity_minutes);
        client.modified_at = idp.pools.now();
        idp.pools
            .commit(|commit| {
                commit.save(&client);
            })
            .await?;
        Ok(Self::Output {
            user_pool_id: Some(client.pool.clone()),
            client_id: Some(client.id.clone()),
            sso_session: Some(input.sso_session),
        })
    }
}
