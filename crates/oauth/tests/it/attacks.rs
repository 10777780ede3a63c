//! What must not work, by the ids of the security cases.

use crate::world::{CALLBACK, CHALLENGE, Shown, VERIFIER, World, application, form};
use http::Request;
use jiff::SignedDuration;
use serde_json::json;
use testkit::PASSWORD;

const NO_CHALLENGE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

/// A code of ann's for the request with these parameters instead of the usual ones.
async fn code(world: &World, instead: &[(&str, &str)]) -> String {
    let ann = json!({ "UserPoolId": world.house.pool, "Username": "ann" });
    if world.house.call("AdminGetUser", ann).await.status != 200 {
        world.house.user("ann").await;
    }
    world.browser().sign_in("ann", &world.request(instead)).await.code()
}

#[tokio::test]
async fn oau_01_and_02_only_the_exact_redirect_is_one() {
    let world = World::new().await;
    for bad in [
        "http://localhost:3000/cb/",
        "http://localhost:3000/cb?x=1",
        "http://localhost:3000/cb#x",
        "http://localhost:3000/CB",
        "http://localhost:3001/cb",
        "http://localhost:3000@evil.example/cb",
        "http://localhost:3000.evil.example/cb",
        "http://localhost:3000%2Fcb",
        "http://localhost:80@evil.example",
        "HTTP://localhost:3000/cb",
        "",
    ] {
        for path in ["/oauth2/authorize", "/login", "/signup", "/forgotPassword"] {
            let shown = world
                .browser()
                .get(&format!("{path}?{}", world.request(&[("redirect_uri", bad)])))
                .await;
            assert_eq!(shown.status, 400, "{path} {bad}");
            assert!(shown.has_page() && shown.header("location").is_empty());
        }
    }
}

#[tokio::test]
async fn oau_03_a_parameter_stands_once() {
    let world = World::new().await;
    for twice in ["redirect_uri", "client_id", "state", "response_type", "scope"] {
        let query = format!("{}&{twice}=other", world.request(&[]));
        let shown = world.browser().get(&format!("/oauth2/authorize?{query}")).await;
        assert_eq!((shown.status.as_u16(), shown.header("location")), (400, ""), "{twice}");
    }
    let body = format!("{}&grant_type=x", form(&[("grant_type", "authorization_code")]));
    assert_eq!(
        world.send(world.form_request("/oauth2/token"), body).await.line(),
        "400 invalid_request"
    );
}

