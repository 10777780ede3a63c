//! The link in the letter: `GET` and `POST /user/activate/{activationCode}`, and another letter.

use crate::stage::Stage;
use jiff::SignedDuration;
use serde_json::json;

fn link(code: &str) -> String {
    format!("/user/activate/{code}")
}

#[tokio::test]
async fn a_code_lets_its_user_in_once() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = link(&stage.letters.code("ann@example.com"));
    let answer = stage.ask("POST", &path).send().await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "status": "active" })));
    assert_eq!(stage.status(&id).await, "active");
    assert_eq!(stage.sign_in("ann").await, "200");
    assert_eq!(stage.house.attribute(&id, "email_verified").await.as_deref(), Some("true"));
    assert_eq!(stage.ask("POST", &path).send().await.line(), "404 not-found");
}

/// USR-07: what reads mail before people do follows links.
#[tokio::test]
async fn usr_07_looking_at_the_link_does_nothing_and_guessing_comes_to_an_end() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = link(&stage.letters.code("ann@example.com"));
    for method in ["GET", "HEAD", "GET"] {
        let page = stage.ask(method, &path).send().await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    // The page says nothing of the code.
    let (good, bad) =
        (stage.ask("GET", &path).send().await, stage.ask("GET", &link("x")).send().await);
    assert_eq!(good.text, bad.text);
    assert_eq!(stage.status(&id).await, "pending");

    let guess = |address: &'static str| stage.ask("POST", &link("wrong")).from(address).send();
    for _ in 0..20 {
        assert_eq!(guess("192.0.2.1").await.line(), "404 not-found");
    }
    let late = guess("192.0.2.1").await;
    assert_eq!(late.line(), "429 too-many-requests");
    assert_eq!(late.header("retry-after"), "3600");
    // The right code does not help either, from there; from elsewhere it does.
    assert_eq!(stage.ask("POST", &path).from("192.0.2.1").send().await.status, 429);
    assert_eq!(stage.ask("POST", &path).from("192.0.2.2").send().await.status, 200);
    stage.advance(SignedDuration::from_hours(1));
    assert_eq!(guess("192.0.2.1").await.status, 404);
}

#[tokio::test]
async fn a_browser_gets_a_page() {
    let stage = Stage::new().await;
    stage.pending("ann").await;
    let path = link(&stage.letters.code("ann@example.com"));
    for (expected, text) in [(200, "is active"), (404, "did not work")] {
        let page = stage.ask("POST", &path).header("accept", "text/html,*/*").send().await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (expected, "text/html; charset=utf-8")
        );
        assert!(page.text.contains(text));
    }
}

#[tokio::test]
async fn a_code_is_too_old_after_a_day_and_a_new_letter_ends_the_old_one() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let first = stage.letters.code("ann@example.com");
    let again = format!("/user/{id}/activation");
    assert_eq!(stage.post(&again).send().await.status, 202);
    let second = stage.letters.code("ann@example.com");
    assert_eq!(stage.ask("POST", &link(&first)).send().await.status, 404);
    stage.advance(SignedDuration::from_hours(24));
    assert_eq!(stage.ask("POST", &link(&second)).send().await.status, 404);
    assert_eq!(stage.post(&again).send().await.status, 202);
    let third = stage.letters.code("ann@example.com");
    assert_eq!(stage.ask("POST", &link(&third)).send().await.status, 200);
    assert_eq!(stage.post(&again).send().await.line(), "409 conflict");
}

#[tokio::test]
async fn nobody_is_flooded_with_letters() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let again = format!("/user/{id}/activation");
    for _ in 0..5 {
        assert_eq!(stage.post(&again).send().await.status, 202);
    }
    assert_eq!(stage.post(&again).send().await.line(), "429 too-many-requests");
    assert_eq!(stage.letters.all().len(), 6);
}

#[tokio::test]
async fn whoever_was_closed_or_let_in_since_is_not_activated() {
    let stage = Stage::new().await;
    for (name, status) in [("ann", "closed"), ("bob", "active")] {
        let id = stage.pending(name).await;
        let path = link(&stage.letters.code(&format!("{name}@example.com")));
        stage.patch(&format!("/user/{id}/status/{status}")).send().await.ok();
        assert_eq!(stage.ask("POST", &path).send().await.status, 404);
        assert_eq!(stage.status(&id).await, status);
    }
}
