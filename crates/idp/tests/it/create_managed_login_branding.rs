use crate::{brandings::*, *};

#[tokio::test]
async fn a_style_is_told_as_it_was_made() {
    let house = House::new().await;
    let made = house.call("CreateManagedLoginBranding", branding(&house)).await;
    let made = made.ok()["ManagedLoginBranding"].take();
    assert_eq!(made["Settings"], branding(&house)["Settings"]);
    assert_eq!(made["Assets"], branding(&house)["Assets"]);
    assert_eq!(made["UseCognitoProvidedValues"], false);
    assert_eq!(describe(&house, made["ManagedLoginBrandingId"].as_str().unwrap()).await, made);
}

#[tokio::test]
async fn the_style_of_everybody_has_no_settings_and_an_empty_list_of_images() {
    let house = House::new().await;
    let asked = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "UseCognitoProvidedValues": true });
    let made = house.call("CreateManagedLoginBranding", asked).await.ok();
    let made = made["ManagedLoginBranding"].as_object().unwrap();
    assert_eq!(made["Assets"], json!([]));
    assert!(!made.contains_key("Settings"));
}

#[tokio::test]
async fn a_client_has_one_style() {
    let house = House::new().await;
    make_branding(&house).await;
    expect!["400 ManagedLoginBrandingExistsException: Managed login branding already exists for the client."]
        .assert_eq(&house.call("CreateManagedLoginBranding", branding(&house)).await.line());
}

#[tokio::test]
async fn images_longer_than_an_item_of_the_store_come_back_whole() {
    let house = House::new().await;
    let mut large = branding(&house);
    let bytes = "QUJD".repeat(200_000);
    large["Assets"] = json!([asset("FORM_LOGO", &bytes), asset("PAGE_BACKGROUND", &bytes)]);
    let made = house.call("CreateManagedLoginBranding", large.clone()).await.ok();
    let id = made["ManagedLoginBranding"]["ManagedLoginBrandingId"].as_str().unwrap().to_owned();
    assert_eq!(describe(&house, &id).await["Assets"], large["Assets"]);
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let house = House::new().await;
    let refused = async |change: Value| {
        let mut asked = branding(&house);
        asked.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        house.call("CreateManagedLoginBranding", asked).await.line()
    };
    expect!["400 InvalidParameterException: Settings and Assets must not be given when UseCognitoProvidedValues is true."]
        .assert_eq(&refused(json!({ "UseCognitoProvidedValues": true })).await);
    let twice = json!({ "Assets": [asset("FORM_LOGO", "AA=="), asset("FORM_LOGO", "AA==")] });
    expect!["400 InvalidParameterException: Duplicate asset: FORM_LOGO LIGHT"]
        .assert_eq(&refused(twice).await);
    let bytes = "QUJD".repeat(233_500);
    let heavy = json!({ "Assets": [asset("FORM_LOGO", &bytes), asset("PAGE_BACKGROUND", &bytes),
        asset("FAVICON_ICO", &bytes)] });
    expect!["400 InvalidParameterException: Assets must not exceed 2 MB in total."]
        .assert_eq(&refused(heavy).await);
}
