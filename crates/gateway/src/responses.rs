//! How does a REST API say no in its owner's words?
//!
//! A gateway response replaces the status, the body and the headers of one type of refusal. A type without one
//! of its own falls back to `DEFAULT_4XX` or `DEFAULT_5XX`, whichever its usual status belongs to.

use crate::{
    expression::{Error, Escape, Expression, Seen},
    fault::Stop,
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use names::Malformed;
use serde_json::Value;
use std::{collections::BTreeMap, str::FromStr};

/// The gateway responses of a REST API.
#[derive(Debug, Clone, Default)]
pub struct GatewayResponses(BTreeMap<ResponseType, GatewayResponse>);

/// What is said instead of the usual words. What it leaves out stays as usual.
#[derive(Debug, Clone, Default)]
pub struct GatewayResponse {
    pub status: Option<StatusCode>,
    pub headers: Vec<(HeaderName, Expression)>,
    /// The body for each media type.
    pub templates: Vec<(String, Expression)>,
}

macro_rules! response_types {
    ($($name:ident = $text:literal,)+) => {
        /// A type of refusal, as API Gateway names them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ResponseType {
            $(#[doc = concat!("`", $text, "`")] $name,)+
        }

        impl ResponseType {
            /// Its name on AWS.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        impl FromStr for ResponseType {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                match text {
                    $($text => Ok(Self::$name),)+
                    _ => Err(Malformed { what: "ResponseType" }),
                }
            }
        }
    };
}

response_types! {
    AccessDenied = "ACCESS_DENIED",
    ApiConfigurationError = "API_CONFIGURATION_ERROR",
    AuthorizerConfigurationError = "AUTHORIZER_CONFIGURATION_ERROR",
    AuthorizerFailure = "AUTHORIZER_FAILURE",
    BadRequestBody = "BAD_REQUEST_BODY",
    BadRequestParameters = "BAD_REQUEST_PARAMETERS",
    Default4xx = "DEFAULT_4XX",
    Default5xx = "DEFAULT_5XX",
    ExpiredToken = "EXPIRED_TOKEN",
    IntegrationFailure = "INTEGRATION_FAILURE",
    IntegrationTimeout = "INTEGRATION_TIMEOUT",
    InvalidApiKey = "INVALID_API_KEY",
    InvalidSignature = "INVALID_SIGNATURE",
    MissingAuthenticationToken = "MISSING_AUTHENTICATION_TOKEN",
    QuotaExceeded = "QUOTA_EXCEEDED",
    RequestTooLarge = "REQUEST_TOO_LARGE",
    ResourceNotFound = "RESOURCE_NOT_FOUND",
    Throttled = "THROTTLED",
    Unauthorized = "UNAUTHORIZED",
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    WafFiltered = "WAF_FILTERED",
}

impl GatewayResponses {
    /// Adds the response of a type, in the place of another one.
    ///
    /// # Errors
    /// The response needs what is not known when requests are refused.
    pub fn insert(
        &mut self,
        response_type: ResponseType,
        response: GatewayResponse,
    ) -> Result<(), String> {
        let values = response.headers.iter().map(|(_, value)| value);
        let mut values = values.chain(response.templates.iter().map(|(_, value)| value));
        if values.any(Expression::needs_caller) {
            return Err("what an authorizer found out is not told in a refusal here".to_owned());
        }
        self.0.insert(response_type, response);
        Ok(())
    }

    /// Puts the owner's words in the place of the usual ones.
    pub(crate) fn dress(&self, stop: &Stop, seen: Seen<'_>, answer: &mut Response<Bytes>) {
        let response_type = stop.response_type();
        let fallback = match answer.status().is_server_error() {
            true => ResponseType::Default5xx,
            false => ResponseType::Default4xx,
        };
        let Some(response) = self.0.get(&response_type).or_else(|| self.0.get(&fallback)) else {
            return;
        };
        let usual: Option<Value> = serde_json::from_slice(answer.body()).ok();
        let message = usual.as_ref().and_then(|usual| {
            let usual = usual.as_object()?;
            usual.values().next()?.as_str().map(str::to_owned)
        });
        let error = Error {
            message: message.as_deref().unwrap_or_default(),
            response_type: response_type.as_str(),
            validation: &stop.validation(),
        };
        let seen = Seen { error: Some(error), ..seen };
        let accepted = seen.request.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        let accepted = accepted.and_then(|accept| accept.split([',', ';']).next()).map(str::trim);
        let template = response
            .templates
            .iter()
            .find(|(name, _)| Some(name.as_str()) == accepted)
            .or_else(|| response.templates.iter().find(|(name, _)| name == "application/json"))
            .or_else(|| response.templates.first());
        if let Some(status) = response.status {
            *answer.status_mut() = status;
        }
        if let Some((media_type, body)) = template {
            let is_json = media_type.ends_with("json");
            let escape = if is_json { Escape::Json } else { Escape::Nothing };
            *answer.body_mut() = body.of(&seen, escape).unwrap_or_default().into();
            if let Ok(media_type) = HeaderValue::from_str(media_type) {
                answer.headers_mut().insert(CONTENT_TYPE, media_type);
            }
        }
        for (name, value) in &response.headers {
            let value = value.of(&seen, Escape::Nothing);
            if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(&value)) {
                answer.headers_mut().insert(name, value);
            }
        }
    }
}