#[tokio::test]
async fn oau_04_a_code_is_good_once_and_its_tokens_end_with_the_second_try() {
    let world = World::new().await;
    let code = code(&world, &[]).await;
    let first = world.redeem(&code).await.json();
    let access = first["access_token"].as_str().unwrap();
    assert_eq!(world.user_info(access).await.status, 200);
    assert_eq!(world.redeem(&code).await.line(), "400 invalid_grant");
    assert_eq!(world.user_info(access).await.status, 401);
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", world.house.client.as_str()),
        ("refresh_token", first["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(world.post("/oauth2/token", &pairs).await.line(), "400 invalid_grant");
}

#[tokio::test]
async fn oau_04_of_many_redemptions_at_once_at_most_one_lives() {
    let world = World::new().await;
    let code = code(&world, &[]).await;
    let (a, b, c) = tokio::join!(world.redeem(&code), world.redeem(&code), world.redeem(&code));
    let granted: Vec<_> = [a, b, c].into_iter().filter(|it| it.status == 200).collect();
    assert!(granted.len() <= 1);
}

#[tokio::test]
async fn oau_05_to_08_a_code_is_bound_to_its_client_redirect_and_challenge() {
    let world = World::new().await;
    let conf = world.confidential(json!({})).await;
    let bound = code(&world, &[]).await;
    let redeem = async |pairs: &[(&str, &str)]| {
        let mut all = vec![("grant_type", "authorization_code"), ("code", bound.as_str())];
        all.extend(pairs);
        world.post("/oauth2/token", &all).await.line()
    };
    let client = ("client_id", world.house.client.as_str());
    let uri = ("redirect_uri", CALLBACK);
    let others = [
        ("grant_type", "authorization_code"),
        ("code", bound.as_str()),
        uri,
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(
        world.post_as(&conf, "/oauth2/token", &others).await.line(),
        "400 invalid_grant",
        "OAU-05"
    );
    assert_eq!(redeem(&[client, uri]).await, "400 invalid_grant", "OAU-06");
    assert_eq!(
        redeem(&[client, uri, ("code_verifier", CHALLENGE)]).await,
        "400 invalid_grant",
        "OAU-07"
    );
    let other_uri = ("redirect_uri", "https://app.example.com/cb?a=b");
    assert_eq!(
        redeem(&[client, other_uri, ("code_verifier", VERIFIER)]).await,
        "400 invalid_grant"
    );
    assert_eq!(redeem(&[client, uri, ("code_verifier", VERIFIER)]).await, "200");

    // OAU-08.
    let shown =
        world.browser().get(&format!("/oauth2/authorize?{}", world.request(&NO_CHALLENGE))).await;
    assert_eq!(shown.told("error").as_deref(), Some("invalid_request"));
    let plain = world.request(&[("code_challenge_method", "plain")]);
    let shown = world.browser().get(&format!("/oauth2/authorize?{plain}")).await;
    assert_eq!(shown.told("error").as_deref(), Some("invalid_request"));
    let mut unbound = NO_CHALLENGE.to_vec();
    unbound.push(("client_id", &conf.0));
    let unbound = code(&world, &unbound).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", unbound.as_str()),
        uri,
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(world.post_as(&conf, "/oauth2/token", &pairs).await.line(), "400 invalid_grant");
}

#[tokio::test]
async fn oau_09_a_code_waits_five_minutes() {
    let world = World::new().await;
    let code = code(&world, &[]).await;
    world.house.advance(SignedDuration::from_mins(5));
    assert_eq!(world.redeem(&code).await.line(), "400 invalid_grant");
}

#[tokio::test]
async fn oau_10_editing_a_form_changes_nothing_that_is_allowed() {
    let world = World::new().await;
    world.house.user("ann").await;
    let implicit = world.request(&[("response_type", "token")]);
    let shown = world.browser().get(&format!("/oauth2/authorize?{implicit}")).await;
    assert_eq!(shown.told("error").as_deref(), Some("unauthorized_client"));
    let mut browser = world.browser();
    let page = browser.get(&format!("/login?{}", world.request(&[]))).await;
    let csrf = page.hidden("_csrf");
    let pairs = [
        ("_csrf", csrf.as_str()),
        ("username", "ann"),
        ("password", PASSWORD),
        ("response_type", "token"),
    ];
    let shown = browser.post(&format!("/login?{implicit}"), &pairs).await;
    assert_eq!(shown.told("error").as_deref(), Some("unauthorized_client"));
    assert!(!shown.location().contains("token="));
}

#[tokio::test]
async fn oau_11_scopes_are_the_clients() {
    let world = World::new().await;
    for scope in ["openid phone", "api/read", "email", "openid nonsense", "openid \"x\""] {
        let shown = world
            .browser()
            .get(&format!("/oauth2/authorize?{}", world.request(&[("scope", scope)])))
            .await;
        assert_eq!(shown.told("error").as_deref(), Some("invalid_scope"), "{scope}");
    }
    let machine = world.machine().await;
    for scope in ["openid", "api/other", "api/read openid"] {
        let pairs = [("grant_type", "client_credentials"), ("scope", scope)];
        assert_eq!(
            world.post_as(&machine, "/oauth2/token", &pairs).await.line(),
            "400 invalid_scope"
        );
    }
    let tokens = world.redeem(&code(&world, &[]).await).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", world.house.client.as_str()),
        ("refresh_token", refresh),
        ("scope", "openid profile"),
    ];
    assert_eq!(world.post("/oauth2/token", &pairs).await.line(), "400 invalid_scope");
}

#[tokio::test]
async fn oau_12_a_secret_is_shown_in_one_place_and_right() {
    let world = World::new().await;
    let machine = world.machine().await;
    let grant = ("grant_type", "client_credentials");
    let id = ("client_id", machine.0.as_str());
    let wrong = "x".repeat(52);
    for pairs in [
        vec![grant, id],
        vec![grant, id, ("client_secret", &wrong)],
        vec![grant, ("client_id", "nobody"), ("client_secret", &machine.1)],
    ] {
        let shown = world.post("/oauth2/token", &pairs).await;
        assert_eq!(shown.line(), "401 invalid_client");
        assert!(!shown.header("www-authenticate").is_empty());
    }
    let in_query = format!("/oauth2/token?client_secret={}", machine.1);
    assert_eq!(world.post(&in_query, &[grant, id]).await.line(), "401 invalid_client");
    let both = [grant, ("client_secret", machine.1.as_str())];
    assert_eq!(world.post_as(&machine, "/oauth2/token", &both).await.line(), "401 invalid_client");
    let right = [grant, id, ("client_secret", machine.1.as_str())];
    assert_eq!(world.post("/oauth2/token", &right).await.line(), "200");
}

#[tokio::test]
async fn oau_13_a_refresh_token_is_its_clients() {
    let world = World::new().await;
    let tokens = world.redeem(&code(&world, &[]).await).await.json();
    let other = world.house.make_client(application()).await;
    let refresh = ("refresh_token", tokens["refresh_token"].as_str().unwrap());
    let grant = ("grant_type", "refresh_token");
    let theirs = world.post("/oauth2/token", &[grant, refresh, ("client_id", &other)]).await;
    assert_eq!(theirs.line(), "400 invalid_grant");
    let ours =
        world.post("/oauth2/token", &[grant, refresh, ("client_id", &world.house.client)]).await;
    assert_eq!(ours.line(), "200");
}

#[tokio::test]
async fn oau_15_a_state_stays_a_state() {
    let world = World::new().await;
    let nasty = "a\r\nSet-Cookie: x=y\r\n\r\n<script>alert('1')</script>\"";
    let query = world.request(&[("state", nasty), ("prompt", "none")]);
    let shown = world.browser().get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(shown.told("state").as_deref(), Some(nasty));
    let page = world.browser().get(&format!("/login?{}", world.request(&[("state", nasty)]))).await;
    assert!(!page.body.contains("<script>alert"));
    let long = "x".repeat(10 * 1024);
    let shown = world
        .browser()
        .get(&format!("/oauth2/authorize?{}", world.request(&[("state", &long)])))
        .await;
    assert!(shown.status == 400 || shown.told("error").is_some());
}

#[tokio::test]
async fn oau_16_signing_out_leads_nowhere_else() {
    let world = World::new().await;
    for name in ["logout_uri", "redirect_uri", "post_logout_redirect_uri"] {
        let query = form(&[
            ("client_id", &world.house.client),
            (name, "https://evil.example/"),
            ("response_type", "code"),
        ]);
        let shown = world.browser().get(&format!("/logout?{query}")).await;
        assert_eq!((shown.status.as_u16(), shown.header("location")), (400, ""), "{name}");
    }
}

#[tokio::test]
async fn oau_17_tokens_are_for_posted_forms() {
    let world = World::new().await;
    let machine = world.machine().await;
    let pairs = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", &machine.0),
        ("client_secret", &machine.1),
    ]);
    let get = Request::get(format!("/oauth2/token?{pairs}")).header("host", &world.host);
    assert_eq!(world.send(get, String::new()).await.status, 405);
    let post = world.form_request(&format!("/oauth2/token?{pairs}"));
    assert_eq!(world.send(post, String::new()).await.line(), "400 invalid_request");
    let json = Request::post("/oauth2/token")
        .header("host", &world.host)
        .header("content-type", "application/json");
    assert_eq!(
        world.send(json, json!({ "grant_type": "x" }).to_string()).await.line(),
        "400 invalid_request"
    );
}

