//! Who was let in?

use events::api_gateway::{ProxyRequestV1, ProxyRequestV2};
use names::Sub;
use serde_json::{Map, Value};

/// Whom the gateway's authorizer let in, as the request context tells it. Nothing that the client sent is
/// in here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Caller {
    /// What the authorizer handed down, whole.
    pub context: Map<String, Value>,
}

impl Caller {
    /// The caller of a request in payload format 1.0.
    #[must_use]
    pub fn of_v1(request: &ProxyRequestV1) -> Self {
        Self { context: request.request_context.authorizer.clone().unwrap_or_default() }
    }

    /// The caller of a request in payload format 2.0.
    #[must_use]
    pub fn of_v2(request: &ProxyRequestV2) -> Self {
        Self { context: request.request_context.authorizer.clone().unwrap_or_default() }
    }

    /// The user, by whichever authorizer: Cognito and JWT authorizers give claims, Lambda authorizers a
    /// context.
    #[must_use]
    pub fn sub(&self) -> Option<Sub> {
        let claims = [
            self.context.get("claims"),
            self.context.get("jwt").and_then(|jwt| jwt.get("claims")),
            self.context.get("lambda"),
        ];
        let text = claims
            .into_iter()
            .flatten()
            .find_map(|claims| claims.get("sub"))
            .or_else(|| self.context.get("sub"))?;
        Sub::parse(text.as_str()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_user_is_found_wherever_the_authorizer_put_it() {
        let sub = "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa";
        for context in [
            json!({ "claims": { "sub": sub } }),
            json!({ "jwt": { "claims": { "sub": sub } } }),
            json!({ "lambda": { "sub": sub } }),
            json!({ "sub": sub, "principalId": "x" }),
        ] {
            let Value::Object(context) = context else { panic!() };
            assert_eq!(Caller { context }.sub().unwrap().as_str(), sub);
        }
        assert_eq!(Caller::default().sub(), None);
    }
}
