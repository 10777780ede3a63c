//! `UpdateManagedLoginBranding`: changes a style; what is not given stays.

use crate::{
    Idp,
    convert::branding::{branding_type, style},
};
use pool::{Error, Refusal, Style};
use wire::{Access, Operation, cognito_idp::UpdateManagedLoginBranding};

impl Operation<Idp> for UpdateManagedLoginBranding {
    const ACCESS: Access = Access::Iam;
    /// Two megabytes of images, in base64.
    const BODY_LIMIT: usize = 3 * 1024 * 1024;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let (Some(pool), Some(id)) = (&input.user_pool_id, &input.managed_login_branding_id) else {
            let text = "UserPoolId and ManagedLoginBrandingId are required.";
            return Err(Refusal::invalid(text).into());
        };
        let pool = idp.pools.pool(pool).await?;
        let (mut branding, before) = idp.pools.branding(&pool.id, id).await?;
        let is_changed = input.settings.is_some() || input.assets.is_some();
        // Settings make a style one of its own, unless the caller says otherwise.
        let is_default =
            input.use_cognito_provided_values.unwrap_or(branding.is_default && !is_changed);
        let has_assets = input.assets.is_some();
        let given = style(is_default, input.settings, input.assets)?;
        let style = if is_default {
            Style::default()
        } else {
            Style {
                settings: given.settings.or(before.settings),
                assets: if has_assets { given.assets } else { before.assets },
            }
        };
        branding.is_default = is_default;
        idp.pools.save_branding(&mut branding, &style).await?;
        let managed_login_branding = branding_type(&branding, style)?;
        Ok(Self::Output { managed_login_branding: Some(managed_login_branding) })
    }
}
