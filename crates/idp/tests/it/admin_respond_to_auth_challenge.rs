use crate::*;

#[tokio::test]
async fn a_server_goes_on_with_what_it_began() {
    let house = House::new().await;
    house.user("ann").await;
    let (begun, client) = house.begin_srp("ann").await;
    let responses = house.prove(&begun.ok(), &client, PASSWORD);
    let input = json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
    SignedIn::of(&house.call("AdminRespondToAuthChallenge", input.clone()).await.ok());
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&house.call("AdminRespondToAuthChallenge", input).await.line());
}
