//! Signing people in on a server's behalf: `POST /auth/…`.

use crate::stage::{Answer, Stage};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::PASSWORD;

impl Stage {
    async fn auth(&self, path: &str, body: Value) -> Answer {
        self.post(&format!("/auth/{path}")).json(&body).send().await
    }

    async fn login(&self, name: &str) -> Value {
        let email = format!("{name}@example.com");
        self.auth("login", json!({ "email": email, "password": PASSWORD })).await.ok()
    }

    async fn verdict(&self, kind: &str, token: &Value) -> Value {
        self.auth(&format!("token/{kind}/verify"), json!({ "token": token })).await.ok()
    }
}

#[tokio::test]
async fn somebody_signs_in_by_address_handle_and_user_name() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    for name in [
        json!({ "email": "Ann@Example.com" }),
        json!({ "handle": "ann" }),
        json!({ "username": "ann@example.com" }),
        json!({ "username": id }),
    ] {
        let mut body = name.clone();
        body["password"] = PASSWORD.into();
        let answer = stage.auth("login", body).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let tokens = answer.ok();
        assert_eq!(tokens["tokenType"], "Bearer", "{name}");
        for token in ["accessToken", "idToken", "refreshToken"] {
            assert!(tokens[token].as_str().is_some_and(|token| token.len() > 100), "{name}");
        }
    }
    let profile = stage.profile(&id).await;
    assert_eq!(profile["lastLoginAt"], stage.house.clock.now().to_string());
}

#[tokio::test]
async fn nobody_learns_who_exists() {
    let stage = Stage::new().await;
    stage.active("ann").await;
    let mut texts = Vec::new();
    for body in [
        json!({ "email": "ann@example.com", "password": "Wrong-Horse7!" }),
        json!({ "email": "nobody@example.com", "password": "Wrong-Horse7!" }),
        json!({ "handle": "ann", "password": "Wrong-Horse7!" }),
        json!({ "handle": "nobody", "password": "Wrong-Horse7!" }),
        json!({ "username": "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa", "password": "Wrong-Horse7!" }),
    ] {
        let answer = stage.auth("login", body).await;
        assert_eq!(answer.line(), "401 unauthorized");
        texts.push(answer.text);
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    for name in ["ann", "nobody"] {
        let email = format!("{name}@example.com");
        let answer = stage.auth("password/reset", json!({ "email": email })).await;
        assert_eq!((answer.status, answer.text.as_str()), (202, ""));
    }
    let guess =
        json!({ "email": "nobody@example.com", "code": "123456", "password": "Other-Horse7!" });
    let answer = stage.auth("password/reset/confirm", guess).await;
    assert_eq!(
        (answer.line(), answer.pointers()),
        ("400 invalid-request".into(), vec!["/code".into()])
    );
}

#[tokio::test]
async fn guesses_come_to_an_end_as_in_the_pool() {
    let stage = Stage::new().await;
    stage.active("ann").await;
    let guess = || stage.auth("login", json!({ "handle": "ann", "password": "Wrong-Horse7!" }));
    for _ in 0..5 {
        assert_eq!(guess().await.status, 401);
    }
    let right = json!({ "email": "ann@example.com", "password": PASSWORD });
    let locked = stage.auth("login", right.clone()).await;
    assert_eq!(locked.line(), "429 too-many-requests");
    stage.advance(SignedDuration::from_secs(2));
    stage.auth("login", right).await.ok();
}

#[tokio::test]
async fn who_waits_or_is_kept_out_does_not_come_in() {
    let stage = Stage::new().await;
    stage.pending("bob").await;
    let id = stage.active("ann").await;
    stage.patch(&format!("/user/{id}/status/suspended")).send().await.ok();
    for name in ["ann", "bob"] {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        assert_eq!(stage.auth("login", body).await.line(), "403 forbidden", "{name}");
    }
}

#[tokio::test]
async fn a_body_is_strict() {
    let stage = Stage::new().await;
    for (body, pointers) in [
        (json!({ "email": "ann@example.com" }), vec!["/password"]),
        (json!({ "password": PASSWORD }), vec!["/username"]),
        (json!({ "email": "a@x.org", "handle": "ann", "password": PASSWORD }), vec!["/username"]),
        (json!({ "email": "a@x.org", "password": PASSWORD, "x": 1 }), vec!["/x"]),
        (json!({ "email": 1, "password": PASSWORD }), vec!["/email"]),
        (json!({ "email": "a@x.org", "password": "a b" }), vec!["/password"]),
        (json!({ "email": "a@x.org", "password": PASSWORD, "address": "here" }), vec!["/address"]),
    ] {
        let answer = stage.auth("login", body.clone()).await;
        assert_eq!(answer.line(), "400 invalid-request", "{body}");
        assert_eq!(answer.pointers(), pointers, "{body}");
    }
    let without = stage.ask("POST", "/auth/login").json(&json!({})).send().await;
    assert_eq!(without.status, 401);
    let reader = stage.ask("POST", "/auth/login").key("reads").json(&json!({})).send().await;
    assert_eq!(reader.status, 403);
}

#[tokio::test]
async fn a_temporary_password_is_replaced_by_an_answer_to_the_challenge() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let temporary = json!({
        "UserPoolId": stage.house.pool, "Username": id, "Password": "Temporary-1!", "Permanent": false,
    });
    stage.house.call("AdminSetUserPassword", temporary).await.ok();
    let asked = json!({ "handle": "ann", "password": "Temporary-1!" });
    let asked = stage.auth("login", asked).await.ok();
    assert_eq!(asked["challenge"], "NEW_PASSWORD_REQUIRED");
    assert!(asked["parameters"].get("userAttributes").is_none());
    let answer = |password: &str| {
        json!({
            "challenge": asked["challenge"], "session": asked["session"],
            "responses": { "USERNAME": asked["parameters"]["USERNAME"], "NEW_PASSWORD": password },
        })
    };
    let weak = stage.auth("challenge", answer("short")).await;
    assert_eq!(
        (weak.line(), weak.pointers()),
        ("400 invalid-request".into(), vec!["/responses/NEW_PASSWORD".into()])
    );
    let tokens = stage.auth("challenge", answer("Chosen-Horse7!")).await.ok();
    assert!(tokens["accessToken"].is_string());
    let again = stage.auth("challenge", answer("Chosen-Horse8!")).await;
    assert_eq!(again.pointers(), ["/session"]);
    let odd =
        stage.auth("challenge", json!({ "challenge": "PASSKEY", "session": "x", "responses": [] }));
    assert_eq!(odd.await.pointers(), ["/session", "/responses"]);
}

