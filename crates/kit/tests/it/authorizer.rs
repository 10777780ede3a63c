//! Who is let in, and with what; and the attacks that must fail, by their ids.

use crate::house::{
    ARN, CLIENT, CountingKeys, ISSUER, KID, OTHER_KEY, POOL_KEY, SUB, StoppedClock, access_claims,
    encode, pool_token, token,
};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    signature::{KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use crypto::jwt::SigningKey;
use events::authorizer::{AuthorizerRequest, Effect, Policy, PolicyResponse, TokenRequest};
use functions::{Call, Failure, Function};
use jiff::SignedDuration;
use kit::{
    BadSetting, Environment,
    authorizer::{Authorizer, Error, Settings},
};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

struct House {
    authorizer: Authorizer,
    keys: Arc<CountingKeys>,
    clock: StoppedClock,
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn house_with(more: &[(&str, &str)]) -> House {
    let mut environment = environment(more);
    environment.insert("ISSUER".to_owned(), ISSUER.to_owned());
    let clock = StoppedClock::new();
    let keys = CountingKeys::new(&[(KID, &POOL_KEY)]);
    let authorizer = Authorizer::from_environment(&environment, keys.clone(), clock.clock());
    House { authorizer: authorizer.unwrap(), keys, clock }
}

fn house() -> House {
    house_with(&[("CLIENT_IDS", CLIENT)])
}

fn question(token: &str) -> AuthorizerRequest {
    AuthorizerRequest::Token(TokenRequest {
        authorization_token: format!("Bearer {token}"),
        method_arn: ARN.to_owned(),
    })
}

impl House {
    async fn decide(&self, token: &str) -> Result<PolicyResponse, Error> {
        self.authorizer.decide(&question(token)).await
    }

    async fn refuses(&self, token: &str, why: &str) {
        let answer = self.decide(token).await;
        assert!(matches!(answer, Err(Error::Unauthorized)), "{why}: {answer:?}");
    }

    fn claims(&self) -> Value {
        access_claims(self.clock.now())
    }

    fn claims_with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        claims[name] = value;
        claims
    }
}

#[tokio::test]
async fn a_good_access_token_is_let_in_for_exactly_what_it_asked() {
    let house = house();
    let answer = house.decide(&pool_token(&house.claims())).await.unwrap();
    assert_eq!(answer.policy_document, Policy::of(Effect::Allow, ARN));
    assert_eq!(
        serde_json::to_value(answer).unwrap(),
        json!({
            "principalId": SUB,
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": [ARN]},
                ],
            },
            "context": {
                "sub": SUB,
                "username": "ann",
                "client_id": CLIENT,
                "scope": "aws.cognito.signin.user.admin users/read",
                "groups": "readers,writers",
                "interesting_value": "blue-7-whale",
            },
        })
    );
}

#[tokio::test]
async fn every_form_of_the_question_gets_the_same_answer() {
    let house = house();
    let token = format!("bearer {}", pool_token(&house.claims()));
    for question in [
        json!({"type": "TOKEN", "authorizationToken": token, "methodArn": ARN}),
        json!({
            "type": "REQUEST", "methodArn": ARN, "httpMethod": "GET", "path": "/whoami",
            "headers": {"authorization": token}, "multiValueHeaders": {"authorization": [token]},
        }),
        json!({
            "type": "REQUEST", "version": "2.0", "routeArn": ARN, "routeKey": "GET /whoami",
            "headers": {"authorization": token},
        }),
    ] {
        let question: AuthorizerRequest = serde_json::from_value(question).unwrap();
        let answer = house.authorizer.decide(&question).await.unwrap();
        assert_eq!(answer.policy_document, Policy::of(Effect::Allow, ARN));
    }
}

#[tokio::test]
async fn the_policy_follows_the_path_and_never_opens_more() {
    let house = house();
    let token = format!("Bearer {}", pool_token(&house.claims()));
    let ask = async |method_arn: String| {
        let request = TokenRequest { authorization_token: token.clone(), method_arn };
        house.authorizer.decide(&AuthorizerRequest::<()>::Token(request)).await
    };
    let answer = ask(ARN.replace("whoami", "*")).await.unwrap();
    assert_eq!(answer.policy_document.statement[0].resource, [ARN.replace("whoami", "?")]);
    for refused in [ARN.replace("whoami", &"x".repeat(600)), String::new(), "*".to_owned()] {
        assert!(matches!(ask(refused).await, Err(Error::Unauthorized)));
    }
}

