use crate::*;

#[tokio::test]
async fn a_client_has_an_hour_unless_it_was_told_otherwise() {
    let house = House::new().await;
    let asked = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    let got = house.call("GetUserPoolClientSessionConfiguration", asked).await.ok();
    assert_eq!(got["SSOSession"], json!({ "MaxValidityMinutes": 60 }));
}
