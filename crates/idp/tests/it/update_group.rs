use crate::{groups::*, *};

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let house = House::new().await;
    make_group(&house, "readers", Some(3)).await;
    let mut input = named(&house, "readers");
    input["Description"] = json!("may read");
    let updated = house.call("UpdateGroup", input).await.ok();
    assert_eq!(updated["Group"]["Description"], "may read");
    assert_eq!(updated["Group"]["Precedence"], 3);
    assert_eq!(house.call("GetGroup", named(&house, "readers")).await.ok(), updated);
    expect!["400 ResourceNotFoundException: Group not found."]
        .assert_eq(&house.call("UpdateGroup", named(&house, "writers")).await.line());
}