#[tokio::test]
async fn oau_18_without_a_session_nobody_is_asked() {
    let world = World::new().await;
    let shown = world
        .browser()
        .get(&format!("/oauth2/authorize?{}", world.request(&[("prompt", "none")])))
        .await;
    assert_eq!(shown.told("error").as_deref(), Some("login_required"));
    assert!(shown.body.is_empty() && shown.location().starts_with(CALLBACK));
}

#[tokio::test]
async fn oau_19_user_info_is_for_openid() {
    let world = World::new().await;
    let tokens = world.house.user("ann").await.tokens().await;
    let shown = world.user_info(&tokens.access).await;
    assert_eq!(shown.line(), "403 insufficient_scope");
    assert!(shown.header("www-authenticate").contains("insufficient_scope"));
    assert_eq!(world.user_info(&tokens.id).await.line(), "401 invalid_token");
    let bare = Request::get("/oauth2/userInfo").header("host", &world.host);
    assert_eq!(world.send(bare, String::new()).await.line(), "400 invalid_request");
}

#[tokio::test]
async fn oau_20_and_rst_01_a_host_only_chooses_what_is_configured() {
    let mut world = World::new().await;
    let other = world.house.make_pool(json!({})).await;
    world
        .house
        .call("CreateUserPoolDomain", json!({ "UserPoolId": other, "Domain": "other" }))
        .await
        .ok();
    let code = code(&world, &[]).await;
    world.host = "other.auth.localhost:9229".into();
    let shown = world.browser().get(&format!("/oauth2/authorize?{}", world.request(&[]))).await;
    assert_eq!((shown.status.as_u16(), shown.header("location")), (400, ""));
    assert_eq!(world.redeem(&code).await.line(), "401 invalid_client");
    for host in [
        "evil.example",
        "people.auth.localhost.evil.example",
        "x@people.auth.localhost",
        "nobody.auth.localhost",
        "people",
    ] {
        world.host = host.into();
        let shown = world.browser().get(&format!("/oauth2/authorize?{}", world.request(&[]))).await;
        assert_eq!(shown.status, 400, "{host}");
        assert_eq!(world.redeem(&code).await.status, 400, "{host}");
    }
    world.host = crate::world::DOMAIN.into();
    let mut browser = world.browser();
    browser.headers = vec![
        ("x-forwarded-host", "evil.example".into()),
        ("forwarded", "host=evil.example".into()),
    ];
    browser.fill(&format!("/forgotPassword?{}", world.request(&[])), &[("username", "ann")]).await;
    let mails = world.house.mailbox.to("ann@example.com");
    assert!(!mails.is_empty() && mails.iter().all(|mail| !mail.body.text().contains("evil")));
}

