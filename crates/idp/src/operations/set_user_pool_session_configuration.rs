//! `SetUserPoolSessionConfiguration`: says whether a pool tracks sessions, and how many a user has at most.

use crate::{
    Idp,
    plan::{self, Feature},
};
use pool::{Error, SessionTracking};
use store::Kept;
use wire::{
    Access, Operation,
    cognito_idp::{SetUserPoolSessionConfiguration, UserSessionTrackingType},
};

impl Operation<Idp> for SetUserPoolSessionConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let wanted = SessionTracking {
            is_enabled: input.user_session_tracking == UserSessionTrackingType::Enabled,
            most_per_user: u8::try_from(input.token_session.max_per_user).unwrap_or(u8::MAX),
        };
        let mut pool = Kept::clone(&*idp.pools.pool(&input.user_pool_id).await?);
        plan::require_of(&pool, [Feature::SessionManagement])?;
        pool.session_tracking = wanted;
        pool.modified_at = idp.pools.now();
        idp.pools
            .commit(|commit| {
                commit.save(&pool);
            })
            .await?;
        Ok(Self::Output {
            user_pool_id: Some(input.user_pool_id),
            user_session_tracking: Some(input.user_session_tracking),
            token_session: Some(input.token_session),
        })
    }
}
