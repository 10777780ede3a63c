//! Factors besides the password, on the pages.

use crate::world::{Browser, Shown, World, application};
use expect_test::expect;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testkit::PASSWORD;

const PHONE: &str = "+15550001234";
const MAIL: &str = "ann@example.com";

/// What of second factors a pool takes.
fn taken(mode: &str, factors: &[&str]) -> Value {
    let mut input = json!({ "MfaConfiguration": mode });
    for factor in factors {
        match *factor {
            "totp" => input["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true }),
            "sms" => {
                input["SmsMfaConfiguration"] = json!({ "SmsAuthenticationMessage": "Text {####}",
                    "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } });
            }
            _ => {
                input["EmailMfaConfiguration"] =
                    json!({ "Subject": "Your code", "Message": "Mail {####}" });
            }
        }
    }
    input
}

async fn world(mode: &str, factors: &[&str]) -> World {
    let world = World::new().await;
    configure(&world, taken(mode, factors)).await;
    world
}

async fn configure(world: &World, mut input: Value) {
    input["UserPoolId"] = json!(world.house.pool);
    world.house.call("SetUserPoolMfaConfig", input).await.ok();
}

async fn prefer(world: &World, settings: Value) {
    let mut input = settings;
    input["UserPoolId"] = json!(world.house.pool);
    input["Username"] = json!("ann");
    world.house.call("AdminSetUserMFAPreference", input).await.ok();
}

/// The page after the password.
async fn asked(world: &World, browser: &mut Browser<'_>) -> Shown {
    let page = browser.sign_in("ann", &world.request(&[])).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

/// Somebody with an authenticator whose last code is used up.
async fn enrolled(world: &World) -> String {
    let secret = world.house.user("ann").await.enrol().await;
    world.house.advance(SignedDuration::from_secs(30));
    secret
}

/// Not this one.
fn other(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

#[tokio::test]
async fn a_code_of_the_authenticator_signs_in() {
    let world = world("OPTIONAL", &["totp"]).await;
    let secret = enrolled(&world).await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    let code = world.house.shown(&secret);
    let wrong = browser.answer(&page, &[("code", &other(&code))]).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("This code is not right."), "{}", wrong.body);
    assert_eq!(browser.answer(&wrong, &[("code", "")]).await.status, 400);
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let done = browser.answer(&wrong, &[("code", &spaced)]).await;
    assert_eq!(world.redeem(&done.code()).await.status, 200);

    // Sent again from the history, it is used up, and whoever is signed in goes on.
    let again = browser.answer(&wrong, &[("code", &code)]).await;
    assert!(again.location().starts_with("/login?"), "{}", again.location());
    browser.get(again.location()).await.code();
    // The same code is good once, in another sign-in too.
    let mut second = world.browser();
    let page = asked(&world, &mut second).await;
    let used = second.answer(&page, &[("code", &code)]).await;
    assert!(used.body.contains("This code is no longer valid."), "{}", used.body);
}

#[tokio::test]
async fn a_code_is_mailed_and_mailed_again() {
    let world = world("OPTIONAL", &["email"]).await;
    world.house.user("ann").await;
    prefer(&world, json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    assert!(page.body.contains("a***@e***") && !page.body.contains(MAIL));
    let first = world.house.mailbox.code(MAIL);
    let next = browser.answer(&page, &[("action", "resend")]).await;
    assert_eq!(next.status, 200, "{}", next.body);
    let second = world.house.mailbox.code(MAIL);
    assert_eq!(world.house.mailbox.to(MAIL).len(), 2);
    // The code before counts no more, at the new form and at the old one.
    if first != second {
        assert_eq!(browser.answer(&next, &[("code", &first)]).await.status, 400);
    }
    let old = browser.answer(&page, &[("code", &first)]).await;
    assert!(old.body.contains("This took too long. Please start over."), "{}", old.body);
    browser.answer(&next, &[("code", &second)]).await.code();
}

#[tokio::test]
async fn codes_are_sent_again_so_often_an_hour() {
    let world = world("OPTIONAL", &["email"]).await;
    world.house.user("ann").await;
    prefer(&world, json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let mut browser = world.browser();
    let mut page = asked(&world, &mut browser).await;
    for _ in 0..20 {
        page = browser.answer(&page, &[("action", "resend")]).await;
        assert_eq!(page.status, 200);
    }
    let refused = browser.answer(&page, &[("action", "resend")]).await;
    assert!(refused.body.contains("There were too many tries."), "{}", refused.body);
    assert_eq!(world.house.mailbox.to(MAIL).len(), 21);
    let code = world.house.mailbox.code(MAIL);
    browser.answer(&refused, &[("code", &code)]).await.code();
}

#[tokio::test]
async fn whoever_has_several_factors_chooses() {
    let world = world("OPTIONAL", &["totp", "sms", "email"]).await;
    let attributes = json!({ "email": MAIL, "phone_number": PHONE });
    world.house.user_with("ann", attributes).await;
    let both =
        json!({ "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } });
    prefer(&world, both).await;
    let mut browser = world.browser();
    let choice = asked(&world, &mut browser).await;
    assert!(choice.body.contains("value=\"SMS_MFA\"") && !choice.body.contains("SOFTWARE_TOKEN"));
    assert!(world.house.mailbox.is_empty());
    for none in [vec![], vec![("factor", "SOFTWARE_TOKEN_MFA")], vec![("factor", "x")]] {
        assert_eq!(browser.answer(&choice, &none).await.status, 400, "{none:?}");
    }
    let page = browser.answer(&choice, &[("factor", "SMS_MFA")]).await;
    assert!(page.body.contains("+*******1234"), "{}", page.body);
    let code = world.house.mailbox.code(PHONE);
    browser.answer(&page, &[("code", &code)]).await.code();
    let mut browser = world.browser();
    let choice = asked(&world, &mut browser).await;
    let page = browser.answer(&choice, &[("factor", "EMAIL_MFA")]).await;
    let code = world.house.mailbox.code(MAIL);
    browser.answer(&page, &[("code", &code)]).await.code();
}

/// The secret on a page of enrolment.
fn secret_of(page: &Shown) -> String {
    let at = page.body.find("secret=").unwrap_or_else(|| panic!("no secret in {}", page.body));
    page.body[at + 7..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[tokio::test]
async fn an_authenticator_is_set_up_where_one_is_needed() {
    let world = world("ON", &["totp"]).await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    let secret = secret_of(&page);
    assert!(page.body.contains("<svg") && secret.len() >= 32, "{}", page.body);
    let code = world.house.shown(&secret);
    let wrong = browser.answer(&page, &[("code", &other(&code))]).await;
    assert_eq!((wrong.status.as_u16(), secret_of(&wrong)), (400, secret.clone()));
    let done = browser.answer(&wrong, &[("code", &code), ("device_name", "My phone")]).await;
    world.redeem(&done.code()).await;
    world.house.advance(SignedDuration::from_secs(30));
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    assert!(!page.body.contains("secret="), "MFA-02: shown once");
    browser.answer(&page, &[("code", &world.house.shown(&secret))]).await.code();
}

/// MFA-02 on the pages: a secret counts only in the sign-in that it was shown in, and only if nothing was set up
/// meanwhile.
#[tokio::test]
async fn mfa_02_a_secret_is_of_its_own_sign_in() {
    let world = world("ON", &["totp"]).await;
    world.house.user("ann").await;
    let (mut one, mut two) = (world.browser(), world.browser());
    let first = asked(&world, &mut one).await;
    let second = asked(&world, &mut two).await;
    let code = world.house.shown(&secret_of(&first));
    assert_eq!(two.answer(&second, &[("code", &code)]).await.status, 400);
    one.answer(&first, &[("code", &code)]).await.code();
    let late = world.house.shown(&secret_of(&second));
    let refused = two.answer(&second, &[("code", &late)]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("Please start over."), "{}", refused.body);
}

#[tokio::test]
async fn an_address_or_number_is_set_up_where_a_factor_is_needed() {
    for (factor, value, name, to) in [
        ("EMAIL_MFA", "email", "attribute.email", "new@example.com"),
        ("SMS_MFA", "sms", "attribute.phone_number", PHONE),
    ] {
        let world = World::new().await;
        world.house.user_with("ann", json!({ "name": "Ann" })).await;
        configure(&world, taken("ON", &["totp", value])).await;
        let mut browser = world.browser();
        let choice = asked(&world, &mut browser).await;
        let page = browser.answer(&choice, &[("factor", factor)]).await;
        for bad in ["", "nonsense"] {
            let again = browser.answer(&page, &[(name, bad)]).await;
            assert_eq!(again.status, 400, "{factor} {bad}");
            assert!(again.body.contains(&format!("name=\"{name}\"")));
        }
        let sent = browser.answer(&page, &[(name, to)]).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        let sent = browser.answer(&sent, &[("action", "resend")]).await;
        let code = world.house.mailbox.code(to);
        assert_eq!(browser.answer(&sent, &[("code", &other(&code))]).await.status, 400);
        browser.answer(&sent, &[("code", &code)]).await.code();
        let verified = format!("{}_verified", name.strip_prefix("attribute.").unwrap());
        assert_eq!(world.house.attribute("ann", &verified).await.unwrap(), "true");
        // It is asked from now on.
        let mut browser = world.browser();
        let page = asked(&world, &mut browser).await;
        browser.answer(&page, &[("code", &world.house.mailbox.code(to))]).await.code();
    }
}

#[tokio::test]
async fn what_a_pool_does_not_take_cannot_be_set_up() {
    let world = World::new().await;
    world.house.user_with("ann", json!({ "name": "Ann" })).await;
    configure(&world, taken("ON", &["totp", "email"])).await;
    let mut browser = world.browser();
    let choice = asked(&world, &mut browser).await;
    assert_eq!(browser.answer(&choice, &[("factor", "SMS_MFA")]).await.status, 400);
}

#[tokio::test]
async fn a_second_factor_comes_after_a_new_password_too() {
    let world = world("ON", &["totp"]).await;
    let input = json!({ "UserPoolId": world.house.pool, "Username": "erin",
        "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    world.house.call("AdminCreateUser", input).await.ok();
    let mut browser = world.browser();
    let page = browser.sign_in("erin", &world.request(&[])).await;
    let new = "Another-Horse8!";
    let pairs = [("new_password", new), ("repeated_password", new)];
    let page = browser.answer(&page, &pairs).await;
    let code = world.house.shown(&secret_of(&page));
    browser.answer(&page, &[("code", &code)]).await.code();
}

#[tokio::test]
async fn guesses_lead_to_a_lockout_and_the_form_says_so() {
    let world = world("OPTIONAL", &["totp"]).await;
    let secret = enrolled(&world).await;
    let mut browser = world.browser();
    let mut page = asked(&world, &mut browser).await;
    let code = world.house.shown(&secret);
    for _ in 0..5 {
        page = browser.answer(&page, &[("code", &other(&code))]).await;
        assert!(page.body.contains("This code is not right."));
    }
    // The right one is not looked at either, and another sign-in does not help.
    let locked = browser.answer(&page, &[("code", &code)]).await;
    assert!(locked.body.contains("There were too many wrong tries."), "{}", locked.body);
    let mut elsewhere = world.browser();
    let fresh = asked(&world, &mut elsewhere).await;
    let locked_too = elsewhere.answer(&fresh, &[("code", &code)]).await;
    assert!(locked_too.body.contains("There were too many wrong tries."));
    world.house.advance(SignedDuration::from_secs(10));
    let code = world.house.shown(&secret);
    browser.answer(&locked, &[("code", &code)]).await.code();
}

#[tokio::test]
async fn a_challenge_ends_with_its_session_and_leads_to_the_beginning() {
    let world = world("OPTIONAL", &["totp"]).await;
    let secret = enrolled(&world).await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    world.house.advance(SignedDuration::from_mins(4));
    let late = browser.answer(&page, &[("code", &world.house.shown(&secret))]).await;
    assert_eq!(late.status, 400);
    assert!(late.body.contains("This took too long. Please start over."));
    assert!(late.body.contains("name=\"password\""));
    let gone = browser.get(&format!("/login/factor?{}", world.request(&[]))).await;
    assert!(gone.location().starts_with("/login?"));
}

/// SES-07: neither the cookies of a browser that told a password nor the step of its form are a session.
#[tokio::test]
async fn ses_07_no_code_comes_before_the_second_factor() {
    let world = world("OPTIONAL", &["totp"]).await;
    let secret = enrolled(&world).await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    let step = page.hidden("step");
    let query = world.request(&[]);
    for path in ["/oauth2/authorize", "/login", "/login/consent", "/login/account"] {
        let shown = browser.get(&format!("{path}?{query}")).await;
        assert!(!shown.header("location").contains("code="), "{path}");
    }
    let none =
        browser.get(&format!("/oauth2/authorize?{}", world.request(&[("prompt", "none")]))).await;
    assert_eq!(none.told("error").as_deref(), Some("login_required"));
    browser.cookies.insert("cognito".into(), step.clone());
    let shown = browser.get(&format!("/oauth2/authorize?{query}&step={step}")).await;
    assert!(shown.location().starts_with("/login?"), "{}", shown.location());
    browser.cookies.remove("cognito");

    // The step is this browser's: another one has another token for its forms.
    let mut thief = world.browser();
    let csrf = thief.get(&format!("/login?{query}")).await.hidden("_csrf");
    let code = world.house.shown(&secret);
    let pairs = [("_csrf", csrf.as_str()), ("step", step.as_str()), ("code", code.as_str())];
    let stolen = thief.post(&format!("/login/factor?{query}"), &pairs).await;
    assert_eq!((stolen.status.as_u16(), stolen.header("location")), (400, ""));
    let own = [("step", step.as_str()), ("code", code.as_str())];
    let own = browser.post(&format!("/login/factor?{query}"), &own).await;
    assert_eq!(own.status, 403, "without the token of the form");
    browser.answer(&page, &[("code", &code)]).await.code();
}

/// MFA-01 on the pages: the form says nothing of which challenge it answers, and what it says counts for nothing.
#[tokio::test]
async fn mfa_01_a_form_cannot_answer_another_challenge() {
    let world = world("OPTIONAL", &["totp", "email"]).await;
    enrolled(&world).await;
    prefer(&world, json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    for pairs in [
        vec![("factor", "EMAIL_MFA")],
        vec![("action", "resend")],
        vec![("attribute.email", "mallory@example.com")],
        vec![("new_password", PASSWORD)],
    ] {
        let refused = browser.answer(&page, &pairs).await;
        assert_eq!((refused.status.as_u16(), refused.header("location")), (400, ""), "{pairs:?}");
    }
    assert!(world.house.mailbox.is_empty());
    // Nor does the step open another form.
    let step = page.hidden("step");
    let csrf = page.hidden("_csrf");
    let pairs = [
        ("_csrf", csrf.as_str()),
        ("step", step.as_str()),
        ("new_password", "Another-Horse8!"),
        ("repeated_password", "Another-Horse8!"),
    ];
    for path in ["/login/new-password", "/confirm", "/confirmForgotPassword"] {
        let shown = browser.post(&format!("{path}?{}", world.request(&[])), &pairs).await;
        assert!(!shown.header("location").contains("code="), "{path}");
    }
    world.house.sign_in("ann", PASSWORD).await.ok();
}

#[tokio::test]
async fn nothing_of_a_factor_is_in_an_address() {
    let world = world("ON", &["totp"]).await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    let (secret, step) = (secret_of(&page), page.hidden("step"));
    for address in page.body.split("href=\"").chain(page.body.split("action=\"")).skip(1) {
        let address = &address[..address.find('"').unwrap_or(0)];
        // The link into the application of the authenticator leaves no history and goes to no server.
        if !address.starts_with("otpauth:") {
            assert!(!address.contains(&secret) && !address.contains(&step), "{address}");
        }
    }
    let code = world.house.shown(&secret);
    let done = browser.answer(&page, &[("code", &code)]).await;
    assert!(!done.location().contains(&secret));
}

/// A world whose people say their name first, and this person in it.
async fn by_choice(client: Value) -> (World, String) {
    let policy = json!({ "Policies": { "SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } } });
    let world = World::with(policy, "http://127.0.0.1:9229").await;
    let mut settings = application();
    settings["ExplicitAuthFlows"] = json!(["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    settings.as_object_mut().unwrap().extend(client.as_object().unwrap().clone());
    let client = world.house.make_client(settings).await;
    let query = world.request(&[("client_id", &client)]);
    (world, query)
}

async fn name_given(browser: &mut Browser<'_>, query: &str, name: &str) -> Shown {
    browser.fill(&format!("/login?{query}"), &[("username", name)]).await
}

#[tokio::test]
async fn somebody_says_their_name_and_signs_in_by_a_mailed_code() {
    let (world, query) = by_choice(json!({})).await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(!page.body.contains("name=\"password\""));
    let choice = name_given(&mut browser, &query, "ann").await;
    assert_eq!(choice.status, 200, "{}", choice.body);
    assert!(world.house.mailbox.is_empty(), "nothing begins with a name");
    let page = browser.answer(&choice, &[("factor", "EMAIL_OTP")]).await;
    let code = world.house.mailbox.code(MAIL);
    assert_eq!(code.len(), 8);
    assert_eq!(browser.answer(&page, &[("code", &other(&code))]).await.status, 400);
    let page = browser.answer(&page, &[("action", "resend")]).await;
    let code = world.house.mailbox.code(MAIL);
    browser.answer(&page, &[("code", &code)]).await.code();
}

#[tokio::test]
async fn somebody_says_their_name_and_then_the_password() {
    let (world, query) = by_choice(json!({})).await;
    world.house.user_with("ann", json!({ "name": "Ann" })).await;
    let mut browser = world.browser();
    // There is but one way.
    let page = name_given(&mut browser, &query, "ann").await;
    let wrong = browser.answer(&page, &[("username", "ann"), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("The name or the password is not right."));
    browser.answer(&wrong, &[("username", "ann"), ("password", PASSWORD)]).await.code();
}

#[tokio::test]
async fn who_exists_is_not_told_by_the_ways_to_begin() {
    for hides in ["ENABLED", "LEGACY"] {
        let (world, query) = by_choice(json!({ "PreventUserExistenceErrors": hides })).await;
        let both = json!({ "email": MAIL, "phone_number": PHONE });
        world.house.user_with("ann", both).await;
        let mut seen = Vec::new();
        for name in ["ann", "bob"] {
            let mut browser = world.browser();
            let choice = name_given(&mut browser, &query, name).await;
            let ways: Vec<bool> = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]
                .map(|way| choice.body.contains(&format!("value=\"{way}\"")))
                .into();
            let mut page = browser.answer(&choice, &[("factor", "EMAIL_OTP")]).await;
            let mut told = vec![format!("{ways:?} {}", page.status.as_u16())];
            for _ in 0..20 {
                page = browser.answer(&page, &[("action", "resend")]).await;
                told.push(page.status.as_u16().to_string());
            }
            let wrong = browser.answer(&page, &[("code", "nonsense")]).await;
            told.push(wrong.status.as_u16().to_string());
            assert!(wrong.body.contains("This code is not right."), "{name}");
            seen.push(told);
        }
        assert_eq!(seen[0], seen[1], "{hides}");
        assert!(seen[0][0].starts_with("[true, true, true, false] 200"), "{seen:?}");
        assert!(world.house.mailbox.to("bob").is_empty());
    }
}

#[tokio::test]
async fn whoever_has_a_second_factor_begins_with_the_password() {
    let (world, query) = by_choice(json!({})).await;
    let ann = world.house.user("ann").await;
    configure(&world, taken("OPTIONAL", &["totp"])).await;
    let secret = ann.enrol().await;
    world.house.advance(SignedDuration::from_secs(30));
    let mut browser = world.browser();
    let page = name_given(&mut browser, &query, "ann").await;
    let page = browser.answer(&page, &[("username", "ann"), ("password", PASSWORD)]).await;
    browser.answer(&page, &[("code", &world.house.shown(&secret))]).await.code();
}

/// A pool whose functions write down that they were asked.
async fn listening(world: &World) -> Arc<Mutex<Vec<String>>> {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = told.clone();
    let arn = world.house.function("f", move |event: Value| {
        ears.lock().unwrap().push(event["triggerSource"].as_str().unwrap().to_owned());
        async move { Ok(event) }
    });
    let sender = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
    let config = json!({ "PreAuthentication": arn, "PostAuthentication": arn, "CustomMessage": arn,
        "PreTokenGenerationConfig": { "LambdaVersion": "V3_0", "LambdaArn": arn },
        "CustomEmailSender": sender,
        "KMSKeyID": "arn:aws:kms:eu-west-1:000000000000:key/1234" });
    world.house.update_pool(json!({ "LambdaConfig": config })).await.ok();
    told
}

/// What was asked since the last look; senders are not waited for by anybody, so here they are.
async fn heard(told: &Mutex<Vec<String>>) -> String {
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    std::mem::take(&mut *told.lock().unwrap()).join(" → ")
}

#[tokio::test]
async fn functions_are_asked_in_the_documented_order() {
    let world = World::new().await;
    let told = listening(&world).await;
    configure(&world, taken("OPTIONAL", &["totp", "email"])).await;
    let secret = enrolled(&world).await;
    heard(&told).await;
    let mut log = Vec::new();

    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    log.push(format!("password: {}", heard(&told).await));
    let done = browser.answer(&page, &[("code", &world.house.shown(&secret))]).await;
    log.push(format!("authenticator: {}", heard(&told).await));
    world.redeem(&done.code()).await;
    log.push(format!("code for tokens: {}", heard(&told).await));
    let query = world.request(&[("prompt", "none")]);
    let again = browser.get(&format!("/oauth2/authorize?{query}")).await;
    log.push(format!("signed in already: {}", heard(&told).await));
    world.redeem(&again.code()).await;
    log.push(format!("code for tokens: {}", heard(&told).await));

    let mail = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
        "SoftwareTokenMfaSettings": { "Enabled": false } });
    prefer(&world, mail).await;
    let mut browser = world.browser();
    let page = asked(&world, &mut browser).await;
    log.push(format!("password, then a mailed code: {}", heard(&told).await));
    browser.answer(&page, &[("action", "resend")]).await;
    log.push(format!("mailed again: {}", heard(&told).await));
    expect![[r#"
        password: PreAuthentication_Authentication
        authenticator: PostAuthentication_Authentication
        code for tokens: TokenGeneration_HostedAuth
        signed in already: 
        code for tokens: TokenGeneration_HostedAuth
        password, then a mailed code: PreAuthentication_Authentication → CustomMessage_Authentication → CustomEmailSender_Authentication
        mailed again: CustomMessage_Authentication → CustomEmailSender_Authentication
    "#]].assert_eq(&(log.join("\n") + "\n"));
}
