use crate::*;

async fn change(house: &House, person: &Person, attributes: Value) -> Answer {
    let tokens = person.tokens().await;
    let input = json!({ "UserAttributes": named_values(&attributes) });
    tokens.call(house, "UpdateUserAttributes", input).await
}

async fn verify(house: &House, person: &Person, code: &str) -> Answer {
    let tokens = person.tokens().await;
    let input = json!({ "AttributeName": "email", "Code": code });
    tokens.call(house, "VerifyUserAttribute", input).await
}

#[tokio::test]
async fn a_new_address_counts_at_once_and_is_not_proven() {
    let house = House::new().await;
    let ann = house.user("ann").await;
    let sent =
        change(&house, &ann, json!({ "email": "new@example.com", "name": "Ann" })).await.ok();
    assert_eq!(
        sent["CodeDeliveryDetailsList"],
        json!([{ "Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" }])
    );
    assert_eq!(house.attribute("ann", "email").await.as_deref(), Some("new@example.com"));
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("false"));
    assert_eq!(claims(&ann.tokens().await.id)["email_verified"], false);
    verify(&house, &ann, &house.mailbox.code("new@example.com")).await.ok();
    assert_eq!(house.attribute("ann", "email_verified").await.as_deref(), Some("true"));
    let sent = change(&house, &ann, json!({ "name": "Anna" })).await.ok();
    assert_eq!(sent["CodeDeliveryDetailsList"], json!([]));
}

/// ATR-04.
#[tokio::test]
async fn where_the_pool_says_so_a_new_address_waits_for_its_proof() {
    let waits = json!({ "AttributesRequireVerificationBeforeUpdate": ["email"] });
    let pool = json!({ "UsernameAttributes": ["email"], "UserAttributeUpdateSettings": waits });
    let house = House::with(pool, json!({})).await;
    let ann = house.user_with("ann@example.com", json!({ "email": "ann@example.com" })).await;
    change(&house, &ann, json!({ "email": "new@example.com" })).await.ok();
    assert_eq!(house.attribute(&ann.sub, "email").await.as_deref(), Some("ann@example.com"));
    assert_eq!(house.attribute(&ann.sub, "email_verified").await.as_deref(), Some("true"));
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&house.sign_in("new@example.com", PASSWORD).await.line());
    ann.sign_in().await.ok();
    verify(&house, &ann, &house.mailbox.code("new@example.com")).await.ok();
    house.sign_in("new@example.com", PASSWORD).await.ok();
    expect!["400 UserNotFoundException: User does not exist."]
        .assert_eq(&ann.sign_in().await.line());
}

/// ATR-05.
#[tokio::test]
async fn nobody_takes_another_persons_address() {
    for pool in
        [json!({ "UsernameAttributes": ["email"] }), json!({ "AliasAttributes": ["email"] })]
    {
        let house = House::with(pool.clone(), json!({})).await;
        let is_name = pool.get("UsernameAttributes").is_some();
        let name =
            |name: &str| if is_name { format!("{name}@example.com") } else { name.to_owned() };
        let alice = json!({ "email": "alice@example.com" });
        house.user_with(&name("alice"), alice).await;
        let mallory = json!({ "email": "mallory@example.com" });
        let mallory = house.user_with(&name("mallory"), mallory).await;
        let line = change(&house, &mallory, json!({ "email": "ALICE@example.com" })).await.line();
        if is_name {
            assert_eq!(
                line,
                "400 AliasExistsException: An account with the given email already exists."
            );
        } else {
            assert_eq!(line, "200 OK", "pending only");
            let code = house.mailbox.code("ALICE@example.com");
            assert_eq!(
                verify(&house, &mallory, &code).await.line(),
                "400 AliasExistsException: An account with the given email already exists."
            );
        }
        let id = claims(&mallory.tokens().await.id);
        let is_alice = id["email"].as_str().unwrap().eq_ignore_ascii_case("alice@example.com");
        assert!(!(is_alice && id["email_verified"] == true), "{id}");
        assert_eq!(
            house.attribute("alice@example.com", "email_verified").await.as_deref(),
            Some("true")
        );
    }
}

/// ATR-01, ATR-03, ATR-07.
#[tokio::test]
async fn what_may_not_be_written_is_not() {
    let schema = json!([
        { "Name": "role", "AttributeDataType": "String" },
        { "Name": "tenant", "AttributeDataType": "Number" },
        { "Name": "frozen", "AttributeDataType": "String", "Mutable": false },
    ]);
    let writes = json!({ "WriteAttributes": ["email", "custom:frozen", "custom:tenant", "name"] });
    let house = House::with(json!({ "Schema": schema }), writes).await;
    let ann =
        house.user_with("ann", json!({ "custom:frozen": "ice", "email": "ann@example.com" })).await;
    for name in ["custom:role", "email_verified", "sub", "phone_number"] {
        let line = change(
            &house,
            &ann,
            json!({ name: if name == "phone_number" { "+15551234567" } else { "true" } }),
        )
        .await
        .line();
        assert_eq!(
            line, "400 NotAuthorizedException: A client attempted to write unauthorized attribute",
            "{name}"
        );
    }
    for value in ["water", ""] {
        expect![
            "400 InvalidParameterException: user.custom:frozen: Attribute cannot be updated.\n"
        ]
        .assert_eq(&change(&house, &ann, json!({ "custom:frozen": value })).await.line());
    }
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: custom:tenant: Number must be an integer\n"]
        .assert_eq(&change(&house, &ann, json!({ "custom:tenant": "first" })).await.line());
    expect!["400 InvalidParameterException: Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.\n"]
        .assert_eq(&change(&house, &ann, json!({ "custom:none": "x" })).await.line());
    assert_eq!(house.attribute("ann", "custom:frozen").await.as_deref(), Some("ice"));
    assert!(claims(&ann.tokens().await.id).get("custom:role").is_none());
}

/// BRU-07, for whoever is signed in: an address is not the only one that mails can be sent to.
#[tokio::test]
async fn nobody_floods_other_peoples_mailboxes() {
    let house = House::new().await;
    let tokens = house.user("mallory").await.tokens().await;
    let change = async |number: usize| {
        let email = format!("victim+{number}@example.com");
        let input = json!({ "UserAttributes": [{ "Name": "email", "Value": email }] });
        tokens.call(&house, "UpdateUserAttributes", input).await.line()
    };
    for number in 0..20 {
        assert_eq!(change(number).await, "200 OK");
    }
    expect!["400 TooManyRequestsException: Too many requests"].assert_eq(&change(20).await);
    assert_eq!(house.mailbox.len(), 20);
    let name = json!({ "UserAttributes": [{ "Name": "name", "Value": "Mallory" }] });
    tokens.call(&house, "UpdateUserAttributes", name).await.ok();
}
