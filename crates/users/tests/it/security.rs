//! Attacks that must fail, by their ids.

use crate::stage::Stage;
use serde_json::{Value, json};
use testkit::PASSWORD;

/// USR-02: a key that may read changes nothing.
#[tokio::test]
async fn usr_02_a_reading_key_changes_nothing() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let before = stage.profile(&id).await;
    for (method, path) in [
        ("POST", "/user".to_owned()),
        ("PATCH", format!("/user/{id}")),
        ("DELETE", format!("/user/{id}")),
        ("PATCH", format!("/user/{id}/status/closed")),
        ("PUT", format!("/user/{id}/data/update")),
        ("PATCH", format!("/user/{id}/data/update")),
        ("POST", format!("/user/{id}/badge/founder")),
        ("DELETE", format!("/user/{id}/badge/founder")),
        ("POST", format!("/user/{id}/activation")),
    ] {
        let asking = stage.ask(method, &path).key("reads").json(&json!({}));
        assert_eq!(asking.send().await.line(), "403 forbidden", "{method} {path}");
        let nobody = stage.ask(method, &path).json(&json!({})).send().await;
        assert_eq!(nobody.line(), "401 unauthorized", "{method} {path}");
    }
    assert_eq!(stage.profile(&id).await, before);
}

/// USR-03: what is sent as data stays in the data.
#[tokio::test]
async fn usr_03_data_reaches_no_member_of_the_profile() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}/data/update");
    let before = stage.profile(&id).await;
    let loaded = json!({
        "role": "admin", "status": "active", "id": "1", "email": "x@y.zz", "createdAt": "1",
        "badges": ["founder"], "profile": { "badges": [] }, "holds_email": false, "told": 0,
    });
    for method in ["PUT", "PATCH"] {
        let asking = stage.ask(method, &path).key("writes").json(&loaded);
        let mut after = asking.send().await.ok();
        assert_eq!(after["profile"]["data"], loaded);
        after["profile"]["data"] = json!({});
        assert_eq!(after, before);
    }
    assert!(stage.sign_in("ann").await.starts_with("400"));
}

/// USR-04: patches that are bombs.
#[tokio::test]
async fn usr_04_a_patch_that_is_a_bomb_is_refused() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}/data/update");
    let deep = [b"{\"a\":".repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat();
    let long = format!("{{\"{}\":1}}", "k".repeat(10 * 1024)).into_bytes();
    for bomb in [
        br#"{"__proto__":{"admin":true}}"#.to_vec(),
        br#"{"a":{"constructor":{"prototype":{"admin":true}}}}"#.to_vec(),
        br#"{"a":1,"a":2}"#.to_vec(),
        long,
        deep,
    ] {
        for (method, kind) in
            [("PUT", "application/json"), ("PATCH", "application/merge-patch+json")]
        {
            let answer =
                stage.ask(method, &path).key("writes").body(kind, bomb.clone()).send().await;
            assert_eq!(answer.line(), "400 malformed-body");
        }
    }
    assert_eq!(stage.profile(&id).await["profile"]["data"], json!({}));
}

/// USR-05: what only the user may know is in the letter and nowhere else.
#[tokio::test]
async fn usr_05_no_answer_holds_a_code_a_password_or_an_address_of_the_network() {
    let stage = Stage::new().await;
    let body = json!({ "email": "ann@example.com", "password": PASSWORD });
    let made = stage.post("/user").from("192.0.2.77").json(&body).send().await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let code = stage.letters.code("ann@example.com");
    let activated =
        stage.ask("POST", &format!("/user/activate/{code}")).from("192.0.2.77").send().await;
    let export = stage.ask("GET", "/public/user/me/export").person(&id).send().await;
    for answer in [made, activated, export] {
        for secret in [code.as_str(), PASSWORD, "192.0.2.77"] {
            assert!(!answer.text.contains(secret), "{}", answer.text);
            assert!(!format!("{:?}", answer.headers).contains(secret));
        }
    }
}

/// USR-06: keys that are none.
#[tokio::test]
async fn usr_06_a_key_that_is_none_opens_nothing() {
    let stage = Stage::new().await;
    let id = stage.pending("ann").await;
    let path = format!("/user/{id}");
    for key in ["", "read", "readsx", "READS", " reads writes"] {
        let answer = stage.ask("GET", &path).key(key).send().await;
        assert_eq!(answer.line(), "401 unauthorized", "{key:?}");
        assert!(!answer.text.contains("ann"));
    }
    for query in ["x-api-key=reads", "api_key=reads"] {
        let path = format!("{path}?{query}");
        assert_eq!(stage.ask("GET", &path).send().await.line(), "401 unauthorized");
        assert_eq!(stage.get(&path).send().await.line(), "401 unauthorized");
    }
}

/// USR-08: handles that would be taken for the administrator's.
#[tokio::test]
async fn usr_08_nobody_is_called_like_the_administrator() {
    let stage = Stage::new().await;
    for handle in [
        "admin",
        "@admin",
        "\u{430}dmin",
        "\u{430}\u{501}m\u{456}n",
        "ad\u{200b}min",
        "\u{ff41}\u{ff44}\u{ff4d}\u{ff49}\u{ff4e}",
        "adm\u{131}n",
        "ad\u{ad}min",
        "\u{202e}nimda",
        "a\u{301}dmin",
        "adm1n",
        "ADMIN",
        "ad.min",
    ] {
        let answer = stage.make("ann", json!({ "handle": handle })).await;
        assert!([400, 409].contains(&answer.status), "{handle:?} {}", answer.text);
    }
    assert!(stage.letters.all().is_empty());
}

