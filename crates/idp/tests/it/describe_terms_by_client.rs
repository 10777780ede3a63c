use crate::{terms::*, *};

#[tokio::test]
async fn a_document_is_found_by_client_and_kind() {
    let house = House::new().await;
    let id = make_terms(&house).await;
    let asked =
        |name| json!({ "UserPoolId": house.pool, "ClientId": house.client, "TermsName": name });
    let found = house.call("DescribeTermsByClient", asked("terms-of-use")).await.ok();
    assert_eq!(found["Terms"]["TermsId"], id);
    expect!["400 ResourceNotFoundException: Terms do not exist."]
        .assert_eq(&house.call("DescribeTermsByClient", asked("privacy-policy")).await.line());
}
