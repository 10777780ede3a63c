//! May the bearer of this user pool token pass? The `COGNITO_USER_POOLS` authorizer of REST APIs.
//!
//! A route without scopes takes ID tokens, a route with scopes takes access tokens with any one of them.
//! Whether the user has signed out or was disabled since is not asked, as on AWS: a token is good until it
//! expires.

use super::Question;
use crate::{
    CognitoAuthorizer,
    caller::Caller,
    credentials,
    fault::{Refusal, Stop},
    incoming::Found,
    tokens::{Claims, Tokens},
};
use jiff::Timestamp;
use names::{ClientId, Scope};

pub(crate) async fn authorize(
    tokens: &Tokens,
    authorizer: &CognitoAuthorizer,
    question: &Question<'_>,
) -> Result<Caller, Stop> {
    let request = question.request;
    let Found::One(value) = request.header(&authorizer.header) else {
        return Err(Refusal::Unauthorized.into());
    };
    let token = credentials::token(value).ok_or(Refusal::Unauthorized)?;
    let claims = tokens.prove(&token, &authorizer.pools, request.now).await?;
    let claims = claims.map_err(|_| Refusal::Unauthorized)?;
    decide(authorizer, &question.route.scopes, &claims, request.now)?;
    Ok(Caller::Cognito(claims))
}

/// Whether proven claims of one of the pools are enough.
fn decide(
    authorizer: &CognitoAuthorizer,
    scopes: &[Scope],
    claims: &Claims,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (wanted, made_for) =
        if scopes.is_empty() { ("id", "aud") } else { ("access", "client_id") };
    if claims.text("token_use") != Some(wanted) {
        return Err(Refusal::Unauthorized);
    }
    let client = claims.text(made_for).unwrap_or_default();
    let is_listed = authorizer.clients.is_empty()
        || authorizer.clients.iter().map(ClientId::as_str).any(|listed| listed == client);
    let is_valid =
        authorizer.validation.as_ref().is_none_or(|validation| validation.accepts(client));
    if !is_listed || !is_valid || claims.is_early(now) {
        return Err(Refusal::Unauthorized);
    }
    if claims.has_expired(now) {
        return Err(Refusal::Expired);
    }
    let has_scope = scopes.iter().any(|scope| claims.scopes().any(|has| has == scope.as_str()));
    if !scopes.is_empty() && !has_scope {
        return Err(Refusal::NoScope(scopes.to_vec()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Validation;
    use serde_json::{Value, json};

    const POOL: &str = "http://127.0.0.1/eu-west-1_a";

    fn authorizer() -> CognitoAuthorizer {
        CognitoAuthorizer::new(vec![POOL.parse().unwrap()])
    }

    fn ask(authorizer: &CognitoAuthorizer, scopes: &[&str], claims: &Value) -> Result<(), Refusal> {
        let scopes: Vec<Scope> = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
        let now = Timestamp::from_second(1000).unwrap();
        decide(authorizer, &scopes, &Claims::new(POOL, claims.clone()), now)
    }

    fn id() -> Value {
        json!({ "token_use": "id", "aud": "web", "exp": 2000, "iat": 900 })
    }

    fn access(scope: &str) -> Value {
        json!({ "token_use": "access", "client_id": "web", "exp": 2000, "iat": 900, "scope": scope })
    }

    #[test]
    fn a_route_without_scopes_takes_id_tokens_only() {
        assert_eq!(ask(&authorizer(), &[], &id()), Ok(()));
        assert_eq!(ask(&authorizer(), &[], &access("a")), Err(Refusal::Unauthorized));
        assert_eq!(ask(&authorizer(), &[], &json!({ "exp": 2000 })), Err(Refusal::Unauthorized));
    }

    #[test]
    fn a_route_with_scopes_takes_access_tokens_with_any_of_them() {
        for (scope, enough) in
            [("b", true), ("x b", true), ("ab", false), ("", false), ("A", false)]
        {
            let answer = ask(&authorizer(), &["a", "b"], &access(scope));
            assert_eq!(answer.is_ok(), enough, "{scope}");
        }
        let mut token = id();
        token["scope"] = json!("a");
        assert_eq!(ask(&authorizer(), &["a"], &token), Err(Refusal::Unauthorized));
        let list = json!({ "token_use": "access", "exp": 2000, "scope": ["a"] });
        assert!(ask(&authorizer(), &["a"], &list).is_err());
    }

    /// TOK-10.
    #[test]
    fn a_token_before_or_after_its_time_is_refused() {
        let mut token = id();
        token["exp"] = json!(1000);
        assert_eq!(ask(&authorizer(), &[], &token), Err(Refusal::Expired));
        let mut token = id();
        token["iat"] = json!(1600);
        assert_eq!(ask(&authorizer(), &[], &token), Err(Refusal::Unauthorized));
        let mut token = id();
        token["nbf"] = json!(1600);
        assert_eq!(ask(&authorizer(), &[], &token), Err(Refusal::Unauthorized));
    }

    /// TOK-09.
    #[test]
    fn a_token_for_a_client_that_is_not_listed_is_refused() {
        let mut listed = authorizer();
        listed.clients = vec!["web".parse().unwrap()];
        let mut valid = authorizer();
        valid.validation = Some(Validation::parse("w.b").unwrap());
        for authorizer in [listed, valid] {
            assert_eq!(ask(&authorizer, &[], &id()), Ok(()));
            assert_eq!(ask(&authorizer, &["a"], &access("a")), Ok(()));
            let mut other = id();
            other["aud"] = json!("webb");
            assert_eq!(ask(&authorizer, &[], &other), Err(Refusal::Unauthorized));
            let mut other = access("a");
            other["client_id"] = json!(["web"]);
            assert_eq!(ask(&authorizer, &["a"], &other), Err(Refusal::Unauthorized));
        }
    }
}
