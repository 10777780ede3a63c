//! What happens on devices: from the first sign-in to the one that a remembered device stands for.

use crate::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use crypto::{SystemRandom, Verifier, fresh_salt, srp::client::Client};
use names::Password;

/// Something that people sign in on, with a secret of its own.
#[derive(Clone)]
pub(crate) struct Gadget {
    pub key: String,
    pub group: String,
    secret: String,
}

impl Gadget {
    /// The device that an answer with tokens calls new.
    pub fn of(body: &Value) -> Self {
        let metadata = &body["AuthenticationResult"]["NewDeviceMetadata"];
        let text = |name: &str| metadata[name].as_str().unwrap().to_owned();
        let secret = "a secret of forty random bytes".replace(' ', "-");
        Self { key: text("DeviceKey"), group: text("DeviceGroupKey"), secret }
    }

    fn password(&self) -> Password {
        Password::parse(self.secret.as_str()).unwrap()
    }

    /// What it gives to be kept: numbers as clients write them, positive in Java's eyes.
    pub fn verifier(&self) -> Value {
        let salt = fresh_salt(&SystemRandom);
        let verifier = Verifier::derive(&self.group, &self.key, &self.password(), salt).to_bytes();
        let (salt, v) = verifier.split_at(16);
        let v = [&[0], v].concat();
        json!({ "Salt": STANDARD.encode(salt), "PasswordVerifier": STANDARD.encode(v) })
    }

    pub async fn confirm(&self, house: &House, tokens: &SignedIn) -> Answer {
        let input = json!({ "DeviceKey": self.key, "DeviceName": "phone",
            "DeviceSecretVerifierConfig": self.verifier() });
        tokens.call(house, "ConfirmDevice", input).await
    }

    /// Signs in over SRP up to what comes after the password.
    pub async fn sign_in(&self, house: &House, name: &str) -> Answer {
        let (begun, client) = house.begin_srp(name).await;
        let mut proof = house.prove(&begun.ok(), &client, PASSWORD);
        proof["DEVICE_KEY"] = json!(self.key);
        house.respond_srp(proof).await
    }

    /// Answers `DEVICE_SRP_AUTH`, with the session or without.
    pub async fn begin(&self, house: &House, name: &str, session: &Value) -> (Answer, Client) {
        let client = Client::new(&SystemRandom);
        let responses = json!({ "USERNAME": name, "DEVICE_KEY": self.key,
            "SRP_A": client.public_a().to_hex() });
        (respond(house, "DEVICE_SRP_AUTH", session, responses).await, client)
    }

    /// The answer to `DEVICE_PASSWORD_VERIFIER`.
    pub fn prove(&self, house: &House, challenge: &Value, client: &Client) -> Value {
        let text = |name: &str| challenge["ChallengeParameters"][name].as_str().unwrap();
        let (salt, b) = (text("SALT"), text("SRP_B"));
        let key = client.session_key(&self.group, &self.key, &self.password(), salt, b).unwrap();
        let block = STANDARD.decode(text("SECRET_BLOCK")).unwrap();
        let timestamp = house.srp_timestamp();
        let signature = key.sign(&self.group, &self.key, &block, &timestamp);
        json!({ "USERNAME": text("USERNAME"), "DEVICE_KEY": self.key, "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature) })
    }

    /// Proves itself after a password.
    pub async fn finish(&self, house: &House, name: &str, asked: &Value) -> Answer {
        let (begun, client) = self.begin(house, name, &asked["Session"]).await;
        if begun.status != 200 {
            return begun;
        }
        let proof = self.prove(house, &begun.ok(), &client);
        respond(house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await
    }

    /// Signs in by password and device.
    pub async fn tokens(&self, house: &House, name: &str) -> SignedIn {
        let asked = self.sign_in(house, name).await.ok();
        assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH", "{asked}");
        SignedIn::of(&self.finish(house, name, &asked).await.ok())
    }
}

pub(crate) async fn respond(
    house: &House,
    name: &str,
    session: &Value,
    responses: Value,
) -> Answer {
    let input = json!({ "ClientId": house.client, "ChallengeName": name, "Session": session,
        "ChallengeResponses": responses });
    house.call_unsigned("RespondToAuthChallenge", input).await
}

/// A house that remembers every device that is confirmed.
pub(crate) async fn house() -> House {
    let tracking = json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true,
        "DeviceOnlyRememberedOnUserPrompt": false } });
    House::with(tracking, json!({})).await
}

