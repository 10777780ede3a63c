//! `ChangePassword`: users choose another password.

use crate::{Idp, convert::context};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ChangePassword};

impl Operation<Idp> for ChangePassword {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        let previous = input.previous_password.as_ref();
        let from = context::of_peer(&idp.origin);
        idp.pools.change_password(&bearer, previous, &input.proposed_password, &from).await?;
        Ok(Self::Output::default())
    }
}
