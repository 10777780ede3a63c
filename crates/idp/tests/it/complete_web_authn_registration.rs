use crate::{
    passkeys::{PAGE, complete, configure, house_of_passkeys, register, start},
    *,
};
use testkit::Authenticator;

const NOT_FOUND: &str = "400 WebAuthnChallengeNotFoundException: The challenge of the registration was not found or has expired.";

#[tokio::test]
async fn a_challenge_is_good_once_and_for_a_while() {
    let house = house_of_passkeys().await;
    let tokens = house.user("ann").await.tokens().await;
    let options = start(&house, &tokens).await;
    let credential = Authenticator::new(PAGE).make(&options);
    assert_eq!(complete(&house, &tokens, &credential).await.ok(), json!({}));
    assert_eq!(complete(&house, &tokens, &credential).await.line(), NOT_FOUND);

    // Two windows do not take each other's away.
    let first = start(&house, &tokens).await;
    let second = start(&house, &tokens).await;
    for options in [second, first] {
        let credential = Authenticator::new(PAGE).make(&options);
        assert_eq!(complete(&house, &tokens, &credential).await.ok(), json!({}));
    }
    let stranger = json!({ "challenge": "AAAA", "rp": options["rp"], "user": options["user"],
        "pubKeyCredParams": options["pubKeyCredParams"] });
    let credential = Authenticator::new(PAGE).make(&stranger);
    assert_eq!(complete(&house, &tokens, &credential).await.line(), NOT_FOUND);

    let options = start(&house, &tokens).await;
    house.advance(SignedDuration::from_mins(6));
    let late = Authenticator::new(PAGE).make(&options);
    assert_eq!(complete(&house, &tokens, &late).await.line(), NOT_FOUND);
}

#[tokio::test]
async fn a_challenge_is_its_users_and_its_clients() {
    let house = house_of_passkeys().await;
    let ann = house.user("ann").await;
    let (tokens, bob) = (ann.tokens().await, house.user("bob").await.tokens().await);
    let options = start(&house, &tokens).await;
    let mut authenticator = Authenticator::new(PAGE);
    let credential = authenticator.make(&options);
    assert_eq!(complete(&house, &bob, &credential).await.line(), NOT_FOUND);
    let client =
        json!({ "ClientName": "other", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let other = house.through(&house.make_client(client).await);
    let elsewhere = other.sign_in("ann", PASSWORD).await.ok();
    let elsewhere = elsewhere["AuthenticationResult"]["AccessToken"].clone();
    let input = json!({ "AccessToken": elsewhere, "Credential": credential });
    let refused = other.call_unsigned("CompleteWebAuthnRegistration", input).await;
    expect!["400 WebAuthnClientMismatchException: The registration was started by another client."]
        .assert_eq(&refused.line());
    complete(&house, &tokens, &credential).await.ok();
    // One authenticator, one user.
    let options = start(&house, &bob).await;
    let again = authenticator.make(&options);
    expect!["400 InvalidParameterException: The credential is already registered."]
        .assert_eq(&complete(&house, &bob, &again).await.line());
}

#[tokio::test]
async fn what_was_not_made_as_asked_for_is_refused() {
    let house = house_of_passkeys().await;
    configure(&house, json!({ "RelyingPartyId": "example.com", "UserVerification": "required" }))
        .await
        .ok();
    let tokens = house.user("ann").await.tokens().await;
    let origin = "400 WebAuthnOriginNotAllowedException: The origin of the credential is not allowed by the relying party ID.";
    let party = "400 WebAuthnRelyingPartyMismatchException: The credential is for another relying party ID.";
    let kind = "400 WebAuthnCredentialNotSupportedException: The credential is of an authenticator or kind that is not supported.";
    let invalid = "400 InvalidParameterException: The credential is not valid.";
    type Bend = fn(&mut Authenticator);
    let bends: [(Bend, &str); 6] = [
        (|it| it.origin = "https://example.net".into(), origin),
        (|it| it.origin = "http://localhost:3000".into(), origin),
        (|it| it.relying_party = Some("example.net".into()), party),
        (|it| it.verifies = false, kind),
        (|it| it.touches = false, kind),
        (|it| it.attestation.1 = vec![0xa1], invalid),
    ];
    for (bend, expected) in bends {
        let options = start(&house, &tokens).await;
        let mut authenticator = Authenticator::new(PAGE);
        bend(&mut authenticator);
        let credential = authenticator.make(&options);
        assert_eq!(complete(&house, &tokens, &credential).await.line(), expected);
    }
    for bad in [json!({}), json!([]), json!("x"), json!(7), json!({ "id": "AQ" })] {
        start(&house, &tokens).await;
        assert_eq!(complete(&house, &tokens, &bad).await.line(), invalid, "{bad}");
    }
    // Used, where one was to be made.
    let options = start(&house, &tokens).await;
    let mut authenticator = Authenticator::new(PAGE);
    let mut credential = authenticator.make(&options);
    let used = authenticator.answer(&json!({ "rpId": "example.com",
        "challenge": options["challenge"] }));
    credential["response"]["clientDataJSON"] = used["response"]["clientDataJSON"].clone();
    assert_eq!(complete(&house, &tokens, &credential).await.line(), invalid);
    // A pool that moved in between.
    let options = start(&house, &tokens).await;
    configure(&house, json!({ "RelyingPartyId": "example.net" })).await.ok();
    let credential = Authenticator::new(PAGE).make(&options);
    assert_eq!(complete(&house, &tokens, &credential).await.line(), party);
    let listed = tokens.call(&house, "ListWebAuthnCredentials", json!({})).await.ok();
    assert_eq!(listed["Credentials"], json!([]));
}

#[tokio::test]
async fn a_statement_that_nobody_asked_for_is_stepped_over() {
    let house = house_of_passkeys().await;
    let tokens = house.user("ann").await.tokens().await;
    let options = start(&house, &tokens).await;
    let mut authenticator = Authenticator::new(PAGE);
    // {"alg": -7, "sig": h'00'}
    let statement = [&[0xa2, 0x63][..], b"alg", &[0x26, 0x63], b"sig", &[0x41, 0]].concat();
    authenticator.attestation = ("packed", statement);
    complete(&house, &tokens, &authenticator.make(&options)).await.ok();
}

#[tokio::test]
async fn a_page_on_this_machine_is_taken_for_localhost() {
    let house = house_of_passkeys().await;
    configure(&house, json!({ "RelyingPartyId": "localhost" })).await.ok();
    let tokens = house.user("ann").await.tokens().await;
    register(&house, &tokens, &mut Authenticator::new("http://localhost:5173")).await;
}

#[tokio::test]
async fn of_many_at_once_no_more_are_kept_than_may_be() {
    let house = house_of_passkeys().await;
    let tokens = house.user("ann").await.tokens().await;
    for _ in 0..19 {
        register(&house, &tokens, &mut Authenticator::new(PAGE)).await;
    }
    let options = start(&house, &tokens).await;
    let (one, other) =
        (Authenticator::new(PAGE).make(&options), Authenticator::new(PAGE).make(&options));
    let (one, other) =
        tokio::join!(complete(&house, &tokens, &one), complete(&house, &tokens, &other));
    let good = [one.status, other.status].into_iter().filter(|status| *status == 200).count();
    assert_eq!(good, 1);
    let listed = tokens.call(&house, "ListWebAuthnCredentials", json!({})).await.ok();
    assert_eq!(listed["Credentials"].as_array().unwrap().len(), 20);
}
