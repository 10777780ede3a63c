//! May the bearer of this user pool token pass? The `COGNITO_USER_POOLS` authorizer of REST APIs.
//!
//! A route without scopes takes ID tokens, a route with scopes takes access tokens with any one of them.
//! Whether the user has signed out or was disabled since is not asked, as on AWS: a token is good until it
//! expires.

use super::Question;
use crate::{
    CognitoAuthorizer,
    caller::Caller,
    claims::{Audience, Claims, Telling},
    credentials,
    fault::{Refusal, Stop},
    incoming::Found,
    tokens::{self, Tokens},
    trail::{Step, Trail},
};
use jiff::Timestamp;
use names::{ClientId, Scope};

pub(crate) async fn authorize(
    tokens: &Tokens,
    authorizer: &CognitoAuthorizer,
    question: &Question<'_>,
) -> Result<Caller, Stop> {
    let Question { request, trail, .. } = question;
    let header = &authorizer.header;
    let value = match request.header(header) {
        Found::One(value) => value,
        Found::Unclear => return Err(question.unclear(&format!("the header {header}"))),
        Found::Nothing => {
            return Err(trail.stop(Refusal::Unauthorized.into(), || {
                Step::failed("identity", format!("the header {header} is missing"))
            }));
        }
    };
    let token = credentials::token(value).ok_or_else(|| {
        trail.stop(Refusal::Unauthorized, || tokens::misplaced(&format!("the header {header}")))
    })?;
    let (pools, telling) = (&authorizer.pools, Telling::Cognito);
    let claims = tokens.prove(token, pools, telling, request.now, trail).await?;
    let claims = claims.map_err(|_| Refusal::Unauthorized)?;
    decide(authorizer, &question.route.scopes, &claims, request.now, trail)?;
    Ok(Caller::Cognito(claims))
}

/// Whether proven claims of one of the pools are enough.
fn decide(
    authorizer: &CognitoAuthorizer,
    scopes: &[Scope],
    claims: &Claims,
    now: Timestamp,
    trail: &Trail,
) -> Result<(), Refusal> {
    let unauthorized =
        |text: String| trail.stop(Refusal::Unauthorized, || Step::failed("token", text));
    let (wanted, made_for) =
        if scopes.is_empty() { ("id", "aud") } else { ("access", "client_id") };
    if claims.token_use.as_deref() != Some(wanted) {
        let asks = if scopes.is_empty() { "asks for no scopes" } else { "asks for scopes" };
        return Err(unauthorized(format!(
            "the route {asks} and so takes {wanted} tokens only, and this is none (token_use)"
        )));
    }
    let client = match &claims.audience {
        _ if !scopes.is_empty() => claims.client.as_deref().unwrap_or_default(),
        Audience::One(client) => client,
        Audience::Unsaid | Audience::Any(_) | Audience::Unclear => "",
    };
    let is_listed = authorizer.clients.is_empty()
        || authorizer.clients.iter().map(ClientId::as_str).any(|listed| listed == client);
    let is_valid =
        authorizer.validation.as_ref().is_none_or(|validation| validation.accepts(client));
    if !is_listed || !is_valid {
        let text =
            format!("the token was made for a client ({made_for}) that is not accepted here");
        return Err(unauthorized(text));
    }
    if claims.is_early(now) {
        return Err(unauthorized("the token is not valid yet (nbf, iat)".to_owned()));
    }
    if claims.has_expired(now) {
        return Err(trail.stop(Refusal::Expired, || claims.told_expiry(now)));
    }
    trail.note(|| claims.told_expiry(now));
    let has_scope = claims.scopes().any(|has| scopes.iter().any(|scope| scope.as_str() == has));
    trail.note(|| tokens::told_scopes(scopes, claims.scopes()));
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
        let claims = Claims::new(POOL, claims, Telling::Cognito);
        decide(authorizer, &scopes, &claims, now, &Trail::off())
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
