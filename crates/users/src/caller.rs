//! Who was let in?

use crate::{Kind, Problem};
use axum::extract::FromRequestParts;
use events::api_gateway::{ProxyRequestV1, ProxyRequestV2};
use http::request::Parts;
use names::Sub;
use serde_json::{Map, Value};

/// Whom the gateway's authorizer let in, as the request context tells it. Nothing that the client sent is
/// in here. A handler takes it as an argument.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Caller {
    /// What the authorizer handed down, whole.
    pub context: Map<String, Value>,
}

/// The scope to see the profiles of others.
pub(crate) const READ: &str = "users/read";
/// The scope to change them.
pub(crate) const WRITE: &str = "users/write";

/// What a caller is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A user of the pool, by their `sub`.
    Person(Sub),
    /// A client of the pool that speaks for itself, by its id.
    Machine(String),
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
        Sub::parse(self.claim("sub")?.as_str()?).ok()
    }

    /// Who it is: a person by a `sub`, a machine by a client id that is its own subject.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        if let Some(sub) = self.sub() {
            return Some(Identity::Person(sub));
        }
        let subject = self.claim("sub")?.as_str()?;
        let client = self.claim("client_id").and_then(Value::as_str);
        (client == Some(subject)).then(|| Identity::Machine(subject.to_owned()))
    }

    /// The person who asks.
    ///
    /// # Errors
    /// [`Kind::Unauthorized`] if nobody does, [`Kind::Forbidden`] if it is a machine.
    pub fn person(&self) -> Result<Sub, Problem> {
        match self.identity() {
            Some(Identity::Person(sub)) => Ok(sub),
            Some(Identity::Machine(_)) => {
                Err(Problem::new(Kind::Forbidden).saying("Only a person has a profile."))
            }
            None => Err(Problem::new(Kind::Unauthorized).challenging("Bearer")),
        }
    }

    /// Whether the caller may do to others what the scope stands for. Of a person it takes a group too: a
    /// scope that an app client was given is the client's, and everybody who signs in through it has it.
    ///
    /// # Errors
    /// [`Kind::Unauthorized`] if nobody asks, [`Kind::Forbidden`].
    pub(crate) fn may(&self, scope: &str) -> Result<(), Problem> {
        let is_trusted = match self.identity() {
            None => return Err(Problem::new(Kind::Unauthorized).challenging("Bearer")),
            Some(Identity::Machine(_)) => true,
            Some(Identity::Person(_)) => self.is_in_any_group(),
        };
        if is_trusted && self.has_scope(scope) { Ok(()) } else { Err(Kind::Forbidden.into()) }
    }

    /// Whether the token carries this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.words("scope").iter().chain(&self.words("scopes")).any(|word| word == scope)
    }

    /// Whether it is users themselves who act, with all they may do: a token that was granted for something else
    /// is good for that alone. ID tokens of a sign-in carry no scopes; an access token without any is good for
    /// nothing of this.
    ///
    /// # Errors
    /// [`Kind::Forbidden`].
    pub fn require_whole(&self) -> Result<(), Problem> {
        let is_granted = ["scope", "scopes"].iter().any(|name| self.claim(name).is_some())
            || self.claim("token_use").and_then(Value::as_str) == Some("access");
        if !is_granted || self.has_scope("aws.cognito.signin.user.admin") {
            return Ok(());
        }
        Err(Problem::new(Kind::Forbidden).saying("The token was granted for something else."))
    }

    /// Whether the user is in this group.
    #[must_use]
    pub fn is_in_group(&self, group: &str) -> bool {
        self.groups().iter().any(|word| word == group)
    }

    fn is_in_any_group(&self) -> bool {
        !self.groups().is_empty()
    }

    /// The groups, as tokens and as our own authorizer name them.
    fn groups(&self) -> Vec<String> {
        let mut groups = self.words("cognito:groups");
        groups.extend(self.words("groups"));
        groups
    }

    /// A claim, wherever the authorizer put it.
    fn claim(&self, name: &str) -> Option<&Value> {
        let places = [
            self.context.get("claims"),
            self.context.get("jwt").and_then(|jwt| jwt.get("claims")),
            self.context.get("lambda"),
        ];
        let inside = places.into_iter().flatten().find_map(|claims| claims.get(name));
        inside.or_else(|| self.context.get(name))
    }

    /// The words of a list. API Gateway writes lists as one text, with commas, or with spaces in brackets.
    fn words(&self, name: &str) -> Vec<String> {
        match self.claim(name) {
            Some(Value::Array(words)) => {
                words.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(Value::String(text)) => text
                .trim_start_matches('[')
                .trim_end_matches(']')
                .split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// A front that says nothing of a caller has let in nobody.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SUB: &str = "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa";

    fn caller(context: Value) -> Caller {
        let Value::Object(context) = context else { panic!() };
        Caller { context }
    }

    #[test]
    fn the_user_is_found_wherever_the_authorizer_put_it() {
        for context in [
            json!({ "claims": { "sub": SUB } }),
            json!({ "jwt": { "claims": { "sub": SUB } } }),
            json!({ "lambda": { "sub": SUB } }),
            json!({ "sub": SUB, "principalId": "x" }),
        ] {
            assert_eq!(caller(context).sub().unwrap().as_str(), SUB);
        }
        assert_eq!(Caller::default().sub(), None);
    }

    #[test]
    fn a_machine_is_its_own_subject() {
        let machine = caller(json!({ "claims": { "sub": "abc123", "client_id": "abc123" } }));
        assert_eq!(machine.identity(), Some(Identity::Machine("abc123".to_owned())));
        assert_eq!(machine.person().unwrap_err().kind(), Kind::Forbidden);
        let odd = caller(json!({ "claims": { "sub": "abc123", "client_id": "other" } }));
        assert_eq!(odd.identity(), None);
        assert_eq!(odd.person().unwrap_err().kind(), Kind::Unauthorized);
    }

    #[test]
    fn a_token_for_something_else_is_not_whole() {
        for (scope, is_whole) in [
            (json!("aws.cognito.signin.user.admin users/read"), true),
            (json!("users/read"), false),
            (json!(""), false),
        ] {
            let caller = caller(json!({ "claims": { "sub": SUB, "scope": scope } }));
            assert_eq!(caller.require_whole().is_ok(), is_whole);
        }
        let access = caller(json!({ "claims": { "sub": SUB, "token_use": "access" } }));
        assert!(access.require_whole().is_err());
        assert!(caller(json!({ "claims": { "sub": SUB } })).require_whole().is_ok());
    }

    #[test]
    fn scopes_and_groups_are_read_in_every_form() {
        for list in [json!("users/read users/write"), json!(["users/read"])] {
            assert!(caller(json!({ "claims": { "scope": list } })).has_scope("users/read"));
        }
        for list in [json!("admins,readers"), json!("[admins readers]"), json!(["admins"])] {
            let caller = caller(json!({ "jwt": { "claims": { "cognito:groups": list } } }));
            assert!(caller.is_in_group("admins"));
            assert!(!caller.is_in_group("admin"));
        }
        assert!(!Caller::default().has_scope("users/read"));
    }

    /// USR-01: nobody gets at others by a scope that everybody has.
    #[test]
    fn others_are_for_machines_and_for_people_in_a_group() {
        let with = |sub: &str, groups: &str| {
            caller(json!({ "claims": {
                "sub": sub, "client_id": "abc", "scope": "openid users/read", "cognito:groups": groups,
            } }))
        };
        assert!(with("abc", "").may(READ).is_ok());
        assert!(with(SUB, "readers").may(READ).is_ok());
        assert_eq!(with(SUB, "").may(READ).unwrap_err().kind(), Kind::Forbidden);
        assert_eq!(with(SUB, "readers").may(WRITE).unwrap_err().kind(), Kind::Forbidden);
        assert_eq!(Caller::default().may(READ).unwrap_err().kind(), Kind::Unauthorized);
    }
}
