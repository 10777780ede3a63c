use crate::*;

const PLUS: &str = "PLUS";

async fn protected() -> House {
    let pool =
        json!({ "UserPoolTier": PLUS, "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } });
    House::with(pool, json!({})).await
}

fn configuration(house: &House) -> Value {
    json!({ "UserPoolId": house.pool, "ClientId": house.client,
        "CompromisedCredentialsRiskConfiguration":
            { "EventFilter": ["SIGN_IN"], "Actions": { "EventAction": "BLOCK" } },
        "RiskExceptionConfiguration": { "BlockedIPRangeList": ["192.0.2.0/24"] } })
}

#[tokio::test]
async fn a_configuration_is_told_as_it_was_made_and_is_the_clients_alone() {
    let house = protected().await;
    let made = house.call("SetRiskConfiguration", configuration(&house)).await.ok();
    let asked = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    assert_eq!(house.call("DescribeRiskConfiguration", asked.clone()).await.ok(), made);
    let pool = json!({ "UserPoolId": house.pool });
    let told = house.call("DescribeRiskConfiguration", pool.clone()).await.ok();
    assert_eq!(told["RiskConfiguration"], pool);
    // Nothing given is the default again.
    house.call("SetRiskConfiguration", asked.clone()).await.ok();
    let told = house.call("DescribeRiskConfiguration", asked.clone()).await.ok();
    assert_eq!(told["RiskConfiguration"], asked);
}

#[tokio::test]
async fn a_pool_without_the_feature_has_none() {
    let house = House::new().await;
    let line = "400 UserPoolAddOnNotEnabledException: Advanced security is not enabled for this user pool.";
    assert_eq!(house.call("SetRiskConfiguration", configuration(&house)).await.line(), line);
    let asked = json!({ "UserPoolId": house.pool });
    assert_eq!(house.call("DescribeRiskConfiguration", asked).await.line(), line);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused() {
    let house = protected().await;
    let mut ranges = configuration(&house);
    ranges["RiskExceptionConfiguration"]["BlockedIPRangeList"] = json!(["192.0.2.0/99"]);
    expect!["400 InvalidParameterException: Invalid IP range: 192.0.2.0/99"]
        .assert_eq(&house.call("SetRiskConfiguration", ranges).await.line());
    let mut silent = configuration(&house);
    silent["AccountTakeoverRiskConfiguration"] = json!({ "Actions":
        { "HighAction": { "Notify": true, "EventAction": "BLOCK" } } });
    expect!["400 InvalidParameterException: NotifyConfiguration is required when an action has Notify set."]
        .assert_eq(&house.call("SetRiskConfiguration", silent).await.line());
}
