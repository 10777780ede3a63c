//! `PATCH …/status/{status}`: who comes in.

use crate::stage::Stage;
use serde_json::json;

#[tokio::test]
async fn a_suspended_user_is_kept_out_and_let_in_again() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let tokens = stage.house.sign_in("ann@example.com", testkit::PASSWORD).await.ok();
    let refresh = tokens["AuthenticationResult"]["RefreshToken"].as_str().unwrap();
    stage.patch(&format!("/user/{id}/status/suspended")).send().await.ok();
    assert!(stage.sign_in("ann").await.starts_with("400"));
    assert_eq!(stage.house.refresh(refresh).await.status, 400);
    stage.patch(&format!("/user/{id}/status/active")).send().await.ok();
    assert_eq!(stage.sign_in("ann").await, "200");
}

#[tokio::test]
async fn a_status_does_not_jump() {
    let stage = Stage::new().await;
    let pending = stage.pending("ann").await;
    let set = async |id: &str, status: &str| {
        stage.patch(&format!("/user/{id}/status/{status}")).send().await.line()
    };
    assert_eq!(set(&pending, "suspended").await, "409 status-not-reachable");
    assert_eq!(set(&pending, "pending").await, "200");
    assert_eq!(set(&pending, "happy").await, "400 invalid-request");
    assert_eq!(set(&pending, "active").await, "200");
    assert_eq!(set(&pending, "pending").await, "409 status-not-reachable");
    assert_eq!(set(&pending, "closed").await, "200");
    for status in ["active", "suspended", "pending"] {
        assert_eq!(set(&pending, status).await, "409 status-not-reachable");
    }
    assert_eq!(set("00000000-0000-4000-8000-000000000000", "active").await, "404 not-found");
    assert_eq!(set("x", "active").await, "404 not-found");
}

#[tokio::test]
async fn people_in_a_group_and_machines_change_others_with_the_scope() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    let path = format!("/public/user/{bob}/status/suspended");
    let ask = async |claims| stage.ask("PATCH", &path).caller(claims).send().await.line();
    assert_eq!(stage.ask("PATCH", &path).send().await.line(), "401 unauthorized");
    assert_eq!(ask(json!({ "sub": ann })).await, "403 forbidden");
    assert_eq!(ask(json!({ "sub": ann, "scope": "users/write" })).await, "403 forbidden");
    assert_eq!(ask(json!({ "sub": ann, "cognito:groups": "admins" })).await, "403 forbidden");
    assert_eq!(ask(json!({ "sub": bob, "scope": "openid" })).await, "403 forbidden");
    assert_eq!(stage.status(&bob).await, "active");
    let admin = json!({ "sub": ann, "scope": "openid users/write", "cognito:groups": "admins" });
    assert_eq!(ask(admin).await, "200");
    let machine = json!({ "sub": "abc123", "client_id": "abc123", "scope": "users/write" });
    assert_eq!(ask(machine).await, "200");
    assert_eq!(stage.status(&bob).await, "suspended");
}

#[tokio::test]
async fn a_profile_whose_user_is_gone_can_be_closed_and_not_let_in() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    stage
        .house
        .call("AdminDeleteUser", json!({ "UserPoolId": stage.house.pool, "Username": id }))
        .await
        .ok();
    stage.patch(&format!("/user/{id}/status/suspended")).send().await.ok();
    assert_eq!(
        stage.patch(&format!("/user/{id}/status/active")).send().await.line(),
        "409 conflict"
    );
    stage.patch(&format!("/user/{id}/status/closed")).send().await.ok();
    assert_eq!(stage.delete(&format!("/user/{id}")).send().await.status, 204);
}
