//! Who is calling, as the function behind the route is told?
//!
//! This is the only way into `requestContext.authorizer`: nothing a client sends gets there except through
//! an authorizer that believed it.

use crate::{PayloadFormat, Signer, claims::Claims, verdict::Verdict};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, value::RawValue};
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
        /// How long the function took, in milliseconds; none for a verdict that was kept.
        latency: Option<i64>,
    },
    Iam(Signer),
}

impl Caller {
    /// `requestContext.authorizer` in a format.
    pub(crate) const fn told(&self, format: PayloadFormat) -> Option<Told<'_>> {
        match (self, format) {
            // Format 1.0 tells of a signer in `identity`.
            (Self::Anyone, _) | (Self::Iam(_), PayloadFormat::V1) => None,
            _ => Some(Told { caller: self, format }),
        }
    }

    /// `requestContext.authorizer` in format 1.0, to be looked into.
    pub(crate) fn members(&self) -> Option<Map<String, Value>> {
        match serde_json::to_value(self.told(PayloadFormat::V1)?) {
            Ok(Value::Object(members)) => Some(members),
            Ok(_) | Err(_) => None,
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

/// What the function is told of a caller, as it is written into an event.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    caller: &'a Caller,
    format: PayloadFormat,
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.caller, self.format) {
            (Caller::Anyone, _) | (Caller::Iam(_), PayloadFormat::V1) => to.serialize_none(),
            (Caller::Cognito(claims), _) => one(to, "claims", claims.told()),
            (Caller::Jwt { claims, with_scopes }, PayloadFormat::V1) => {
                TokenTold::of(claims, *with_scopes).serialize(to)
            }
            (Caller::Jwt { claims, with_scopes }, PayloadFormat::V2) => {
                one(to, "jwt", &TokenTold::of(claims, *with_scopes))
            }
            (Caller::Lambda { verdict, latency }, PayloadFormat::V1) => {
                verdict.told_v1(*latency).serialize(to)
            }
            (Caller::Lambda { verdict, .. }, PayloadFormat::V2) => {
                one(to, "lambda", &verdict.told_v2())
            }
            (Caller::Iam(signer), PayloadFormat::V2) => one(to, "iam", &SignerTold::of(signer)),
        }
    }
}

fn one<S: Serializer, T: Serialize + ?Sized>(
    to: S,
    name: &str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(1))?;
    map.serialize_entry(name, value)?;
    map.end()
}

/// Claims and scopes, as a JWT authorizer tells them.
#[derive(Serialize)]
struct TokenTold<'a> {
    claims: &'a RawValue,
    scopes: Option<Vec<&'a str>>,
}

impl<'a> TokenTold<'a> {
    fn of(claims: &'a Claims, with_scopes: bool) -> Self {
        let scopes = with_scopes.then(|| claims.scopes_or_scp().collect());
        Self { claims: claims.told(), scopes }
    }
}

/// Whoever signed a request, as format 2.0 tells it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignerTold<'a> {
    access_key: &'a str,
    account_id: &'a str,
    caller_id: &'a str,
    cognito_identity: Option<&'a str>,
    principal_org_id: Option<&'a str>,
    user_arn: &'a str,
    user_id: &'a str,
}

impl<'a> SignerTold<'a> {
    fn of(signer: &'a Signer) -> Self {
        Self {
            access_key: &signer.access_key,
            account_id: &signer.account,
            caller_id: &signer.user_id,
            cognito_identity: None,
            principal_org_id: None,
            user_arn: &signer.user_arn,
            user_id: &signer.user_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{claims::Telling, verdict::Form};
    use serde_json::json;

    fn claims(telling: Telling) -> Arc<Claims> {
        let all = json!({ "sub": "s", "exp": 1_715_044_180, "scope": "a b" });
        Arc::new(Claims::new("http://x/p_a", &all, telling))
    }

    fn told(caller: &Caller, format: PayloadFormat) -> Value {
        serde_json::to_value(caller.told(format)).unwrap()
    }

    #[test]
    fn a_cognito_authorizer_tells_claims_in_both_formats() {
        let caller = Caller::Cognito(claims(Telling::Cognito));
        let expected = json!({ "claims": {
            "iss": "http://x/p_a", "sub": "s", "exp": "Tue May 07 01:09:40 UTC 2024", "scope": "a b",
        } });
        assert_eq!(told(&caller, PayloadFormat::V1), expected);
        assert_eq!(told(&caller, PayloadFormat::V2), expected);
    }

    #[test]
    fn a_jwt_authorizer_tells_scopes_only_if_the_route_asked() {
        let caller = |with_scopes| Caller::Jwt { claims: claims(Telling::Jwt), with_scopes };
        let expected = |scopes: Value| {
            let claims =
                json!({ "iss": "http://x/p_a", "sub": "s", "exp": "1715044180", "scope": "a b" });
            json!({ "claims": claims, "scopes": scopes })
        };
        assert_eq!(told(&caller(false), PayloadFormat::V1), expected(Value::Null));
        assert_eq!(told(&caller(true), PayloadFormat::V1), expected(json!(["a", "b"])));
        let in_version_two = told(&caller(true), PayloadFormat::V2);
        assert_eq!(in_version_two, json!({ "jwt": expected(json!(["a", "b"])) }));
    }

    #[test]
    fn a_signer_is_told_in_version_two_and_nobody_in_none() {
        let [access_key, account, user_id, user_arn] =
            ["AKIA", "000000000000", "user", "arn"].map(str::to_owned);
        let signer = Caller::Iam(Signer { access_key, account, user_id, user_arn });
        assert!(signer.told(PayloadFormat::V1).is_none());
        assert_eq!(
            told(&signer, PayloadFormat::V2),
            json!({ "iam": {
                "accessKey": "AKIA", "accountId": "000000000000", "callerId": "user",
                "cognitoIdentity": null, "principalOrgId": null, "userArn": "arn", "userId": "user",
            } })
        );
        assert!(Caller::Anyone.told(PayloadFormat::V2).is_none());
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
        for (latency, milliseconds) in [(Some(3), 3), (None, 0), (None, 0)] {
            let caller = Caller::Lambda { verdict: verdict.clone(), latency };
            let expected =
                json!({ "principalId": "ann", "integrationLatency": milliseconds, "n": "1" });
            assert_eq!(told(&caller, PayloadFormat::V1), expected);
            assert_eq!(Value::Object(caller.members().unwrap()), expected);
            let context = json!({ "principalId": "bob", "integrationLatency": "9", "n": "1" });
            assert_eq!(told(&caller, PayloadFormat::V2), json!({ "lambda": context }));
        }
    }
}
