use crate::*;

const FIRST: &str = "abcdefghijklmnopqrstuvwxyz";

pub(crate) async fn house() -> House {
    House::with(json!({}), json!({ "ClientSecret": FIRST })).await
}

pub(crate) async fn call(house: &House, operation: &str, more: Value) -> Answer {
    let mut input = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.call(operation, input).await
}

pub(crate) async fn sign_in(house: &House, secret: &str) -> String {
    let parameters = json!({ "USERNAME": "ann", "PASSWORD": PASSWORD,
        "SECRET_HASH": house.secret_hash(secret, "ann") });
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": parameters });
    house.call_unsigned("InitiateAuth", input).await.line()
}

/// OAU-21, for `SECRET_HASH`.
#[tokio::test]
async fn each_secret_works_until_it_is_deleted() {
    let house = house().await;
    house.user("ann").await;
    let added = call(&house, "AddUserPoolClientSecret", json!({})).await.ok();
    let descriptor = &added["ClientSecretDescriptor"];
    let second = descriptor["ClientSecretValue"].as_str().unwrap();
    assert_eq!(second.len(), 52);
    for secret in [FIRST, second] {
        assert_eq!(sign_in(&house, secret).await, "200 OK");
    }
    let listed = call(&house, "ListUserPoolClientSecrets", json!({})).await.ok();
    let first = listed["ClientSecrets"][0]["ClientSecretId"].clone();
    let delete = json!({ "ClientSecretId": first });
    call(&house, "DeleteUserPoolClientSecret", delete).await.ok();
    let wrong = format!(
        "400 NotAuthorizedException: Unable to verify secret hash for client {}",
        house.client
    );
    assert_eq!(sign_in(&house, FIRST).await, wrong);
    assert_eq!(sign_in(&house, second).await, "200 OK");
}

#[tokio::test]
async fn a_client_has_two_secrets_at_most_and_only_if_it_has_one() {
    let house = house().await;
    let given = json!({ "ClientSecret": "zyxwvutsrqponmlkjihgfedcba" });
    expect!["400 InvalidParameterException: The client has this secret already."].assert_eq(
        &call(&house, "AddUserPoolClientSecret", json!({ "ClientSecret": FIRST })).await.line(),
    );
    let added = call(&house, "AddUserPoolClientSecret", given.clone()).await.ok();
    assert_eq!(added["ClientSecretDescriptor"]["ClientSecretValue"], given["ClientSecret"]);
    expect!["400 LimitExceededException: A client has at most 2 secrets."]
        .assert_eq(&call(&house, "AddUserPoolClientSecret", json!({})).await.line());
    let public = house.through(&house.make_client(json!({})).await);
    expect!["400 InvalidParameterException: Secrets can be added to a client that was made with one only."]
        .assert_eq(&call(&public, "AddUserPoolClientSecret", json!({})).await.line());
}
