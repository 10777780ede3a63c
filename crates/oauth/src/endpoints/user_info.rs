//! `/oauth2/userInfo`: what an access token shows of its user.

use crate::{OAuth, answer, parameters::Parameters, place::Place, visit};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use names::Token;
use pool::{Asked, Attributes, Category, Error, Refusal};
use serde_json::{Map, Value, json};

const NO_TOKEN: &str = "error=\"invalid_request\", error_description=\"Bad OAuth2 request at UserInfo \
                        Endpoint\"";
const BAD_TOKEN: &str = "error=\"invalid_token\", error_description=\"Access token is expired, disabled, \
                         or deleted, or the user has globally signed out.\"";
const NO_SCOPE: &str = "error=\"insufficient_scope\", error_description=\"The access token was not \
                        granted openid\", scope=\"openid\"";

impl OAuth {
    /// Answers the userInfo endpoint.
    pub(crate) async fn user_info(
        &self,
        place: &Place,
        request: &Request<Bytes>,
    ) -> Response<Bytes> {
        let response = match *request.method() {
            Method::GET | Method::HEAD | Method::POST => self.tell(place, request).await,
            Method::OPTIONS => return answer::preflight("GET, POST"),
            _ => answer::wrong_method("GET, POST, OPTIONS"),
        };
        answer::for_any_origin(response)
    }

    async fn tell(&self, place: &Place, request: &Request<Bytes>) -> Response<Bytes> {
        let Some(token) = presented(request) else {
            return denied(StatusCode::BAD_REQUEST, "invalid_request", NO_TOKEN);
        };
        let Ok(token) = Token::parse(token.trim()) else {
            return denied(StatusCode::UNAUTHORIZED, "invalid_token", BAD_TOKEN);
        };
        let told = async {
            self.pools.admit(Asked::Of(Category::UserRead))?;
            let bearer = self.pools.bearer_with_scope(&token, "openid").await?;
            if place.pool.as_ref().is_some_and(|pool| *pool != bearer.pool.id) {
                return Err(Refusal::InvalidAccessToken.into());
            }
            self.pools.user_info(&bearer).await
        };
        match told.await {
            Ok(attributes) if self.is_strict => answer::json(StatusCode::OK, &typed(attributes)),
            Ok(attributes) => answer::json(StatusCode::OK, &attributes),
            Err(Error::Refused(Refusal::AccessTokenLacksScope)) => {
                denied(StatusCode::FORBIDDEN, "insufficient_scope", NO_SCOPE)
            }
            Err(Error::Refused(Refusal::RateExceeded)) => {
                answer::later(StatusCode::TOO_MANY_REQUESTS, "Rate exceeded")
            }
            Err(Error::Refused(_)) => denied(StatusCode::UNAUTHORIZED, "invalid_token", BAD_TOKEN),
            Err(Error::Broken(broken)) => {
                tracing::error!(error = ?broken, "userInfo is broken");
                let body = serde_json::json!({ "error": "server_error" });
                answer::json(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
        }
    }
}

/// The token of a request: in its header, or in the form of a POST (RFC 6750, 2.1 and 2.2), and in one of them only.
fn presented(request: &Request<Bytes>) -> Option<String> {
    let headers = request.headers();
    let form = match *request.method() {
        Method::POST => visit::form(headers, request.body()).unwrap_or_default(),
        _ => Parameters::default(),
    };
    let in_form = form.get("access_token");
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    match (lines.next(), lines.next(), in_form) {
        (Some(line), None, None) => {
            let (scheme, token) = line.to_str().ok()?.split_once(' ')?;
            // One space, and nothing after the token: the rule of all who look at tokens.
            let is_one_word = token.bytes().all(|byte| byte.is_ascii_graphic());
            let is_bearer = is_one_word && scheme.eq_ignore_ascii_case("bearer");
            is_bearer.then(|| token.to_owned())
        }
        (None, None, Some(token)) => Some(token.to_owned()),
        _ => None,
    }
}

/// The claims in the types of OpenID Connect (Core, 5.1), where Cognito has texts.
fn typed(attributes: Attributes) -> Map<String, Value> {
    let typed = |(name, value): (String, String)| {
        let value = match (name.as_str(), value.parse::<i64>()) {
            ("email_verified" | "phone_number_verified", _) => Value::Bool(value == "true"),
            ("updated_at", Ok(seconds)) => seconds.into(),
            ("address", _) => json!({ "formatted": value }),
            _ => Value::String(value),
        };
        (name, value)
    };
    attributes.into_iter().map(typed).collect()
}

fn denied(status: StatusCode, error: &str, challenge: &str) -> Response<Bytes> {
    let mut response = answer::json(status, &serde_json::json!({ "error": error }));
    if let Ok(challenge) = HeaderValue::from_str(&format!("Bearer {challenge}")) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
