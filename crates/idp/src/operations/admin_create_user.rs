//! `AdminCreateUser`: makes a user with a temporary password, and invites them.

use crate::{
    Idp,
    convert::user::{attribute_list, attributes, contact, user_type},
    fault::without_mail_identity,
};
use pool::{CreateUser, Error, Invitation};
use wire::{
    Access, Operation,
    cognito_idp::{AdminCreateUser, MessageActionType},
};

impl Operation<Idp> for AdminCreateUser {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let mediums = input.desired_delivery_mediums.unwrap_or_default();
        let new_user = CreateUser {
            username: &input.username,
            attributes: attributes(input.user_attributes.unwrap_or_default()),
            temporary_password: input.temporary_password.as_ref(),
            invitation: match input.message_action {
                None => Invitation::Send,
                Some(MessageActionType::Suppress) => Invitation::Suppress,
                Some(MessageActionType::Resend) => Invitation::Resend,
            },
            mediums: mediums.into_iter().map(contact).collect(),
            moves_alias: input.force_alias_creation.unwrap_or(false),
            validation_data: attributes(input.validation_data.unwrap_or_default()),
            metadata: input.client_metadata.unwrap_or_default(),
        };
        let user = idp.pools.create_user(&pool, new_user).await.map_err(without_mail_identity)?;
        Ok(Self::Output { user: Some(user_type(&user, attribute_list(&user))) })
    }
}
