use crate::{list_user_sessions::configure, *};

#[tokio::test]
async fn a_client_says_how_long_it_would_go_on_with_a_session() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "SSOSession": { "MaxValidityMinutes": 0 } });
    expect!["400 InvalidParameterException: Session tracking is not enabled for the user pool."]
        .assert_eq(
            &house.call("SetUserPoolClientSessionConfiguration", input.clone()).await.line(),
        );
    configure(&house, "ENABLED", 20).await.ok();
    let set = house.call("SetUserPoolClientSessionConfiguration", input.clone()).await.ok();
    assert_eq!(set, input);
    let asked = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    let got = house.call("GetUserPoolClientSessionConfiguration", asked).await.ok();
    assert_eq!(got, input);
}
