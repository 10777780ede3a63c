//! `GET /user` and `GET /user/name/{name}`.

use crate::stage::Stage;
use jiff::SignedDuration;
use serde_json::json;

async fn walk(stage: &Stage, query: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    for _ in 0..50 {
        let page = stage.get(&format!("/user?{query}{cursor}")).send().await.ok();
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return names };
        cursor = format!("&cursor={next}");
    }
    panic!("the listing has no end");
}

#[tokio::test]
async fn everybody_is_listed_once_the_oldest_first() {
    let stage = Stage::new().await;
    let mut expected = Vec::new();
    for name in ["zoe", "ann", "anna", "bob", "cyn", "ANN2"] {
        stage.make(name, json!({ "name": name })).await.ok();
        stage.advance(SignedDuration::from_millis(1));
        expected.push(name.to_owned());
    }
    for limit in [1, 2, 5, 100] {
        assert_eq!(walk(&stage, &format!("limit={limit}")).await, expected);
    }
    assert_eq!(walk(&stage, "name=AN&limit=2").await, ["ann", "ANN2", "anna"]);
    assert_eq!(walk(&stage, "status=pending").await.len(), 6);
    assert!(walk(&stage, "status=active").await.is_empty());
    let found = stage.get("/user/name/ann").send().await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_status_changes_the_list_that_one_is_in() {
    let stage = Stage::new().await;
    stage.active("ann").await;
    stage.pending("bob").await;
    assert_eq!(walk(&stage, "status=active").await, ["ann"]);
    assert_eq!(walk(&stage, "status=pending").await, ["bob"]);
    assert_eq!(walk(&stage, "status=pending&name=b").await, ["bob"]);
    assert!(walk(&stage, "status=active&name=b").await.is_empty());
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let stage = Stage::new().await;
    for name in ["ann", "bob"] {
        stage.pending(name).await;
    }
    let page = stage.get("/user?limit=1").send().await.ok();
    let next = page["next"].as_str().unwrap();
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=x", "?limit"),
        ("limit=1&limit=2", "?limit"),
        ("status=happy", "?status"),
        ("name=", "?name"),
        ("cursor=x", "?cursor"),
        ("other=1", "?"),
        (&format!("status=pending&cursor={next}"), "?cursor"),
        ("name=%ff", "?"),
    ] {
        let answer = stage.get(&format!("/user?{query}")).send().await;
        assert_eq!(
            (answer.line().as_str(), answer.pointers()),
            ("400 invalid-request", vec![pointer.to_owned()]),
            "{query}"
        );
    }
    assert_eq!(stage.get("/user/name/%00").send().await.ok(), json!({ "items": [] }));
}
