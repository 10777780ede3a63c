//! `PUT` and `PATCH /user/{id}/data/update`, and versions.

use crate::stage::Stage;
use serde_json::{Value, json};

#[tokio::test]
async fn data_is_replaced_and_merged() {
    let stage = Stage::new().await;
    let path = format!("/user/{}/data/update", stage.pending("ann").await);
    let data = async |asking: crate::stage::Asking<'_>| {
        asking.send().await.ok()["profile"]["data"].clone()
    };
    let put = stage.put(&path).json(&json!({ "a": { "b": 1, "c": [1] }, "d": 1 }));
    assert_eq!(data(put).await, json!({ "a": { "b": 1, "c": [1] }, "d": 1 }));
    let patch = json!({ "a": { "b": null, "e": 2 }, "d": null }).to_string();
    let patch = stage.patch(&path).body("application/merge-patch+json", patch);
    assert_eq!(data(patch).await, json!({ "a": { "c": [1], "e": 2 } }));
    assert_eq!(data(stage.put(&path).json(&json!({}))).await, json!({}));
    for method in ["PUT", "PATCH"] {
        for body in [json!([]), json!(null), json!("x")] {
            let refused = stage.ask(method, &path).key("writes").json(&body).send().await;
            assert_eq!(refused.line(), "400 invalid-request");
        }
    }
}

#[tokio::test]
async fn data_has_an_end_however_it_grows() {
    let stage = Stage::new().await;
    let path = format!("/user/{}/data/update", stage.pending("ann").await);
    let half = "x".repeat(17 * 1024);
    stage.patch(&path).json(&json!({ "a": half })).send().await.ok();
    assert_eq!(stage.patch(&path).json(&json!({ "b": half })).send().await.line(), "413 too-large");
    assert_eq!(
        stage.put(&path).json(&json!({ "a": half, "b": half })).send().await.line(),
        "413 too-large"
    );
    let huge = "x".repeat(10 * 1024 * 1024);
    assert_eq!(stage.put(&path).json(&json!({ "a": huge })).send().await.line(), "413 too-large");
    let form = stage.put(&path).body("application/x-www-form-urlencoded", "a=b").send().await;
    assert_eq!(form.line(), "415 unsupported-media-type");
}

#[tokio::test]
async fn a_change_of_an_older_version_is_refused() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}/data/update");
    let seen = stage.get(&format!("/user/{id}")).send().await.header("etag").to_owned();
    let change =
        |etag: &str, body: Value| stage.put(&path).header("if-match", etag).json(&body).send();
    let changed = change(&seen, json!({ "a": 1 })).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), seen);
    assert_eq!(change(&seen, json!({ "a": 2 })).await.line(), "412 stale-version");
    assert_eq!(change("*", json!({ "a": 3 })).await.status, 200);
    let now = stage.get(&format!("/user/{id}")).send().await.header("etag").to_owned();
    assert_eq!(change(&format!("\"other\", {now}"), json!({ "a": 4 })).await.status, 200);
    assert_eq!(change("unquoted", json!({})).await.line(), "400 invalid-request");
    for (method, path) in [
        ("DELETE", format!("/user/{id}")),
        ("PATCH", format!("/user/{id}/status/active")),
        ("POST", format!("/user/{id}/badge/early-bird")),
    ] {
        let asking = stage.ask(method, &path).key("writes").header("if-match", &seen);
        assert_eq!(asking.send().await.line(), "412 stale-version", "{method}");
    }
    assert_eq!(stage.profile(&id).await["profile"]["data"], json!({ "a": 4 }));
    let public = format!("/public/user/{id}/status/active");
    let machine = json!({ "sub": "abc", "client_id": "abc", "scope": "users/write" });
    let asking = stage.ask("PATCH", &public).caller(machine).header("if-match", &seen);
    assert_eq!(asking.send().await.line(), "412 stale-version");
    let asking = stage.ask("DELETE", "/public/user/me").person(&id).header("if-match", &seen);
    assert_eq!(asking.send().await.line(), "412 stale-version");
}