/// A page without what has to differ between two people: their names, where codes go, and what is sealed.
fn inert(page: &Shown, name: &str) -> String {
    let mut body = page.body.replace(&format!("value=\"{name}\""), "").replace(name, "somebody");
    for hidden in ["_csrf", "step"] {
        if body.contains(&format!("name=\"{hidden}\"")) {
            body = body.replace(&page.hidden(hidden), "");
        }
    }
    let masked = body.find("***@").map(|at| body[at - 1..at + 8].to_owned());
    let body = masked.map_or(body.clone(), |masked| body.replace(&masked, "a***@e***"));
    // The links to other languages repeat the address, in which something is sealed.
    body.lines().filter(|line| !line.contains("step=")).collect()
}

#[tokio::test]
async fn enm_07_the_pages_say_the_same_of_people_who_are_not_there() {
    for hides in ["ENABLED", "LEGACY"] {
        let mut world = World::new().await;
        let mut settings = application();
        settings["PreventUserExistenceErrors"] = json!(hides);
        world.house.client = world.house.make_client(settings).await;
        world.house.user("annabella").await;
        world.house.sign_up("evangeline", json!({ "email": "evangeline@example.com" })).await.ok();
        let query = world.request(&[]);
        let (mut wrong, mut forgotten, mut resent) = (Vec::new(), Vec::new(), Vec::new());
        for name in ["annabella", "bartholomew", "evangeline"] {
            let mut browser = world.browser();
            let pairs = [("username", name), ("password", "Wrong-Horse7!")];
            let shown = browser.fill(&format!("/login?{query}"), &pairs).await;
            wrong.push((shown.status, inert(&shown, name)));
            for (path, seen) in [("/forgotPassword", &mut forgotten), ("/resendcode", &mut resent)]
            {
                // As often as it may be asked, and once more.
                for _ in 0..6 {
                    let path = format!("{path}?{query}");
                    let shown = browser.fill(&path, &[("username", name)]).await;
                    let (status, location) = (shown.status, shown.header("location").to_owned());
                    let page = match location.is_empty() {
                        true => shown,
                        false => browser.get(&location).await,
                    };
                    let path = location.split('?').next().unwrap_or_default().to_owned();
                    seen.push((name, (status, path, inert(&page, name))));
                }
            }
        }
        // Whose account waits to be confirmed is told so where the password was right, and not here.
        assert_eq!(wrong[0], wrong[1], "{hides}");
        assert_eq!(wrong[0], wrong[2], "{hides}");
        for (what, seen) in [("forgotten", forgotten), ("resent", resent)] {
            let of = |name: &str| -> Vec<_> {
                seen.iter().filter(|(whose, _)| *whose == name).map(|(_, seen)| seen).collect()
            };
            assert_eq!(of("annabella"), of("bartholomew"), "{hides} {what}");
            assert_eq!(of("evangeline"), of("bartholomew"), "{hides} {what}");
        }
    }
}

