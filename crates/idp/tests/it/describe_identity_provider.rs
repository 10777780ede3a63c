use crate::{identity_providers::*, *};

#[tokio::test]
async fn a_provider_is_described_with_its_secret_and_a_missing_one_is_told() {
    let house = House::new().await;
    let made = house.call("CreateIdentityProvider", provider(&house, "corp")).await.ok();
    let described = house.call("DescribeIdentityProvider", named(&house, "corp")).await.ok();
    assert_eq!(described, made);
    assert_eq!(described["IdentityProvider"]["ProviderDetails"]["client_secret"], "very secret");
    expect!["400 ResourceNotFoundException: Identity provider none does not exist."]
        .assert_eq(&house.call("DescribeIdentityProvider", named(&house, "none")).await.line());
}
