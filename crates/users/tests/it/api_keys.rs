//! The key of a server, as a route between servers asks for it.

use crate::stage::Stage;

const NOBODY: &str = "/user/d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa";

#[tokio::test]
async fn a_route_is_reached_with_a_key_in_its_header_alone() {
    let stage = Stage::new().await;
    assert_eq!(stage.ask("GET", NOBODY).key("reads").send().await.line(), "404 not-found");
    let refused = stage.ask("GET", NOBODY).send().await;
    assert_eq!(refused.line(), "401 unauthorized");
    assert_eq!(refused.header("www-authenticate"), r#"ApiKey header="x-api-key""#);
    for (name, value) in [
        ("authorization", "Bearer reads"),
        ("authorization", "reads"),
        ("cookie", "x-api-key=reads"),
    ] {
        let refused = stage.ask("GET", NOBODY).header(name, value).send().await;
        assert_eq!(refused.line(), "401 unauthorized", "{name}");
    }
}

/// USR-06: keys that are none, or stand where they must not.
#[tokio::test]
async fn usr_06_a_wrong_an_empty_and_a_doubled_key_are_refused() {
    let stage = Stage::new().await;
    for bad in ["", "read", "reads ", "Reads", "reads,writes"] {
        let refused = stage.ask("GET", NOBODY).header("x-api-key", bad).send().await;
        // A header loses the space at its end on the way, and not here.
        assert_eq!(refused.line(), "401 unauthorized", "{bad:?}");
    }
    let twice = stage.ask("GET", NOBODY).key("reads").key("reads").send().await;
    assert_eq!(twice.line(), "401 unauthorized");
    for query in ["x-api-key=reads", "apiKey=reads", "x%2Dapi%2Dkey=reads", "a=1&API_KEY=x"] {
        let asking = stage.ask("GET", &format!("{NOBODY}?{query}")).key("reads");
        assert_eq!(asking.send().await.line(), "401 unauthorized", "{query}");
    }
}

#[tokio::test]
async fn who_has_no_key_does_not_learn_what_the_route_would_say() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    for path in [format!("/user/{id}"), NOBODY.to_owned(), "/user/no-id".to_owned()] {
        assert_eq!(stage.ask("GET", &path).send().await.line(), "401 unauthorized");
        let asking = stage.ask("PATCH", &path).key("reads").body("text/plain", "no JSON");
        assert_eq!(asking.send().await.line(), "403 forbidden");
    }
}
