use crate::*;

pub fn of(category: &str) -> Value {
    json!({ "LimitClass": "API_CATEGORY", "Attributes": { "Category": category } })
}

#[tokio::test]
async fn a_limit_is_what_is_free_unless_more_was_wanted() {
    let house = House::empty();
    let input = json!({ "LimitDefinition": of("UserCreation") });
    let limit = house.call("GetProvisionedLimit", input).await.ok();
    let expected = json!({ "Limit": { "LimitDefinition": of("UserCreation"),
        "ProvisionedLimitValue": 50, "FreeLimitValue": 50 } });
    assert_eq!(limit, expected);
}

#[tokio::test]
async fn a_category_is_one_of_those_that_there_are() {
    let house = House::empty();
    let input = json!({ "LimitDefinition": of("Coffee") });
    expect!["400 ResourceNotFoundException: API category Coffee does not exist."]
        .assert_eq(&house.call("GetProvisionedLimit", input).await.line());
    let mut nothing = of("UserCreation");
    nothing["Attributes"] = json!({});
    expect!["400 InvalidParameterException: Attributes of an API_CATEGORY limit are a Category."]
        .assert_eq(
            &house.call("GetProvisionedLimit", json!({ "LimitDefinition": nothing })).await.line(),
        );
}