/// Somebody with a device that is confirmed.
pub(crate) async fn confirmed(house: &House, name: &str) -> (Gadget, SignedIn) {
    let ann = house.user(name).await;
    let body = ann.sign_in().await.ok();
    let (gadget, tokens) = (Gadget::of(&body), SignedIn::of(&body));
    gadget.confirm(house, &tokens).await.ok();
    (gadget, tokens)
}

const WRONG: &str = "400 NotAuthorizedException: Incorrect username or password.";
const SESSION: &str = "400 NotAuthorizedException: Invalid session for the user.";
const UNKNOWN: &str = "400 ResourceNotFoundException: Device does not exist.";

#[tokio::test]
async fn a_pool_that_does_not_track_knows_no_devices() {
    for devices in [Value::Null, json!({})] {
        let house = House::with(json!({ "DeviceConfiguration": devices }), json!({})).await;
        let ann = house.user("ann").await;
        let body = ann.sign_in().await.ok();
        assert!(body["AuthenticationResult"].get("NewDeviceMetadata").is_none());
        assert!(claims(&SignedIn::of(&body).access).get("device_key").is_none());
        let pool = house.call("DescribeUserPool", json!({ "UserPoolId": house.pool })).await.ok();
        assert!(pool["UserPool"].get("DeviceConfiguration").is_none());
    }
}

#[tokio::test]
async fn a_remembered_device_proves_itself_after_the_password() {
    let house = house().await;
    let ann = house.user("ann").await;
    let body = ann.sign_in().await.ok();
    let gadget = Gadget::of(&body);
    assert!(gadget.key.starts_with("eu-west-1_") && gadget.key.len() == 46);
    assert!(gadget.group.starts_with('-') && gadget.group.len() == 9);
    let first = SignedIn::of(&body);
    assert_eq!(claims(&first.access)["device_key"], gadget.key.as_str());
    assert!(claims(&first.id).get("device_key").is_none());
    let confirmed = gadget.confirm(&house, &first).await.ok();
    assert_eq!(confirmed, json!({ "UserConfirmationNecessary": false }));

    let asked = gadget.sign_in(&house, "ann").await.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    assert_eq!(asked["ChallengeParameters"], json!({}));
    let (begun, client) = gadget.begin(&house, "ann", &asked["Session"]).await;
    let begun = begun.ok();
    assert_eq!(begun["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    let names: Vec<&String> = begun["ChallengeParameters"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]);
    let proof = gadget.prove(&house, &begun, &client);
    house.advance(SignedDuration::from_secs(2));
    let body = respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof.clone()).await.ok();
    assert!(body["AuthenticationResult"].get("NewDeviceMetadata").is_none());
    let tokens = SignedIn::of(&body);
    assert_eq!(claims(&tokens.access)["device_key"], gadget.key.as_str());
    house.verified(&tokens.access).await;

    let listed = tokens.call(&house, "ListDevices", json!({})).await.ok();
    let device = &listed["Devices"][0];
    let seconds = |name: &str| device[name].as_f64().unwrap();
    assert_eq!(seconds("DeviceLastAuthenticatedDate") - seconds("DeviceCreateDate"), 2.0);
    expect![
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    ]
    .assert_eq(&respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await.line());
}

/// Some clients leave the session out, so the note of a password that was right is kept.
#[tokio::test]
async fn a_device_without_its_session_still_needs_the_password() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    assert_eq!(gadget.begin(&house, "ann", &Value::Null).await.0.line(), SESSION);
    assert_eq!(gadget.begin(&house, "nobody", &Value::Null).await.0.line(), SESSION);

    gadget.sign_in(&house, "ann").await.ok();
    let (begun, client) = gadget.begin(&house, "ann", &Value::Null).await;
    let proof = gadget.prove(&house, &begun.ok(), &client);
    let body = respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await.ok();
    SignedIn::of(&body);
    let used =
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once.";
    assert_eq!(gadget.begin(&house, "ann", &Value::Null).await.0.line(), used);

    gadget.sign_in(&house, "ann").await.ok();
    house.advance(SignedDuration::from_mins(3));
    assert_eq!(gadget.begin(&house, "ann", &Value::Null).await.0.line(), SESSION);
}

