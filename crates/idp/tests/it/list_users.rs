use crate::*;

async fn names(house: &House, filter: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut token = Value::Null;
    loop {
        let input = json!({ "UserPoolId": house.pool, "Filter": filter, "Limit": 2, "PaginationToken": token });
        let page = house.call("ListUsers", input).await.ok();
        let users = page["Users"].as_array().unwrap();
        assert!(users.len() <= 2);
        names.extend(users.iter().map(|user| user["Username"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("PaginationToken") else { break };
        token = next.clone();
    }
    names.sort();
    names
}

#[tokio::test]
async fn a_filter_finds_who_fits() {
    let house = House::new().await;
    for (name, attributes) in [
        ("ann", json!({ "email": "Ann@example.com", "name": "Ann A", "given_name": "Ann" })),
        (
            "anna",
            json!({ "email": "anna@example.org", "name": "Anna \"B\"", "phone_number": "+15551231234" }),
        ),
        ("bob", json!({ "email": "bob@example.com", "family_name": "Builder" })),
    ] {
        house.user_with(name, attributes).await;
    }
    house.sign_up("carol", json!({})).await.ok();
    house
        .call("AdminDisableUser", json!({ "UserPoolId": house.pool, "Username": "bob" }))
        .await
        .ok();
    let sub = house.attribute("bob", "sub").await.unwrap();
    for (filter, found) in [
        (String::new(), vec!["ann", "anna", "bob", "carol"]),
        (r#"email = "ann@example.com""#.into(), vec!["ann"]),
        (r#"email="ANN@EXAMPLE.COM""#.into(), vec!["ann"]),
        (r#"email ^= "ann""#.into(), vec!["ann", "anna"]),
        (r#""username" ^= "ann""#.into(), vec!["ann", "anna"]),
        (r#"username = "ANN""#.into(), vec![]),
        (r#"name = "Anna \"B\"""#.into(), vec!["anna"]),
        (r#"given_name = "Ann""#.into(), vec!["ann"]),
        (r#"family_name ^= "build""#.into(), vec!["bob"]),
        (r#"phone_number ^= "+1555""#.into(), vec!["anna"]),
        (r#"cognito:user_status = "unconfirmed""#.into(), vec!["carol"]),
        (r#"status = "Disabled""#.into(), vec!["bob"]),
        (r#"status = "disabled""#.into(), vec![]),
        (format!(r#"sub = "{sub}""#), vec!["bob"]),
        (format!(r#"sub ^= "{}""#, &sub[..9]), vec!["bob"]),
        (r#"sub = "nonsense""#.into(), vec![]),
    ] {
        assert_eq!(names(&house, &filter).await, found, "{filter}");
    }
}

#[tokio::test]
async fn pages_hold_every_user_once() {
    let house = House::new().await;
    let mut all = Vec::new();
    for number in 0..25 {
        let name = format!("user{number:02}");
        house.sign_up(&name, json!({ "name": "one of many" })).await.ok();
        all.push(name);
    }
    assert_eq!(names(&house, "").await, all);
    assert_eq!(names(&house, r#"name ^= "One""#).await, all);
    let page = house.call("ListUsers", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(page["Users"].as_array().unwrap().len(), 25);
    assert!(page.get("PaginationToken").is_none());
}

#[tokio::test]
async fn attributes_are_given_as_asked() {
    let house = House::new().await;
    house.user("ann").await;
    let listed = async |wanted: Value| {
        let input = json!({ "UserPoolId": house.pool, "AttributesToGet": wanted });
        house.call("ListUsers", input).await
    };
    let some = listed(json!(["email"])).await.ok();
    assert_eq!(
        some["Users"][0]["Attributes"],
        json!([{ "Name": "email", "Value": "ann@example.com" }])
    );
    let all = listed(Value::Null).await.ok();
    assert_eq!(all["Users"][0]["Attributes"].as_array().unwrap().len(), 3);
    let none = listed(json!([])).await.ok();
    assert_eq!(none["Users"][0]["Attributes"], json!([]));
    for one in ["custom:none", "name"] {
        expect!["400 InvalidParameterException: One or more requested attributes do not exist."]
            .assert_eq(&listed(json!(["email", one])).await.line());
    }
}

#[tokio::test]
async fn what_is_no_filter_and_no_token_is_refused() {
    let house = House::new().await;
    for _ in 0..2 {
        house
            .sign_up(&format!("ann{}", house.mailbox.len()), json!({ "email": "a@example.com" }))
            .await
            .ok();
    }
    let line = async |filter: &str, token: Value| {
        let input = json!({ "UserPoolId": house.pool, "Filter": filter, "PaginationToken": token });
        house.call("ListUsers", input).await.line()
    };
    for bad in ["email", "email = a", r#"email > "a""#, r#"email = "a" or"#] {
        assert_eq!(
            line(bad, Value::Null).await,
            "400 InvalidParameterException: Error while parsing filter."
        );
    }
    expect!["400 InvalidParameterException: Input fails to satisfy the constraints."]
        .assert_eq(&line(r#"custom:x = "a""#, Value::Null).await);
    let first = json!({ "UserPoolId": house.pool, "Limit": 1, "Filter": r#"email ^= "a""# });
    let token = house.call("ListUsers", first).await.ok()["PaginationToken"].clone();
    assert!(token.is_string());
    for (filter, token) in [("", token.clone()), (r#"email ^= "b""#, token), ("", json!("x"))] {
        assert_eq!(
            line(filter, token).await,
            "400 InvalidParameterException: Invalid pagination token."
        );
    }
}
