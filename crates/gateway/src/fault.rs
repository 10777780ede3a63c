//! How does each kind of API say no?

use crate::{ApiKind, BadSignature, ResponseType, Unreached};
use bytes::Bytes;
use functions::Failure;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, WWW_AUTHENTICATE},
};
use names::Scope;
use std::borrow::Cow;

/// An answer that is no: the request is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No API is mounted here.
    NoApi,
    /// No route takes this method and path.
    NoRoute,
    /// The body is too large.
    TooLarge,
    /// The event that the request would become is too large for a function.
    EventTooLarge,
    /// The headers together are too large.
    HeadersTooLarge,
    /// The body did not come in time.
    TooSlow,
    /// The request makes no sense as it was sent, or would make none behind the gateway.
    BadRequest,
    /// A request validator misses these parameters.
    MissingParameters(Vec<String>),
    /// No template takes a body of this media type.
    UnsupportedMediaType,
    /// The method ARN would be too long.
    PathTooLong,
    /// What should identify the caller is missing, unclear or not believed.
    Unauthorized,
    /// A JWT authorizer found no token.
    NoToken,
    /// A JWT authorizer does not believe the token, for this reason.
    BadToken(&'static str),
    /// The token was good once.
    Expired,
    /// The token has none of these scopes.
    NoScope(Vec<Scope>),
    /// Nothing allows it.
    Denied,
    /// Something forbids it.
    DeniedExplicitly,
    /// No valid API key came along.
    NoKey,
    /// Requests come faster than a throttle lets them.
    TooManyRequests,
    /// The quota of the key's usage plan is used up.
    QuotaExceeded,
    /// The request is not signed, or not by somebody we know.
    BadSignature(BadSignature),
    /// Whoever has signed the request may not make it, in AWS's words.
    NotPermitted(String),
}

