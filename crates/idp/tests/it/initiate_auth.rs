use crate::*;

async fn begin(house: &House, flow: &str, parameters: Value) -> Answer {
    let input = json!({ "ClientId": house.client, "AuthFlow": flow, "AuthParameters": parameters });
    house.call_unsigned("InitiateAuth", input).await
}

#[tokio::test]
async fn a_password_gives_tokens_and_nothing_else() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let body = ann.sign_in().await.ok();
    let result = &body["AuthenticationResult"];
    assert_eq!(body["ChallengeParameters"], json!({}));
    assert!(body.get("ChallengeName").is_none() && body.get("Session").is_none());
    assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
    for name in ["AccessToken", "IdToken", "RefreshToken"] {
        assert!(result[name].is_string(), "{name}");
    }
}

#[tokio::test]
async fn parameters_that_are_missing_are_named() {
    let house = House::new().await;
    for (flow, parameters, missing) in [
        ("USER_PASSWORD_AUTH", json!({ "PASSWORD": "x" }), "USERNAME"),
        ("USER_PASSWORD_AUTH", json!({ "USERNAME": "ann" }), "PASSWORD"),
        ("USER_SRP_AUTH", json!({ "SRP_A": "ab" }), "USERNAME"),
        ("USER_SRP_AUTH", json!({ "USERNAME": "ann" }), "SRP_A"),
        ("REFRESH_TOKEN_AUTH", json!({}), "REFRESH_TOKEN"),
        ("REFRESH_TOKEN", json!({}), "REFRESH_TOKEN"),
    ] {
        assert_eq!(
            begin(&house, flow, parameters).await.line(),
            format!("400 InvalidParameterException: Missing required parameter {missing}")
        );
    }
}

#[tokio::test]
async fn a_flow_must_be_of_this_side_and_allowed() {
    let house =
        House::with(json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] }))
            .await;
    for (flow, text) in [
        ("ADMIN_USER_PASSWORD_AUTH", "Initiate Auth method not supported"),
        ("ADMIN_NO_SRP_AUTH", "Initiate Auth method not supported"),
        ("USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH flow not enabled for this client"),
        ("USER_SRP_AUTH", "USER_SRP_AUTH is not enabled for the client."),
        ("CUSTOM_AUTH", "CUSTOM_AUTH is not enabled for the client."),
        ("USER_AUTH", "USER_AUTH is not enabled for the client."),
        ("REFRESH_TOKEN_AUTH", "Auth flow not enabled for this client"),
    ] {
        assert_eq!(
            begin(&house, flow, json!({})).await.line(),
            format!("400 InvalidParameterException: {text}")
        );
    }
    let flows = json!({ "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"] });
    let house = House::with(json!({}), flows).await;
    expect!["400 InvalidParameterException: Custom auth lambda trigger is not configured for the user pool."]
        .assert_eq(&begin(&house, "CUSTOM_AUTH", json!({ "USERNAME": "ann" })).await.line());
}

/// ENM-01.
#[tokio::test]
async fn nobody_learns_who_exists() {
    let house = House::with(json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    house.user("ann").await;
    for _ in 0..8 {
        let known = house.sign_in("ann", "Wrong-Horse7!").await;
        let unknown = house.sign_in("nobody", "Wrong-Horse7!").await;
        assert_eq!((known.line(), known.status), (unknown.line(), unknown.status));
    }
    let house = House::new().await;
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.sign_in("nobody", "Wrong-Horse7!").await.line());
}

/// BRU-01 and BRU-03.
#[tokio::test]
async fn five_wrong_passwords_lock_for_a_second_and_it_doubles() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    house.user("ann").await;
    for name in ["ann", "ANN", "ann@example.com", "ann", "Ann@Example.com"] {
        expect!["400 NotAuthorizedException: Incorrect username or password."]
            .assert_eq(&house.sign_in(name, "Wrong-Horse7!").await.line());
    }
    for name in ["ann", "ann@example.com"] {
        expect!["400 NotAuthorizedException: Password attempts exceeded"]
            .assert_eq(&house.sign_in(name, PASSWORD).await.line());
    }
    house.advance(SignedDuration::from_secs(1));
    house.sign_in("ann", "Wrong-Horse7!").await.line();
    house.advance(SignedDuration::from_secs(1));
    expect!["400 NotAuthorizedException: Password attempts exceeded"]
        .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
    house.advance(SignedDuration::from_secs(1));
    house.sign_in("ann", PASSWORD).await.ok();
    // And everything is forgotten.
    house.sign_in("ann", "Wrong-Horse7!").await.line();
    house.sign_in("ann", PASSWORD).await.ok();
}

