use crate::{groups::*, *};

#[tokio::test]
async fn pages_hold_every_group_once() {
    let house = House::new().await;
    for name in ["a", "b", "c"] {
        make_group(&house, name, None).await;
    }
    let first = json!({ "UserPoolId": house.pool, "Limit": 2 });
    let first = house.call("ListGroups", first).await.ok();
    let rest = json!({ "UserPoolId": house.pool, "Limit": 2, "NextToken": first["NextToken"] });
    let rest = house.call("ListGroups", rest).await.ok();
    let names = |page: &Value| -> Vec<String> {
        let groups = page["Groups"].as_array().unwrap();
        groups.iter().map(|group| group["GroupName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!([names(&first), names(&rest)].concat(), ["a", "b", "c"]);
    assert!(rest.get("NextToken").is_none());
}

#[tokio::test]
async fn a_token_of_another_listing_is_refused() {
    let house = House::new().await;
    let other = house.make_pool(json!({})).await;
    for name in ["a", "b"] {
        make_group(&house, name, None).await;
    }
    let page = json!({ "UserPoolId": house.pool, "Limit": 1 });
    let token = house.call("ListGroups", page).await.ok()["NextToken"].clone();
    let input = json!({ "UserPoolId": other, "Limit": 1, "NextToken": token });
    expect!["400 InvalidParameterException: Invalid pagination token."]
        .assert_eq(&house.call("ListGroups", input).await.line());
}
