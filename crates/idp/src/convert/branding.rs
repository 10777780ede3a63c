//! How do the looks of sign-in pages look in the API's words?

use base64::{Engine, engine::general_purpose::STANDARD};
use pool::{Asset, Branding, Error, Pools, Refusal, Style, Stylesheet, UiContent, UiCustomization};
use std::{collections::BTreeSet, str::FromStr};
use wire::{
    Blob, Document,
    cognito_idp::{AssetType, ManagedLoginBrandingType, UICustomizationType},
};

/// Bytes of all images of a style together (Cognito's quota on a request).
const LARGEST_STYLE: usize = 2_000_000;

pub(crate) fn branding_type(
    branding: &Branding,
    style: Style,
) -> Result<ManagedLoginBrandingType, Error> {
    let assets: Result<Vec<_>, Error> = style.assets.into_iter().map(asset_type).collect();
    Ok(ManagedLoginBrandingType {
        managed_login_branding_id: Some(branding.id.clone()),
        user_pool_id: Some(branding.pool.clone()),
        use_cognito_provided_values: Some(branding.is_default),
        settings: style.settings,
        assets: Some(assets?),
        creation_date: Some(branding.created_at.into()),
        last_modified_date: Some(branding.modified_at.into()),
    })
}

/// What a style that is given consists of: either that it is everybody's, or settings and images.
pub(crate) fn style(
    is_default: bool,
    settings: Option<Document>,
    assets: Option<Vec<AssetType>>,
) -> Result<Style, Error> {
    if is_default && (settings.is_some() || assets.is_some()) {
        return Err(Refusal::invalid(
            "Settings and Assets must not be given when UseCognitoProvidedValues is true.",
        )
        .into());
    }
    let assets = assets.unwrap_or_default();
    let size: usize =
        assets.iter().filter_map(|asset| asset.bytes.as_ref()).map(|it| it.0.len()).sum();
    if size > LARGEST_STYLE {
        return Err(Refusal::invalid("Assets must not exceed 2 MB in total.").into());
    }
    let mut places = BTreeSet::new();
    for asset in &assets {
        if !places.insert((asset.category, asset.color_mode)) {
            let text = format!("Duplicate asset: {} {}", asset.category, asset.color_mode);
            return Err(Refusal::invalid(text).into());
        }
        if asset.bytes.is_none() && asset.resource_id.is_none() {
            return Err(Refusal::invalid("An asset needs Bytes or a ResourceId.").into());
        }
    }
    let asset = |asset: AssetType| Asset {
        category: asset.category.to_string(),
        color_mode: asset.color_mode.to_string(),
        extension: asset.extension.to_string(),
        bytes: asset.bytes.map(|bytes| STANDARD.encode(bytes.0)),
        resource_id: asset.resource_id,
    };
    let assets = assets.into_iter().map(asset).collect();
    Ok(Style { settings, assets })
}

fn asset_type(asset: Asset) -> Result<AssetType, Error> {
    Ok(AssetType {
        category: word(&asset.category)?,
        color_mode: word(&asset.color_mode)?,
        extension: word(&asset.extension)?,
        bytes: asset.bytes.as_deref().map(bytes).transpose()?,
        resource_id: asset.resource_id,
    })
}

/// A value of the model that was kept as its text.
fn word<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::internal("a kept image is malformed"))
}

fn bytes(base64: &str) -> Result<Blob, Error> {
    let bytes = STANDARD.decode(base64);
    bytes.map(Blob).map_err(|_| Error::internal("a kept image is malformed"))
}

pub(crate) fn ui_customization_type(
    pools: &Pools,
    customization: &UiCustomization,
    content: UiContent,
) -> UICustomizationType {
    let image = content.image.and_then(|image| STANDARD.decode(image).ok());
    UICustomizationType {
        user_pool_id: Some(customization.pool.clone()),
        client_id: customization.client.clone(),
        image_url: image.and_then(|image| pools.logo_url(customization, &image)),
        css: content.css,
        css_version: Some(customization.css_version.clone()),
        last_modified_date: Some(customization.modified_at.into()),
        creation_date: Some(customization.created_at.into()),
    }
}

/// The classes that a style sheet of the classic pages may speak of.
const CLASSES: [&str; 24] = [
    "background-customizable",
    "banner-customizable",
    "errorMessage-customizable",
    "idpButton-customizable",
    "idpDescription-customizable",
    "inputField-customizable",
    "label-customizable",
    "legalText-customizable",
    "logo-customizable",
    "passwordCheck-notValid-customizable",
    "passwordCheck-valid-customizable",
    "redirect-customizable",
    "socialButton-customizable",
    "submitButton-customizable",
    "textDescription-customizable",
    "modal-content",
    "modal-dialog",
    "modal-body",
    "modal-header",
    "social-login",
    "visible-lg",
    "visible-md",
    "visible-sm",
    "visible-xs",
];

/// Refuses a style sheet that names other classes than those of the pages, or loads something.
pub(crate) fn check_css(css: Option<&str>) -> Result<(), Refusal> {
    let Some(css) = css else { return Ok(()) };
    // As it will be written for the browser: without comments, and with nothing in it that could load or run.
    let sheet = Stylesheet::parse(css)
        .map_err(|problem| Refusal::invalid(format!("The CSS cannot be used, {problem}")))?;
    let mut parts = sheet.as_str().split('{').peekable();
    while let Some(part) = parts.next() {
        // What stands before a brace, after the last rule or declaration, says what the rule is for.
        let selector = part.rsplit(['}', ';']).next().unwrap_or_default();
        let is_followed = parts.peek().is_some();
        if let Some(class) = unknown_class(selector).filter(|_| is_followed) {
            return Err(Refusal::invalid(format!("Unsupported CSS class: {class}")));
        }
    }
    Ok(())
}

/// A class in a selector that the pages do not have.
fn unknown_class(selector: &str) -> Option<&str> {
    let classes = selector.split('.').skip(1);
    classes
        .map(|rest| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            rest.split(|c| !is_name(c)).next().unwrap_or_default()
        })
        .find(|class| !CLASSES.contains(class))
}

/// Refuses a logo that is neither PNG nor JPEG.
pub(crate) fn check_image(image: Option<&Blob>) -> Result<(), Refusal> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    const JPEG: &[u8] = b"\xff\xd8\xff";
    match image {
        Some(image) if !image.0.starts_with(PNG) && !image.0.starts_with(JPEG) => {
            Err(Refusal::invalid("The image must be a PNG or JPEG file."))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_speaks_of_the_pages_alone() {
        let good =
            ".submitButton-customizable:hover { color: red; } .logo-customizable{width:1.5em}";
        check_css(Some(good)).unwrap();
        check_css(None).unwrap();
        for bad in [
            ".mine { color: red }",
            "@media (width > 1px) { .logo-customizable {} .mine{} }",
            "@import 'https://evil.example/a.css'",
            ".logo-customizable { background: URL(https://evil.example) }",
            "</style><script>",
            ".logo-customizable { background: u\\72l(https://evil.example) }",
            ".logo-customizable { background: image-set('https://evil.example' 1x) }",
            ".logo-customizable { color: red",
        ] {
            check_css(Some(bad)).unwrap_err();
        }
    }

    #[test]
    fn a_logo_is_an_image() {
        check_image(Some(&Blob(b"\x89PNG\r\n\x1a\n...".to_vec()))).unwrap();
        check_image(Some(&Blob(b"\xff\xd8\xff\xe0".to_vec()))).unwrap();
        check_image(Some(&Blob(b"<svg onload=...>".to_vec()))).unwrap_err();
    }
}
