//! In whose name messages leave is tried when it is set.

use crate::*;
use pool::Barred;

fn sms() -> Value {
    json!({ "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x" })
}

const IDENTITY: &str = "arn:aws:ses:us-west-2:000000000000:identity/shop.example";

fn mail() -> Value {
    json!({ "EmailSendingAccount": "DEVELOPER", "SourceArn": IDENTITY })
}

async fn set(house: &House, settings: &Value) -> [String; 2] {
    let mut creation = settings.clone();
    creation["PoolName"] = json!("other");
    let mut update = settings.clone();
    update["UserPoolId"] = json!(house.pool);
    [
        house.call("CreateUserPool", creation).await.line(),
        house.call("UpdateUserPool", update).await.line(),
    ]
}

#[tokio::test]
async fn what_nothing_may_leave_as_is_not_set() {
    let house = House::new().await;
    let mut by_mail = json!({ "EmailConfiguration": mail() });
    let by_sms = json!({ "SmsConfiguration": sms() });
    for (barred, settings, line) in [
        (
            Barred::SmsRoleTrust,
            &by_sms,
            expect![
                "400 InvalidSmsRoleTrustRelationshipException: Role does not have a trust relationship allowing Cognito to assume the role"
            ],
        ),
        (
            Barred::SmsRoleAccess,
            &by_sms,
            expect![
                "400 InvalidSmsRoleAccessPolicyException: Role does not have permission to publish with SNS"
            ],
        ),
        (
            Barred::MailIdentity,
            &by_mail,
            expect![
                "400 InvalidEmailRoleAccessPolicyException: Cognito is not allowed to use your email identity"
            ],
        ),
        (
            Barred::MailIdentityUnverified(IDENTITY.to_owned()),
            &by_mail,
            expect![
                "400 InvalidParameterException: Cognito received the following error from Amazon SES when attempting to send email: Email address is not verified. The following identities failed the check in region US-WEST-2: arn:aws:ses:us-west-2:000000000000:identity/shop.example"
            ],
        ),
    ] {
        house.mailbox.bar(barred);
        let [made, updated] = set(&house, settings).await;
        line.assert_eq(&made);
        line.assert_eq(&updated);
    }
    // What names nobody needs nobody's leave.
    by_mail["EmailConfiguration"] = json!({ "EmailSendingAccount": "COGNITO_DEFAULT" });
    assert_eq!(set(&house, &by_mail).await, ["200 OK", "200 OK"]);
    let factors = json!({ "UserPoolId": house.pool, "SmsMfaConfiguration": {} });
    house.mailbox.bar(Barred::SmsRoleTrust);
    expect!["400 InvalidParameterException: SmsConfiguration is required for SMS MFA."]
        .assert_eq(&house.call("SetUserPoolMfaConfig", factors).await.line());
}

#[tokio::test]
async fn the_same_in_words_that_the_operation_has() {
    let pool = json!({ "UserPoolTier": "PLUS", "EmailConfiguration": mail(),
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } });
    let house = House::with(pool, json!({})).await;
    let undelivered = "400 CodeDeliveryFailureException: The message could not be delivered.";
    house.mailbox.bar(Barred::MailIdentityUnverified(IDENTITY.to_owned()));
    let risk = json!({ "UserPoolId": house.pool, "AccountTakeoverRiskConfiguration": {
        "Actions": {}, "NotifyConfiguration": { "SourceArn": IDENTITY } } });
    assert_eq!(house.call("SetRiskConfiguration", risk).await.line(), undelivered);
    house.mailbox.bar(Barred::MailIdentity);
    let user = json!({ "UserPoolId": house.pool, "Username": "ann",
        "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{ "Name": "email", "Value": "ann@example.com" }] });
    assert_eq!(house.call("AdminCreateUser", user).await.line(), undelivered);
}
