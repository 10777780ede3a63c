//! `GetUICustomization`: tells the style sheet and logo of a client's classic pages, or of the pool's.

use crate::{
    Idp,
    convert::{branding::ui_customization_type, client_or_all},
};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{GetUICustomization, UICustomizationType},
};

impl Operation<Idp> for GetUICustomization {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let client = client_or_all(idp, &pool.id, input.client_id.as_ref()).await?;
        let found = idp.pools.ui_customization(&pool.id, client.as_ref()).await?;
        let ui_customization = match found {
            Some((customization, content)) => {
                ui_customization_type(&idp.pools, &customization, content)
            }
            None => UICustomizationType {
                user_pool_id: Some(pool.id.clone()),
                client_id: input.client_id,
                ..UICustomizationType::default()
            },
        };
        Ok(Self::Output { ui_customization })
    }
}
