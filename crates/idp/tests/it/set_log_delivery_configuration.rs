use crate::*;

fn errors() -> Value {
    json!({ "LogLevel": "ERROR", "EventSource": "userNotification",
        "CloudWatchLogsConfiguration": { "LogGroupArn": "arn:aws:logs:eu-west-1:000000000000:log-group:pool" } })
}

#[tokio::test]
async fn a_configuration_is_told_as_it_was_made() {
    let house = House::new().await;
    let asked = json!({ "UserPoolId": house.pool, "LogConfigurations": [errors()] });
    let made = house.call("SetLogDeliveryConfiguration", asked.clone()).await.ok();
    assert_eq!(made["LogDeliveryConfiguration"], asked);
    let pool = json!({ "UserPoolId": house.pool });
    assert_eq!(house.call("GetLogDeliveryConfiguration", pool).await.ok(), made);
}

#[tokio::test]
async fn each_source_stands_once_with_its_level_and_one_destination() {
    let house = House::new().await;
    let refused = async |configurations: Value| {
        let asked = json!({ "UserPoolId": house.pool, "LogConfigurations": configurations });
        house.call("SetLogDeliveryConfiguration", asked).await.line()
    };
    expect!["400 InvalidParameterException: Duplicate EventSource: userNotification"]
        .assert_eq(&refused(json!([errors(), errors()])).await);
    let mut level = errors();
    level["LogLevel"] = json!("INFO");
    expect!["400 InvalidParameterException: LogLevel of userNotification must be ERROR"]
        .assert_eq(&refused(json!([level])).await);
    let mut nowhere = errors();
    nowhere.as_object_mut().unwrap().remove("CloudWatchLogsConfiguration");
    expect!["400 InvalidParameterException: userNotification needs exactly one destination"]
        .assert_eq(&refused(json!([nowhere])).await);
}
