//! May whoever sends this request call the API?
//!
//! Yes, if the `Authorization` header is `Bearer`, one space and a valid **access** token of the pool, and
//! nothing more; the scheme's case does not matter. Valid means: signed with a key of the pool's key set,
//! `iss` exactly the pool's, `token_use` `access`, `exp` still to come (without leeway), `iat` and `nbf`
//! not more than a minute ahead, `client_id` one of those that are let in, and `aud`, if it is there, the
//! client itself or one of the names of this API. Everything else is [`Error::Unauthorized`], whose text
//! makes an API gateway answer 401. A valid token without any of the wanted scopes gets a policy that denies.
//!
//! The answer allows exactly the method that was asked for. It names the caller (`sub`) and tells the
//! integration in its context: `sub`, `username`, `client_id`, `scope`, `groups` (separated by commas), and
//! every other claim of the token that is a text, a number or a boolean.
//!
//! Its environment:
//!
//! * `ISSUER`, the pool's issuer.
//! * `CLIENT_IDS`, the clients that are let in, separated by commas; without it every client of the pool.
//! * `SCOPES`, separated by commas or spaces: a token needs one of them; without it none.
//! * `AUDIENCES`, separated by commas or spaces: what this API is called in tokens that are bound to it;
//!   without it a token that is bound to a service is for another one.
//!
//! A verdict is not remembered here: that is the gateway's business, which knows for how long it may.

mod keys;

pub use keys::{KeySource, Keys};

use crate::{
    BadSetting, Environment, Unavailable,
    environment::{find, list},
};
use crypto::jwt::Presented;
use events::authorizer::{AuthorizerRequest, Effect, Policy, PolicyResponse, Scalar};
use functions::{InProcess, Thrown};
use jiff::Timestamp;
use names::{ClientId, Clock, Issuer, Scope};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The function's name.
pub const NAME: &str = "authorizer";

/// The function.
pub struct Authorizer {
    settings: Settings,
    keys: Keys,
    clock: Clock,
}

/// What the function is told about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The pool's issuer.
    pub issuer: Issuer,
    /// The clients that are let in; `None` lets in every client of the pool.
    pub client_ids: Option<BTreeSet<ClientId>>,
    /// A token needs one of these; `None` asks for no scope.
    pub scopes: Option<BTreeSet<Scope>>,
    /// The names of this API in tokens that are bound to it.
    pub audiences: Option<BTreeSet<String>>,
}

/// Why there is no policy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no token to believe. An API gateway knows this text, to the letter, as a 401.
    #[error("Unauthorized")]
    Unauthorized,
    /// The keys cannot be had, so nobody can say.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// How far ahead of us the pool's clock may be, in seconds.
const CLOCK_LEEWAY: i64 = 60;

/// Claims that mean something to the pool or are told under a name of our own. A custom claim must not be
/// able to pass for one of them, nor for what the gateway itself writes beside the context.
const NOT_COPIED: &[&str] = &[
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "claims",
    "client_id",
    "device_key",
    "event_id",
    "exp",
    "groups",
    "iat",
    "integrationLatency",
    "iss",
    "jti",
    "nbf",
    "origin_jti",
    "principalId",
    "scope",
    "sub",
    "token_use",
    "username",
    "version",
];

impl Authorizer {
    /// The function with these settings over these keys.
    #[must_use]
    pub fn new(settings: Settings, keys: Arc<dyn KeySource>, clock: Clock) -> Self {
        Self { settings, keys: Keys::new(keys, clock.clone()), clock }
    }

    /// The function as its environment asks for it.
    ///
    /// # Errors
    /// [`BadSetting`] for what is missing or cannot be used.
    pub fn from_environment(
        environment: &Environment,
        keys: Arc<dyn KeySource>,
        clock: Clock,
    ) -> Result<Self, BadSetting> {
        Ok(Self::new(Settings::parse(environment)?, keys, clock))
    }