#[tokio::test]
async fn rst_05_no_password_is_set_without_a_code() {
    let world = World::new().await;
    let ann = world.house.user("ann").await;
    let mut browser = world.browser();
    let query = world.request(&[]);
    let csrf = browser.get(&format!("/login?{query}")).await.hidden("_csrf");
    let pairs = [
        ("_csrf", csrf.as_str()),
        ("username", "ann"),
        ("new_password", "Another-Horse8!"),
        ("code", ""),
    ];
    let shown = browser.post(&format!("/confirmForgotPassword?{query}"), &pairs).await;
    assert!(shown.location().starts_with("/forgotPassword"));
    let shown = browser.post(&format!("/login/new-password?{query}"), &pairs).await;
    assert_eq!(shown.status, 400);
    // Having asked for a code is not having it.
    let sent = browser.fill(&format!("/forgotPassword?{query}"), &[("username", "ann")]).await;
    let path = sent.location().to_owned();
    for code in ["", "000000"] {
        let shown =
            browser.fill(&path, &[("code", code), ("new_password", "Another-Horse8!")]).await;
        assert_eq!(shown.status, 400);
    }
    ann.tokens().await;
}

#[tokio::test]
async fn ses_01_forms_are_ours_and_of_this_browser() {
    let world = World::new().await;
    world.house.user("ann").await;
    let query = world.request(&[]);
    let mut stranger = world.browser();
    let theirs = stranger.get(&format!("/login?{query}")).await.hidden("_csrf");
    for path in [
        "/login",
        "/signup",
        "/confirm",
        "/resendcode",
        "/forgotPassword",
        "/confirmForgotPassword",
        "/login/new-password",
        "/login/factor",
        "/login/passkey",
        "/login/consent",
        "/login/account",
        "/passkeys/add",
        "/confirmUser",
        "/logout/decide",
    ] {
        let mut browser = world.browser();
        let ours = browser.get(&format!("/login?{query}")).await.hidden("_csrf");
        let path = format!("{path}?{query}");
        let rest = [("username", "ann"), ("password", PASSWORD)];
        for csrf in ["", theirs.as_str()] {
            let mut pairs = vec![("_csrf", csrf)];
            pairs.extend(rest);
            assert_eq!(browser.post(&path, &pairs).await.status, 403, "{path}");
        }
        for foreign in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            browser.headers = vec![(foreign.0, foreign.1.to_owned())];
            let mut pairs = vec![("_csrf", ours.as_str())];
            pairs.extend(rest);
            assert_eq!(browser.post(&path, &pairs).await.status, 403, "{path} {foreign:?}");
        }
    }
    // A page that names no referrer has the origin `null`.
    let mut browser = world.browser();
    browser.headers = vec![("origin", "null".into()), ("sec-fetch-site", "same-origin".into())];
    browser.sign_in("ann", &query).await.code();
}

#[tokio::test]
async fn ses_02_and_06_a_session_is_new_at_sign_in_and_gone_after_sign_out() {
    let world = World::new().await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    browser.cookies.insert("cognito".into(), "chosen-by-somebody-else".into());
    browser.sign_in("ann", &world.request(&[])).await.code();
    let first = browser.cookies["cognito"].clone();
    assert_ne!(first, "chosen-by-somebody-else");
    browser.sign_in("ann", &world.request(&[("prompt", "login")])).await.code();
    let second = browser.cookies["cognito"].clone();
    assert_ne!(first, second);
    let asked = async |session: &str| {
        let mut browser = world.browser();
        browser.cookies.insert("cognito".into(), session.to_owned());
        let shown = browser.get(&format!("/oauth2/authorize?{}", world.request(&[]))).await;
        shown.told("code").is_some()
    };
    assert!(!asked(&first).await && asked(&second).await);
    let bye = format!(
        "/logout?client_id={}&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye",
        world.house.client
    );
    browser.get(&bye).await;
    assert!(!asked(&second).await);
}

