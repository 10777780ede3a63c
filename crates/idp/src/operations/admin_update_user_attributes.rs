//! `AdminUpdateUserAttributes`: changes attributes of a user, whatever an app client may write.

use crate::{Idp, convert::user::attributes};
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::AdminUpdateUserAttributes};

impl Operation<Idp> for AdminUpdateUserAttributes {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let changes = attributes(input.user_attributes);
        let metadata = input.client_metadata.unwrap_or_default();
        match idp.pools.update_attributes_as_admin(&pool, &input.username, changes, &metadata).await
        {
            // The change is made all the same, and the user can ask for the code again.
            Ok(_) | Err(Error::Refused(Refusal::NotDelivered)) => Ok(Self::Output::default()),
            Err(error) => Err(error),
        }
    }
}
