use crate::*;

#[tokio::test]
async fn a_client_has_its_own_and_a_new_version_each_time() {
    let house = House::new().await;
    let mut asked = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "CSS": ".logo-customizable { width: 1em }", "ImageFile": "iVBORw0KGgo=" });
    let first = house.call("SetUICustomization", asked.clone()).await.ok();
    assert_eq!(first["UICustomization"]["ClientId"], house.client);
    house.clock.advance(SignedDuration::from_secs(5));
    asked["CSS"] = json!(".logo-customizable { width: 2em }");
    asked.as_object_mut().unwrap().remove("ImageFile");
    let second = house.call("SetUICustomization", asked.clone()).await.ok();
    assert_ne!(first["UICustomization"]["CSSVersion"], second["UICustomization"]["CSSVersion"]);
    assert_eq!(first["UICustomization"]["CreationDate"], second["UICustomization"]["CreationDate"]);
    // A logo that is not given stays.
    let pool = house.idp.pools.pool(&house.pool.parse().unwrap()).await.unwrap();
    let client = house.client.parse().unwrap();
    let kept = house.idp.pools.ui_customization(&pool.id, Some(&client)).await.unwrap().unwrap();
    assert_eq!(kept.1.image.as_deref(), Some("iVBORw0KGgo="));
}

#[tokio::test]
async fn what_loads_something_or_is_no_image_is_refused() {
    let house = House::new().await;
    let refused = async |what: &str, value: &str| {
        let mut asked = json!({ "UserPoolId": house.pool });
        asked[what] = json!(value);
        house.call("SetUICustomization", asked).await.line()
    };
    expect!["400 InvalidParameterException: Unsupported CSS class: mine"]
        .assert_eq(&refused("CSS", ".mine { color: red }").await);
    expect![
        "400 InvalidParameterException: The CSS cannot be used, line 1: a rule without a block"
    ]
    .assert_eq(&refused("CSS", "@import 'https://evil.example'").await);
    expect!["400 InvalidParameterException: The image must be a PNG or JPEG file."]
        .assert_eq(&refused("ImageFile", "PHN2Zz4=").await);
}
