use crate::{terms::*, *};

#[tokio::test]
async fn terms_are_told_as_they_were_made() {
    let house = House::new().await;
    let mut made = house.call("CreateTerms", terms(&house)).await.ok()["Terms"].take();
    let described = house.call("DescribeTerms", by_id(&house, made["TermsId"].as_str().unwrap()));
    assert_eq!(described.await.ok()["Terms"], made);
    let object = made.as_object_mut().unwrap();
    for changing in ["TermsId", "CreationDate", "LastModifiedDate"] {
        assert!(object.remove(changing).is_some(), "{changing}");
    }
    assert_eq!(made, terms(&house));
}

#[tokio::test]
async fn a_client_has_one_document_of_a_kind() {
    let house = House::new().await;
    make_terms(&house).await;
    expect!["400 TermsExistsException: Terms with this name already exist for the client."]
        .assert_eq(&house.call("CreateTerms", terms(&house)).await.line());
    let other = house.make_client(json!({})).await;
    make_terms(&house.through(&other)).await;
}

#[tokio::test]
async fn everybody_has_a_link() {
    let house = House::new().await;
    let mut german = terms(&house);
    german["Links"] = json!({ "cognito:german": "https://example.com/de" });
    expect!["400 InvalidParameterException: Links must contain a link for cognito:default."]
        .assert_eq(&house.call("CreateTerms", german).await.line());
    let listed = house.call("ListTerms", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(listed["Terms"], json!([]));
}

#[tokio::test]
async fn a_client_of_another_pool_is_none() {
    let house = House::new().await;
    let mut other = terms(&house);
    other["UserPoolId"] = json!(house.make_pool(json!({})).await);
    let line = house.call("CreateTerms", other).await.line();
    assert_eq!(
        line,
        format!("400 ResourceNotFoundException: User pool client {} does not exist.", house.client)
    );
}