#[tokio::test]
async fn a_proof_is_good_for_one_device_of_one_user_at_one_client() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let (other, _) = confirmed(&house, "bob").await;
    let asked = gadget.sign_in(&house, "ann").await.ok();
    let session = &asked["Session"];
    assert_eq!(other.begin(&house, "ann", session).await.0.line(), SESSION, "another device");
    assert_eq!(gadget.begin(&house, "bob", session).await.0.line(), SESSION, "another user");
    let elsewhere = house.through(&house.make_client(json!({})).await);
    assert_eq!(gadget.begin(&elsewhere, "ann", session).await.0.line(), SESSION, "another client");

    let stranger = Gadget { secret: "another-secret-altogether".into(), ..gadget.clone() };
    assert_eq!(stranger.finish(&house, "ann", &asked).await.line(), WRONG);
    let used =
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once.";
    assert_eq!(gadget.finish(&house, "ann", &asked).await.line(), used);

    let asked = gadget.sign_in(&house, "ann").await.ok();
    let (begun, client) = gadget.begin(&house, "ann", &asked["Session"]).await;
    let begun = begun.ok();
    let mut proof = gadget.prove(&house, &begun, &client);
    proof["DEVICE_KEY"] = json!(other.key);
    let line = respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await.line();
    assert_eq!(line, SESSION);
    let proof = gadget.prove(&house, &begun, &client);
    assert_eq!(house.respond_srp(proof).await.line(), SESSION, "it is no user's password");
}

#[tokio::test]
async fn another_password_ends_the_challenge_of_a_device() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let asked = gadget.sign_in(&house, "ann").await.ok();
    let (begun, client) = gadget.begin(&house, "ann", &asked["Session"]).await;
    let proof = gadget.prove(&house, &begun.ok(), &client);
    let asked = gadget.sign_in(&house, "ann").await.ok();
    let password = json!({ "UserPoolId": house.pool, "Username": "ann",
        "Password": "Another-Horse8!", "Permanent": true });
    house.call("AdminSetUserPassword", password).await.ok();
    assert_eq!(gadget.begin(&house, "ann", &asked["Session"]).await.0.line(), SESSION);
    let line = respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await.line();
    assert_eq!(line, SESSION);
}

#[tokio::test]
async fn whoever_is_barred_meanwhile_does_not_get_in_by_a_device() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let asked = gadget.sign_in(&house, "ann").await.ok();
    let (begun, client) = gadget.begin(&house, "ann", &asked["Session"]).await;
    let proof = gadget.prove(&house, &begun.ok(), &client);
    let ann = json!({ "UserPoolId": house.pool, "Username": "ann" });
    house.call("AdminDisableUser", ann).await.ok();
    let line = respond(&house, "DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await.line();
    assert_eq!(line, "400 NotAuthorizedException: User is disabled.");
}

/// amazon-cognito-identity-js then answers the same challenge again, without the device.
#[tokio::test]
async fn a_device_that_is_gone_costs_no_challenge() {
    let house = house().await;
    let (gadget, tokens) = confirmed(&house, "ann").await;
    tokens.call(&house, "ForgetDevice", json!({ "DeviceKey": gadget.key })).await.ok();
    let (begun, client) = house.begin_srp("ann").await;
    let proof = house.prove(&begun.ok(), &client, PASSWORD);
    let mut with_device = proof.clone();
    with_device["DEVICE_KEY"] = json!(gadget.key);
    assert_eq!(house.respond_srp(with_device).await.line(), UNKNOWN);
    let fresh = Gadget::of(&house.respond_srp(proof).await.ok());
    assert_ne!(fresh.key, gadget.key);

    // Where the password comes in one call, the sign-in is simply on a new device.
    let parameters = json!({ "USERNAME": "ann", "PASSWORD": PASSWORD, "DEVICE_KEY": gadget.key });
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": parameters });
    Gadget::of(&house.call_unsigned("InitiateAuth", input).await.ok());
}

