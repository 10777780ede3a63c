//! May the bearer of this JWT pass? The `JWT` authorizer of HTTP APIs.
//!
//! The order of the checks is API Gateway's: key, issuer, audience, expiry, not-before, issued-at, scopes.
//! What kind of token it is (`token_use`) is not looked at.

use super::Question;
use crate::{
    JwtAuthorizer,
    caller::Caller,
    claims::{Audience, Claims, Telling},
    credentials,
    fault::{Refusal, Stop},
    identity_source::Identity,
    tokens::{self, Tokens, Unproven},
    trail::{Step, Trail},
};
use jiff::Timestamp;
use names::Scope;
use std::slice;

pub(crate) async fn authorize(
    tokens: &Tokens,
    authorizer: &JwtAuthorizer,
    question: &Question<'_>,
) -> Result<Caller, Stop> {
    let Question { request, api, route, trail, .. } = question;
    let source = &authorizer.identity_source;
    let value = match source.of(request, api, route) {
        Identity::Missing => {
            return Err(trail.stop(Refusal::NoToken.into(), || {
                Step::failed("identity", format!("{source} is missing"))
            }));
        }
        Identity::Unclear => return Err(question.unclear(&source.to_string())),
        Identity::Value(value) => value,
    };
    let token = credentials::token(&value).ok_or_else(|| {
        trail.stop(Refusal::BadToken(UNREADABLE), || tokens::misplaced(&source.to_string()))
    })?;
    let (issuers, telling) = (slice::from_ref(&authorizer.issuer), Telling::Jwt);
    let claims = tokens.prove(token, issuers, telling, request.now, trail).await?;
    let claims = claims.map_err(|unproven| {
        Refusal::BadToken(match unproven {
            Unproven::Malformed => UNREADABLE,
            Unproven::Signature => "the token does not have a valid signature",
            Unproven::Issuer => "the token does not have a valid issuer",
        })
    })?;
    decide(authorizer, &route.scopes, &claims, request.now, trail)?;
    Ok(Caller::Jwt { claims, with_scopes: !route.scopes.is_empty() })
}

const UNREADABLE: &str = "the token cannot be read";

/// Whether proven claims of the issuer are enough.
fn decide(
    authorizer: &JwtAuthorizer,
    wanted: &[Scope],
    claims: &Claims,
    now: Timestamp,
    trail: &Trail,
) -> Result<(), Refusal> {
    let bad = |why: &'static str| trail.stop(Refusal::BadToken(why), || Step::failed("token", why));
    let is_for_us = |name: &str| authorizer.audience.iter().any(|audience| audience == name);
    let fits = match &claims.audience {
        Audience::Any(audience) => audience.iter().any(|one| is_for_us(one)),
        Audience::One(audience) => is_for_us(audience),
        // A token that says whom it is for in an unknown way is not for us.
        Audience::Unclear => false,
        Audience::Unsaid => claims.client.as_deref().is_some_and(is_for_us),
    };
    if !fits {
        return Err(bad("the token does not have a valid audience"));
    }
    if claims.has_expired(now) {
        return Err(trail.stop(Refusal::Expired, || claims.told_expiry(now)));
    }
    trail.note(|| claims.told_expiry(now));
    if claims.is_early(now) {
        return Err(bad("the token is not valid yet"));
    }
    let mut has = claims.scopes_or_scp();
    let has_one = has.any(|has| wanted.iter().any(|scope| scope.as_str() == has));
    trail.note(|| tokens::told_scopes(wanted, claims.scopes_or_scp()));
    if !wanted.is_empty() && !has_one {
        return Err(Refusal::NoScope(wanted.to_vec()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ISSUER: &str = "http://127.0.0.1/eu-west-1_a";

    fn ask(scopes: &[&str], claims: Value) -> Result<(), Refusal> {
        let authorizer =
            JwtAuthorizer::new(ISSUER.parse().unwrap(), vec!["web".into(), "m2m".into()]);
        let scopes: Vec<Scope> = scopes.iter().map(|scope| scope.parse().unwrap()).collect();
        let now = Timestamp::from_second(1000).unwrap();
        let claims = Claims::new(ISSUER, &claims, Telling::Jwt);
        decide(&authorizer, &scopes, &claims, now, &Trail::off())
    }

    #[test]
    fn the_audience_is_aud_or_else_the_client() {
        for (claims, fits) in [
            (json!({ "aud": "web", "exp": 2000 }), true),
            (json!({ "aud": ["x", "m2m"], "exp": 2000 }), true),
            (json!({ "client_id": "web", "exp": 2000 }), true),
            (json!({ "aud": "x", "client_id": "web", "exp": 2000 }), false),
            (json!({ "aud": null, "client_id": "web", "exp": 2000 }), false),
            (json!({ "aud": [], "client_id": "web", "exp": 2000 }), false),
            (json!({ "exp": 2000 }), false),
        ] {
            assert_eq!(ask(&[], claims.clone()).is_ok(), fits, "{claims}");
        }
    }

    #[test]
    fn any_one_scope_is_enough_and_scp_counts_without_scope() {
        for (claims, enough) in [
            (json!({ "aud": "web", "exp": 2000, "scope": "x read" }), true),
            (json!({ "aud": "web", "exp": 2000, "scp": "read" }), true),
            (json!({ "aud": "web", "exp": 2000, "scp": ["x", "read"] }), true),
            (json!({ "aud": "web", "exp": 2000, "scope": "x", "scp": "read" }), false),
            (json!({ "aud": "web", "exp": 2000, "scope": "reader" }), false),
            (json!({ "aud": "web", "exp": 2000 }), false),
        ] {
            let answer = ask(&["read", "write"], claims.clone());
            assert_eq!(answer.is_ok(), enough, "{claims}");
            if !enough {
                assert!(matches!(answer, Err(Refusal::NoScope(_))));
            }
        }
    }

    #[test]
    fn time_is_checked_after_the_audience() {
        assert_eq!(ask(&[], json!({ "aud": "web", "exp": 1000 })), Err(Refusal::Expired));
        assert!(matches!(ask(&[], json!({ "aud": "x", "exp": 1000 })), Err(Refusal::BadToken(_))));
        let early = json!({ "aud": "web", "exp": 2000, "nbf": 1600 });
        assert!(matches!(ask(&[], early), Err(Refusal::BadToken(_))));
    }
}
