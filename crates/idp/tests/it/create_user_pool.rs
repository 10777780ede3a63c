use crate::*;

#[tokio::test]
async fn a_pool_of_defaults_shows_them() {
    let house = House::empty();
    let made = house.call("CreateUserPool", json!({ "PoolName": "people" })).await.ok();
    let mut pool = made["UserPool"].clone();
    let id = pool["Id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("eu-west-1_") && id.len() == "eu-west-1_".len() + 9, "{id}");
    assert_eq!(pool["Arn"], format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{id}"));
    for moving in ["Id", "Arn", "SchemaAttributes"] {
        pool.as_object_mut().unwrap().remove(moving);
    }
    expect![[r#"
        {
          "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": false,
            "UnusedAccountValidityDays": 7
          },
          "CreationDate": 1795248000.25,
          "DeletionProtection": "INACTIVE",
          "EmailConfiguration": {
            "EmailSendingAccount": "COGNITO_DEFAULT"
          },
          "EstimatedNumberOfUsers": 0,
          "LambdaConfig": {},
          "LastModifiedDate": 1795248000.25,
          "MfaConfiguration": "OFF",
          "Name": "people",
          "Policies": {
            "PasswordPolicy": {
              "MinimumLength": 8,
              "RequireLowercase": true,
              "RequireNumbers": true,
              "RequireSymbols": true,
              "RequireUppercase": true,
              "TemporaryPasswordValidityDays": 7
            },
            "SignInPolicy": {
              "AllowedFirstAuthFactors": [
                "PASSWORD"
              ]
            }
          },
          "UserPoolTier": "ESSENTIALS",
          "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_CODE"
          }
        }"#]]
    .assert_eq(&pretty(&pool));
}

#[tokio::test]
async fn a_pool_is_made_in_the_region_of_the_call() {
    let house = House::empty();
    let credentials = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261121/us-east-2/cognito-idp/\
                       aws4_request, SignedHeaders=host, Signature=00";
    let request = http::Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.CreateUserPool")
        .header("authorization", credentials)
        .body(r#"{"PoolName":"people"}"#.into())
        .unwrap();
    let made = house.send(request).await.ok();
    assert!(made["UserPool"]["Id"].as_str().unwrap().starts_with("us-east-2_"));
}

#[tokio::test]
async fn what_is_given_is_told_back() {
    let house = House::empty();
    let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}");
    let given = json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 12, "RequireUppercase": true, "RequireLowercase": false,
                "RequireNumbers": true, "RequireSymbols": false, "TemporaryPasswordValidityDays": 3,
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
        },
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {
            "PreSignUp": arn("a"), "PostConfirmation": arn("b"), "PreAuthentication": arn("c"),
            "PostAuthentication": arn("d"), "CustomMessage": arn("f"),
            "UserMigration": arn("j"),
            "CustomEmailSender": { "LambdaVersion": "V1_0", "LambdaArn": arn("k") },
            "CustomSMSSender": { "LambdaVersion": "V1_0", "LambdaArn": arn("l") },
            "DefineAuthChallenge": arn("g"), "CreateAuthChallenge": arn("h"),
            "VerifyAuthChallengeResponse": arn("i"),
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn("e") },
            "KMSKeyID": "arn:aws:kms:eu-west-1:000000000000:key/1234",
        },
        "AutoVerifiedAttributes": ["phone_number", "email"],
        "UsernameAttributes": ["email"],
        "SmsVerificationMessage": "sms {####}",
        "EmailVerificationMessage": "mail {####}",
        "EmailVerificationSubject": "subject",
        "VerificationMessageTemplate": {
            "SmsMessage": "sms {####}", "EmailMessage": "mail {####}", "EmailSubject": "subject",
            "EmailMessageByLink": "click {##here##}", "EmailSubjectByLink": "link",
            "DefaultEmailOption": "CONFIRM_WITH_CODE",
        },
        "SmsAuthenticationMessage": "sign in with {####}",
        "MfaConfiguration": "OFF",
        "UserAttributeUpdateSettings": {
            "AttributesRequireVerificationBeforeUpdate": ["email"],
        },
        "DeviceConfiguration": {
            "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true,
        },
        "EmailConfiguration": {
            "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/a@example.com",
            "ReplyToEmailAddress": "b@example.com", "EmailSendingAccount": "DEVELOPER",
            "From": "A <a@example.com>", "ConfigurationSet": "set",
        },
        "SmsConfiguration": {
            "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x",
            "SnsRegion": "eu-west-1",
        },
        "UserPoolTags": { "team": "identity" },
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 3,
            "InviteMessageTemplate": {
                "SMSMessage": "{username} {####}", "EmailMessage": "{username}: {####}",
                "EmailSubject": "hello",
            },
        },
        "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" },
        "UsernameConfiguration": { "CaseSensitive": true },
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [
                { "Priority": 2, "Name": "verified_phone_number" },
                { "Priority": 1, "Name": "verified_email" },
            ],
        },
        "UserPoolTier": "PLUS",
    });
    let mut input = given.clone();
    input["PoolName"] = json!("people");
    let made = house.call("CreateUserPool", input).await.ok();
    let id = made["UserPool"]["Id"].clone();
    let described = house.call("DescribeUserPool", json!({ "UserPoolId": id })).await.ok();
    assert_eq!(described, made);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(pretty(&made["UserPool"][name]), pretty(value), "{name}");
    }
}