/// NRM-01: one address however it is spelled.
#[tokio::test]
async fn nrm_01_spellings_of_an_address_are_one_user() {
    let stage = Stage::new().await;
    stage.make("zo\u{eb}", json!({})).await.ok();
    for spelling in ["ZO\u{cb}", "zoe\u{308}", " zo\u{eb}", "\u{ff5a}o\u{eb}"] {
        let answer = stage.make(spelling, json!({})).await;
        assert!(
            ["409 taken", "400 invalid-request"].contains(&answer.line().as_str()),
            "{spelling}"
        );
    }
    assert_eq!(stage.letters.all().len(), 1);
}

/// NRM-02: names with what is not seen in them.
#[tokio::test]
async fn nrm_02_names_that_cannot_be_seen_are_refused() {
    let stage = Stage::new().await;
    for name in [
        "a\u{0}b",
        "a\u{200b}b",
        "a\u{202e}b",
        "\u{feff}",
        "a\u{1b}[31mb",
        "a\r\nb",
        "a\u{378}b",
        "a\u{e000}b",
    ] {
        let answer = stage.make("ann", json!({ "name": name })).await;
        assert_eq!(
            (answer.line().as_str(), answer.pointers()),
            ("400 invalid-request", vec!["/name".to_owned()])
        );
    }
}

/// ATR-01, ATR-02: nobody promotes themselves, by no member of no body.
#[tokio::test]
async fn atr_01_no_route_of_a_person_changes_what_they_are() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let before = stage.profile(&id).await;
    let promoted = json!({ "role": "admin", "status": "active", "profile": { "badges": [] } });
    let own = format!("/public/user/{id}");
    for (method, path) in [
        ("POST", "/public/user/me"),
        ("PUT", "/public/user/me"),
        ("POST", &own),
        ("PUT", &own),
        ("PATCH", &own),
    ] {
        let answer = stage.ask(method, path).person(&id).json(&promoted).send().await;
        assert_eq!(answer.line(), "405 method-not-allowed", "{method} {path}");
        assert!(answer.header("allow").contains("GET"));
    }
    for (member, value) in [
        ("/role", json!("admin")),
        ("/status", json!("active")),
        ("/sourceSystem", json!("shop")),
        ("/email", json!("evil@example.com")),
        ("/handle", json!("root")),
        ("/id", json!("d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa")),
        ("/createdAt", json!("1970-01-01T00:00:00Z")),
        ("/lastLoginAt", json!(null)),
        ("/holds_email", json!(true)),
        ("/profile/badges", json!([{ "name": "founder" }])),
        ("/profile/profileData/admin", json!(true)),
        ("/profile/data/interestingValue", json!("gold")),
        ("/profile/data/__own", json!({})),
    ] {
        let body = member.rsplit('/').fold(value, |inside, name| match name {
            "" => inside,
            name => json!({ name: inside }),
        });
        let asking = stage.ask("PATCH", "/public/user/me").person(&id).json(&body);
        let answer = asking.send().await;
        assert_eq!(answer.line(), "400 invalid-request", "{member}");
        assert_eq!(answer.pointers(), [member]);
    }
    assert_eq!(stage.profile(&id).await, before);
}

/// DOS-01, DOS-02: bodies and fields that are too large cost nothing.
#[tokio::test]
async fn dos_01_what_is_too_large_is_refused_before_any_work() {
    let stage = Stage::new().await;
    let huge = "x".repeat(1024 * 1024);
    for body in [
        json!({ "email": format!("{huge}@example.com"), "password": PASSWORD }),
        json!({ "email": "ann@example.com", "password": huge }),
    ] {
        assert_eq!(stage.post("/user").json(&body).send().await.line(), "413 too-large");
    }
    let long = "x".repeat(14 * 1024);
    let body = json!({ "email": format!("{long}@example.com"), "password": long, "name": long, "handle": long });
    let answer = stage.post("/user").json(&body).send().await;
    assert_eq!(answer.line(), "400 invalid-request");
    assert!(answer.text.len() < 2048);
    let code = format!("/user/activate/{}", "x".repeat(20_000));
    assert_eq!(stage.ask("POST", &code).send().await.status, 404);
    for path in ["/user/email/", "/user/handle/", "/user/name/"] {
        let status = stage.get(&format!("{path}{}", "x".repeat(20_000))).send().await.status;
        assert!([200, 404].contains(&status));
    }
}

/// DOS-04: whatever is sent, the answer is one that is written down.
#[tokio::test]
async fn dos_04_nothing_that_is_sent_is_a_breakage() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let bodies: Vec<Value> = vec![
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!({ "email": 1, "password": [] }),
        json!({ "profile": 1 }),
        json!({ "profile": { "profileData": [], "data": 1 } }),
        json!({ "\u{0}": "\u{0}" }),
        json!({ "name": "\u{0}" }),
        json!({ "n": 1e308, "m": -1, "o": u64::MAX }),
    ];
    for path in [
        "/user".to_owned(),
        format!("/user/{id}"),
        format!("/user/{id}/data/update"),
        "/user/%00".into(),
        "/user/%ff".into(),
        format!("/user/{id}/status/%00"),
        "/user/email/%00".into(),
        "/user/handle/%f0%9f%98%80".into(),
        "/user/name/%e2%80%ae".into(),
        "/user/activate/%00".into(),
        "/user?cursor=%00".into(),
        "/user?limit=-1".into(),
        "/".into(),
        format!("/user/{id}/badge/%2e%2e%2f"),
        "/public/user/me".into(),
        format!("/public/user/{id}"),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"] {
            for body in &bodies {
                // The stage itself looks for a breakage.
                let asking = stage.ask(method, &path).key("writes").person(&id).json(body);
                let answer = asking.send().await;
                assert!(answer.status < 500, "{method} {path} {}", answer.text);
            }
        }
    }
}
