//! What the tests of styles have in common.

use crate::*;

/// A style of the house's client with settings and an image.
pub fn branding(house: &House) -> Value {
    json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "Settings": { "categories": { "form": { "displayGraphics": true } } },
        "Assets": [asset("FORM_LOGO", "bG9nbw==")] })
}

/// An image of a style.
pub fn asset(category: &str, bytes: &str) -> Value {
    json!({ "Category": category, "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": bytes })
}

/// Keeps the style and answers its id.
pub async fn make_branding(house: &House) -> String {
    let made = house.call("CreateManagedLoginBranding", branding(house)).await.ok();
    made["ManagedLoginBranding"]["ManagedLoginBrandingId"].as_str().unwrap().to_owned()
}

/// Names a style.
pub fn by_id(house: &House, id: &str) -> Value {
    json!({ "UserPoolId": house.pool, "ManagedLoginBrandingId": id })
}

/// Tells of a style.
pub async fn describe(house: &House, id: &str) -> Value {
    let told = house.call("DescribeManagedLoginBranding", by_id(house, id)).await;
    told.ok()["ManagedLoginBranding"].take()
}
