//! `SetUserSettings`: users turn codes by text message on and off, in the old way.

use crate::{Idp, convert::mfa::sms_preference};
use pool::Error;
use wire::{Access, Operation, cognito_idp::SetUserSettings};

impl Operation<Idp> for SetUserSettings {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let preferences = sms_preference(&input.mfa_options)?;
        idp.pools.prefer_factors(&bearer.pool, &bearer.user, &preferences).await?;
        Ok(Self::Output::default())
    }
}
