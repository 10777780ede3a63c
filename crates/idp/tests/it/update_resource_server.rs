use crate::{resource_servers::*, *};

#[tokio::test]
async fn the_scopes_are_replaced() {
    let house = House::new().await;
    house.call("CreateResourceServer", server(&house, "users")).await.ok();
    let mut changed = server(&house, "users");
    changed["Scopes"] = json!([{ "ScopeName": "write", "ScopeDescription": "may write" }]);
    let updated = house.call("UpdateResourceServer", changed.clone()).await.ok();
    assert_eq!(updated["ResourceServer"], changed);
    expect!["400 ResourceNotFoundException: Resource server other does not exist."]
        .assert_eq(&house.call("UpdateResourceServer", server(&house, "other")).await.line());
}