#[tokio::test]
async fn a_session_goes_on_and_ends() {
    let stage = Stage::new().await;
    stage.active("ann").await;
    let tokens = stage.login("ann").await;
    let refresh = json!({ "refreshToken": tokens["refreshToken"] });
    let next = stage.auth("refresh", refresh.clone()).await.ok();
    assert!(next["accessToken"].is_string());
    assert_eq!(stage.verdict("refresh", &tokens["refreshToken"]).await["active"], true);

    assert_eq!(stage.auth("logout", refresh.clone()).await.status, 204);
    assert_eq!(stage.auth("logout", refresh.clone()).await.status, 204);
    assert_eq!(stage.auth("refresh", refresh).await.line(), "401 unauthorized");
    for (kind, token) in [
        ("refresh", &tokens["refreshToken"]),
        ("access", &tokens["accessToken"]),
        ("access", &next["accessToken"]),
        ("id", &tokens["idToken"]),
    ] {
        let verdict = stage.verdict(kind, token).await;
        assert_eq!(verdict, json!({ "active": false, "tokenType": kind, "reason": "revoked" }));
    }
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_every_session() {
    let stage = Stage::new().await;
    stage.active("ann").await;
    let (one, two) = (stage.login("ann").await, stage.login("ann").await);
    let wrong = json!({ "refreshToken": one["refreshToken"], "everywhere": true });
    assert_eq!(stage.auth("logout", wrong).await.pointers(), ["/accessToken"]);
    let out = json!({ "accessToken": one["accessToken"], "everywhere": true });
    assert_eq!(stage.auth("logout", out).await.status, 204);
    for tokens in [&one, &two] {
        assert_eq!(stage.verdict("access", &tokens["accessToken"]).await["reason"], "revoked");
        assert_eq!(stage.verdict("refresh", &tokens["refreshToken"]).await["reason"], "revoked");
    }
}

/// USR-09: a verdict by type, from the body alone.
#[tokio::test]
async fn usr_09_a_token_is_looked_at_by_its_type_and_never_in_a_path() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let tokens = stage.login("ann").await;
    for (kind, member) in
        [("id", "idToken"), ("access", "accessToken"), ("refresh", "refreshToken")]
    {
        for (other, token) in
            [("id", "idToken"), ("access", "accessToken"), ("refresh", "refreshToken")]
        {
            let verdict = stage.verdict(kind, &tokens[token]).await;
            assert_eq!(verdict["active"], Value::Bool(kind == other), "{kind} {other}");
            assert_eq!(verdict["tokenType"], kind);
        }
        let verdict = stage.verdict(kind, &tokens[member]).await;
        assert_eq!(verdict["subject"], id.as_str());
        assert_eq!(verdict["clientId"], stage.house.client.as_str());
        assert_eq!(verdict["sessionChecked"], true);
        for nonsense in ["", "x", "a.b.c", "ü"] {
            assert_eq!(stage.verdict(kind, &nonsense.into()).await["reason"], "invalid");
        }
        let token = tokens[member].as_str().unwrap();
        for method in ["GET", "POST"] {
            let path = format!("/auth/token/{kind}/verify/{token}");
            let answer = stage.ask(method, &path).send().await;
            assert_eq!(answer.line(), "410 gone");
            assert!(!answer.text.contains(token));
        }
    }
    let unknown = stage.auth("token/saml/verify", json!({ "token": "x" })).await;
    assert_eq!(unknown.line(), "404 not-found");
    stage.advance(SignedDuration::from_hours(25));
    assert_eq!(stage.verdict("access", &tokens["accessToken"]).await["reason"], "expired");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    let stage = Stage::new().await;
    stage.active("ann").await;
    let before = stage.login("ann").await;
    stage.auth("password/reset", json!({ "handle": "ann" })).await;
    let code = stage.house.mailbox.code("ann@example.com");
    let confirm = |code: &str, password: &str| {
        stage.auth(
            "password/reset/confirm",
            json!({ "handle": "ann", "code": code, "password": password }),
        )
    };
    assert_eq!(confirm("000000", "Chosen-Horse7!").await.pointers(), ["/code"]);
    assert_eq!(confirm(&code, "short").await.pointers(), ["/password"]);
    assert_eq!(confirm(&code, "Chosen-Horse7!").await.status, 204);
    let body = json!({ "handle": "ann", "password": "Chosen-Horse7!" });
    stage.auth("login", body).await.ok();
    let refresh = json!({ "refreshToken": before["refreshToken"] });
    assert_eq!(stage.auth("refresh", refresh).await.status, 401);
}