/// An answer that is no: we, or a function, are at fault.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Broken {
    /// The function behind the route did not answer.
    #[error("the function behind the route failed: {0}")]
    Function(#[source] Failure),
    /// It answered something that is no HTTP answer.
    #[error("the function behind the route gave no valid answer: {0}")]
    Answer(&'static str),
    /// The server behind the route did not answer.
    #[error("the server behind the route: {0}")]
    Upstream(#[source] Unreached),
    /// A mock integration has no answer for the request.
    #[error("the mock integration has no answer for this request")]
    Mock,
    /// It took longer than an API waits.
    #[error("what is behind the route took too long")]
    TooSlow,
    /// The authorizer's function did not answer.
    #[error("the function of authorizer {authorizer} failed: {failure}")]
    Authorizer { authorizer: String, failure: Failure },
    /// It took longer than an API waits.
    #[error("the function of authorizer {authorizer} took too long")]
    AuthorizerTooSlow { authorizer: String },
    /// It answered something that is no verdict.
    #[error("the function of authorizer {authorizer} gave no valid verdict: {problem}")]
    Verdict { authorizer: String, problem: String },
    /// The keys to check tokens with could not be had.
    #[error("the keys of an issuer are unavailable: {0}")]
    Keys(String),
    /// An event could not be written.
    #[error("an event could not be written")]
    Event,
}

/// Why a request ends before it has an answer of its own.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    Refused(Refusal),
    Broken(Broken),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl Stop {
    /// The answer to the client.
    pub(crate) fn answer(&self, kind: ApiKind) -> Response<Bytes> {
        let said = match (self, kind) {
            (Self::Refused(refusal), ApiKind::Rest) => rest_refusal(refusal),
            (Self::Refused(refusal), ApiKind::Http) => http_refusal(refusal),
            (Self::Broken(broken), ApiKind::Rest) => rest_breakage(broken),
            (Self::Broken(broken), ApiKind::Http) => http_breakage(broken),
        };
        let (status, error_type, body) = said;
        let body = match body {
            Cow::Borrowed(body) => Bytes::from_static(body.as_bytes()),
            Cow::Owned(body) => body.into(),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if !error_type.is_empty() {
            headers.insert("x-amzn-errortype", HeaderValue::from_static(error_type));
        }
        if let (Self::Refused(refusal), ApiKind::Http) = (self, kind)
            && let Some(challenge) = challenge(refusal)
        {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl Stop {
    /// What API Gateway calls it where a REST API may put its own words.
    pub(crate) fn response_type(&self) -> ResponseType {
        match self {
            Self::Refused(refusal) => match refusal {
                Refusal::NoRoute => ResponseType::MissingAuthenticationToken,
                Refusal::TooLarge | Refusal::EventTooLarge | Refusal::HeadersTooLarge => {
                    ResponseType::RequestTooLarge
                }
                Refusal::MissingParameters(_) => ResponseType::BadRequestParameters,
                Refusal::UnsupportedMediaType => ResponseType::UnsupportedMediaType,
                Refusal::Unauthorized
                | Refusal::NoToken
                | Refusal::BadToken(_)
                | Refusal::Expired
                | Refusal::NoScope(_) => ResponseType::Unauthorized,
                Refusal::Denied | Refusal::DeniedExplicitly | Refusal::NotPermitted(_) => {
                    ResponseType::AccessDenied
                }
                Refusal::NoKey => ResponseType::InvalidApiKey,
                Refusal::TooManyRequests => ResponseType::Throttled,
                Refusal::QuotaExceeded => ResponseType::QuotaExceeded,
                Refusal::BadSignature(bad) => match bad.name {
                    "MissingAuthenticationTokenException" => {
                        ResponseType::MissingAuthenticationToken
                    }
                    "ExpiredTokenException" => ResponseType::ExpiredToken,
                    _ => ResponseType::InvalidSignature,
                },
                Refusal::NoApi | Refusal::TooSlow | Refusal::BadRequest | Refusal::PathTooLong => {
                    ResponseType::Default4xx
                }
            },
            Self::Broken(broken) => match broken {
                Broken::TooSlow => ResponseType::IntegrationTimeout,
                Broken::Upstream(Unreached::Broken(_)) => ResponseType::IntegrationFailure,
                Broken::Mock => ResponseType::ApiConfigurationError,
                Broken::Verdict { .. } => ResponseType::AuthorizerConfigurationError,
                Broken::Authorizer { .. } | Broken::AuthorizerTooSlow { .. } | Broken::Keys(_) => {
                    ResponseType::AuthorizerFailure
                }
                Broken::Upstream(Unreached::TooLarge)
                | Broken::Function(_)
                | Broken::Answer(_)
                | Broken::Event => ResponseType::Default5xx,
            },
        }
    }

    /// What a request validator has to say besides the message.
    pub(crate) fn validation(&self) -> String {
        match self {
            Self::Refused(refusal @ Refusal::MissingParameters(_)) => refusal.missing(),
            _ => String::new(),
        }
    }
}

impl Refusal {
    fn missing(&self) -> String {
        match self {
            Self::MissingParameters(names) => {
                format!("Missing required request parameters: [{}]", names.join(", "))
            }
            _ => String::new(),
        }
    }
}

type Said = (StatusCode, &'static str, Cow<'static, str>);

fn rest_refusal(refusal: &Refusal) -> Said {
    let unauthorized = "UnauthorizedException";
    let bad_request = "BadRequestException";
    let (status, error_type, body) = match refusal {
        Refusal::NoApi | Refusal::NoKey => {
            (StatusCode::FORBIDDEN, "ForbiddenException", r#"{"message":"Forbidden"}"#)
        }
        Refusal::NoRoute => (
            StatusCode::FORBIDDEN,
            "MissingAuthenticationTokenException",
            r#"{"message":"Missing Authentication Token"}"#,
        ),
        Refusal::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            r#"{"message":"HTTP content length exceeded 10485760 bytes."}"#,
        ),
        Refusal::EventTooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            r#"{"message":"Request Too Long"}"#,
        ),
        Refusal::HeadersTooLarge => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "RequestTooLargeException",
            r#"{"message":"HTTP header is larger than 10240 bytes."}"#,
        ),
        Refusal::TooSlow => {
            (StatusCode::REQUEST_TIMEOUT, bad_request, r#"{"message":"Request Timeout"}"#)
        }
        Refusal::BadRequest => {
            (StatusCode::BAD_REQUEST, bad_request, r#"{"message":"Bad Request"}"#)
        }
        Refusal::MissingParameters(_) => {
            let body = serde_json::json!({ "message": refusal.missing() }).to_string();
            return (StatusCode::BAD_REQUEST, bad_request, body.into());
        }
        Refusal::TooManyRequests => (
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            r#"{"message":"Too Many Requests"}"#,
        ),
        Refusal::QuotaExceeded => (
            StatusCode::TOO_MANY_REQUESTS,
            "LimitExceededException",
            r#"{"message":"Limit Exceeded"}"#,
        ),
        Refusal::BadSignature(bad) => {
            let body = serde_json::json!({ "message": bad.message }).to_string();
            return (StatusCode::FORBIDDEN, bad.name, body.into());
        }
        Refusal::NotPermitted(message) => {
            let body = serde_json::json!({ "Message": message }).to_string();
            return (StatusCode::FORBIDDEN, "AccessDeniedException", body.into());
        }
        Refusal::UnsupportedMediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaTypeException",
            r#"{"message":"Unsupported Media Type"}"#,
        ),
        Refusal::PathTooLong => (
            StatusCode::URI_TOO_LONG,
            "RequestTooLargeException",
            r#"{"message":"Request URI Too Long"}"#,
        ),
        Refusal::Expired => (
            StatusCode::UNAUTHORIZED,
            unauthorized,
            r#"{"message":"The incoming token has expired"}"#,
        ),
        // A missing scope is 401 here: AWS's own guide shows nothing else, though some report 403.
        Refusal::Unauthorized | Refusal::NoToken | Refusal::BadToken(_) | Refusal::NoScope(_) => {
            (StatusCode::UNAUTHORIZED, unauthorized, r#"{"message":"Unauthorized"}"#)
        }
        Refusal::Denied => (
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            r#"{"Message":"User is not authorized to access this resource"}"#,
        ),
        Refusal::DeniedExplicitly => (
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#,
        ),
    };
    (status, error_type, body.into())
}

fn http_refusal(refusal: &Refusal) -> Said {
    let (status, error_type, body) = match refusal {
        Refusal::NoApi | Refusal::NoRoute => {
            (StatusCode::NOT_FOUND, "", r#"{"message":"Not Found"}"#)
        }
        Refusal::TooLarge | Refusal::EventTooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "", r#"{"message":"Request Entity Too Large"}"#)
        }
        Refusal::HeadersTooLarge => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "",
            r#"{"message":"Request Header Fields Too Large"}"#,
        ),
        Refusal::TooSlow => (StatusCode::REQUEST_TIMEOUT, "", r#"{"message":"Request Timeout"}"#),
        // Validators and templates are a REST API's.
        Refusal::BadRequest | Refusal::MissingParameters(_) | Refusal::UnsupportedMediaType => {
            (StatusCode::BAD_REQUEST, "", r#"{"message":"Bad Request"}"#)
        }
        Refusal::PathTooLong => {
            (StatusCode::URI_TOO_LONG, "", r#"{"message":"Request URI Too Long"}"#)
        }
        Refusal::Unauthorized | Refusal::NoToken | Refusal::BadToken(_) | Refusal::Expired => {
            (StatusCode::UNAUTHORIZED, "", r#"{"message":"Unauthorized"}"#)
        }
        Refusal::NoScope(_)
        | Refusal::Denied
        | Refusal::DeniedExplicitly
        | Refusal::NoKey
        | Refusal::BadSignature(_)
        | Refusal::NotPermitted(_) => (StatusCode::FORBIDDEN, "", r#"{"message":"Forbidden"}"#),
        Refusal::TooManyRequests | Refusal::QuotaExceeded => {
            (StatusCode::TOO_MANY_REQUESTS, "", r#"{"message":"Too Many Requests"}"#)
        }
    };
    (status, error_type, body.into())
}

/// What an HTTP API's JWT authorizer writes into `WWW-Authenticate`.
fn challenge(refusal: &Refusal) -> Option<HeaderValue> {
    let invalid =
        |why: &str| format!(r#"Bearer scope="" error="invalid_token" error_description="{why}""#);
    let text = match refusal {
        Refusal::NoToken => "Bearer".to_owned(),
        Refusal::BadToken(why) => invalid(why),
        Refusal::Expired => invalid("the token has expired"),
        Refusal::NoScope(scopes) => {
            let scopes: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
            format!(
                r#"Bearer scope="{}" error="insufficient_scope" error_description="the token does not have a required scope""#,
                scopes.join(" ")
            )
        }
        _ => return None,
    };
    HeaderValue::try_from(text).ok()
}

fn rest_breakage(broken: &Broken) -> Said {
    let internal = r#"{"message":"Internal server error"}"#;
    let internal_type = "InternalServerErrorException";
    let (status, error_type, body) = match broken {
        Broken::TooSlow => (
            StatusCode::GATEWAY_TIMEOUT,
            internal_type,
            r#"{"message":"Endpoint request timed out"}"#,
        ),
        Broken::Upstream(Unreached::Broken(_)) => (
            StatusCode::GATEWAY_TIMEOUT,
            internal_type,
            r#"{"message":"Network error communicating with endpoint"}"#,
        ),
        Broken::Upstream(Unreached::TooLarge) | Broken::Mock => {
            (StatusCode::INTERNAL_SERVER_ERROR, internal_type, internal)
        }
        // The function was called and its answer is no answer. Its own time limit counts among these.
        Broken::Answer(_)
        | Broken::Function(
            Failure::Thrown { .. }
            | Failure::TimedOut
            | Failure::Crashed { .. }
            | Failure::TooLarge,
        ) => (StatusCode::BAD_GATEWAY, internal_type, internal),
        // The function could not be called.
        Broken::Function(
            Failure::Throttled | Failure::NotFound | Failure::Denied | Failure::Unreachable { .. },
        )
        | Broken::Event => (StatusCode::INTERNAL_SERVER_ERROR, internal_type, internal),
        Broken::Verdict { .. } => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "AuthorizerConfigurationException",
            r#"{"message":null}"#,
        ),
        Broken::Authorizer { .. } | Broken::AuthorizerTooSlow { .. } | Broken::Keys(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "AuthorizerFailureException", r#"{"message":null}"#)
        }
    };
    (status, error_type, body.into())
}

fn http_breakage(broken: &Broken) -> Said {
    let (status, error_type, body) = match broken {
        Broken::TooSlow
        | Broken::Upstream(Unreached::Broken(_))
        | Broken::Function(Failure::Throttled) => {
            (StatusCode::SERVICE_UNAVAILABLE, "", r#"{"message":"Service Unavailable"}"#)
        }
        Broken::Function(_)
        | Broken::Upstream(Unreached::TooLarge)
        | Broken::Mock
        | Broken::Answer(_)
        | Broken::Authorizer { .. }
        | Broken::AuthorizerTooSlow { .. }
        | Broken::Verdict { .. }
        | Broken::Keys(_)
        | Broken::Event => {
            (StatusCode::INTERNAL_SERVER_ERROR, "", r#"{"message":"Internal Server Error"}"#)
        }
    };
    (status, error_type, body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(stop: impl Into<Stop>, kind: ApiKind) -> String {
        let answer = stop.into().answer(kind);
        let header = |name| {
            answer.headers().get(name).map_or("-", |value: &HeaderValue| value.to_str().unwrap())
        };
        let body = std::str::from_utf8(answer.body()).unwrap();
        let header = match kind {
            ApiKind::Rest => header("x-amzn-errortype"),
            ApiKind::Http => header("www-authenticate"),
        };
        format!("{} {header} {body}", answer.status().as_u16())
    }

    #[test]
    fn a_rest_api_says_no_in_these_words() {
        let failed = |failure| Broken::Authorizer { authorizer: "a".into(), failure };
        for (stop, expected) in [
            (
                Refusal::NoRoute.into(),
                r#"403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}"#,
            ),
            (
                Refusal::Unauthorized.into(),
                r#"401 UnauthorizedException {"message":"Unauthorized"}"#,
            ),
            (
                Refusal::Expired.into(),
                r#"401 UnauthorizedException {"message":"The incoming token has expired"}"#,
            ),
            (
                Refusal::NoScope(vec![]).into(),
                r#"401 UnauthorizedException {"message":"Unauthorized"}"#,
            ),
            (
                Refusal::Denied.into(),
                r#"403 AccessDeniedException {"Message":"User is not authorized to access this resource"}"#,
            ),
            (
                Refusal::DeniedExplicitly.into(),
                r#"403 AccessDeniedException {"Message":"User is not authorized to access this resource with an explicit deny"}"#,
            ),
            (Refusal::NoKey.into(), r#"403 ForbiddenException {"message":"Forbidden"}"#),
            (
                failed(Failure::TimedOut).into(),
                r#"500 AuthorizerFailureException {"message":null}"#,
            ),
            (
                Broken::Answer("x").into(),
                r#"502 InternalServerErrorException {"message":"Internal server error"}"#,
            ),
            (
                Broken::TooSlow.into(),
                r#"504 InternalServerErrorException {"message":"Endpoint request timed out"}"#,
            ),
        ] {
            let stop: Stop = stop;
            assert_eq!(line(stop, ApiKind::Rest), expected);
        }
    }

    #[test]
    fn an_http_api_says_no_in_these_words() {
        let scope = Scope::parse("users/read").unwrap();
        for (stop, expected) in [
            (Refusal::NoRoute.into(), r#"404 - {"message":"Not Found"}"#),
            (Refusal::Unauthorized.into(), r#"401 - {"message":"Unauthorized"}"#),
            (Refusal::NoToken.into(), r#"401 Bearer {"message":"Unauthorized"}"#),
            (
                Refusal::Expired.into(),
                r#"401 Bearer scope="" error="invalid_token" error_description="the token has expired" {"message":"Unauthorized"}"#,
            ),
            (
                Refusal::BadToken("the token does not have a valid audience").into(),
                r#"401 Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience" {"message":"Unauthorized"}"#,
            ),
            (
                Refusal::NoScope(vec![scope]).into(),
                r#"403 Bearer scope="users/read" error="insufficient_scope" error_description="the token does not have a required scope" {"message":"Forbidden"}"#,
            ),
            (Refusal::Denied.into(), r#"403 - {"message":"Forbidden"}"#),
            (Refusal::DeniedExplicitly.into(), r#"403 - {"message":"Forbidden"}"#),
            (Broken::Answer("x").into(), r#"500 - {"message":"Internal Server Error"}"#),
            (Broken::TooSlow.into(), r#"503 - {"message":"Service Unavailable"}"#),
        ] {
            let stop: Stop = stop;
            assert_eq!(line(stop, ApiKind::Http), expected);
        }
    }
}
