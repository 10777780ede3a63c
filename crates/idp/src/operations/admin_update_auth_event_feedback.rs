//! `AdminUpdateAuthEventFeedback`: an administrator says whether it was the user.

use crate::Idp;
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{AdminUpdateAuthEventFeedback, FeedbackValueType},
};

impl Operation<Idp> for AdminUpdateAuthEventFeedback {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        pool.require_threat_protection()?;
        let user = idp.pools.user(&pool, &input.username).await?;
        let is_valid = input.feedback_value == FeedbackValueType::Valid;
        idp.pools.judge_auth_event(&user, &input.event_id, is_valid).await?;
        Ok(Self::Output::default())
    }
}