/// One count, over SRP and by password, also for somebody who does not exist.
#[tokio::test]
async fn both_ways_of_guessing_share_one_count() {
    for pool in [json!({}), json!({ "UsernameAttributes": ["email"] })] {
        let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
        let house = House::with(pool.clone(), hides).await;
        let (known, unknown) = if pool == json!({}) {
            ("ann", "nobody")
        } else {
            ("ann@example.com", "nobody@example.com")
        };
        house.user_with(known, json!({})).await;
        for name in [known, unknown] {
            for _ in 0..3 {
                house.sign_in(name, "Wrong-Horse7!").await.line();
                let line = house.srp_sign_in(name, "Wrong-Horse7!").await.line();
                assert!(line.starts_with("400 NotAuthorizedException"), "{line}");
            }
            expect!["400 NotAuthorizedException: Password attempts exceeded"]
                .assert_eq(&house.srp_sign_in(name, PASSWORD).await.line());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_passwords_at_once_count_as_twenty() {
    let house = House::new().await;
    house.user("ann").await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let house = house.clone();
            tokio::spawn(async move { house.sign_in("ann", "Wrong-Horse7!").await.line() })
        })
        .collect();
    let mut wrong = 0;
    for one in tries {
        wrong += usize::from(one.await.unwrap().contains("Incorrect"));
    }
    assert_eq!(wrong, 5, "five are looked at, the others find the door locked");
    expect!["400 NotAuthorizedException: Password attempts exceeded"]
        .assert_eq(&house.sign_in("ann", PASSWORD).await.line());
}

/// SRP-05.
#[tokio::test]
async fn the_state_of_a_user_is_told_to_who_knows_the_password() {
    let house = House::new().await;
    house.sign_up("carol", json!({ "email": "carol@example.com" })).await.ok();
    house.user("dave").await;
    house
        .call("AdminDisableUser", json!({ "UserPoolId": house.pool, "Username": "dave" }))
        .await
        .ok();
    for (name, line) in [
        ("carol", "400 UserNotConfirmedException: User is not confirmed."),
        ("dave", "400 NotAuthorizedException: User is disabled."),
    ] {
        assert_eq!(house.sign_in(name, PASSWORD).await.line(), line);
        assert_eq!(house.srp_sign_in(name, PASSWORD).await.line(), line);
        for wrong in
            [house.sign_in(name, "Wrong-1!").await, house.srp_sign_in(name, "Wrong-1!").await]
        {
            assert_eq!(wrong.line(), "400 NotAuthorizedException: Incorrect username or password.");
        }
    }
}

/// SRP-01 and SRP-02.
#[tokio::test]
async fn a_public_value_that_gives_the_secret_away_is_refused() {
    let house = House::new().await;
    house.user("ann").await;
    let n = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
    let long = "a".repeat(131_072);
    for bad in ["0", "00", n, "-1", "xyz", "", long.as_str()] {
        let answer =
            begin(&house, "USER_SRP_AUTH", json!({ "USERNAME": "ann", "SRP_A": bad })).await;
        expect!["400 InvalidParameterException: SRP_A is not a valid public value."]
            .assert_eq(&answer.line());
    }
    let megabyte = json!({ "USERNAME": "ann", "SRP_A": "a".repeat(1024 * 900) });
    expect!["400 InvalidParameterException: 1 validation error detected: Value at 'authParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 131072, Member must have length greater than or equal to 0]"]
        .assert_eq(&begin(&house, "USER_SRP_AUTH", megabyte).await.line());
}

/// ENM-02.
#[tokio::test]
async fn somebody_who_does_not_exist_is_challenged_like_everybody() {
    for pool in [json!({}), json!({ "UsernameAttributes": ["email"] })] {
        let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
        let house = House::with(pool, hides).await;
        let mut seen = std::collections::BTreeSet::new();
        for name in ["Nobody@example.com", "nobody@example.com"].into_iter().cycle().take(5) {
            let (begun, client) = house.begin_srp(name).await;
            let body = begun.ok();
            assert_eq!(body["ChallengeName"], "PASSWORD_VERIFIER");
            let parameters = &body["ChallengeParameters"];
            seen.insert((
                parameters["SALT"].to_string(),
                parameters["USER_ID_FOR_SRP"].to_string(),
            ));
            let proof = house.prove(&body, &client, PASSWORD);
            let line = house.respond_srp(proof).await.line();
            assert_eq!(line, "400 NotAuthorizedException: Incorrect username or password.");
            house.advance(SignedDuration::from_mins(20));
        }
        assert_eq!(seen.len(), 1, "salt and user id are always the same");
    }
    let house = House::new().await;
    let (begun, _) = house.begin_srp("nobody").await;
    expect!["400 UserNotFoundException: User does not exist."].assert_eq(&begun.line());
}

/// SRP-07.
#[tokio::test]
async fn a_client_with_a_secret_proves_that_it_has_it() {
    let secret = "abcdefghijklmnopqrstuvwxyz";
    let house = House::with(json!({}), json!({ "ClientSecret": secret })).await;
    let ann = house.user("ann").await;
    house.user("bob").await;
    let client = &house.client;
    let password = |hash: Option<String>| {
        let mut parameters = json!({ "USERNAME": "ann", "PASSWORD": PASSWORD });
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = json!(hash);
        }
        parameters
    };
    let missing = format!(
        "400 NotAuthorizedException: Client {client} is configured with secret but SECRET_HASH was not received"
    );
    let wrong =
        format!("400 NotAuthorizedException: Unable to verify secret hash for client {client}");
    let line = async |hash| begin(&house, "USER_PASSWORD_AUTH", password(hash)).await.line();
    assert_eq!(line(None).await, missing);
    assert_eq!(line(Some("not a hash at all".into())).await, wrong);
    assert_eq!(line(Some(house.secret_hash(secret, "bob"))).await, wrong);
    assert_eq!(line(Some(house.secret_hash("zyxwvutsrqponmlkjihgfedcba", "ann"))).await, wrong);
    assert_eq!(line(Some(house.secret_hash(secret, "ann"))).await, "200 OK");
    assert_eq!(line(Some(house.secret_hash(secret, &ann.sub))).await, "200 OK");

    let hash = house.secret_hash(secret, "ann");
    let body = begin(&house, "USER_PASSWORD_AUTH", password(Some(hash.clone()))).await.ok();
    let token = SignedIn::of(&body).refresh;
    let refresh = async |hash: Option<String>| {
        let mut parameters = json!({ "REFRESH_TOKEN": token });
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = json!(hash);
        }
        begin(&house, "REFRESH_TOKEN_AUTH", parameters).await.line()
    };
    assert_eq!(refresh(None).await, missing);
    assert_eq!(refresh(Some(house.secret_hash(secret, "bob"))).await, wrong);
    assert_eq!(refresh(Some(hash.clone())).await, "200 OK");

    let srp = crypto_client();
    let a = srp.public_a().to_hex();
    let begin_srp = async |hash: Option<String>| {
        let mut parameters = json!({ "USERNAME": "ann", "SRP_A": a });
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = json!(hash);
        }
        begin(&house, "USER_SRP_AUTH", parameters).await
    };
    assert_eq!(begin_srp(None).await.line(), missing);
    assert_eq!(begin_srp(Some(house.secret_hash(secret, "bob"))).await.line(), wrong);
    let challenge = begin_srp(Some(hash.clone())).await.ok();
    let mut proof = house.prove(&challenge, &srp, PASSWORD);
    assert_eq!(house.respond_srp(proof.clone()).await.line(), missing);
    proof["SECRET_HASH"] = json!(house.secret_hash(secret, "bob"));
    assert_eq!(house.respond_srp(proof.clone()).await.line(), wrong);
    proof["SECRET_HASH"] = json!(hash);
    assert_eq!(house.respond_srp(proof).await.line(), "200 OK");

    for (operation, more) in [
        ("SignUp", json!({ "Password": PASSWORD })),
        ("ConfirmSignUp", json!({ "ConfirmationCode": "123456" })),
        ("ResendConfirmationCode", json!({})),
        ("ForgotPassword", json!({})),
        ("ConfirmForgotPassword", json!({ "ConfirmationCode": "123456", "Password": PASSWORD })),
    ] {
        let mut input = more;
        input["ClientId"] = json!(client);
        input["Username"] = json!("ann");
        assert_eq!(
            house.call_unsigned(operation, input.clone()).await.line(),
            missing,
            "{operation}"
        );
        input["SecretHash"] = json!(house.secret_hash(secret, "bob"));
        assert_eq!(house.call_unsigned(operation, input).await.line(), wrong, "{operation}");
    }
}

