use crate::{
    passkeys::{PAGE, house_of_passkeys, register},
    *,
};
use testkit::Authenticator;

#[tokio::test]
async fn passkeys_are_listed_a_page_at_a_time() {
    let house = house_of_passkeys().await;
    let tokens = house.user("ann").await.tokens().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let mut authenticator = Authenticator::new(PAGE);
        register(&house, &tokens, &mut authenticator).await;
        house.advance(SignedDuration::from_secs(1));
        ids.push(authenticator.id);
    }
    let mut names = Vec::new();
    let mut token = Value::Null;
    for _ in 0..3 {
        let input = json!({ "MaxResults": 2, "NextToken": token });
        let page = tokens.call(&house, "ListWebAuthnCredentials", input).await.ok();
        let credentials = page["Credentials"].as_array().unwrap();
        assert!(credentials.len() <= 2);
        names.extend(credentials.iter().map(|it| it["FriendlyCredentialName"].clone()));
        token = page["NextToken"].clone();
    }
    assert_eq!(token, Value::Null);
    assert_eq!(names, ["Passkey 1", "Passkey 2", "Passkey 3", "Passkey 4", "Passkey 5"]);

    let first = tokens.call(&house, "ListWebAuthnCredentials", json!({ "MaxResults": 1 })).await;
    let first = first.ok();
    let mut one = first["Credentials"][0].clone();
    assert!(one["CredentialId"].is_string() && one["CreatedAt"].is_number());
    one["CredentialId"] = json!("…");
    one["CreatedAt"] = json!("…");
    assert_eq!(
        one,
        json!({ "CredentialId": "…", "FriendlyCredentialName": "Passkey 1",
            "RelyingPartyId": "example.com", "AuthenticatorAttachment": "platform",
            "AuthenticatorTransports": ["internal", "hybrid"], "CreatedAt": "…" })
    );
    let bob = house.user("bob").await.tokens().await;
    let input = json!({ "NextToken": first["NextToken"] });
    expect!["400 InvalidParameterException: Invalid pagination token."]
        .assert_eq(&bob.call(&house, "ListWebAuthnCredentials", input).await.line());
    let none = bob.call(&house, "ListWebAuthnCredentials", json!({})).await.ok();
    assert_eq!(none, json!({ "Credentials": [] }));
}
