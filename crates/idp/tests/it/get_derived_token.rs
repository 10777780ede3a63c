use crate::*;

#[tokio::test]
async fn a_token_is_not_exchanged_and_the_caller_is_told() {
    let house = House::new().await;
    let token = house.user("ann").await.tokens().await;
    let input = json!({ "ClientId": house.client, "SubjectToken": token.access,
        "SubjectTokenType": "ACCESS_TOKEN" });
    expect!["400 InvalidParameterException: Token exchange is not supported."]
        .assert_eq(&house.call_unsigned("GetDerivedToken", input.clone()).await.line());
    let mut stranger = input;
    stranger["ClientSecret"] = json!("not0the0secret0of0this0client");
    expect!["400 NotAuthorizedException: The client or its secret is not valid."]
        .assert_eq(&house.call_unsigned("GetDerivedToken", stranger).await.line());
}
