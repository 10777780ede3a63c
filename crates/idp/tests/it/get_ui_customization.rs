use crate::*;
use base64::{Engine, engine::general_purpose::STANDARD};

#[tokio::test]
async fn a_client_without_one_has_that_of_the_pool() {
    let house = House::new().await;
    let pool = json!({ "UserPoolId": house.pool });
    let client = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    let told = house.call("GetUICustomization", client.clone()).await.ok();
    assert_eq!(told["UICustomization"], client);

    let mut all = pool.clone();
    all["ClientId"] = json!("ALL");
    all["CSS"] = json!(".logo-customizable { width: 1em }");
    house.call("SetUICustomization", all).await.ok();
    for asked in [pool, client] {
        let told = house.call("GetUICustomization", asked).await.ok();
        assert_eq!(told["UICustomization"]["CSS"], ".logo-customizable { width: 1em }");
    }
}

#[tokio::test]
async fn a_logo_is_told_with_its_address() {
    let house = House::new().await;
    let png = STANDARD.encode(b"\x89PNG\r\n\x1a\n and so on");
    for (client, owner) in [("ALL", &house.pool), (house.client.as_str(), &house.client)] {
        let set = json!({ "UserPoolId": house.pool, "ClientId": client, "ImageFile": png });
        let told = house.call("SetUICustomization", set).await.ok();
        let url = told["UICustomization"]["ImageUrl"].as_str().unwrap().to_owned();
        assert!(url.contains(&format!("/assets/theme/{owner}/logo-")), "{url}");
        assert!(url.ends_with(".png"), "{url}");
        let asked = json!({ "UserPoolId": house.pool, "ClientId": client });
        let told = house.call("GetUICustomization", asked).await.ok();
        assert_eq!(told["UICustomization"]["ImageUrl"], url);
    }
}
