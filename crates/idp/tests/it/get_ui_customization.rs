use crate::*;

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
