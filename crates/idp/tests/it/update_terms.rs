use crate::{terms::*, *};

#[tokio::test]
async fn what_is_not_given_stays() {
    let house = House::new().await;
    let id = make_terms(&house).await;
    house.clock.advance(SignedDuration::from_secs(60));
    let mut change = by_id(&house, &id);
    change["Links"] = json!({ "cognito:default": "https://example.com/new" });
    let changed = house.call("UpdateTerms", change).await.ok()["Terms"].take();
    assert_eq!(changed["TermsName"], "terms-of-use");
    assert_eq!(changed["Links"], json!({ "cognito:default": "https://example.com/new" }));
    assert!(changed["LastModifiedDate"].as_f64() > changed["CreationDate"].as_f64());
    assert_eq!(house.call("DescribeTerms", by_id(&house, &id)).await.ok()["Terms"], changed);
}

#[tokio::test]
async fn a_document_cannot_become_one_that_there_is() {
    let house = House::new().await;
    let id = make_terms(&house).await;
    let mut policy = terms(&house);
    policy["TermsName"] = json!("privacy-policy");
    house.call("CreateTerms", policy).await.ok();
    let mut change = by_id(&house, &id);
    change["TermsName"] = json!("privacy-policy");
    expect!["400 TermsExistsException: Terms with this name already exist for the client."]
        .assert_eq(&house.call("UpdateTerms", change).await.line());
}
