use crate::{
    add_user_pool_client_secret::{call, house},
    *,
};

#[tokio::test]
async fn secrets_are_listed_without_their_values() {
    let house = house().await;
    call(&house, "AddUserPoolClientSecret", json!({})).await.ok();
    let listed = call(&house, "ListUserPoolClientSecrets", json!({})).await.ok();
    let secrets = listed["ClientSecrets"].as_array().unwrap();
    let names: Vec<&String> =
        secrets.iter().flat_map(|it| it.as_object().unwrap().keys()).collect();
    let two = ["ClientSecretCreateDate", "ClientSecretId"];
    assert_eq!(names, [two, two].concat());
    // Both were made in one second of a clock that stands still.
    let ids: Vec<&str> = secrets.iter().map(|it| it["ClientSecretId"].as_str().unwrap()).collect();
    assert_eq!(ids[0], format!("{}--1795248000", house.client));
    assert_eq!(ids[1], format!("{}--1795248001", house.client));
    assert!(listed.get("NextToken").is_none());
    expect!["400 InvalidParameterException: Invalid pagination token."].assert_eq(
        &call(&house, "ListUserPoolClientSecrets", json!({ "NextToken": "x" })).await.line(),
    );
    let public = house.through(&house.make_client(json!({})).await);
    let none = call(&public, "ListUserPoolClientSecrets", json!({})).await.ok();
    assert_eq!(none, json!({ "ClientSecrets": [] }));
}