#[tokio::test]
async fn a_token_without_a_wanted_scope_is_denied_and_one_with_it_is_not() {
    let effect = async |scopes: &str| {
        let house = house_with(&[("SCOPES", scopes)]);
        let answer = house.decide(&pool_token(&house.claims())).await.unwrap();
        answer.policy_document.statement[0].effect
    };
    assert_eq!(effect("users/write, users/read").await, Effect::Allow);
    assert_eq!(effect("users/write").await, Effect::Deny);
    assert_eq!(effect("users").await, Effect::Deny);

    let house = house_with(&[("SCOPES", "users/read")]);
    let answer = house.decide(&pool_token(&house.claims_with("scope", Value::Null))).await;
    assert_eq!(answer.unwrap().policy_document.statement[0].effect, Effect::Deny);
}

#[tokio::test]
async fn the_function_throws_unauthorized_to_the_letter() {
    let function = house().authorizer.into_function();
    let event = json!({"type": "TOKEN", "authorizationToken": "garbage", "methodArn": ARN});
    let answer = function
        .invoke(Call {
            request_id: "id".to_owned(),
            payload: event.to_string().into(),
            timeout: Duration::from_secs(3),
        })
        .await;
    let Err(Failure::Thrown { message, .. }) = answer else { panic!("{answer:?}") };
    assert_eq!(message, "Unauthorized");
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_a_breakage_and_not_a_refusal() {
    let house = house();
    house.keys.is_away.store(true, std::sync::atomic::Ordering::SeqCst);
    let answer = house.decide(&pool_token(&house.claims())).await;
    assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn tok_01_no_algorithm_is_no_signature() {
    let house = house();
    let good = pool_token(&house.claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let algorithms = [json!("none"), json!("None"), json!("NONE"), json!("nOnE"), json!(null)];
    let headers = algorithms.iter().map(|alg| json!({"kid": KID, "alg": alg}));
    for header in headers.chain([json!({"kid": KID}), json!({"alg": "none"}), json!({})]) {
        for signature in ["", signature] {
            let forged = format!("{}.{claims}.{signature}", encode(header.to_string()));
            house.refuses(&forged, &header.to_string()).await;
        }
    }
}

#[tokio::test]
async fn tok_02_the_public_key_is_no_shared_secret() {
    let house = house();
    let jwk = SigningKey::from_pkcs8(KID, &POOL_KEY).unwrap().jwk();
    let jwk_text = serde_json::to_string(&jwk).unwrap();
    let key = RsaKeyPair::from_pkcs8(&POOL_KEY).unwrap();
    let der = key.public_key().as_ref().to_vec();
    let info: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let info = info.as_ref().to_vec();
    let body = STANDARD.encode(&info);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
    let secrets = [
        der,
        info,
        jwk_text.into_bytes(),
        jwk.n.into_bytes(),
        format!(" {pem}").into_bytes(),
        format!("\n{pem}").into_bytes(),
        pem.into_bytes(),
    ];
    for secret in secrets {
        let header = json!({"kid": KID, "alg": "HS256"}).to_string();
        let text = format!("{}.{}", encode(header), encode(house.claims().to_string()));
        let signature = encode(crypto::hmac_sha256(&secret, &[text.as_bytes()]));
        house.refuses(&format!("{text}.{signature}"), "HS256").await;
    }
}

#[tokio::test]
async fn tok_03_a_key_in_the_header_is_not_used() {
    let house = house();
    let jwk = SigningKey::from_pkcs8(KID, &OTHER_KEY).unwrap().jwk();
    for header in [
        json!({"alg": "RS256", "kid": KID, "jwk": jwk}),
        json!({"alg": "RS256", "kid": "mine", "jwk": jwk}),
        json!({"alg": "RS256", "jwk": jwk}),
        json!({"alg": "RS256", "kid": KID}),
    ] {
        house.refuses(&token(&header, &house.claims(), &OTHER_KEY), &header.to_string()).await;
    }
}

#[tokio::test]
async fn tok_04_an_address_in_the_header_is_not_asked() {
    let house = house();
    for member in ["jku", "x5u"] {
        let mut header = json!({"alg": "RS256", "kid": KID});
        header[member] = json!("http://127.0.0.1:9/keys.json");
        house.refuses(&token(&header, &house.claims(), &OTHER_KEY), member).await;
    }
    assert_eq!(house.keys.fetches(), 1, "the pool's own set, and nothing else");
}

#[tokio::test]
async fn tok_05_a_strange_key_id_is_just_unknown() {
    let house = house();
    for kid in [
        json!("../../../dev/null"),
        json!("' OR '1'='1'; DROP TABLE keys; --"),
        json!(""),
        json!(7),
        json!(null),
        json!([KID]),
        json!("k".repeat(4096)),
        json!("\u{0}\r\n"),
    ] {
        let header = json!({"alg": "RS256", "kid": kid});
        let forged = token(&header, &house.claims(), &OTHER_KEY);
        let began = Instant::now();
        house.refuses(&forged, &header.to_string()).await;
        assert!(began.elapsed() < Duration::from_millis(50));
    }
}

#[tokio::test]
async fn tok_06_random_key_ids_fetch_the_keys_once_in_thirty_seconds() {
    let house = house();
    let claims = house.claims();
    // The signature does not matter for a key nobody knows, and making a thousand takes its time.
    let good = token(&json!({"alg": "RS256", "kid": "x"}), &claims, &OTHER_KEY);
    let rest = good.split_once('.').unwrap().1;
    let forged = |number: usize| {
        let header = json!({"alg": "RS256", "kid": format!("random-{number}")});
        format!("{}.{rest}", encode(header.to_string()))
    };
    for number in 0..1000 {
        house.clock.advance(SignedDuration::from_millis(10));
        house.refuses(&forged(number), "an unknown key").await;
    }
    assert_eq!(house.keys.fetches(), 1);

    house.clock.advance(SignedDuration::from_secs(30));
    for number in 1000..1100 {
        house.refuses(&forged(number), "an unknown key").await;
    }
    assert_eq!(house.keys.fetches(), 2);
    assert!(house.decide(&pool_token(&house.claims())).await.is_ok());
    assert_eq!(house.keys.fetches(), 2);
}

#[tokio::test]
async fn tok_07_a_token_of_another_pool_is_refused() {
    let house = house();
    let issuer = "https://id.example.com/eu-west-1_Zz9Yy8Xx7";
    let claims = house.claims_with("iss", json!(issuer));
    let header = json!({"alg": "RS256", "kid": "pool-b"});
    house.refuses(&token(&header, &claims, &OTHER_KEY), "pool B's key").await;
    house.refuses(&pool_token(&claims), "pool B's issuer").await;
    for issuer in [
        json!(null),
        json!([ISSUER]),
        json!(format!("{ISSUER}/")),
        json!(ISSUER.to_uppercase()),
        json!(ISSUER.replace("https", "http")),
    ] {
        let claims = house.claims_with("iss", issuer);
        house.refuses(&pool_token(&claims), &claims["iss"].to_string()).await;
    }
}

#[tokio::test]
async fn tok_08_only_access_tokens_are_let_in() {
    let house = house();
    for token_use in
        [json!("id"), json!("refresh"), json!("Access"), json!(null), json!(["access"])]
    {
        let mut claims = house.claims_with("token_use", token_use);
        claims["aud"] = json!(CLIENT);
        house.refuses(&pool_token(&claims), &claims["token_use"].to_string()).await;
    }
    for name in ["token_use", "sub", "client_id", "exp", "iss"] {
        let mut claims = house.claims();
        claims.as_object_mut().unwrap().remove(name);
        house.refuses(&pool_token(&claims), name).await;
    }
}

#[tokio::test]
async fn tok_09_another_client_is_refused_where_clients_are_named() {
    let house = house_with(&[("CLIENT_IDS", "web, server")]);
    let legacy = pool_token(&house.claims_with("client_id", json!("legacy")));
    house.refuses(&legacy, "client legacy").await;
    assert!(house.decide(&pool_token(&house.claims_with("client_id", json!("web")))).await.is_ok());
    assert!(house_with(&[]).decide(&legacy).await.is_ok(), "where none is named, all may");
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_service_is_good_there() {
    let (anywhere, api) = (house(), house_with(&[("AUDIENCES", "https://api.example.com, files")]));
    for (aud, is_good_anywhere, is_good_at_api) in [
        (json!(CLIENT), true, true),
        (json!("files"), false, true),
        (json!(["mail", "https://api.example.com"]), false, true),
        (json!("mail"), false, false),
        (json!([]), false, false),
        (json!(""), false, false),
        (json!(null), false, false),
        (json!({ "files": true }), false, false),
    ] {
        for (house, is_good) in [(&anywhere, is_good_anywhere), (&api, is_good_at_api)] {
            let token = pool_token(&house.claims_with("aud", aud.clone()));
            assert_eq!(house.decide(&token).await.is_ok(), is_good, "{aud}");
        }
    }
    assert!(api.decide(&pool_token(&api.claims())).await.is_ok(), "a token that names no service");
}

#[tokio::test]
async fn tok_10_a_token_counts_from_its_beginning_to_its_end() {
    let house = house();
    let now = house.clock.now().as_second();
    for (name, value, is_good) in [
        ("exp", json!(now + 1), true),
        ("exp", json!(now), false),
        ("exp", json!(now - 1), false),
        ("exp", json!("9999999999"), false),
        ("exp", json!(1e300), false),
        ("exp", json!(-1), false),
        ("exp", json!(null), false),
        ("iat", json!(now + 60), true),
        ("iat", json!(now + 61), false),
        ("iat", json!(now + 600), false),
        ("iat", json!("now"), false),
        ("nbf", json!(now - 5), true),
        ("nbf", json!(now + 600), false),
        ("nbf", json!(u64::MAX), false),
    ] {
        let token = pool_token(&house.claims_with(name, value.clone()));
        let answer = house.decide(&token).await;
        assert_eq!(answer.is_ok(), is_good, "{name} {value}");
    }
    let token = pool_token(&house.claims());
    assert!(house.decide(&token).await.is_ok());
    house.clock.advance(SignedDuration::from_secs(3600));
    house.refuses(&token, "the hour is over").await;
}

#[tokio::test]
async fn tok_11_a_changed_token_is_refused() {
    let house = house();
    let good = pool_token(&house.claims());
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };

    let changed = house.claims_with("sub", json!(SUB.replace("c6", "c7"))).to_string();
    let mut one_character = payload.to_owned().into_bytes();
    one_character[20] = if one_character[20] == b'A' { b'B' } else { b'A' };
    let one_character = String::from_utf8(one_character).unwrap();
    for forged in [
        format!("{header}.{}.{signature}", encode(changed)),
        format!("{header}.{one_character}.{signature}"),
        format!("{header}.{payload}.{}", &signature[..signature.len() - 2]),
        format!("{header}.{payload}.{}", &signature[..100]),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{good}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{header}. {payload}.{signature}"),
        format!("{header}.{payload}.{signature} "),
        format!("{header}.{payload}\n.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
        format!("{header}..{signature}"),
        "..".to_owned(),
        String::new(),
        "x".repeat(1 << 20),
        "a.".repeat(1 << 16),
    ] {
        house.refuses(&forged, &forged.chars().take(200).collect::<String>()).await;
    }
    assert!(house.decide(&good).await.is_ok());
}

#[tokio::test]
async fn tok_12_an_extension_nobody_knows_is_refused() {
    let house = house();
    for crit in [json!(["b64"]), json!(["exp"]), json!([]), json!("b64"), json!(null)] {
        let header = json!({"alg": "RS256", "kid": KID, "crit": crit, "b64": false});
        house.refuses(&token(&header, &house.claims(), &POOL_KEY), &header.to_string()).await;
    }
}

#[tokio::test]
async fn signed_claims_that_are_no_object_are_refused() {
    let house = house();
    for claims in [json!([]), json!("text"), json!(null)] {
        house.refuses(&pool_token(&claims), "no object").await;
    }
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let problem = |pairs: &[(&str, &str)]| -> BadSetting {
        Settings::parse(&environment(pairs)).unwrap_err()
    };
    assert_eq!(problem(&[]).variable, "ISSUER");
    assert_eq!(problem(&[("ISSUER", " ")]).variable, "ISSUER");
    assert_eq!(
        problem(&[("ISSUER", "the pool")]).to_string(),
        "the environment variable ISSUER is \"the pool\", which is no issuer"
    );
    // A list that turned out empty must not let in everybody.
    for empty in ["", "  ", ",", " , ,"] {
        assert_eq!(problem(&[("ISSUER", ISSUER), ("CLIENT_IDS", empty)]).variable, "CLIENT_IDS");
        assert_eq!(problem(&[("ISSUER", ISSUER), ("SCOPES", empty)]).variable, "SCOPES");
        assert_eq!(problem(&[("ISSUER", ISSUER), ("AUDIENCES", empty)]).variable, "AUDIENCES");
    }
    assert_eq!(
        problem(&[("ISSUER", ISSUER), ("CLIENT_IDS", "good,b-a-d")]).to_string(),
        "the environment variable CLIENT_IDS has \"b-a-d\", which is no client id"
    );
}
