//! Passkeys on the pages: made by somebody who is signed in, and used instead of a password.

use crate::world::{Browser, Shown, World, application};
use serde_json::{Value, json};
use testkit::Authenticator;

/// Where the pages of the tests are.
const ORIGIN: &str = "https://id.example.com";

async fn world() -> World {
    let world = World::new().await;
    let factors = json!(["PASSWORD", "WEB_AUTHN"]);
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": factors } });
    world.house.update_pool(json!({ "Policies": policies })).await.ok();
    let mut mfa = json!({ "UserPoolId": world.house.pool, "MfaConfiguration": "OFF" });
    mfa["WebAuthnConfiguration"] = json!({ "RelyingPartyId": "example.com" });
    world.house.call("SetUserPoolMfaConfig", mfa).await.ok();
    let mut client = application();
    client["UserPoolId"] = json!(world.house.pool);
    client["ClientId"] = json!(world.house.client);
    client["ExplicitAuthFlows"] = json!(["ALLOW_USER_AUTH"]);
    world.house.call("UpdateUserPoolClient", client).await.ok();
    world.house.user("ann").await;
    world
}

/// What the script of a page would ask the browser.
fn options(page: &Shown) -> Value {
    let (_, rest) = page.body.split_once("data-options=\"").expect("the page asks for a passkey");
    let text = rest.split('"').next().unwrap();
    serde_json::from_str(&text.replace("&#34;", "\"").replace("&quot;", "\"")).unwrap()
}

fn login(world: &World) -> String {
    format!("/login?{}", world.request(&[]))
}

fn add(world: &World) -> String {
    format!("/passkeys/add?{}", world.request(&[]))
}

/// Sends what the script of the sign-in page would send.
async fn show(browser: &mut Browser<'_>, page: &Shown, credential: &str) -> Shown {
    let form = &page.body[page.body.find("data-passkey").unwrap()..];
    let start = page.body[..page.body.len() - form.len()].rfind("<form").unwrap();
    let form = Shown {
        status: page.status,
        headers: page.headers.clone(),
        body: page.body[start..].to_owned(),
    };
    browser.answer(&form, &[("credential", credential)]).await
}

/// Signs in with the password.
async fn by_password(browser: &mut Browser<'_>, path: &str) -> Shown {
    browser.fill(path, &[("username", "ann"), ("password", testkit::PASSWORD)]).await
}

/// Gives ann a passkey.
async fn enrolled<'a>(world: &'a World) -> (Browser<'a>, Authenticator) {
    let mut browser = world.browser();
    let sent = browser.get(&add(world)).await;
    assert!(sent.location().starts_with("/login?"), "{}", sent.location());
    let back = by_password(&mut browser, sent.location()).await;
    assert!(back.location().starts_with("/passkeys/add?"), "{}", back.location());
    let page = browser.get(back.location()).await;
    let mut phone = Authenticator::new(ORIGIN);
    let made = phone.make(&options(&page));
    let done = browser.answer(&page, &[("credential", &made.to_string())]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    (browser, phone)
}

#[tokio::test]
async fn somebody_adds_a_passkey_and_signs_in_with_it() {
    let world = world().await;
    let (mut browser, mut phone) = enrolled(&world).await;
    // The application still gets its code.
    browser.get(&format!("/oauth2/authorize?{}", world.request(&[]))).await.code();

    let mut other = world.browser();
    let page = other.get(&login(&world)).await;
    let shown = phone.answer(&options(&page)).to_string();
    let done = show(&mut other, &page, &shown).await;
    assert_eq!(world.redeem(&done.code()).await.status, 200);

    // Sent again from the history, whoever is signed in goes on.
    let again = show(&mut other, &page, &shown).await;
    assert!(again.location().starts_with("/login?"), "{}", again.location());
    // The answer to one page is none to another.
    let mut third = world.browser();
    let page = third.get(&login(&world)).await;
    let refused = show(&mut third, &page, &shown).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("The passkey could not be used."), "{}", refused.body);
}