#[tokio::test]
async fn a_password_in_one_call_is_followed_by_the_device_too() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let parameters = json!({ "USERNAME": "ann", "PASSWORD": PASSWORD, "DEVICE_KEY": gadget.key });
    let input = json!({ "ClientId": house.client, "UserPoolId": house.pool,
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters });
    let asked = house.call("AdminInitiateAuth", input).await.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    let client = Client::new(&SystemRandom);
    let admin = async |name: &str, session: &Value, responses: Value| {
        let input = json!({ "ClientId": house.client, "UserPoolId": house.pool,
            "ChallengeName": name, "Session": session, "ChallengeResponses": responses });
        house.call("AdminRespondToAuthChallenge", input).await.ok()
    };
    let responses = json!({ "USERNAME": "ann", "DEVICE_KEY": gadget.key,
        "SRP_A": client.public_a().to_hex() });
    let begun = admin("DEVICE_SRP_AUTH", &asked["Session"], responses).await;
    let proof = gadget.prove(&house, &begun, &client);
    SignedIn::of(&admin("DEVICE_PASSWORD_VERIFIER", &Value::Null, proof).await);
}

#[tokio::test]
async fn a_session_goes_on_where_it_began() {
    let house = house().await;
    let (gadget, first) = confirmed(&house, "ann").await;
    let tokens = gadget.tokens(&house, "ann").await;
    for refresh in [&first.refresh, &tokens.refresh] {
        let with = async |device: Value| {
            let input = json!({ "ClientId": house.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
                "AuthParameters": { "REFRESH_TOKEN": refresh, "DEVICE_KEY": device } });
            house.call_unsigned("InitiateAuth", input).await
        };
        let invalid = "400 NotAuthorizedException: Invalid Refresh Token";
        assert_eq!(with(Value::Null).await.line(), invalid);
        let other = "eu-west-1_00000000-0000-4000-8000-000000000000";
        assert_eq!(with(json!(other)).await.line(), invalid);
        let body = with(json!(gadget.key)).await.ok();
        let access = body["AuthenticationResult"]["AccessToken"].as_str().unwrap();
        assert_eq!(claims(access)["device_key"], gadget.key.as_str());
        assert!(body["AuthenticationResult"].get("NewDeviceMetadata").is_none());
        // A pool that ceases to track asks for no device.
        house.update_pool(json!({})).await.ok();
        with(Value::Null).await.ok();
        let tracking = json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true } });
        house.update_pool(tracking).await.ok();
    }
}

#[tokio::test]
async fn functions_hear_of_new_devices_and_of_proofs() {
    let house = house().await;
    let (arn, heard) = house.listener("f", json!({}));
    let functions = json!({ "PostAuthentication": arn, "PreTokenGeneration": arn });
    let tracking = json!({ "ChallengeRequiredOnNewDevice": true });
    let settings = json!({ "LambdaConfig": functions, "DeviceConfiguration": tracking });
    house.update_pool(settings).await.ok();
    let (gadget, _) = confirmed(&house, "ann").await;
    gadget.tokens(&house, "ann").await;
    let heard: Vec<String> = heard
        .lock()
        .unwrap()
        .iter()
        .map(|event| {
            let new = &event["request"]["newDeviceUsed"];
            format!("{} {new}", event["triggerSource"].as_str().unwrap())
        })
        .collect();
    expect![[r#"
        PostAuthentication_Authentication true
        TokenGeneration_Authentication null
        PostAuthentication_Authentication false
        TokenGeneration_AuthenticateDevice null"#]]
    .assert_eq(&heard.join("\n"));
}

#[tokio::test]
async fn devices_go_with_their_user() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let ann = json!({ "UserPoolId": house.pool, "Username": "ann" });
    let sub = house.attribute("ann", "sub").await.unwrap();
    house.call("AdminDeleteUser", ann).await.ok();
    let key = store::Key::new(
        format!("pool/{}/user/{sub}", house.pool),
        format!("device/{}", gadget.key),
    );
    let pools = &house.idp.pools;
    let found = pools.records().get::<pool::Device>(&key, pools.now()).await.unwrap();
    assert!(found.is_none());
}

#[tokio::test]
async fn what_is_kept_of_a_device_tells_nobody_its_verifier() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let sub = house.attribute("ann", "sub").await.unwrap();
    let user = pool::User::key_of(&house.pool.parse().unwrap(), &sub.parse().unwrap());
    let pools = &house.idp.pools;
    let user = pools.records().get::<pool::User>(&user, pools.now()).await.unwrap().unwrap();
    let device = pools.device(&user, &gadget.key.parse().unwrap()).await.unwrap();
    let kept = serde_json::to_value(&*device).unwrap();
    let sealed = kept["verifier"].as_str().unwrap();
    let plain = gadget.verifier()["PasswordVerifier"].as_str().unwrap().to_owned();
    assert!(sealed.len() > 500 && !sealed.contains(&plain[10..40]));
    assert!(!format!("{device:?}").contains(sealed));
}

