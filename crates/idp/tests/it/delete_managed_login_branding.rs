use crate::{brandings::*, *};

#[tokio::test]
async fn a_deleted_style_can_be_made_again() {
    let house = House::new().await;
    let id = make_branding(&house).await;
    house.call("DeleteManagedLoginBranding", by_id(&house, &id)).await.ok();
    expect!["400 ResourceNotFoundException: ManagedLoginBranding does not exist."]
        .assert_eq(&house.call("DeleteManagedLoginBranding", by_id(&house, &id)).await.line());
    make_branding(&house).await;
}
