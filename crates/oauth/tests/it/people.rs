//! What people do on the pages.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn somebody_signs_up_confirms_and_is_signed_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let query = world.request(&[]);
    let signed_up = browser
        .fill(
            &format!("/signup?{query}"),
            &[
                ("username", "ann"),
                ("password", testkit::PASSWORD),
                ("new_password", testkit::PASSWORD),
                ("attribute.email", "ann@example.com"),
            ],
        )
        .await;
    assert_eq!(signed_up.status, 303, "{}", signed_up.body);
    let path = signed_up.location().to_owned();
    assert!(path.starts_with("/confirm?"), "{path}");
    let wrong = browser.fill(&path, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 400);
    let code = world.house.mailbox.code("ann@example.com");
    let done = browser.fill(&path, &[("code", &code)]).await;
    assert_eq!(world.redeem(&done.code()).await.status, 200);

    // Carried over to another browser, the step is nothing.
    let mut other = world.browser();
    let page = other.get(&path).await;
    assert!(!page.body.contains("name=\"step\""));
}

#[tokio::test]
async fn somebody_forgets_the_password() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let query = world.request(&[]);
    let sent = browser.fill(&format!("/forgotPassword?{query}"), &[("username", "ann")]).await;
    let path = sent.location().to_owned();
    assert!(path.starts_with("/confirmForgotPassword?"), "{path}");
    let code = world.house.mailbox.code("ann@example.com");
    let new = "Another-Horse8!";
    let pairs = [("code", code.as_str()), ("new_password", new), ("repeated_password", new)];
    let changed = browser.fill(&path, &pairs).await;
    assert!(changed.location().starts_with("/login?"), "{}", changed.location());
    let done = browser.fill(changed.location(), &[("username", "ann"), ("password", new)]).await;
    done.code();
}

#[tokio::test]
async fn a_temporary_password_is_replaced_before_anything_else() {
    let world = World::new().await;
    let input = json!({ "UserPoolId": world.house.pool, "Username": "erin",
        "TemporaryPassword": testkit::PASSWORD, "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": "erin@example.com" }] });
    world.house.call("AdminCreateUser", input).await.ok();
    let mut browser = world.browser();
    let query = world.request(&[]);
    let asked = browser.sign_in("erin", &query).await;
    assert_eq!(asked.status, 200);
    assert!(!browser.cookies.contains_key("cognito"), "a password alone is no session");
    let (csrf, step) = (asked.hidden("_csrf"), asked.hidden("step"));
    let new = "Another-Horse8!";
    let pairs = [
        ("_csrf", csrf.as_str()),
        ("step", &step),
        ("new_password", new),
        ("repeated_password", new),
    ];
    let done = browser.post(&format!("/login/new-password?{query}"), &pairs).await;
    done.code();
    let again = browser.post(&format!("/login/new-password?{query}"), &pairs).await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn a_client_with_a_secret_signs_people_in_and_up_as_well() {
    let world = World::new().await;
    let conf = world.confidential(json!({})).await;
    let query = world.request(&[
        ("client_id", &conf.0),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ]);
    let mut browser = world.browser();
    let pairs = [
        ("username", "ann"),
        ("new_password", testkit::PASSWORD),
        ("password", testkit::PASSWORD),
        ("attribute.email", "ann@example.com"),
    ];
    let signed_up = browser.fill(&format!("/signup?{query}"), &pairs).await;
    let path = signed_up.location().to_owned();
    let code = world.house.mailbox.code("ann@example.com");
    let done = browser.fill(&path, &[("code", &code)]).await;
    let code = done.code();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crate::world::CALLBACK),
    ];
    assert_eq!(world.post_as(&conf, "/oauth2/token", &pairs).await.status, 200);
}

#[tokio::test]
async fn a_link_in_a_mail_confirms_when_its_button_is_pressed() {
    let world = World::new().await;
    world.house.sign_up("ann", json!({ "email": "ann@example.com" })).await.ok();
    let code = world.house.mailbox.code("ann@example.com");
    let path = format!(
        "/confirmUser?client_id={}&user_name=ann&confirmation_code={code}",
        world.house.client
    );
    let mut browser = world.browser();
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(world.house.look_at("ann").await["UserStatus"], "UNCONFIRMED");
    assert_eq!(browser.fill(&path, &[]).await.status, 200);
    assert_eq!(world.house.look_at("ann").await["UserStatus"], "CONFIRMED");
}
