//! Signing in with what was mailed: the three triggers as a pool fires them, one after another.

use crate::house::{MemoryMailer, Mood, SUB, StoppedClock, environment, trigger};
use crypto::SeededRandom;
use functions::{Call, Failure, Function, InProcess};
use jiff::SignedDuration;
use kit::{
    messages::Catalogues,
    passwordless::{Passwordless, Settings},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

struct House {
    function: InProcess,
    mailer: Arc<MemoryMailer>,
    clock: StoppedClock,
}

/// A sign-in as a pool keeps it: whose it is, what happened, and what only functions see.
struct SignIn<'a> {
    house: &'a House,
    user: &'a str,
    request: Value,
    steps: Vec<Value>,
    public: Value,
    private: Value,
    metadata: Value,
}

fn house_of(mood: Mood, more: &[(&str, &str)]) -> House {
    let mut environment = environment(more);
    environment.insert("BRAND_NAME".to_owned(), "Blue Whale".to_owned());
    environment.insert("PASSWORDLESS_SECRET".to_owned(), SECRET.to_owned());
    let mailer = Arc::new(MemoryMailer { mood, ..Default::default() });
    let clock = StoppedClock::new();
    let function = Passwordless::from_environment(
        &environment,
        &Catalogues::new(),
        mailer.clone(),
        Arc::new(SeededRandom::new(1)),
        clock.clock(),
    );
    House { function: function.unwrap().into_function(), mailer, clock }
}

fn house(more: &[(&str, &str)]) -> House {
    house_of(Mood::Well, more)
}

impl House {
    async fn call(&self, event: &Value) -> Result<Value, Failure> {
        let payload = event.to_string().into();
        let call = Call { request_id: "1".to_owned(), payload, timeout: Duration::from_secs(5) };
        let answer = self.function.invoke(call).await?;
        Ok(serde_json::from_slice::<Value>(&answer).unwrap()["response"].clone())
    }

    fn sign_in_as<'a>(&'a self, user: &'a str, request: Value) -> SignIn<'a> {
        let (steps, private) = (Vec::new(), Value::Null);
        let (public, metadata) = (Value::Null, Value::Null);
        SignIn { house: self, user, request, steps, public, private, metadata }
    }

    fn sign_in(&self) -> SignIn<'_> {
        let attributes = json!({"sub": SUB, "email": "ann@example.com", "email_verified": "true"});
        self.sign_in_as("ann", json!({"userAttributes": attributes}))
    }

    fn nobody(&self) -> SignIn<'_> {
        self.sign_in_as("nobody", json!({"userAttributes": {}, "userNotFound": true}))
    }

    fn mails(&self) -> usize {
        self.mailer.mails.lock().unwrap().len()
    }

    fn mailed(&self) -> String {
        self.mailer.mails.lock().unwrap().last().expect("a mail").text.clone()
    }

    fn code(&self) -> String {
        let mailed = self.mailed();
        let digits =
            |line: &&str| line.len() >= 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        mailed.lines().map(str::trim).find(digits).expect("a code").to_owned()
    }

    fn token(&self) -> String {
        let mailed = self.mailed();
        let (_, rest) = mailed.split_once("#token=").expect("a link");
        rest.lines().next().unwrap().to_owned()
    }
}