#[tokio::test]
async fn what_would_be_ignored_to_the_pools_harm_is_refused() {
    let house = House::empty();
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    for (settings, text) in [
        (
            json!({ "MfaConfiguration": "ON" }),
            "SMS configuration and Auto verification for phone_number are required when MFA is required",
        ),
        (
            json!({ "LambdaConfig": { "CustomEmailSender": { "LambdaVersion": "V1_0", "LambdaArn": arn } } }),
            "KMSKeyID is required with a CustomEmailSender or CustomSMSSender.",
        ),
        (
            json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["WEB_AUTHN"] } } }),
            "WEB_AUTHN cannot be the only first factor.",
        ),
    ] {
        let mut input = settings;
        input["PoolName"] = json!("people");
        let line = house.call("CreateUserPool", input).await.line();
        assert_eq!(line, format!("400 InvalidParameterException: {text}"));
    }
}

#[tokio::test]
async fn settings_that_contradict_one_another_are_refused() {
    let house = House::empty();
    let line = async |settings: Value| {
        let mut input = settings;
        input["PoolName"] = json!("people");
        house.call("CreateUserPool", input).await.line()
    };
    let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}");
    expect!["400 InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set in a user pool."]
        .assert_eq(&line(json!({ "AliasAttributes": ["email"], "UsernameAttributes": ["email"] })).await);
    expect!["400 InvalidParameterException: PreTokenGeneration and PreTokenGenerationConfig must name the same function."]
        .assert_eq(&line(json!({ "LambdaConfig": { "PreTokenGeneration": arn("a"),
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn("b") } } })).await);
    expect!["400 FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: Token Customization with Pre-Token Generation Lambda V2_0"]
        .assert_eq(&line(json!({ "UserPoolTier": "LITE", "LambdaConfig": {
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn("b") } } })).await);
    expect!["400 FeatureUnavailableInTierException: The following features need to be disabled for the ESSENTIALS pricing tier configured: Threat Protection"]
        .assert_eq(&line(json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } })).await);
    expect!["400 InvalidParameterException: Attributes that require verification before update must be auto verified attributes."]
        .assert_eq(&line(json!({ "UserAttributeUpdateSettings": {
            "AttributesRequireVerificationBeforeUpdate": ["email"] } })).await);
    expect!["400 InvalidParameterException: Invalid account recovery setting parameter. admin_only cannot be used with other recovery options."]
        .assert_eq(&line(json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [
            { "Priority": 1, "Name": "admin_only" }, { "Priority": 2, "Name": "verified_email" } ] } })).await);
    expect!["400 InvalidParameterException: Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"]
        .assert_eq(&line(json!({ "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 },
            "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 4 } } })).await);
}

#[tokio::test]
async fn a_schema_has_the_standard_attributes_and_its_own() {
    let house = House::empty();
    let schema = json!([
        { "Name": "email", "Required": true, "AttributeDataType": "String" },
        { "Name": "tenant", "AttributeDataType": "Number",
          "NumberAttributeConstraints": { "MinValue": "1", "MaxValue": "9" } },
        { "Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": true },
    ]);
    let pool = house.make_pool(json!({ "Schema": schema })).await;
    let made = house.call("DescribeUserPool", json!({ "UserPoolId": pool })).await.ok();
    let attributes = made["UserPool"]["SchemaAttributes"].as_array().unwrap();
    let one = |name: &str| attributes.iter().find(|it| it["Name"] == name).unwrap().to_string();
    assert_eq!(attributes.len(), 23);
    expect![[r#"{"AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":true,"Name":"email","Required":true,"StringAttributeConstraints":{"MaxLength":"2048","MinLength":"0"}}"#]]
        .assert_eq(&one("email"));
    expect![[r#"{"AttributeDataType":"Number","DeveloperOnlyAttribute":false,"Mutable":true,"Name":"custom:tenant","NumberAttributeConstraints":{"MaxValue":"9","MinValue":"1"},"Required":false}"#]]
        .assert_eq(&one("custom:tenant"));
    expect![[r#"{"AttributeDataType":"String","DeveloperOnlyAttribute":true,"Mutable":true,"Name":"dev:custom:note","Required":false,"StringAttributeConstraints":{}}"#]]
        .assert_eq(&one("dev:custom:note"));
}

#[tokio::test]
async fn a_schema_that_cannot_be_is_refused() {
    let house = House::empty();
    let line = async |attribute: Value| {
        let input = json!({ "PoolName": "people", "Schema": [attribute] });
        house.call("CreateUserPool", input).await.line()
    };
    expect![
        "400 InvalidParameterException: Required custom attributes are not supported currently."
    ]
    .assert_eq(
        &line(json!({ "Name": "x", "AttributeDataType": "String", "Required": true })).await,
    );
    expect!["400 InvalidParameterException: Invalid AttributeDataType input, consider using the provided AttributeDataType enum."]
        .assert_eq(&line(json!({ "Name": "x" })).await);
    expect!["400 InvalidParameterException: You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email"]
        .assert_eq(&line(json!({ "Name": "email", "AttributeDataType": "Number" })).await);
    for bound in ["MinLength", "MaxLength"] {
        expect!["400 InvalidParameterException: user.email: String attributes cannot have a length of more than 2048"]
            .assert_eq(&line(json!({ "Name": "email", "StringAttributeConstraints": { bound: "2049" } })).await);
        expect!["400 InvalidParameterException: Invalid StringAttributeConstraints for schema attribute email"]
            .assert_eq(&line(json!({ "Name": "email", "StringAttributeConstraints": { bound: "long" } })).await);
    }
    expect!["400 InvalidParameterException: Invalid NumberAttributeConstraints for schema attribute updated_at"]
        .assert_eq(&line(json!({ "Name": "updated_at", "NumberAttributeConstraints": { "MinValue": "1e3" } })).await);
    expect![
        "400 InvalidParameterException: user.email: Max length cannot be less than min length."
    ]
    .assert_eq(
        &line(json!({ "Name": "email",
            "StringAttributeConstraints": { "MinLength": "9", "MaxLength": "8" } }))
        .await,
    );
}

#[tokio::test]
async fn broken_constraints_are_told_all_at_once() {
    let house = House::empty();
    let input = json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 5 } } });
    expect!["400 InvalidParameterException: 2 validation errors detected: Value null at 'poolName' failed to satisfy constraint: Member must not be null; Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6"]
        .assert_eq(&house.call("CreateUserPool", input).await.line());
}