    /// Answers one question.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] without a believable token, [`Error::Unavailable`] if that cannot be said.
    pub async fn decide<Context>(
        &self,
        request: &AuthorizerRequest<Context>,
    ) -> Result<PolicyResponse, Error> {
        let token = bearer(request).ok_or_else(|| refuse("there is no bearer token"))?;
        let claims = self.believe(token).await?;
        let sub = text(&claims, "sub").ok_or_else(|| refuse("the token has no sub"))?;
        let resource =
            exactly(request.method_arn()).ok_or_else(|| refuse("the path is too long"))?;

        // From here on the caller is known; whether they may is asked last, and the answer is no until
        // something says yes.
        let mut effect = Effect::Deny;
        if self.has_scope(&claims) {
            effect = Effect::Allow;
        }
        Ok(PolicyResponse {
            principal_id: sub.to_owned(),
            policy_document: Policy::of(effect, resource),
            context: context(&claims),
            usage_identifier_key: None,
        })
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |request: AuthorizerRequest<IgnoredAny>| {
            let this = this.clone();
            async move {
                this.decide(&request).await.map_err(|error| match error {
                    Error::Unauthorized => Thrown::new("Unauthorized", "Unauthorized"),
                    Error::Unavailable(unavailable) => {
                        tracing::error!(
                            cause = unavailable.chain(),
                            "nobody can be let in, because the keys cannot be had"
                        );
                        unavailable.into()
                    }
                })
            }
        })
    }

    /// The token's claims, if it is an access token of the pool, for one of its clients, and of now.
    async fn believe(&self, token: &str) -> Result<Map<String, Value>, Error> {
        let presented = Presented::parse(token).map_err(|bad| refuse(bad.to_string()))?;
        let Some(key) = self.keys.find(presented.kid()).await? else {
            return Err(refuse("the token's key is not one of the pool's"));
        };
        let claims = presented.verify(&key).map_err(|bad| refuse(bad.to_string()))?;
        let claims: Map<String, Value> =
            serde_json::from_slice(&claims).map_err(|_| refuse("the claims are no JSON object"))?;
        self.check(&claims, (self.clock)()).map_err(refuse)?;
        Ok(claims)
    }

    fn check(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), &'static str> {
        let now = now.as_second();
        if text(claims, "iss") != Some(self.settings.issuer.as_str()) {
            return Err("the token is of another issuer");
        }
        if text(claims, "token_use") != Some("access") {
            return Err("the token is no access token");
        }
        let expires = claims.get("exp").and_then(Value::as_i64).ok_or("the token has no end")?;
        if expires <= now {
            return Err("the token has expired");
        }
        for begins in ["iat", "nbf"].into_iter().filter_map(|name| claims.get(name)) {
            let begins = begins.as_i64().ok_or("the token's beginning is not readable")?;
            if begins > now.saturating_add(CLOCK_LEEWAY) {
                return Err("the token is of the future");
            }
        }
        let client = text(claims, "client_id").ok_or("the token has no client")?;
        match &self.settings.client_ids {
            Some(clients) if !clients.contains(client) => Err("the token is another client's"),
            // A service that a token was made for must not be able to use it here.
            Some(_) | None if !self.is_for_us(claims, client) => {
                Err("the token is for another service")
            }
            Some(_) | None => Ok(()),
        }
    }

    fn is_for_us(&self, claims: &Map<String, Value>, client: &str) -> bool {
        let is_ours = |name: &Value| {
            name.as_str().is_some_and(|name| {
                name == client
                    || self.settings.audiences.as_ref().is_some_and(|ours| ours.contains(name))
            })
        };
        match claims.get("aud") {
            None => true,
            Some(Value::Array(names)) => names.iter().any(is_ours),
            Some(name) => is_ours(name),
        }
    }

    fn has_scope(&self, claims: &Map<String, Value>) -> bool {
        let Some(wanted) = &self.settings.scopes else { return true };
        let scope = text(claims, "scope").unwrap_or_default();
        scope.split(' ').any(|scope| wanted.contains(scope))
    }
}

