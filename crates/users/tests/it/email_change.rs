//! Another address: `POST /public/user/me/email/change` and its confirmation.

use crate::stage::{Answer, Stage};
use jiff::SignedDuration;
use serde_json::{Value, json};

const CHANGE: &str = "/public/user/me/email/change";
const CONFIRM: &str = "/public/user/me/email/change/confirm";

impl Stage {
    async fn mine(&self, id: &str, path: &str, body: Value) -> Answer {
        self.ask("POST", path).person(id).json(&body).send().await
    }
}

/// ATR-04: nothing changes before the code has come back, and then everything does.
#[tokio::test]
async fn atr_04_the_old_address_counts_until_the_code_has_come_back() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let asked = stage.mine(&id, CHANGE, json!({ "email": "new@example.com" })).await;
    assert_eq!((asked.status, asked.text.as_str()), (202, ""));
    assert!(stage.sign_in("ann").await.starts_with("200"));
    assert!(!stage.sign_in("new").await.starts_with("200"));
    assert_eq!(stage.profile(&id).await["email"], "ann@example.com");

    let code = stage.letters.code("new@example.com");
    let wrong = stage.mine(&id, CONFIRM, json!({ "code": "aaaaaaaaaa" })).await;
    assert_eq!(wrong.pointers(), ["/code"]);
    let done = stage.mine(&id, CONFIRM, json!({ "code": code.to_uppercase() })).await;
    assert!(!done.header("etag").is_empty());
    assert_eq!(done.ok()["email"], "new@example.com");
    assert!(!stage.sign_in("ann").await.starts_with("200"));
    assert!(stage.sign_in("new").await.starts_with("200"));
    assert_eq!(stage.house.attribute(&id, "email_verified").await.as_deref(), Some("true"));
    let again = stage.mine(&id, CONFIRM, json!({ "code": code })).await;
    assert_eq!(again.pointers(), ["/code"]);
    // The old address is free again, and the new one found.
    let found = stage.get("/user/email/new@example.com").send().await.ok();
    assert_eq!(found["id"], id.as_str());
    stage.active("ann2").await;
    assert_eq!(stage.get("/user/email/ann@example.com").send().await.status, 404);
}

/// ATR-05: an address of somebody else is never had, in whatever letters it is written.
#[tokio::test]
async fn atr_05_an_address_of_somebody_else_is_not_had() {
    let stage = Stage::new().await;
    let mallory = stage.active("mallory").await;
    stage.active("ann").await;
    let asked = stage.mine(&mallory, CHANGE, json!({ "email": "ANN@example.com" })).await;
    assert_eq!(asked.status, 202, "who has an address is nobody's business");
    // Even with the code, which only Ann could read.
    let code = stage.letters.all().pop().unwrap().1;
    let taken = stage.mine(&mallory, CONFIRM, json!({ "code": code })).await;
    assert_eq!((taken.line(), taken.pointers()), ("409 taken".into(), vec!["/email".into()]));
    assert_eq!(stage.profile(&mallory).await["email"], "mallory@example.com");
    assert!(stage.sign_in("mallory").await.starts_with("200"));
}

#[tokio::test]
async fn letters_and_guesses_are_counted() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    for _ in 0..5 {
        let asked = stage.mine(&id, CHANGE, json!({ "email": "new@example.com" })).await;
        assert_eq!(asked.status, 202);
    }
    let late = stage.mine(&id, CHANGE, json!({ "email": "new@example.com" })).await;
    assert_eq!(late.line(), "429 too-many-requests");
    for _ in 0..5 {
        let guess = stage.mine(&id, CONFIRM, json!({ "code": "aaaaaaaaaa" })).await;
        assert_eq!(guess.status, 400);
    }
    let code = stage.letters.code("new@example.com");
    assert_eq!(stage.mine(&id, CONFIRM, json!({ "code": code })).await.status, 429);
    stage.advance(SignedDuration::from_hours(2));
    let expired = stage.mine(&id, CONFIRM, json!({ "code": code })).await;
    assert_eq!(expired.pointers(), ["/code"]);
}

#[tokio::test]
async fn a_token_for_something_else_changes_no_address() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let claims = json!({ "sub": id, "client_id": "web", "scope": "users/read" });
    let asked =
        stage.ask("POST", CHANGE).caller(claims).json(&json!({ "email": "new@example.com" }));
    assert_eq!(asked.send().await.line(), "403 forbidden");
    let nobody = stage.ask("POST", CHANGE).json(&json!({ "email": "new@example.com" }));
    assert_eq!(nobody.send().await.line(), "401 unauthorized");
    let odd = stage.mine(&id, CHANGE, json!({ "email": "no address" })).await;
    assert_eq!(odd.pointers(), ["/email"]);
}
