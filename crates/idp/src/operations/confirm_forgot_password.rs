//! `ConfirmForgotPassword`: sets a password by the code that was sent.

use crate::{Idp, fault::without_alias_exists};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ConfirmForgotPassword};

impl Operation<Idp> for ConfirmForgotPassword {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let (client, context) = (&input.client_id, input.user_context_data.as_ref());
        let caller = idp.caller(client, metadata, context, None).await?;
        let (name, code, password) = (&input.username, &input.confirmation_code, &input.password);
        let hash = input.secret_hash.as_ref();
        let set = idp.pools.confirm_forgot_password(&caller, name, code, password, hash).await;
        set.map_err(without_alias_exists)?;
        Ok(Self::Output::default())
    }
}
