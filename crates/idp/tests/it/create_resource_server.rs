use crate::{resource_servers::*, *};

#[tokio::test]
async fn a_resource_server_is_told_as_it_was_made() {
    let house = House::new().await;
    let made = house.call("CreateResourceServer", server(&house, "users")).await.ok();
    assert_eq!(made["ResourceServer"], server(&house, "users"));
    let described = house.call("DescribeResourceServer", named(&house, "users")).await.ok();
    assert_eq!(described, made);
}

#[tokio::test]
async fn an_identifier_and_a_scope_stand_once() {
    let house = House::new().await;
    house.call("CreateResourceServer", server(&house, "users")).await.ok();
    assert_eq!(
        house.call("CreateResourceServer", server(&house, "users")).await.line(),
        format!("400 InvalidParameterException: users already exists in user pool {}.", house.pool)
    );
    let mut twice = server(&house, "other");
    let scope = twice["Scopes"][0].clone();
    twice["Scopes"].as_array_mut().unwrap().push(scope);
    expect!["400 InvalidParameterException: Duplicate scope: read"]
        .assert_eq(&house.call("CreateResourceServer", twice).await.line());
}
