use crate::{get_provisioned_limit::of, *};

#[tokio::test]
async fn a_limit_is_kept_between_what_is_free_and_what_there_is() {
    let house = House::empty();
    let set = async |value: i32| {
        let input = json!({ "LimitDefinition": of("UserCreation"), "RequestedLimitValue": value });
        house.call("UpdateProvisionedLimit", input).await
    };
    assert_eq!(set(80).await.ok()["Limit"]["ProvisionedLimitValue"], 80);
    expect!["400 InvalidParameterException: RequestedLimitValue must be 50 or more."]
        .assert_eq(&set(49).await.line());
    expect![
        "400 ServiceQuotaExceededException: The requested value exceeds what the account may have."
    ]
    .assert_eq(&set(1_000_000).await.line());
    let input = json!({ "LimitDefinition": of("UserCreation") });
    let limit = house.call("GetProvisionedLimit", input).await.ok();
    assert_eq!(limit["Limit"]["ProvisionedLimitValue"], 80);
    assert_eq!(limit["Limit"]["FreeLimitValue"], 50);
}
