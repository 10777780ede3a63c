//! A whole house in memory: store, clock, mailbox, functions, and the door of cognito-idp.

use crate::{Answer, Interleaved, Mailbox, Person, StoppedClock, fixed_key};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use crypto::{MasterKey, Random, SystemRandom, Workers};
use functions::{Functions, InProcess, Settings, Thrown};
use http::Request;
use idp::Idp;
use jiff::{SignedDuration, civil::Weekday, tz::TimeZone};
use names::{ClientId, ClientSecret, Password};
use pool::{CompromisedPasswords, IssuerForm, Pools, Quotas, Setup};
use serde_json::{Value, json};
use std::{
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::Store;
use wire::{Admission, Door};

/// The password of everybody in a test.
pub const PASSWORD: &str = "Correct-Horse7!";

/// A server in memory, with a pool and a client. Clones are the same house.
#[derive(Clone)]
pub struct House {
    /// The pool of tests that need one: people have user names, addresses are verified by code.
    pub pool: String,
    /// A public client of that pool that may begin every sign-in.
    pub client: String,
    pub clock: StoppedClock,
    pub mailbox: Mailbox,
    pub idp: Idp,
    pub functions: Arc<Functions>,
    door: Arc<Door<Idp>>,
}

impl House {
    /// A house with a pool of plain user names.
    pub async fn new() -> Self {
        Self::with(json!({}), json!({})).await
    }

    /// A house whose pool and client have these settings besides the usual ones.
    pub async fn with(pool: Value, client: Value) -> Self {
        let mut house = Self::empty();
        house.pool = house.make_pool(pool).await;
        house.client = house.make_client(client).await;
        house
    }

    /// A house without a pool.
    #[must_use]
    pub fn empty() -> Self {
        Self::over(Arc::new(Interleaved::default()))
    }

    /// A house without a pool, over this store.
    #[must_use]
    pub fn over(store: Arc<dyn Store>) -> Self {
        let (clock, mailbox) = (StoppedClock::new(), Mailbox::default());
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let ids = random.clone();
        let functions = Arc::new(Functions::new(Arc::new(move || ids.uuid_v4())));
        let pools = Pools::new(Setup {
            region: "eu-west-1".parse().unwrap(),
            account: "000000000000".parse().unwrap(),
            public_url: "http://127.0.0.1:9229".to_owned(),
            issuer_form: IssuerForm::Public,
            fixed_code: None,
            store,
            clock: clock.clock(),
            master: MasterKey::generate(&*random),
            random: random.clone(),
            functions: functions.clone(),
            post: Arc::new(mailbox.clone()),
            workers: Arc::new(Workers::new(2, 10_000, Duration::from_secs(60))),
            compromised: CompromisedPasswords::built_in(),
            rates: None,
            quotas: Quotas::default(),
            new_key: fixed_key,
        });
        Self {
            pool: String::new(),
            client: String::new(),
            clock,
            mailbox,
            idp: Idp::new(pools),
            functions,
            door: Arc::new(idp::door(Admission::AnyCredentials, random)),
        }
    }

    /// Calls an operation with credentials, which those that need none do not look at.
    pub async fn call(&self, operation: &str, input: Value) -> Answer {
        let credentials = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261121/eu-west-1/cognito-idp/\
                           aws4_request, SignedHeaders=host, Signature=00";
        let request = request(operation).header("authorization", credentials);
        self.send(request.body(input.to_string().into()).unwrap()).await
    }

    /// Calls an operation as somebody without credentials.
    pub async fn call_unsigned(&self, operation: &str, input: Value) -> Answer {
        self.send(request(operation).body(input.to_string().into()).unwrap()).await
    }

    /// Sends a request through the door.
    pub async fn send(&self, request: Request<Bytes>) -> Answer {
        Answer::of(self.door.answer(&self.idp, request).await)
    }

    /// Calls a public operation from this address, with this program.
    pub async fn call_from(
        &self,
        address: &str,
        user_agent: &str,
        operation: &str,
        input: Value,
    ) -> Answer {
        let request = request(operation).header("user-agent", user_agent);
        let peer = wire::Peer(address.parse().expect("an address"));
        self.send(request.extension(peer).body(input.to_string().into()).unwrap()).await
    }

    /// The operations of the door.
    #[must_use]
    pub fn table(&self) -> &wire::Table<Idp> {
        self.door.table()
    }

    /// Makes a pool with these settings besides the usual ones.
    pub async fn make_pool(&self, settings: Value) -> String {
        let usual = json!({
            "PoolName": "people",
            "AutoVerifiedAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
        });
        let made = self.call("CreateUserPool", merged(usual, settings)).await.ok();
        made["UserPool"]["Id"].as_str().unwrap().to_owned()
    }

    /// Makes a client of the pool, with these settings besides the usual ones.
    pub async fn make_client(&self, settings: Value) -> String {
        let usual = json!({
            "UserPoolId": self.pool,
            "ClientName": "web",
            "ExplicitAuthFlows": [
                "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
                "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            ],
        });
        let made = self.call("CreateUserPoolClient", merged(usual, settings)).await.ok();
        made["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned()
    }

    /// The same house seen through another client.
    #[must_use]
    pub fn through(&self, client: &str) -> Self {
        Self { client: client.to_owned(), ..self.clone() }
    }

    /// Makes a confirmed user of this name with `<name>@example.com` verified.
    pub async fn user(&self, name: &str) -> Person {
        self.user_with(name, json!({ "email": format!("{name}@example.com") })).await
    }

    /// Makes a confirmed user of this name with these attributes, contacts verified.
    pub async fn user_with(&self, name: &str, attributes: Value) -> Person {
        let mut list = named_values(&attributes);
        for contact in ["email", "phone_number"] {
            if attributes[contact].is_string() {
                list.push(json!({ "Name": format!("{contact}_verified"), "Value": "true" }));
            }
        }
        let made = self.call(
            "AdminCreateUser",
            json!({ "UserPoolId": self.pool, "Username": name, "UserAttributes": list,
                "MessageAction": "SUPPRESS" }),
        );
        let made = made.await.ok();
        let user = &made["User"];
        let sub = user["Attributes"][0]["Value"].as_str().unwrap().to_owned();
        let username = user["Username"].as_str().unwrap().to_owned();
        let password = json!({ "UserPoolId": self.pool, "Username": username,
            "Password": PASSWORD, "Permanent": true });
        self.call("AdminSetUserPassword", password).await.ok();
        Person::new(self, name, &username, &sub)
    }

    /// Signs somebody up with the usual password.
    pub async fn sign_up(&self, name: &str, attributes: Value) -> Answer {
        let input = json!({ "ClientId": self.client, "Username": name, "Password": PASSWORD,
            "UserAttributes": named_values(&attributes) });
        self.call_unsigned("SignUp", input).await
    }

    /// An administrator's view of a user.
    pub async fn look_at(&self, name: &str) -> Value {
        self.call("AdminGetUser", json!({ "UserPoolId": self.pool, "Username": name })).await.ok()
    }

    /// An attribute of a user.
    pub async fn attribute(&self, name: &str, attribute: &str) -> Option<String> {
        let user = self.look_at(name).await;
        let list = user["UserAttributes"].as_array().unwrap();
        let found = list.iter().find(|it| it["Name"] == attribute)?;
        found["Value"].as_str().map(str::to_owned)
    }

    /// Begins a sign-in by password.
    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let input = json!({ "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": name, "PASSWORD": password } });
        self.call_unsigned("InitiateAuth", input).await
    }

    /// Signs in over SRP, as a client does it, to the answer of the last step.
    pub async fn srp_sign_in(&self, name: &str, password: &str) -> Answer {
        let (begun, client) = self.begin_srp(name).await;
        if begun.status != 200 {
            return begun;
        }
        let responses = self.prove(&begun.body, &client, password);
        self.respond_srp(responses).await
    }

    /// The first step over SRP, and the client that goes on with it.
    pub async fn begin_srp(&self, name: &str) -> (Answer, crypto::srp::client::Client) {
        let client = crypto::srp::client::Client::new(&SystemRandom);
        let input = json!({ "ClientId": self.client, "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": { "USERNAME": name, "SRP_A": client.public_a().to_hex() } });
        (self.call_unsigned("InitiateAuth", input).await, client)
    }

    /// The answer to a challenge over SRP.
    #[must_use]
    pub fn prove(
        &self,
        challenge: &Value,
        client: &crypto::srp::client::Client,
        password: &str,
    ) -> Value {
        let parameters = &challenge["ChallengeParameters"];
        let text = |name: &str| parameters[name].as_str().unwrap();
        let realm = self.pool.rsplit_once('_').unwrap().1;
        let user_id = text("USER_ID_FOR_SRP");
        let password = Password::parse(password).unwrap();
        let key = client.session_key(realm, user_id, &password, text("SALT"), text("SRP_B"));
        let block = STANDARD.decode(text("SECRET_BLOCK")).unwrap();
        let timestamp = self.srp_timestamp();
        let signature = key.unwrap().sign(realm, user_id, &block, &timestamp);
        json!({
            "USERNAME": user_id,
            "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature),
            "TIMESTAMP": timestamp,
        })
    }

    /// Sends the answer to a challenge over SRP.
    pub async fn respond_srp(&self, responses: Value) -> Answer {
        let input = json!({ "ClientId": self.client, "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": responses });
        self.call_unsigned("RespondToAuthChallenge", input).await
    }

    /// Now, as SRP clients write it: the day is not padded.
    #[must_use]
    pub fn srp_timestamp(&self) -> String {
        let now = self.clock.now().to_zoned(TimeZone::UTC);
        let day = match now.weekday() {
            Weekday::Monday => "Mon",
            Weekday::Tuesday => "Tue",
            Weekday::Wednesday => "Wed",
            Weekday::Thursday => "Thu",
            Weekday::Friday => "Fri",
            Weekday::Saturday => "Sat",
            Weekday::Sunday => "Sun",
        };
        format!("{day} {} {} {}", now.strftime("%b"), now.day(), now.strftime("%H:%M:%S UTC %Y"))
    }

    /// Goes on with a session by its refresh token.
    pub async fn refresh(&self, token: &str) -> Answer {
        let input = json!({ "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": { "REFRESH_TOKEN": token } });
        self.call_unsigned("InitiateAuth", input).await
    }

    /// The claims of a token after its signature was checked against the keys of the pool.
    pub async fn verified(&self, token: &str) -> Value {
        let keys = self.idp.pools.keys(&self.pool.parse().unwrap()).await.ok().unwrap().jwks();
        let presented = crypto::Presented::parse(token).unwrap();
        let key = keys.find(presented.kid()).expect("the key is one of the pool");
        let key = crypto::VerifyingKey::from_jwk(key).unwrap();
        serde_json::from_slice(&presented.verify(&key).unwrap()).unwrap()
    }

    /// The code that an authenticator with this secret shows now.
    #[must_use]
    pub fn shown(&self, secret: &str) -> String {
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits = secret.chars().flat_map(|letter| {
            let number = ALPHABET.find(letter).expect("a secret is base32");
            (0..5).rev().map(move |bit| number >> bit & 1)
        });
        let bits: Vec<usize> = bits.collect();
        let bytes =
            bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit));
        let bytes: Vec<u8> = bytes.map(|byte| u8::try_from(byte).unwrap()).collect();
        crypto::TotpSecret::from_bytes(&bytes).code_at(self.clock.now()).to_string()
    }

    /// Answers a challenge of this name, asked of this user, with its session.
    pub async fn answer(&self, name: &str, user: &str, asked: &Value, responses: Value) -> Answer {
        let responses = merged(json!({ "USERNAME": user }), responses);
        let input = json!({ "ClientId": self.client, "ChallengeName": name,
            "Session": asked["Session"], "ChallengeResponses": responses });
        self.call_unsigned("RespondToAuthChallenge", input).await
    }

    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Makes a closure from event to answer a Lambda function, and gives its ARN. An error is what the
    /// function throws.
    pub fn function<Answering>(
        &self,
        name: &str,
        handler: impl Fn(Value) -> Answering + Send + Sync + 'static,
    ) -> String
    where
        Answering: Future<Output = Result<Value, String>> + Send + 'static,
    {
        let handler = InProcess::new(move |event: Value| {
            let answering = handler(event);
            async move { answering.await.map_err(|message| Thrown::new("Error", message)) }
        });
        self.functions.register(name, Settings::default(), Arc::new(handler));
        format!("arn:aws:lambda:eu-west-1:000000000000:function:{name}")
    }

    /// A function that remembers what it hears, and answers the event with this `response`.
    pub fn listener(&self, name: &str, response: Value) -> (String, Arc<Mutex<Vec<Value>>>) {
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let ears = heard.clone();
        let arn = self.function(name, move |mut event: Value| {
            ears.lock().unwrap().push(event.clone());
            event["response"] = response.clone();
            async move { Ok(event) }
        });
        (arn, heard)
    }

    /// Gives the pool these settings besides the usual ones.
    pub async fn update_pool(&self, settings: Value) -> Answer {
        let usual = json!({ "UserPoolId": self.pool, "AutoVerifiedAttributes": ["email"] });
        self.call("UpdateUserPool", merged(usual, settings)).await
    }

    /// The secret hash of a client for a name.
    #[must_use]
    pub fn secret_hash(&self, secret: &str, name: &str) -> String {
        let secret = ClientSecret::parse(secret).unwrap();
        let client = ClientId::parse(&self.client).unwrap();
        crypto::secret_hash(&secret, name, &client).reveal().to_owned()
    }
}

/// `{ "email": "a@b.c" }` as the API's list of names and values.
#[must_use]
pub fn named_values(attributes: &Value) -> Vec<Value> {
    let attributes = attributes.as_object().expect("attributes are an object");
    attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

fn request(operation: &str) -> http::request::Builder {
    Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
}

/// The first with the members of the second; a `null` takes one away.
#[must_use]
pub fn merged(mut usual: Value, more: Value) -> Value {
    let members = usual.as_object_mut().expect("settings are an object");
    for (name, value) in more.as_object().expect("settings are an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    usual
}