#[tokio::test]
async fn whoever_signed_in_for_a_passkey_is_not_asked_again() {
    let world = world().await;
    for (pairs, asked_again) in [
        (vec![("prompt", "login")], "/login?"),
        (vec![("prompt", "login select_account")], "/login?"),
        (vec![("prompt", "select_account")], "/login/account?"),
        (vec![("max_age", "0")], "/login?"),
    ] {
        let path = format!("/passkeys/add?{}", world.request(&pairs));
        let mut browser = world.browser();
        let sent = browser.get(&path).await;
        assert!(sent.location().starts_with("/login?"), "{pairs:?}: {}", sent.location());
        let back = by_password(&mut browser, sent.location()).await;
        // They take their time.
        world.house.advance(jiff::SignedDuration::from_secs(5));
        let page = browser.get(back.location()).await;
        let made = Authenticator::new(ORIGIN).make(&options(&page));
        let done = browser.answer(&page, &[("credential", &made.to_string())]).await;
        assert_eq!(done.status, 200, "{pairs:?}: {}", done.body);
        let (_, link) = done.body.split_once("href=\"/oauth2/authorize?").unwrap();
        let query = link.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        browser.get(&format!("/oauth2/authorize?{query}")).await.code();
        // What the application asks for is asked of somebody who was signed in before.
        let again = browser.get(&path).await;
        assert!(again.location().starts_with(asked_again), "{pairs:?}: {}", again.location());
    }
}

/// PKY-01, PKY-02.
#[tokio::test]
async fn a_passkey_from_elsewhere_signs_nobody_in() {
    let world = world().await;
    let (_, mut phone) = enrolled(&world).await;
    let bob = world.house.user("bob").await;
    for what in ["origin", "party", "user", "nobody"] {
        let (origin, user) = (phone.origin.clone(), phone.user.clone());
        let mut browser = world.browser();
        let page = browser.get(&login(&world)).await;
        match what {
            "origin" => phone.origin = "https://evil.example".to_owned(),
            "party" => phone.relying_party = Some("evil.example".to_owned()),
            "user" => phone.user = bob.sub.clone().into_bytes(),
            _ => phone.user = vec![0xff; 36],
        }
        let shown = phone.answer(&options(&page)).to_string();
        (phone.origin, phone.relying_party, phone.user) = (origin, None, user);
        let refused = show(&mut browser, &page, &shown).await;
        assert_eq!(refused.status, 400, "{what}: {}", refused.body);
        // What was spent cannot be mended.
        let mended = phone.answer(&options(&page)).to_string();
        let refused = show(&mut browser, &page, &mended).await;
        assert_eq!(refused.status, 400, "{what}: {}", refused.body);
    }
}

#[tokio::test]
async fn the_page_says_nothing_of_who_has_a_passkey() {
    let world = world().await;
    let before = options(&world.browser().get(&login(&world)).await);
    enrolled(&world).await;
    let after = options(&world.browser().get(&login(&world)).await);
    assert_eq!(before["allowCredentials"], json!([]));
    assert_eq!(after["allowCredentials"], json!([]));
    assert_ne!(before["challenge"], after["challenge"]);
}

#[tokio::test]
async fn whoever_is_disabled_does_not_come_in_with_a_passkey() {
    let world = world().await;
    let (_, mut phone) = enrolled(&world).await;
    let ann = json!({ "UserPoolId": world.house.pool, "Username": "ann" });
    world.house.call("AdminDisableUser", ann).await.ok();
    let mut browser = world.browser();
    let page = browser.get(&login(&world)).await;
    let shown = phone.answer(&options(&page)).to_string();
    let refused = show(&mut browser, &page, &shown).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_is_no_passkey_is_not_kept() {
    let world = world().await;
    let (mut browser, _) = enrolled(&world).await;
    let page = browser.get(&add(&world)).await;
    for credential in ["", "{}", "[]", "null", "{\"id\":1}", "x"] {
        let again = browser.answer(&page, &[("credential", credential)]).await;
        assert_eq!(again.status, 400, "{credential}");
        options(&again);
    }
}

#[tokio::test]
async fn a_pool_without_passkeys_has_no_such_page() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    browser.sign_in("ann", &world.request(&[])).await.code();
    assert_eq!(browser.get(&add(&world)).await.status, 404);
}
