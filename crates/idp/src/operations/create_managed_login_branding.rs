//! `CreateManagedLoginBranding`: gives the sign-in pages of a client a style.

use crate::{
    Idp,
    convert::branding::{branding_type, style},
};
use pool::{Error, NewBranding};
use wire::{Access, Operation, cognito_idp::CreateManagedLoginBranding};

impl Operation<Idp> for CreateManagedLoginBranding {
    const ACCESS: Access = Access::Iam;
    /// Two megabytes of images, in base64.
    const BODY_LIMIT: usize = 3 * 1024 * 1024;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let client = idp.pools.client_of(&input.user_pool_id, &input.client_id).await?;
        let is_default = input.use_cognito_provided_values.unwrap_or_default();
        let style = style(is_default, input.settings, input.assets)?;
        let (pool, client) = (client.pool.clone(), client.id.clone());
        let new = NewBranding { pool, client, is_default, style: style.clone() };
        let branding = idp.pools.create_branding(new).await?;
        let managed_login_branding = branding_type(&branding, style)?;
        Ok(Self::Output { managed_login_branding: Some(managed_login_branding) })
    }
}
