//! `UpdateAuthEventFeedback`: a user says, with the token of a mail, whether it was them.

use crate::Idp;
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{FeedbackValueType, UpdateAuthEventFeedback},
};

impl Operation<Idp> for UpdateAuthEventFeedback {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        pool.require_threat_protection()?;
        // Who does not exist is no token's user: nobody learns here who does.
        let user = idp.pools.find_user(&pool, &input.username).await?;
        let (event, token) = (&input.event_id, &input.feedback_token);
        let is_valid = input.feedback_value == FeedbackValueType::Valid;
        idp.pools.judge_auth_event_by_token(&pool, user.as_deref(), event, token, is_valid).await?;
        Ok(Self::Output::default())
    }
}