#[tokio::test]
async fn a_session_ends_with_its_user_and_with_every_sign_out_of_theirs() {
    for end in ["AdminDisableUser", "AdminUserGlobalSignOut", "AdminDeleteUser"] {
        let world = World::new().await;
        world.house.user("ann").await;
        let mut browser = world.browser();
        browser.sign_in("ann", &world.request(&[])).await.code();
        world.house.advance(SignedDuration::from_secs(1));
        world
            .house
            .call(end, json!({ "UserPoolId": world.house.pool, "Username": "ann" }))
            .await
            .ok();
        let shown = browser.get(&format!("/oauth2/authorize?{}", world.request(&[]))).await;
        assert!(shown.location().starts_with("/login?"), "{end}");
    }
}

#[tokio::test]
async fn ses_03_and_hdr_01_cookies_and_headers_over_tls() {
    let world = World::with(json!({}), "https://id.example.com").await;
    world.house.user("ann").await;
    let mut browser = world.browser();
    let query = world.request(&[]);
    let page = browser.get(&format!("/login?{query}&lang=de")).await;
    let done = browser.sign_in("ann", &query).await;
    let token = world.redeem(&done.code()).await;
    let bye = format!(
        "/logout?client_id={}&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye",
        world.house.client
    );
    let access = token.json()["access_token"].as_str().unwrap().to_owned();
    let info = world.user_info(&access).await;
    let client = ("client_id", world.house.client.as_str());
    let revoked = world.post("/oauth2/revoke", &[client, ("token", "unknown")]).await;
    let form = browser.get(&format!("/forgotPassword?{query}")).await;
    let out = browser.get(&bye).await;
    let error = browser.get("/oauth2/authorize").await;
    let mut cookies = 0;
    for shown in [&page, &done, &token, &info, &revoked, &form, &out, &error] {
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        assert_eq!(shown.header("referrer-policy"), "no-referrer");
        assert_eq!(shown.header("cache-control"), "no-store", "SES-08");
        assert!(shown.header("strict-transport-security").starts_with("max-age="));
        assert_eq!(shown.header("server"), "");
        for cookie in shown.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            cookies += 1;
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.to_lowercase().contains("domain="), "{cookie}");
        }
    }
    assert!(cookies >= 4, "{cookies}");
    for page in [&page, &error] {
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "SES-05 {policy}"
        );
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert!(!page.body.contains("<script>") && !page.body.contains(" style="), "SES-04");
    }
    assert!(
        page.header("content-security-policy")
            .contains("form-action 'self' http://localhost:3000; frame-ancestors"),
        "nowhere else"
    );
}

#[tokio::test]
async fn ses_04_what_others_say_is_rendered_inert() {
    let mut world = World::new().await;
    let mut settings = application();
    settings["ClientName"] = json!("a+b=c,.@-");
    world.house.client = world.house.make_client(settings).await;
    let nasty = "\"><script>alert(1)</script>";
    let mut browser = world.browser();
    let query = world.request(&[("login_hint", nasty), ("lang", nasty)]);
    for path in [
        format!("/login?{query}"),
        format!("/forgotPassword?{query}"),
        format!("/error?error={nasty}&error_description={nasty}").replace(['"', '<', '>'], "%22"),
    ] {
        let page = browser.get(&path).await;
        assert!(page.has_page());
        assert!(!page.body.contains("<script>alert"), "{path}");
    }
    let wrong = browser
        .fill(&format!("/login?{}", world.request(&[])), &[("username", nasty), ("password", "x")])
        .await;
    assert!(!wrong.body.contains("<script>alert"));
}

