//! What does a mapping or a template say of this very request?
//!
//! API Gateway has three spellings for the same thing: a REST API's mappings (`method.request.header.X`,
//! `'a text'`), an HTTP API's (`$request.header.X`, `${request.path.id}/x`), and the templates of gateway and
//! mock responses (`{"message":$context.error.messageString}`). Each becomes an [`Expression`] when the gateway
//! is made, and what cannot be said of a request is refused then. Templates have no directives of Velocity.

use crate::{
    Api, Route,
    caller::Caller,
    incoming::Incoming,
    proxy_event::{domain_name, domain_prefix, time},
};
use http::HeaderName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeMap;

/// A text with values of the request in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expression(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Variable),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Variable {
    /// The last header of this name, or all of them.
    Header(HeaderName, Several),
    /// The last parameter of this name, or all of them.
    Query(String, Several),
    /// A variable of the route's path.
    Path(String),
    WholePath,
    /// A variable of the stage.
    OfStage(String),
    Context(Context),
    /// A member of what the authorizer found out.
    Authorizer(String),
    Error(ErrorPart),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Several {
    Last,
    Joined,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    AccountId,
    ApiId,
    DomainName,
    DomainPrefix,
    ExtendedRequestId,
    HttpMethod,
    Path,
    Protocol,
    RequestId,
    RequestTime,
    RequestTimeEpoch,
    ResourcePath,
    RouteKey,
    SourceIp,
    Stage,
    UserAgent,
}

const CONTEXT: [(&str, Context); 16] = [
    ("accountId", Context::AccountId),
    ("apiId", Context::ApiId),
    ("domainName", Context::DomainName),
    ("domainPrefix", Context::DomainPrefix),
    ("extendedRequestId", Context::ExtendedRequestId),
    ("httpMethod", Context::HttpMethod),
    ("identity.sourceIp", Context::SourceIp),
    ("identity.userAgent", Context::UserAgent),
    ("path", Context::Path),
    ("protocol", Context::Protocol),
    ("requestId", Context::RequestId),
    ("requestTime", Context::RequestTime),
    ("requestTimeEpoch", Context::RequestTimeEpoch),
    ("resourcePath", Context::ResourcePath),
    ("routeKey", Context::RouteKey),
    ("stage", Context::Stage),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ErrorPart {
    Message,
    MessageString,
    ResponseType,
    ValidationErrorString,
}

/// What an expression is put to.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) request: &'a Incoming,
    pub(crate) api: &'a Api,
    pub(crate) route: Option<&'a Route>,
    pub(crate) parameters: Option<&'a BTreeMap<String, String>>,
    pub(crate) caller: Option<&'a Caller>,
    pub(crate) error: Option<Error<'a>>,
}

/// What a gateway response may tell of a refusal.
#[derive(Clone, Copy)]
pub(crate) struct Error<'a> {
    pub(crate) message: &'a str,
    pub(crate) response_type: &'a str,
    pub(crate) validation: &'a str,
}

/// How values are written into the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    Nothing,
    /// Between the quotes of a JSON text, which no value can leave.
    Json,
    /// Into a path: a value is part of one segment, but for the path itself and a greedy variable.
    Path,
}

/// Everything that means something in a path, besides the unreserved characters of RFC 3986.
const IN_A_SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');
const IN_A_PATH: &AsciiSet = &IN_A_SEGMENT.remove(b'/');

