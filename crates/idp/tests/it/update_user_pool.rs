use crate::*;

#[tokio::test]
async fn what_is_left_out_has_its_default_again() {
    let house = House::empty();
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    let pool = house
        .make_pool(json!({
            "LambdaConfig": { "PreSignUp": arn },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "DcrConfiguration": { "OpenDcrEnabled": false },
            "UsernameAttributes": ["email"],
        }))
        .await;
    house.advance(SignedDuration::from_secs(1));
    let updated = house.call("UpdateUserPool", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(updated, json!({}));
    let pool = house.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok();
    let pool = &pool["UserPool"];
    assert_eq!(pool["LambdaConfig"], json!({}));
    assert_eq!(pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], false);
    assert!(pool.get("AutoVerifiedAttributes").is_none());
    assert_eq!(pool["Name"], "people", "the name has no default");
    assert_eq!(
        pool["DcrConfiguration"],
        json!({ "OpenDcrEnabled": false }),
        "kept, as Cognito does"
    );
    assert_eq!(pool["UsernameAttributes"], json!(["email"]), "not a parameter");
    assert_eq!(pool["UsernameConfiguration"], json!({ "CaseSensitive": false }));
    assert_eq!(pool["LastModifiedDate"], 1795248001.25);
}

#[tokio::test]
async fn an_update_is_checked_like_a_creation() {
    let house = House::new().await;
    expect!["400 InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is optional"]
        .assert_eq(&house.update_pool(json!({ "MfaConfiguration": "OPTIONAL" })).await.line());
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist."]
        .assert_eq(&house.update_pool(json!({ "UserPoolId": "eu-west-1_Nobody123" })).await.line());
}
