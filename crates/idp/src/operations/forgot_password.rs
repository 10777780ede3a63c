//! `ForgotPassword`: sends somebody a code with which a password can be set.

use crate::{Idp, convert::user::delivery};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ForgotPassword};

impl Operation<Idp> for ForgotPassword {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let (client, context) = (&input.client_id, input.user_context_data.as_ref());
        let caller = idp.caller(client, metadata, context, None).await?;
        let hash = input.secret_hash.as_ref();
        let sent = idp.pools.forgot_password(&caller, &input.username, hash).await?;
        Ok(Self::Output { code_delivery_details: Some(delivery(sent)) })
    }
}