fn crypto_client() -> crypto::srp::client::Client {
    crypto::srp::client::Client::new(&crypto::SystemRandom)
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_session_and_no_refresh_token() {
    let house = House::new().await;
    let first = house.user("ann").await.tokens().await;
    house.advance(SignedDuration::from_mins(61));
    expect!["400 NotAuthorizedException: Access Token has expired"]
        .assert_eq(&first.call(&house, "GetUser", json!({})).await.line());
    let body = house.refresh(&first.refresh).await.ok();
    let result = &body["AuthenticationResult"];
    assert!(result.get("RefreshToken").is_none());
    for (old, name) in [(&first.access, "AccessToken"), (&first.id, "IdToken")] {
        let (old, new) = (claims(old), claims(result[name].as_str().unwrap()));
        assert_eq!(old["origin_jti"], new["origin_jti"]);
        assert_eq!(old["auth_time"], new["auth_time"]);
        assert_ne!(old["jti"], new["jti"]);
        assert_eq!(new["iat"].as_i64().unwrap() - old["iat"].as_i64().unwrap(), 61 * 60);
    }
    house.advance(SignedDuration::from_hours(24 * 30));
    expect!["400 NotAuthorizedException: Refresh Token has expired"]
        .assert_eq(&house.refresh(&first.refresh).await.line());
}

/// TOK-16.
#[tokio::test]
async fn a_refresh_token_that_was_touched_is_none() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let token = ann.tokens().await.refresh;
    let other = house.make_client(json!({})).await;
    let invalid = "400 NotAuthorizedException: Invalid Refresh Token";
    assert_eq!(house.through(&other).refresh(&token).await.line(), invalid, "another client's");
    for at in (0..token.len()).step_by(7) {
        let mut touched = token.clone().into_bytes();
        touched[at] = if touched[at] == b'A' { b'B' } else { b'A' };
        let touched = String::from_utf8(touched).unwrap();
        assert_eq!(house.refresh(&touched).await.line(), invalid, "byte {at}");
    }
    let composed = format!("{}.{}.{}", house.pool, ann.username, house.client);
    for bad in [composed.as_str(), "x", &token[..token.len() - 1], "", "a b"] {
        assert_eq!(house.refresh(bad).await.line(), invalid, "{bad}");
    }
}

