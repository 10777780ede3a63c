use crate::*;

#[tokio::test]
async fn a_code_goes_to_the_address_and_five_an_hour_are_sent() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let tokens = ann.tokens().await;
    let input = json!({ "AttributeName": "email" });
    for _ in 0..5 {
        let sent =
            tokens.call(&house, "GetUserAttributeVerificationCode", input.clone()).await.ok();
        assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "a***@e***");
    }
    expect!["400 LimitExceededException: Attempt limit exceeded, please try after some time."]
        .assert_eq(&tokens.call(&house, "GetUserAttributeVerificationCode", input).await.line());
}

#[tokio::test]
async fn only_an_address_or_number_that_is_there_can_be_proven() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    let line = async |name: &str| {
        let input = json!({ "AttributeName": name });
        tokens.call(&house, "GetUserAttributeVerificationCode", input).await.line()
    };
    expect!["400 InvalidParameterException: Invalid attribute name. Only phone_number and email can be verified."]
        .assert_eq(&line("name").await);
    expect!["400 InvalidParameterException: User has no phone_number to verify."]
        .assert_eq(&line("phone_number").await);
}