impl Settings {
    /// Reads `ISSUER`, `CLIENT_IDS`, `SCOPES` and `AUDIENCES`.
    ///
    /// # Errors
    /// [`BadSetting`] for an issuer that is missing or is no URL, for what is no client id or no scope, and
    /// for a list that is there and empty: that may have been meant to let in nobody, and would let in all.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let issuer = find(environment, ISSUER)
            .ok_or_else(|| BadSetting::new(ISSUER, "is missing; it is the URL of the user pool"))?;
        let issuer = Issuer::parse(issuer)
            .map_err(|_| BadSetting::new(ISSUER, format!("is {issuer:?}, which is no issuer")))?;
        Ok(Self {
            issuer,
            client_ids: set(environment, CLIENT_IDS, "client id", |text| {
                ClientId::parse(text).ok()
            })?,
            scopes: set(environment, SCOPES, "scope", |text| Scope::parse(text).ok())?,
            audiences: set(environment, AUDIENCES, "audience", |text| Some(text.to_owned()))?,
        })
    }
}

const ISSUER: &str = "ISSUER";
const CLIENT_IDS: &str = "CLIENT_IDS";
const SCOPES: &str = "SCOPES";
const AUDIENCES: &str = "AUDIENCES";

fn set<T: Ord>(
    environment: &Environment,
    variable: &'static str,
    what: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<BTreeSet<T>>, BadSetting> {
    let Some(value) = environment.get(variable) else { return Ok(None) };
    let parts = list(value).map(|part| {
        parse(part)
            .ok_or_else(|| BadSetting::new(variable, format!("has {part:?}, which is no {what}")))
    });
    let parts = parts.collect::<Result<BTreeSet<T>, BadSetting>>()?;
    if parts.is_empty() {
        return Err(BadSetting::new(
            variable,
            format!("is empty; leave it out to allow any {what}"),
        ));
    }
    Ok(Some(parts))
}

/// The reason goes to the log at a level that is normally off, since anybody can cause it; the caller
/// learns nothing but "no".
fn refuse(reason: impl AsRef<str>) -> Error {
    tracing::debug!(reason = reason.as_ref(), "a caller is not let in");
    Error::Unauthorized
}

/// The token in the request's one `Authorization` header: `Bearer`, one space, the token, nothing more.
fn bearer<Context>(request: &AuthorizerRequest<Context>) -> Option<&str> {
    let value = match request {
        AuthorizerRequest::Token(request) => request.authorization_token.as_str(),
        AuthorizerRequest::V1(request) => {
            let all = request.multi_value_headers.iter().flatten();
            let all = all
                .filter(|(name, _)| is_authorization(name))
                .flat_map(|(_, values)| values.iter().map(String::as_str));
            match only(all) {
                Found::One(value) => value,
                Found::Several => return None,
                Found::None => one_header(request.headers.as_ref())?,
            }
        }
        AuthorizerRequest::V2(request) => one_header(request.headers.as_ref())?,
    };
    let (scheme, token) = value.split_once(' ')?;
    // To the end, whatever comes: so many bytes are looked at at once.
    let is_of_a_word = |byte: u8| byte.is_ascii_graphic() & (byte != b',');
    let is_one_word = token.bytes().fold(true, |is_one, byte| is_one & is_of_a_word(byte));
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty() && is_one_word).then_some(token)
}

/// Two headers of the name are refused: a proxy before us may have looked at the other one.
fn one_header(headers: Option<&BTreeMap<String, String>>) -> Option<&str> {
    let values = headers?.iter().filter(|(name, _)| is_authorization(name));
    match only(values.map(|(_, value)| value.as_str())) {
        Found::One(value) => Some(value),
        Found::None | Found::Several => None,
    }
}

fn is_authorization(name: &str) -> bool {
    name.eq_ignore_ascii_case("authorization")
}

enum Found<'a> {
    None,
    One(&'a str),
    Several,
}