/// TOK-15.
#[tokio::test]
async fn whoever_is_gone_or_barred_does_not_go_on() {
    let house = House::new().await;
    for (operation, line) in [
        ("AdminDisableUser", "400 NotAuthorizedException: User is disabled."),
        ("AdminDeleteUser", "400 UserNotFoundException: User does not exist."),
        ("AdminUserGlobalSignOut", "400 NotAuthorizedException: Refresh Token has been revoked"),
    ] {
        let ann = house.user(operation).await;
        let tokens = ann.tokens().await;
        house
            .call(operation, json!({ "UserPoolId": house.pool, "Username": operation }))
            .await
            .ok();
        assert_eq!(house.refresh(&tokens.refresh).await.line(), line, "{operation}");
    }
    let eve = house.user("eve").await;
    let tokens = eve.tokens().await;
    let change = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": "Another-Horse8!" });
    tokens.call(&house, "ChangePassword", change).await.ok();
    expect!["400 NotAuthorizedException: Refresh Token has been revoked"]
        .assert_eq(&house.refresh(&tokens.refresh).await.line());
}

/// ATR-08.
#[tokio::test]
async fn what_a_client_says_to_functions_is_in_no_token() {
    let house = House::new().await;
    house.user("ann").await;
    let input = json!({ "ClientId": house.client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ann", "PASSWORD": PASSWORD },
        "ClientMetadata": { "role": "admin", "custom:role": "admin" } });
    let tokens = SignedIn::of(&house.call_unsigned("InitiateAuth", input).await.ok());
    let refresh = json!({ "ClientId": house.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": tokens.refresh }, "ClientMetadata": { "role": "admin" } });
    let again = house.call_unsigned("InitiateAuth", refresh).await.ok();
    for token in [&tokens.access, &tokens.id] {
        assert!(!claims(token).to_string().contains("role"));
    }
    assert!(
        !claims(again["AuthenticationResult"]["IdToken"].as_str().unwrap())
            .to_string()
            .contains("role")
    );
}

/// DOS-02.
#[tokio::test]
async fn a_password_that_cannot_be_one_is_wrong() {
    let house = House::new().await;
    house.user("ann").await;
    for password in ["x".repeat(300), "with a space".to_owned(), "x".repeat(100_000)] {
        expect!["400 NotAuthorizedException: Incorrect username or password."]
            .assert_eq(&house.sign_in("ann", &password).await.line());
    }
}
