//! `RevokeUserSession`: users end another one of their sessions.

use crate::Idp;
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::RevokeUserSession};

impl Operation<Idp> for RevokeUserSession {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        bearer.pool.require_session_tracking()?;
        if idp.pools.session_id(&bearer.origin) == input.session_id {
            return Err(Refusal::invalid("The current session cannot be revoked.").into());
        }
        // No session here came of a hosted page, so none is linked to another.
        idp.pools.revoke_user_session(&bearer.user, &input.session_id).await?;
        Ok(Self::Output::default())
    }
}