fn only<'a>(mut values: impl Iterator<Item = &'a str>) -> Found<'a> {
    match (values.next(), values.next()) {
        (None, _) => Found::None,
        (Some(value), None) => Found::One(value),
        (Some(_), Some(_)) => Found::Several,
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The ARN as a resource that matches it and, as nearly as a policy can say, nothing else: whoever asks for
/// a path with a `*` in it must not get a policy for everything below. A policy has no way to write that
/// character as itself, but `?` stands for one character only.
fn exactly(method_arn: &str) -> Option<String> {
    let is_short_enough = method_arn.chars().count() <= Policy::LONGEST_RESOURCE;
    (is_short_enough && method_arn.starts_with("arn:")).then(|| method_arn.replace('*', "?"))
}

fn context(claims: &Map<String, Value>) -> BTreeMap<String, Scalar> {
    let mut context: BTreeMap<String, Scalar> = claims
        .iter()
        .filter(|(name, _)| !NOT_COPIED.contains(&name.as_str()) && !name.is_empty())
        .filter_map(|(name, value)| {
            let value = match value {
                Value::String(text) => Scalar::Text(text.clone()),
                Value::Number(number) => Scalar::Number(number.clone()),
                Value::Bool(truth) => Scalar::Bool(*truth),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            Some((name.clone(), value))
        })
        .collect();
    for name in ["sub", "username", "client_id", "scope"] {
        if let Some(value) = text(claims, name) {
            context.insert(name.to_owned(), value.into());
        }
    }
    if let Some(groups) = claims.get("cognito:groups").and_then(Value::as_array) {
        // A name with a comma in it would read as several groups, one of which may be a better one.
        let names = groups.iter().filter_map(Value::as_str).filter(|name| !name.contains(','));
        context.insert("groups".to_owned(), names.collect::<Vec<_>>().join(",").into());
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::authorizer::{RequestV1, RequestV2, TokenRequest};

    fn token_request(value: &str) -> AuthorizerRequest {
        AuthorizerRequest::Token(TokenRequest {
            authorization_token: value.to_owned(),
            method_arn: String::new(),
        })
    }

    #[test]
    fn gwa_12_the_header_is_bearer_one_space_and_the_token() {
        for good in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
            assert_eq!(bearer(&token_request(good)), Some("a.b.c"), "{good}");
        }
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "bearer",
            "a.b.c",
            "Bearer  a.b.c",
            "Bearer\ta.b.c",
            " Bearer a.b.c",
            "Bearer a.b.c ",
            "Bearer a.b.c,",
            "Bearer a.b.c, Bearer d.e.f",
            "Basic a.b.c",
            "Bearer a.b.c\n",
            "Bearer: a.b.c",
            "Bearer a b.c",
        ] {
            assert_eq!(bearer(&token_request(bad)), None, "{bad:?}");
        }
    }

    #[test]
    fn gwa_11_two_authorization_headers_are_refused() {
        let one = |name: &str| (name.to_owned(), "Bearer a.b.c".to_owned());
        let v2 = |headers| {
            AuthorizerRequest::<()>::V2(Box::new(RequestV2 {
                headers: Some(headers),
                ..RequestV2::default()
            }))
        };
        assert_eq!(bearer(&v2([one("authorization")].into())), Some("a.b.c"));
        assert_eq!(bearer(&v2([one("authorization"), one("Authorization")].into())), None);

        let v1 = |values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            AuthorizerRequest::<()>::V1(Box::new(RequestV1 {
                headers: Some([one("Authorization")].into()),
                multi_value_headers: Some([("Authorization".to_owned(), values)].into()),
                ..RequestV1::default()
            }))
        };
        assert_eq!(bearer(&v1(&["Bearer d.e.f"])), Some("d.e.f"));
        assert_eq!(bearer(&v1(&["Bearer d.e.f", "Bearer a.b.c"])), None);
    }

    #[test]
    fn a_star_in_a_path_is_no_wildcard_in_the_policy() {
        let arn = "arn:aws:execute-api:eu-west-1:000000000000:api/prod/GET/files/*";
        assert_eq!(exactly(arn).unwrap(), arn.replace('*', "?"));
        assert_eq!(exactly(&format!("arn:{}", "x".repeat(600))), None);
    }

    #[test]
    fn a_custom_claim_cannot_pass_for_one_of_ours() {
        let claims = serde_json::json!({
            "sub": "s", "groups": "admins", "principalId": "root", "claims": "x", "scope": "a b",
            "cognito:groups": ["readers", "a,admins", "writers"], "level": 7, "beta": true,
            "list": [1], "object": {}, "nothing": null, "iat": 1,
        });
        let context = context(claims.as_object().unwrap());
        assert_eq!(
            serde_json::to_value(context).unwrap(),
            serde_json::json!({
                "sub": "s", "scope": "a b", "groups": "readers,writers", "level": 7, "beta": true,
            })
        );
    }
}
