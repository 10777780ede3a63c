use crate::{groups::*, *};

#[tokio::test]
async fn a_group_is_told_as_it_was_made() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "GroupName": "readers", "Description": "may read",
        "RoleArn": "arn:aws:iam::000000000000:role/readers", "Precedence": 3 });
    let made = house.call("CreateGroup", input.clone()).await.ok();
    for (name, value) in input.as_object().unwrap() {
        assert_eq!(&made["Group"][name], value, "{name}");
    }
    assert_eq!(made["Group"]["CreationDate"], 1795248000.25);
    assert_eq!(house.call("GetGroup", named(&house, "readers")).await.ok(), made);
}

#[tokio::test]
async fn a_name_is_taken_once_and_its_case_matters() {
    let house = House::new().await;
    make_group(&house, "readers", None).await;
    expect!["400 GroupExistsException: A group with the name already exists."]
        .assert_eq(&house.call("CreateGroup", named(&house, "readers")).await.line());
    make_group(&house, "Readers", None).await;
    expect!["400 ResourceNotFoundException: User pool eu-west-1_Nobody123 does not exist."]
        .assert_eq(
            &house
                .call(
                    "CreateGroup",
                    json!({ "UserPoolId": "eu-west-1_Nobody123", "GroupName": "x" }),
                )
                .await
                .line(),
        );
}
