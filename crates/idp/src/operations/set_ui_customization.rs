//! `SetUICustomization`: sets the style sheet and logo of a client's classic pages, or of the pool's.

use crate::{
    Idp,
    convert::{
        branding::{check_css, check_image, ui_customization_type},
        client_or_all,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use pool::{Error, UiContent};
use wire::{Access, Operation, cognito_idp::SetUICustomization};

impl Operation<Idp> for SetUICustomization {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let client = client_or_all(idp, &pool.id, input.client_id.as_ref()).await?;
        let css = input.css.filter(|css| !css.is_empty());
        check_css(css.as_deref())?;
        let image = input.image_file.filter(|image| !image.0.is_empty());
        check_image(image.as_ref())?;
        let content = UiContent { css, image: image.map(|image| STANDARD.encode(image.0)) };
        let (customization, content) =
            idp.pools.set_ui_customization(&pool.id, client.as_ref(), content).await?;
        Ok(Self::Output {
            ui_customization: ui_customization_type(&idp.pools, &customization, content),
        })
    }
}