#[tokio::test]
async fn ses_07_what_a_password_alone_gives_is_no_session() {
    let world = World::new().await;
    let input = json!({ "UserPoolId": world.house.pool, "Username": "erin",
        "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    world.house.call("AdminCreateUser", input).await.ok();
    let mut browser = world.browser();
    let asked = browser.sign_in("erin", &world.request(&[])).await;
    assert_eq!(asked.status, 200);
    let step = asked.hidden("step");
    browser.cookies.insert("cognito".into(), step);
    let shown = browser.get(&format!("/oauth2/authorize?{}", world.request(&[]))).await;
    assert!(shown.location().starts_with("/login?"));
}

/// A client that exchanges refresh tokens with this many seconds of grace, and ann's first refresh token.
async fn rotating(world: &World, grace: u64) -> ((String, String), String) {
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace });
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH"]);
    let conf = world
        .confidential(json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows }))
        .await;
    let code = code(world, &[("client_id", &conf.0)]).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let granted = world.post_as(&conf, "/oauth2/token", &pairs).await.json();
    let refresh = granted["refresh_token"].as_str().unwrap().to_owned();
    (conf, refresh)
}

#[tokio::test]
async fn oau_14_a_token_that_was_exchanged_ends_its_family_after_the_grace() {
    for grace in [0, 30] {
        let world = World::new().await;
        let (conf, first) = rotating(&world, grace).await;
        let refresh = async |token: &str| {
            let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
            world.post_as(&conf, "/oauth2/token", &pairs).await
        };
        let granted = refresh(&first).await.json();
        let second = granted["refresh_token"].as_str().unwrap().to_owned();
        let access = granted["access_token"].as_str().unwrap();
        assert_ne!(first, second);
        if grace > 0 {
            world.house.advance(SignedDuration::from_secs(29));
            let again = refresh(&first).await;
            assert_eq!(again.line(), "200", "within the grace");
            assert_ne!(again.json()["refresh_token"], json!(second));
            assert_eq!(world.user_info(access).await.status, 200);
            world.house.advance(SignedDuration::from_secs(1));
        }
        assert_eq!(refresh(&first).await.line(), "400 invalid_grant");
        assert_eq!(refresh(&second).await.line(), "400 invalid_grant", "the family");
        assert_eq!(world.user_info(access).await.status, 401);
    }
}

#[tokio::test]
async fn oau_14_of_two_thieves_and_owners_the_family_ends_with_the_second() {
    let world = World::new().await;
    let (conf, first) = rotating(&world, 0).await;
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", first.as_str())];
    let send = || world.post_as(&conf, "/oauth2/token", &pairs);
    let (a, b, c) = tokio::join!(send(), send(), send());
    assert!([&a, &b, &c].iter().filter(|it| it.status == 200).count() <= 1);
    for granted in [a, b, c].into_iter().filter(|it| it.status == 200) {
        let next = granted.json()["refresh_token"].as_str().unwrap().to_owned();
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", next.as_str())];
        let late = world.post_as(&conf, "/oauth2/token", &pairs).await;
        assert_eq!(late.line(), "400 invalid_grant");
    }
}

#[tokio::test]
async fn oau_21_each_of_two_secrets_works_while_it_is_listed() {
    let world = World::new().await;
    let conf = world.confidential(json!({})).await;
    let call = async |operation: &str, more: serde_json::Value| {
        let mut input = json!({ "UserPoolId": world.house.pool, "ClientId": conf.0 });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.house.call(operation, input).await.ok()
    };
    let added = call("AddUserPoolClientSecret", json!({})).await;
    let second = added["ClientSecretDescriptor"]["ClientSecretValue"].as_str().unwrap();
    let second = (conf.0.clone(), second.to_owned());
    let line = async |client: &(String, String)| {
        let code = code(&world, &[("client_id", &conf.0)]).await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let in_header = world.post_as(client, "/oauth2/token", &pairs).await.line();
        let pairs = [
            ("client_id", client.0.as_str()),
            ("client_secret", client.1.as_str()),
            ("token", "unknown"),
        ];
        (in_header, world.post("/oauth2/revoke", &pairs).await.status.as_u16())
    };
    for client in [&conf, &second] {
        assert_eq!(line(client).await, ("200".to_owned(), 200));
    }
    let listed = call("ListUserPoolClientSecrets", json!({})).await;
    assert!(!listed.to_string().contains(&conf.1) && !listed.to_string().contains(&second.1));
    let id = listed["ClientSecrets"][0]["ClientSecretId"].clone();
    call("DeleteUserPoolClientSecret", json!({ "ClientSecretId": id })).await;
    let (refused, left) = (line(&conf).await, line(&second).await);
    assert_eq!(refused, ("401 invalid_client".to_owned(), 401), "at once");
    assert_eq!(left, ("200".to_owned(), 200));
}
