use crate::{brandings::*, *};

#[tokio::test]
async fn what_is_not_given_stays() {
    let house = House::new().await;
    let id = make_branding(&house).await;
    let mut change = by_id(&house, &id);
    change["Assets"] = json!([asset("PAGE_BACKGROUND", "AAAA")]);
    house.call("UpdateManagedLoginBranding", change.clone()).await.ok();
    let told = describe(&house, &id).await;
    assert_eq!(told["Settings"], branding(&house)["Settings"]);
    assert_eq!(told["Assets"], change["Assets"]);
}

#[tokio::test]
async fn a_style_can_become_that_of_everybody_and_back() {
    let house = House::new().await;
    let id = make_branding(&house).await;
    let mut change = by_id(&house, &id);
    change["UseCognitoProvidedValues"] = json!(true);
    house.call("UpdateManagedLoginBranding", change).await.ok();
    let told = describe(&house, &id).await;
    assert_eq!(told["Assets"], json!([]));
    assert_eq!(told["UseCognitoProvidedValues"], true);
    let mut change = by_id(&house, &id);
    change["Settings"] = json!({ "categories": {} });
    house.call("UpdateManagedLoginBranding", change).await.ok();
    assert_eq!(describe(&house, &id).await["UseCognitoProvidedValues"], false);
}

#[tokio::test]
async fn the_style_has_to_be_named() {
    let house = House::new().await;
    expect!["400 InvalidParameterException: UserPoolId and ManagedLoginBrandingId are required."]
        .assert_eq(&house.call("UpdateManagedLoginBranding", json!({})).await.line());
}
