//! Where profiles and the pool beside them do not agree.

use crate::stage::Stage;
use jiff::SignedDuration;
use serde_json::json;
use users::{Status, reconcile::Drift};

/// The whole walk.
async fn walk(stage: &Stage, is_mending: bool) -> Vec<Drift> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let now = stage.house.clock.now();
        let step = stage.api.reconcile(is_mending, after.as_deref(), now).await.unwrap();
        found.extend(step.found);
        after = step.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn administer(stage: &Stage, operation: &str, id: &str) {
    let input = json!({ "UserPoolId": stage.house.pool, "Username": id });
    stage.house.call(operation, input).await.ok();
}

#[tokio::test]
async fn what_administrators_did_is_found_and_then_mended() {
    let stage = Stage::new().await;
    let (ann, bob, cat) =
        (stage.active("ann").await, stage.active("bob").await, stage.active("cat").await);
    // Somebody who came without the help of the API, and somebody who has not shown who they are.
    let dan = stage.house.user_with("dan@example.com", json!({ "email": "dan@example.com" })).await;
    stage.house.sign_up("eve@example.com", json!({ "email": "eve@example.com" })).await.ok();
    assert!(walk(&stage, true).await.is_empty(), "it may be under way");
    stage.advance(SignedDuration::from_mins(6));
    administer(&stage, "AdminDisableUser", &ann).await;
    administer(&stage, "AdminDeleteUser", &bob).await;

    let mut expected = [
        Drift::KeptOut { id: ann.parse().unwrap() },
        Drift::NoAccount { id: bob.parse().unwrap() },
        Drift::NoProfile { id: dan.sub.parse().unwrap() },
    ];
    let sorted = |mut found: Vec<Drift>| {
        found.sort_by_key(|drift| format!("{drift:?}"));
        found
    };
    expected.sort_by_key(|drift| format!("{drift:?}"));
    // To look changes nothing, so it finds the same again.
    for is_mending in [false, false, true] {
        assert_eq!(sorted(walk(&stage, is_mending).await), expected);
    }
    assert!(walk(&stage, false).await.is_empty());
    assert_eq!(stage.status(&ann).await, Status::Suspended.as_str());
    assert_eq!(stage.status(&bob).await, Status::Closed.as_str());
    assert_eq!(stage.status(&cat).await, Status::Active.as_str());
    let made = stage.profile(&dan.sub).await;
    assert_eq!((&made["status"], &made["email"]), (&json!("active"), &json!("dan@example.com")));
    let users = json!({ "UserPoolId": stage.house.pool });
    let users = stage.house.call("ListUsers", users).await.ok();
    assert_eq!(users["Users"].as_array().unwrap().len(), 4, "nobody is made, nobody is deleted");
}
