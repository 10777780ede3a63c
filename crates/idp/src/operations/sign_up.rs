//! `SignUp`: somebody becomes a user, who then waits to be confirmed.

use crate::{
    Idp,
    convert::user::{attributes, delivery},
};
use pool::{Error, Refusal, SignUp as NewUser};
use wire::{Access, Operation, cognito_idp::SignUp};

impl Operation<Idp> for SignUp {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let (client, context) = (&input.client_id, input.user_context_data.as_ref());
        let caller = idp.caller(client, metadata, context, None).await?;
        if input.password.is_none() && !caller.pool.settings.takes_codes_first() {
            return Err(no_password());
        }
        let new_user = NewUser {
            username: &input.username,
            password: input.password.as_ref(),
            attributes: attributes(input.user_attributes.unwrap_or_default()),
            validation_data: attributes(input.validation_data.unwrap_or_default()),
            hash: input.secret_hash.as_ref(),
        };
        let signed_up = idp.pools.sign_up(&caller, new_user).await?;
        Ok(Self::Output {
            user_confirmed: signed_up.is_confirmed,
            code_delivery_details: signed_up.delivery.map(delivery),
            user_sub: signed_up.sub.to_string(),
            session: signed_up.session,
        })
    }
}

/// As the model would say it of a member that is needed.
fn no_password() -> Error {
    Refusal::invalid(
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must \
         not be null",
    )
    .into()
}
