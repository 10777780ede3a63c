//! By what is one caller told from another?

use crate::{
    Api, Route,
    incoming::{Found, Incoming},
};
use http::HeaderName;
use names::Malformed;
use std::{borrow::Cow, fmt, str::FromStr};

/// A part of a request that identifies a caller to an authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// `method.request.header.X`, `$request.header.X`
    Header(HeaderName),
    /// `method.request.querystring.x`, `$request.querystring.x`
    Query(String),
    /// `stageVariables.x`, `$stageVariables.x`
    StageVariable(String),
    /// `context.x`, `$context.x`
    Context(ContextVariable),
}

/// What API Gateway knows about a request by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextVariable {
    /// `apiId`
    ApiId,
    /// `stage`
    Stage,
    /// `httpMethod`
    HttpMethod,
    /// `path`
    Path,
    /// `resourcePath`
    ResourcePath,
    /// `routeKey`
    RouteKey,
    /// `protocol`
    Protocol,
    /// `identity.sourceIp`
    SourceIp,
    /// `identity.userAgent`
    UserAgent,
}

/// The value of an identity source in a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Identity<'a> {
    Missing,
    Value(Cow<'a, str>),
    Unclear,
}

impl IdentitySource {
    pub(crate) fn of<'a>(
        &self,
        request: &'a Incoming,
        api: &'a Api,
        route: &'a Route,
    ) -> Identity<'a> {
        let found = match self {
            Self::Header(name) => request.header(name),
            Self::Query(name) => request.parameter(name),
            Self::StageVariable(name) => match api.stage_variables.get(name) {
                Some(value) if !value.is_empty() => Found::One(value),
                _ => Found::Nothing,
            },
            Self::Context(variable) => {
                let value: Cow<'a, str> = match variable {
                    ContextVariable::ApiId => api.id.as_str().into(),
                    ContextVariable::Stage => api.stage.as_str().into(),
                    ContextVariable::HttpMethod => request.method.as_str().into(),
                    ContextVariable::Path => request.path.raw().into(),
                    ContextVariable::ResourcePath => route.path.as_str().into(),
                    ContextVariable::RouteKey => route.key().into(),
                    ContextVariable::Protocol => request.protocol.into(),
                    ContextVariable::SourceIp => request.peer.to_string().into(),
                    ContextVariable::UserAgent => request.user_agent().unwrap_or_default().into(),
                };
                return if value.is_empty() { Identity::Missing } else { Identity::Value(value) };
            }
        };
        match found {
            Found::Nothing => Identity::Missing,
            Found::One(value) => Identity::Value(value.into()),
            Found::Unclear => Identity::Unclear,
        }
    }
}

/// In words, for an explanation.
impl fmt::Display for IdentitySource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(out, "the header {name}"),
            Self::Query(name) => write!(out, "the query parameter {name}"),
            Self::StageVariable(name) => write!(out, "the stage variable {name}"),
            Self::Context(variable) => write!(out, "the request's {variable:?}"),
        }
    }
}

impl FromStr for IdentitySource {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "IdentitySource" };
        let text = text.strip_prefix('$').or_else(|| text.strip_prefix("method.")).unwrap_or(text);
        if let Some(name) = text.strip_prefix("request.header.") {
            return name.parse().map(Self::Header).map_err(|_| malformed);
        }
        let named = |prefix| text.strip_prefix(prefix).filter(|name: &&str| !name.is_empty());
        if let Some(name) = named("request.querystring.") {
            return Ok(Self::Query(name.to_owned()));
        }
        if let Some(name) = named("stageVariables.") {
            return Ok(Self::StageVariable(name.to_owned()));
        }
        let Some(name) = named("context.") else { return Err(malformed) };
        Ok(Self::Context(match name {
            "apiId" => ContextVariable::ApiId,
            "stage" => ContextVariable::Stage,
            "httpMethod" | "http.method" => ContextVariable::HttpMethod,
            "path" | "http.path" => ContextVariable::Path,
            "resourcePath" => ContextVariable::ResourcePath,
            "routeKey" => ContextVariable::RouteKey,
            "protocol" | "http.protocol" => ContextVariable::Protocol,
            "identity.sourceIp" | "http.sourceIp" => ContextVariable::SourceIp,
            "identity.userAgent" | "http.userAgent" => ContextVariable::UserAgent,
            _ => return Err(malformed),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_in_the_words_of_both_kinds_of_api() {
        let header = IdentitySource::Header(HeaderName::from_static("x-tenant"));
        for text in ["method.request.header.X-Tenant", "$request.header.x-tenant"] {
            assert_eq!(text.parse(), Ok(header.clone()), "{text}");
        }
        assert_eq!(
            "method.request.querystring.q".parse(),
            Ok(IdentitySource::Query("q".to_owned()))
        );
        assert_eq!("stageVariables.v".parse(), Ok(IdentitySource::StageVariable("v".to_owned())));
        assert_eq!(
            "$context.routeKey".parse(),
            Ok(IdentitySource::Context(ContextVariable::RouteKey))
        );
        for bad in ["", "Authorization", "$request.header.", "$request.header.a b", "context.x"] {
            assert!(bad.parse::<IdentitySource>().is_err(), "{bad}");
        }
    }
}
