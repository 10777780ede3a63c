use crate::*;

#[tokio::test]
async fn pages_hold_every_pool_once() {
    let house = House::empty();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(house.make_pool(json!({})).await);
    }
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let input = json!({ "MaxResults": 2, "NextToken": token });
        let page = house.call("ListUserPools", input).await.ok();
        let pools = page["UserPools"].as_array().unwrap();
        assert!(pools.len() <= 2);
        seen.extend(pools.iter().map(|pool| pool["Id"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("NextToken") else { break };
        token = next.clone();
    }
    made.sort();
    assert_eq!(seen, made);
}

#[tokio::test]
async fn the_size_of_a_page_is_needed_and_a_strange_token_is_refused() {
    let house = House::new().await;
    expect!["400 InvalidParameterException: 1 validation error detected: Value null at 'maxResults' failed to satisfy constraint: Member must not be null"]
        .assert_eq(&house.call("ListUserPools", json!({})).await.line());
    expect!["400 InvalidParameterException: Invalid pagination token."].assert_eq(
        &house.call("ListUserPools", json!({ "MaxResults": 1, "NextToken": "x" })).await.line(),
    );
}

#[tokio::test]
async fn a_pool_of_another_region_is_not_there() {
    let house = House::empty();
    let pool = house.make_pool(json!({})).await;
    let listed = async |region: &str| {
        let credentials = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261121/{region}/cognito-idp/aws4_request, \
             SignedHeaders=host, Signature=00"
        );
        let request = http::Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools")
            .header("authorization", credentials)
            .body(r#"{"MaxResults":60}"#.into())
            .unwrap();
        house.send(request).await.ok()["UserPools"].clone()
    };
    assert_eq!(listed("eu-west-1").await[0]["Id"], pool);
    assert_eq!(listed("us-east-2").await, json!([]));
    // Not one whose name merely begins like the region's.
    assert_eq!(listed("eu-west-11").await, json!([]));
}