/// DEVICE_SRP_AUTH comes after everything else that a custom sign-in asks.
#[tokio::test]
async fn a_custom_sign_in_ends_on_its_device() {
    let house = house().await;
    let (gadget, _) = confirmed(&house, "ann").await;
    let decides = house.function("decides", |mut event: Value| {
        event["response"] = match event["triggerSource"].as_str().unwrap() {
            "DefineAuthChallenge_Authentication" if event["request"]["session"] == json!([]) => {
                json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false,
                    "failAuthentication": false })
            }
            "DefineAuthChallenge_Authentication" => {
                json!({ "issueTokens": true, "failAuthentication": false })
            }
            "CreateAuthChallenge_Authentication" => {
                json!({ "publicChallengeParameters": {}, "privateChallengeParameters": {} })
            }
            _ => json!({ "answerCorrect": true }),
        };
        async move { Ok(event) }
    });
    let functions = json!({ "DefineAuthChallenge": decides, "CreateAuthChallenge": decides,
        "VerifyAuthChallengeResponse": decides });
    let tracking = json!({ "ChallengeRequiredOnNewDevice": true });
    let settings = json!({ "LambdaConfig": functions, "DeviceConfiguration": tracking });
    house.update_pool(settings).await.ok();
    let client = house.make_client(json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"] })).await;
    let house = house.through(&client);
    let begin = json!({ "ClientId": house.client, "AuthFlow": "CUSTOM_AUTH",
        "AuthParameters": { "USERNAME": "ann", "DEVICE_KEY": gadget.key } });
    let begun = house.call_unsigned("InitiateAuth", begin).await.ok();
    let responses = json!({ "USERNAME": "ann", "ANSWER": "x" });
    let asked = respond(&house, "CUSTOM_CHALLENGE", &begun["Session"], responses).await.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    SignedIn::of(&gadget.finish(&house, "ann", &asked).await.ok());
}

/// A house in which ann has an authenticator and a device, remembered in place of it or besides.
async fn with_authenticator(replaces: bool) -> (House, Gadget, String) {
    let tracking = json!({ "ChallengeRequiredOnNewDevice": replaces });
    let house = House::with(json!({ "DeviceConfiguration": tracking }), json!({})).await;
    mfa::configure(&house, "OPTIONAL").await;
    let ann = house.user("ann").await;
    let body = ann.sign_in().await.ok();
    let gadget = Gadget::of(&body);
    gadget.confirm(&house, &SignedIn::of(&body)).await.ok();
    let secret = ann.enrol().await;
    house.advance(SignedDuration::from_secs(30));
    (house, gadget, secret)
}

#[tokio::test]
async fn a_remembered_device_stands_in_for_a_second_factor() {
    let (house, gadget, _) = with_authenticator(true).await;
    let asked = house.srp_sign_in("ann", PASSWORD).await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA", "on another device");
    gadget.tokens(&house, "ann").await;

    let asked = gadget.sign_in(&house, "ann").await.ok();
    let stranger = Gadget { secret: "another-secret-altogether".into(), ..gadget.clone() };
    assert_eq!(stranger.finish(&house, "ann", &asked).await.line(), WRONG);
    let admin = json!({ "UserPoolId": house.pool, "Username": "ann", "DeviceKey": gadget.key,
        "DeviceRememberedStatus": "not_remembered" });
    house.call("AdminUpdateDeviceStatus", admin).await.ok();
    let asked = gadget.sign_in(&house, "ann").await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA", "one that is not remembered");
}

#[tokio::test]
async fn a_device_that_stands_in_for_nothing_proves_itself_besides() {
    let (house, gadget, secret) = with_authenticator(false).await;
    let asked = gadget.sign_in(&house, "ann").await.ok();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(gadget.begin(&house, "ann", &asked["Session"]).await.0.line(), SESSION);
    assert_eq!(gadget.begin(&house, "ann", &Value::Null).await.0.line(), SESSION);
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": house.shown(&secret) });
    let asked = house.answer("SOFTWARE_TOKEN_MFA", "ann", &asked, code).await.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    SignedIn::of(&gadget.finish(&house, "ann", &asked).await.ok());
}
