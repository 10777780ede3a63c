use crate::*;

#[tokio::test]
async fn a_user_is_shown_with_the_sub_first() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let mut user = house.look_at("ann").await;
    assert_eq!(user["UserAttributes"][0], json!({ "Name": "sub", "Value": ann.sub }));
    user["UserAttributes"][0]["Value"] = json!("…");
    expect![[r#"
        {
          "Enabled": true,
          "UserAttributes": [
            {
              "Name": "sub",
              "Value": "…"
            },
            {
              "Name": "email",
              "Value": "ann@example.com"
            },
            {
              "Name": "email_verified",
              "Value": "true"
            }
          ],
          "UserCreateDate": 1795248000.25,
          "UserLastModifiedDate": 1795248000.25,
          "UserStatus": "CONFIRMED",
          "Username": "ann"
        }"#]]
    .assert_eq(&pretty(&user));
    assert_eq!(house.look_at(&ann.sub).await["Username"], "ann", "by sub");
}

#[tokio::test]
async fn a_user_that_is_missing_is_told_whatever_the_client_hides() {
    let house = House::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    let nobody = json!({ "UserPoolId": house.pool, "Username": "nobody" });
    for operation in [
        "AdminGetUser",
        "AdminDeleteUser",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminUserGlobalSignOut",
        "AdminConfirmSignUp",
        "AdminListGroupsForUser",
    ] {
        assert_eq!(
            house.call(operation, nobody.clone()).await.line(),
            "400 UserNotFoundException: User does not exist.",
            "{operation}"
        );
        let pool = json!({ "UserPoolId": "eu-west-1_Nobody123", "Username": "nobody" });
        assert_eq!(
            house.call(operation, pool).await.line(),
            "400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist.",
            "{operation}"
        );
    }
}
