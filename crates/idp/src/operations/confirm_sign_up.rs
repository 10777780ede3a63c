//! `ConfirmSignUp`: a user proves an address by the code that was sent there.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::ConfirmSignUp};

impl Operation<Idp> for ConfirmSignUp {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let (client, context) = (&input.client_id, input.user_context_data.as_ref());
        let caller = idp.caller(client, metadata, context, None).await?;
        let moves_alias = input.force_alias_creation.unwrap_or(false);
        let (name, code) = (&input.username, &input.confirmation_code);
        let hash = input.secret_hash.as_ref();
        let given = input.session.as_ref();
        let confirmed =
            idp.pools.confirm_sign_up(&caller, name, code, hash, moves_alias, given).await?;
        Ok(Self::Output { session: confirmed })
    }
}