impl SignIn<'_> {
    async fn fire(&self, source: &str, more: Value) -> Value {
        let mut request = self.request.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let event = trigger(source, self.user, request, json!({}));
        self.house.call(&event).await.unwrap()
    }

    /// What define says now.
    async fn next(&self) -> &'static str {
        let more = json!({"session": self.steps});
        let answer = self.fire("DefineAuthChallenge_Authentication", more).await;
        match (&answer["challengeName"], &answer["issueTokens"], &answer["failAuthentication"]) {
            (Value::String(name), Value::Bool(false), Value::Bool(false))
                if name == "CUSTOM_CHALLENGE" =>
            {
                "challenge"
            }
            (Value::Null, Value::Bool(true), Value::Bool(false)) => "tokens",
            (Value::Null, Value::Bool(false), Value::Bool(true)) => "refusal",
            _ => panic!("{answer}"),
        }
    }

    async fn challenge(&mut self) {
        let more = json!({"session": self.steps, "challengeName": "CUSTOM_CHALLENGE"});
        let answer = self.fire("CreateAuthChallenge_Authentication", more).await;
        self.public = answer["publicChallengeParameters"].clone();
        self.private = answer["privateChallengeParameters"].clone();
        self.metadata = answer["challengeMetadata"].clone();
    }

    async fn answer(&mut self, answer: &str) -> bool {
        let more = json!({"privateChallengeParameters": self.private, "challengeAnswer": answer});
        let source = "VerifyAuthChallengeResponse_Authentication";
        let answer = self.fire(source, more).await["answerCorrect"].as_bool();
        let is_right = answer.expect("verify says yes or no");
        self.steps.push(json!({
            "challengeName": "CUSTOM_CHALLENGE",
            "challengeResult": is_right,
            "challengeMetadata": self.metadata,
        }));
        is_right
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailed_code_signs_in() {
    let house = house(&[]);
    let mut sign_in = house.sign_in();
    assert_eq!(sign_in.next().await, "challenge");
    sign_in.challenge().await;
    assert_eq!(sign_in.public, json!({"challenge": "EMAIL_CODE"}));
    let code = house.code();
    assert_eq!(code.len(), 8);
    {
        let mails = house.mailer.mails.lock().unwrap();
        assert_eq!(mails[0].to, "ann@example.com");
        assert!(mails[0].html.contains(&code) && mails[0].text.contains("Valid for 5 minutes."));
        assert!(!mails[0].subject.contains(&code), "a subject is shown on locked screens");
    }
    assert!(sign_in.answer(&format!(" {code} ")).await);
    assert_eq!(sign_in.next().await, "tokens");
}

#[tokio::test(start_paused = true)]
async fn a_mailed_link_signs_in() {
    let house = house(&[("CHALLENGE", "link"), ("LINK_URL", "https://app.example.com/in")]);
    let mut sign_in = house.sign_in();
    sign_in.challenge().await;
    assert_eq!(sign_in.public, json!({"challenge": "MAGIC_LINK"}));
    // Behind the `#`: no server, log or referrer sees it.
    assert!(house.mailed().contains("https://app.example.com/in#token="));
    let token = house.token();
    assert_eq!(token.len(), 43);
    assert!(sign_in.answer(&token).await);
    assert_eq!(sign_in.next().await, "tokens");
}

#[tokio::test(start_paused = true)]
async fn either_of_both_signs_in_and_only_what_was_mailed() {
    let both = [("CHALLENGE", "code-and-link"), ("LINK_URL", "https://app.example.com/in")];
    let house_of_both = house(&both);
    for take in [House::code, House::token] {
        let mut sign_in = house_of_both.sign_in();
        sign_in.challenge().await;
        assert!(sign_in.answer(&take(&house_of_both)).await);
    }
    // The same seed makes the same challenge, of which here only the link was mailed.
    let (both, link) = (house(&both), house(&[("CHALLENGE", "link"), both[1]]));
    let (mut first, mut second) = (both.sign_in(), link.sign_in());
    first.challenge().await;
    second.challenge().await;
    assert_eq!(first.private, second.private);
    assert!(!second.answer(&both.code()).await);
    assert!(second.answer(&both.token()).await);
}

#[tokio::test(start_paused = true)]
async fn three_wrong_answers_end_it_and_the_same_code_goes_on_until_then() {
    let house = house(&[]);
    let mut sign_in = house.sign_in();
    for wrong in ["00000000", "", "12345678901234567890"] {
        assert_eq!(sign_in.next().await, "challenge");
        sign_in.challenge().await;
        assert!(!sign_in.answer(wrong).await);
    }
    assert_eq!(sign_in.next().await, "refusal");
    assert_eq!(house.mails(), 1);

    let mut sign_in = house.sign_in();
    sign_in.challenge().await;
    let code = house.code();
    assert!(!sign_in.answer("nonsense").await);
    sign_in.challenge().await;
    assert_eq!(house.mails(), 2, "a wrong answer sends no other mail");
    assert!(sign_in.answer(&code).await);
    assert_eq!(sign_in.next().await, "tokens");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_good_in_its_own_sign_in_alone() {
    let house = house(&[]);
    let mut first = house.sign_in();
    first.challenge().await;
    let code = house.code();
    let mut second = house.sign_in();
    second.challenge().await;
    assert!(!second.answer(&code).await);
    assert!(first.answer(&code).await);
    // What another user's, client's or pool's functions are handed does not make it right either.
    let mut other = house.sign_in();
    other.user = "bob";
    other.private = first.private.clone();
    assert!(!other.answer(&code).await);
    let mut moved = house.sign_in();
    moved.private = first.private.clone();
    moved.request["userAttributes"]["email"] = json!("other@example.com");
    assert!(!moved.answer(&code).await);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_late_is_wrong_and_the_next_challenge_is_another() {
    let house = house(&[("VALID_SECONDS", "120")]);
    let mut sign_in = house.sign_in();
    sign_in.challenge().await;
    let code = house.code();
    house.clock.advance(SignedDuration::from_secs(120));
    assert!(!sign_in.answer(&code).await);
    sign_in.challenge().await;
    assert_eq!(house.mails(), 2);
    assert_ne!(house.code(), code);
    assert!(sign_in.answer(&house.code()).await);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_treated_like_everybody_and_never_gets_in() {
    let house = house(&[]);
    let (mut somebody, mut nobody) = (house.sign_in(), house.nobody());
    for _ in 0..3 {
        assert_eq!(nobody.next().await, somebody.next().await);
        let mut took = Vec::new();
        for sign_in in [&mut somebody, &mut nobody] {
            let begun = tokio::time::Instant::now();
            sign_in.challenge().await;
            took.push(begun.elapsed());
        }
        assert_eq!(took[0], took[1], "as long for one as for the other");
        assert_eq!(somebody.public, nobody.public);
        let members =
            |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&somebody.private), members(&nobody.private));
        assert!(!somebody.answer("00000000").await);
        assert!(!nobody.answer("00000000").await);
    }
    assert_eq!(nobody.next().await, somebody.next().await);
    assert_eq!(house.mails(), 1);
    // Should a pool ever say that an answer of nobody was right, there would still be no tokens.
    let mut nobody = house.nobody();
    nobody.steps = vec![json!({"challengeName": "CUSTOM_CHALLENGE", "challengeResult": true})];
    assert_eq!(nobody.next().await, "refusal");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_mailed_to_an_address_that_was_not_shown_to_be_the_users() {
    for attributes in [
        json!({"email": "ann@example.com"}),
        json!({"email": "ann@example.com", "email_verified": "false"}),
        json!({"email": "", "email_verified": "true"}),
        json!({"email_verified": "true"}),
    ] {
        let house = house(&[]);
        let mut sign_in = house.sign_in_as("ann", json!({"userAttributes": attributes}));
        sign_in.challenge().await;
        assert_eq!(house.mails(), 0);
        assert!(!sign_in.answer("00000000").await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailer_that_fails_or_hangs_does_not_show() {
    let mut took = Vec::new();
    for mood in [Mood::Well, Mood::Failing, Mood::Hanging] {
        let house = house_of(mood, &[]);
        let mut sign_in = house.sign_in();
        let begun = tokio::time::Instant::now();
        sign_in.challenge().await;
        took.push(begun.elapsed().as_millis() / 10);
        assert_eq!(sign_in.public, json!({"challenge": "EMAIL_CODE"}));
    }
    assert!(took.iter().all(|time| *time == took[0]), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_about_is_worth_nothing() {
    let both = [("CHALLENGE", "code-and-link"), ("LINK_URL", "https://app.example.com/in")];
    let house = house(&both);
    let mut sign_in = house.sign_in();
    sign_in.challenge().await;
    let handed = format!("{} {} {}", sign_in.public, sign_in.private, sign_in.metadata);
    assert!(!handed.contains(&house.code()) && !handed.contains(&house.token()));
    assert!(!handed.contains(SECRET));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_challenge_is_wrong() {
    let house = house(&[]);
    let mut sign_in = house.sign_in();
    sign_in.challenge().await;
    let code = house.code();
    for private in [json!(null), json!({}), json!({"issued": ""}), json!({"issued": "v1.1.x"})] {
        sign_in.private = private;
        assert!(!sign_in.answer(&code).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_in_the_users_language() {
    let house = house(&[]);
    let mut sign_in = house.sign_in();
    sign_in.request["userAttributes"]["locale"] = json!("ar-EG");
    sign_in.challenge().await;
    assert!(house.mailer.mails.lock().unwrap()[0].html.contains(r#"dir="rtl""#));
}

#[tokio::test]
async fn an_event_that_is_not_of_such_a_sign_in_fails_and_is_not_quoted() {
    let house = house(&[]);
    for event in [
        trigger("PreSignUp_SignUp", "ann", json!({"challengeAnswer": "hunter2"}), json!({})),
        trigger("hunter2", "ann", json!({}), json!({})),
        trigger(
            "VerifyAuthChallengeResponse_Authentication",
            "ann",
            json!({"challengeAnswer": {"hunter2": 1}}),
            json!({}),
        ),
        json!("hunter2"),
    ] {
        let failed = house.call(&event).await.unwrap_err();
        let Failure::Thrown { message, .. } = failed else { panic!("{failed:?}") };
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn bad_settings_are_told() {
    let good = [("PASSWORDLESS_SECRET", SECRET)];
    assert!(Settings::parse(&environment(&good)).is_ok());
    for (variable, value) in [
        ("PASSWORDLESS_SECRET", ""),
        ("PASSWORDLESS_SECRET", "too-short"),
        ("CHALLENGE", "pigeon"),
        ("CODE_DIGITS", "5"),
        ("CODE_DIGITS", "9"),
        ("VALID_SECONDS", "59"),
        ("VALID_SECONDS", "901"),
        ("ANSWER_AFTER_MS", "99"),
        ("LINK_URL", "http://app.example.com"),
        ("LINK_URL", "https://app.example.com/#in"),
    ] {
        let mut environment = environment(&good);
        environment.insert(variable.to_owned(), value.to_owned());
        assert_eq!(Settings::parse(&environment).unwrap_err().variable, variable, "{value}");
    }
    for challenge in ["link", "code-and-link"] {
        let mut environment = environment(&good);
        environment.insert("CHALLENGE".to_owned(), challenge.to_owned());
        assert_eq!(Settings::parse(&environment).unwrap_err().variable, "LINK_URL");
    }
}
