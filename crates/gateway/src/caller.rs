//! Who is calling, as the function behind the route is told?
//!
//! This is the only way into `requestContext.authorizer`: nothing a client sends gets there except through
//! an authorizer that believed it.

use crate::{
    Signer,
    tokens::{Claims, Telling},
    verdict::Verdict,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What an authorizer found out.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// Nobody asked.
    Anyone,
    Cognito(Arc<Claims>),
    Jwt {
        claims: Arc<Claims>,
        /// Whether the route asked for scopes; otherwise they are not told.
        with_scopes: bool,
    },
    Lambda {
        verdict: Arc<Verdict>,
        /// How long the function took, in milliseconds; zero for a verdict that was kept.
        latency: i64,
    },
    Iam(Signer),
}

impl Caller {
    /// `requestContext.authorizer` in format 1.0.
    pub(crate) fn v1(&self) -> Option<Map<String, Value>> {
        match self {
            // A signer is told in `identity`.
            Self::Anyone | Self::Iam(_) => None,
            Self::Cognito(claims) => Some(one("claims", cognito(claims))),
            Self::Jwt { claims, with_scopes } => Some(jwt(claims, *with_scopes)),
            Self::Lambda { verdict, latency } => {
                let mut context = verdict.context.clone();
                // After the context, so that these two are ours whatever it contains.
                if let Some(principal) = &verdict.principal {
                    context.insert("principalId".into(), principal.as_str().into());
                }
                context.insert("integrationLatency".into(), (*latency).into());
                Some(context)
            }
        }
    }

    /// `requestContext.authorizer` in format 2.0.
    pub(crate) fn v2(&self) -> Option<Map<String, Value>> {
        match self {
            Self::Anyone => None,
            Self::Cognito(claims) => Some(one("claims", cognito(claims))),
            Self::Jwt { claims, with_scopes } => {
                Some(one("jwt", Value::Object(jwt(claims, *with_scopes))))
            }
            Self::Lambda { verdict, .. } => {
                Some(one("lambda", Value::Object(verdict.context.clone())))
            }
            Self::Iam(signer) => Some(one(
                "iam",
                json!({
                    "accessKey": signer.access_key, "accountId": signer.account,
                    "callerId": signer.user_id, "cognitoIdentity": null, "principalOrgId": null,
                    "userArn": signer.user_arn, "userId": signer.user_id,
                }),
            )),
        }
    }

    /// Who has signed the request.
    pub(crate) const fn signer(&self) -> Option<&Signer> {
        match self {
            Self::Iam(signer) => Some(signer),
            Self::Anyone | Self::Cognito(_) | Self::Jwt { .. } | Self::Lambda { .. } => None,
        }
    }

    /// The API key that the authorizer says the caller has.
    pub(crate) fn usage_key(&self) -> Option<&str> {
        match self {
            Self::Lambda { verdict, .. } => verdict.usage_key.as_deref(),
            Self::Anyone | Self::Cognito(_) | Self::Jwt { .. } | Self::Iam(_) => None,
        }
    }
}

fn one(key: &str, value: Value) -> Map<String, Value> {
    [(key.to_owned(), value)].into_iter().collect()
}

fn cognito(claims: &Claims) -> Value {
    Value::Object(claims.told(Telling::Cognito, flat).clone())
}

/// Claims as a Cognito authorizer tells them: every value a text, lists joined with commas, and the two
/// times in words.
fn flat(claims: &Claims) -> Map<String, Value> {
    let mut texts = Map::new();
    for (name, value) in claims.iter() {
        let text = match value {
            Value::Null => continue,
            Value::Number(time) if matches!(name.as_str(), "exp" | "iat") => {
                let time = time.as_i64().and_then(|second| Timestamp::from_second(second).ok());
                time.map_or_else(
                    || value.to_string(),
                    |time| time.strftime("%a %b %d %H:%M:%S UTC %Y").to_string(),
                )
            }
            Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
            other => plain(other),
        };
        texts.insert(name.clone(), Value::String(text));
    }
    texts
}

/// Claims and scopes as a JWT authorizer tells them: every value a text, lists in brackets.
fn jwt(claims: &Claims, with_scopes: bool) -> Map<String, Value> {
    let texts = claims.told(Telling::Jwt, bracketed).clone();
    let scopes =
        if with_scopes { json!(crate::authorizers::jwt::scopes(claims)) } else { Value::Null };
    [("claims".to_owned(), Value::Object(texts)), ("scopes".to_owned(), scopes)]
        .into_iter()
        .collect()
}

fn bracketed(claims: &Claims) -> Map<String, Value> {
    let mut texts = Map::new();
    for (name, value) in claims.iter() {
        let text = match value {
            Value::Null => continue,
            Value::Array(items) => {
                format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" "))
            }
            other => plain(other),
        };
        texts.insert(name.clone(), Value::String(text));
    }
    texts
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Form;

    fn claims() -> Arc<Claims> {
        Arc::new(Claims::new(
            "http://x/p_a",
            json!({
                "sub": "s", "email_verified": true, "cognito:groups": ["admin", "power"],
                "exp": 1_715_044_180, "auth_time": 1_715_040_580, "nothing": null,
                "address": { "formatted": "x" }, "scope": "a b",
            }),
        ))
    }

    #[test]
    fn a_cognito_authorizer_tells_texts() {
        let told = Caller::Cognito(claims()).v1().unwrap();
        assert_eq!(
            Value::Object(told),
            json!({ "claims": {
                "sub": "s", "email_verified": "true", "cognito:groups": "admin,power",
                "exp": "Tue May 07 01:09:40 UTC 2024", "auth_time": "1715040580",
                "address": r#"{"formatted":"x"}"#, "scope": "a b",
            } })
        );
    }

    #[test]
    fn a_jwt_authorizer_tells_texts_and_scopes_only_if_the_route_asked() {
        let told = |with_scopes| Caller::Jwt { claims: claims(), with_scopes }.v2().unwrap();
        let open = Value::Object(told(false));
        assert_eq!(open["jwt"]["scopes"], Value::Null);
        assert_eq!(open["jwt"]["claims"]["cognito:groups"], json!("[admin power]"));
        assert_eq!(open["jwt"]["claims"]["exp"], json!("1715044180"));
        assert_eq!(open["jwt"]["claims"].get("nothing"), None);
        assert_eq!(Value::Object(told(true))["jwt"]["scopes"], json!(["a", "b"]));
    }

    #[test]
    fn a_context_cannot_speak_for_the_gateway() {
        let answer = json!({
            "principalId": "ann",
            "policyDocument": { "Statement": [
                { "Action": "*", "Effect": "Allow", "Resource": "*" }
            ] },
            "context": { "principalId": "bob", "integrationLatency": 9, "n": 1 },
        });
        let verdict = Arc::new(Verdict::read(Form::Policy, answer.to_string().as_bytes()).unwrap());
        let caller = Caller::Lambda { verdict, latency: 3 };
        assert_eq!(
            Value::Object(caller.v1().unwrap()),
            json!({ "principalId": "ann", "integrationLatency": 3, "n": "1" })
        );
    }
}