impl Expression {
    /// A text without values.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::default() } else { Self(vec![Piece::Text(text)]) }
    }

    /// A mapping of a REST API: `'a text'`, `method.request.header.X`, `context.x`, `stageVariables.x`.
    ///
    /// # Errors
    /// What is not understood.
    pub fn rest(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(inner) = text.strip_prefix('\'') {
            let inner = inner.strip_suffix('\'').filter(|inner| !inner.contains('\''));
            return inner.map(Self::text).ok_or_else(|| unknown(text));
        }
        let variable = match text.strip_prefix("method.request.") {
            Some(of) => request_part(of),
            None => named(text),
        };
        variable.map(|one| Self(vec![Piece::Value(one)])).ok_or_else(|| unknown(text))
    }

    /// A mapping of an HTTP API: `$request.header.X`, or a text with `${request.path.id}` in it.
    ///
    /// # Errors
    /// What is not understood.
    pub fn http(text: &str) -> Result<Self, String> {
        let variable = |name: &str| match name.strip_prefix("request.") {
            Some("path") => Some(Variable::WholePath),
            Some(of) => request_part(of).map(|found| match found {
                Variable::Header(name, _) => Variable::Header(name, Several::Joined),
                Variable::Query(name, _) => Variable::Query(name, Several::Joined),
                other => other,
            }),
            None => named(name),
        };
        if let Some(name) = text.strip_prefix('$').filter(|name| !name.starts_with('{')) {
            return variable(name)
                .map(|one| Self(vec![Piece::Value(one)]))
                .ok_or_else(|| unknown(text));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or_else(|| unknown(text))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(variable(name).ok_or_else(|| unknown(name))?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// A template of a response: a text with `$context.x`, `$stageVariables.x` and
    /// `$method.request.header.X` in it.
    ///
    /// # Errors
    /// What is not understood: a directive of Velocity, `$input`, or another variable.
    pub fn template(text: &str) -> Result<Self, String> {
        let is_directive = |line: &str| {
            let line = line.trim_start();
            ["#set", "#if", "#else", "#end", "#foreach", "#macro", "#parse", "##", "#*"]
                .iter()
                .any(|directive| line.starts_with(directive))
        };
        if text.lines().any(is_directive) {
            return Err("a template with directives of Velocity is not served here".to_owned());
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let (name, after) = match after.strip_prefix('{') {
                Some(inner) => inner.split_once('}').ok_or_else(|| unknown(after))?,
                None => {
                    let is_name = |next: char| next.is_ascii_alphanumeric() || "._-".contains(next);
                    let end = after.find(|next| !is_name(next)).unwrap_or(after.len());
                    let (name, _) = after.split_at(end);
                    let name = name.trim_end_matches(['.', '-']);
                    (name, after.split_at(name.len()).1)
                }
            };
            let variable = match name.strip_prefix("method.request.") {
                Some(of) => request_part(of),
                None => error_part(name).or_else(|| named(name)),
            };
            pieces.push(Piece::Value(variable.ok_or_else(|| unknown(&format!("${name}")))?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// Whether an authorizer has to have said something. A refusal may come before that.
    pub(crate) fn needs_caller(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Value(Variable::Authorizer(_))))
    }

    /// The text for a request. `None` if it is nothing but a value that is not there.
    pub(crate) fn of(&self, seen: &Seen<'_>, escape: Escape) -> Option<String> {
        if let [Piece::Value(variable)] = self.0.as_slice() {
            return variable.of(seen).map(|value| variable.escaped(&value, escape));
        }
        let mut whole = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Value(variable) => {
                    let value = variable.of(seen).unwrap_or_default();
                    whole.push_str(&variable.escaped(&value, escape));
                }
            }
        }
        Some(whole)
    }
}

fn unknown(text: &str) -> String {
    format!("{text} is nothing that is known of a request here")
}

/// `header.X`, `querystring.x`, `path.x` and the two with several values.
fn request_part(of: &str) -> Option<Variable> {
    let (kind, name) = of.split_once('.')?;
    if name.is_empty() {
        return None;
    }
    let header = |several| Some(Variable::Header(name.parse().ok()?, several));
    match kind {
        "header" => header(Several::Last),
        "multivalueheader" => header(Several::Joined),
        "querystring" => Some(Variable::Query(name.to_owned(), Several::Last)),
        "multivaluequerystring" => Some(Variable::Query(name.to_owned(), Several::Joined)),
        "path" => Some(Variable::Path(name.to_owned())),
        _ => None,
    }
}

/// `context.x` and `stageVariables.x`.
fn named(text: &str) -> Option<Variable> {
    if let Some(name) = text.strip_prefix("stageVariables.") {
        return Some(Variable::OfStage(name.to_owned())).filter(|_| !name.is_empty());
    }
    let name = text.strip_prefix("context.")?;
    if let Some(name) = name.strip_prefix("authorizer.") {
        return Some(Variable::Authorizer(name.to_owned())).filter(|_| !name.is_empty());
    }
    let found = CONTEXT.iter().find(|(known, _)| *known == name)?;
    Some(Variable::Context(found.1))
}

fn error_part(text: &str) -> Option<Variable> {
    Some(Variable::Error(match text.strip_prefix("context.error.")? {
        "message" => ErrorPart::Message,
        "messageString" => ErrorPart::MessageString,
        "responseType" => ErrorPart::ResponseType,
        "validationErrorString" => ErrorPart::ValidationErrorString,
        _ => return None,
    }))
}

impl Variable {
    fn of(&self, seen: &Seen<'_>) -> Option<String> {
        let Seen { request, api, .. } = seen;
        match self {
            Self::Header(name, several) => {
                let values = request.headers.get_all(name).iter();
                let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
                joined(values.map(|value| value.into_owned()), *several)
            }
            Self::Query(name, several) => {
                let values = request.query.iter().filter(|(key, _)| key == name);
                joined(values.map(|(_, value)| value.clone()), *several)
            }
            Self::Path(name) => seen.parameters?.get(name).cloned(),
            Self::WholePath => Some(request.path.decoded()),
            Self::OfStage(name) => api.stage_variables.get(name).cloned(),
            Self::Context(context) => Some(context.of(seen)),
            Self::Authorizer(name) => authorizer(seen.caller?, name),
            Self::Error(part) => {
                let error = seen.error?;
                Some(match part {
                    ErrorPart::Message => error.message.to_owned(),
                    ErrorPart::MessageString => Value::from(error.message).to_string(),
                    ErrorPart::ResponseType => error.response_type.to_owned(),
                    ErrorPart::ValidationErrorString => error.validation.to_owned(),
                })
            }
        }
    }

    fn escaped(&self, value: &str, escape: Escape) -> String {
        match (escape, self) {
            // It brings its own quotes.
            (Escape::Json, Self::Error(ErrorPart::MessageString)) | (Escape::Nothing, _) => {
                value.to_owned()
            }
            (Escape::Json, _) => {
                let quoted = Value::from(value).to_string();
                quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
            }
            // A variable of the path has a slash in it only if it is greedy.
            (Escape::Path, Self::Path(_) | Self::WholePath) => {
                utf8_percent_encode(value, IN_A_PATH).to_string()
            }
            (Escape::Path, _) => utf8_percent_encode(value, IN_A_SEGMENT).to_string(),
        }
    }
}

fn joined(values: impl Iterator<Item = String>, several: Several) -> Option<String> {
    match several {
        Several::Last => values.last(),
        Several::Joined => {
            let all: Vec<String> = values.collect();
            (!all.is_empty()).then(|| all.join(","))
        }
    }
}

/// `principalId`, `claims.sub`, or a member of the context of a Lambda authorizer.
fn authorizer(caller: &Caller, name: &str) -> Option<String> {
    let told = caller.members()?;
    let value = match name.strip_prefix("claims.") {
        Some(claim) => told.get("claims")?.get(claim)?.clone(),
        None => told.get(name)?.clone(),
    };
    match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

impl Context {
    fn of(self, seen: &Seen<'_>) -> String {
        let Seen { request, api, route, .. } = seen;
        match self {
            Self::AccountId => api.account.to_string(),
            Self::ApiId => api.id.clone(),
            Self::DomainName => domain_name(api),
            Self::DomainPrefix => domain_prefix(api),
            Self::ExtendedRequestId => request.mark.short.clone(),
            Self::HttpMethod => request.method.to_string(),
            Self::Path => match api.stage.as_str() {
                "$default" => request.path.raw(),
                stage => format!("/{stage}{}", request.path.raw()),
            },
            Self::Protocol => request.protocol.to_owned(),
            Self::RequestId => match api.kind {
                crate::ApiKind::Rest => request.mark.id.clone(),
                crate::ApiKind::Http => request.mark.short.clone(),
            },
            Self::RequestTime => time(request.now),
            Self::RequestTimeEpoch => request.now.as_millisecond().to_string(),
            Self::ResourcePath => route.map(|route| route.path.clone()).unwrap_or_default(),
            Self::RouteKey => route.map(Route::key).unwrap_or_default(),
            Self::SourceIp => request.peer.to_string(),
            Self::Stage => api.stage.clone(),
            Self::UserAgent => request.user_agent().unwrap_or_default(),
        }
    }
}
