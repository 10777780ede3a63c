//! `/oauth2/token`: tokens for a code, for a refresh token, for the client itself, or in exchange for another.

use crate::{
    OAuth, answer, asked::parse_scopes, fault, parameters::Parameters, place::Place, rates, visit,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use names::{ClientId, ClientSecret, ResourceServerId, Scope, Token};
use percent_encoding::percent_decode_str;
use pool::{Caller, Error, Exchange, Refusal, Shown, Target, Tokens, Use};
use serde::Serialize;
use std::collections::BTreeMap;

/// Why there are no tokens.
pub(crate) enum Denied {
    /// The client is not who it says, which is not told apart from one that is not there.
    Client,
    Told {
        error: &'static str,
        description: Option<String>,
    },
    /// There were more requests than the server answers in a second, or can.
    Later(StatusCode, &'static str),
    Broken(pool::Broken),
}

#[derive(Serialize)]
struct Granted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    expires_in: i64,
    token_type: &'static str,
}

/// A token for a token (RFC 8693, 2.2.1).
#[derive(Serialize)]
struct Exchanged<'a> {
    /// Whatever it is, this is what its member is called.
    access_token: &'a str,
    issued_token_type: &'static str,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

#[derive(Serialize)]
struct Told<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

/// The most characters of what a client hands through to functions.
const LONGEST_METADATA: usize = 4096;
/// The most characters of the name of a service that a token is for.
const LONGEST_TARGET: usize = 256;

pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

impl OAuth {
    /// Answers the token endpoint.
    pub(crate) async fn token(&self, place: &Place, request: &Request<Bytes>) -> Response<Bytes> {
        match *request.method() {
            Method::POST => {}
            Method::OPTIONS => return answer::preflight("POST"),
            _ => return answer::for_any_origin(answer::wrong_method("POST, OPTIONS")),
        }
        let response = match self.grant(place, request).await {
            Ok(response) => response,
            Err(denied) => denied.answer(),
        };
        answer::for_any_origin(response)
    }

    async fn grant(
        &self,
        place: &Place,
        request: &Request<Bytes>,
    ) -> Result<Response<Bytes>, Denied> {
        let form = read(request)?;
        let Some(grant_type) = form.get("grant_type") else {
            return Err(Denied::told("invalid_request"));
        };
        if let Some(asked) = rates::of_grant(grant_type) {
            self.pools.admit(asked)?;
        }
        let mut caller = self.proven_client(place, request.headers(), &form).await?;
        // What stands in an address stands in logs.
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(Denied::told("invalid_request"));
        }
        caller.metadata = metadata(&form)?;
        match grant_type {
            "authorization_code" => self.grant_for_code(&caller, &form).await,
            "refresh_token" => self.grant_for_refresh_token(&caller, &form).await,
            "client_credentials" => self.grant_to_machine(&caller, &form).await,
            TOKEN_EXCHANGE => self.grant_for_token(&caller, &form).await,
            _ => Err(Denied::told("unsupported_grant_type")),
        }
    }

    async fn grant_for_code(
        &self,
        caller: &Caller,
        form: &Parameters,
    ) -> Result<Response<Bytes>, Denied> {
        let (Some(code), Some(redirect_uri)) = (form.get("code"), form.get("redirect_uri")) else {
            return Err(Denied::told("invalid_request"));
        };
        let verifier = form.get("code_verifier");
        let tokens = self.pools.redeem_code(caller, code, redirect_uri, verifier).await?;
        Ok(granted(&tokens))
    }

    async fn grant_for_refresh_token(
        &self,
        caller: &Caller,
        form: &Parameters,
    ) -> Result<Response<Bytes>, Denied> {
        let Some(token) = form.get("refresh_token") else {
            return Err(Denied::told("invalid_request"));
        };
        let token = Token::parse(token).map_err(|_| Denied::told("invalid_grant"))?;
        let scopes = scopes(form)?;
        let tokens = self.pools.refresh_granted(caller, &token, scopes.as_deref()).await?;
        Ok(granted(&tokens))
    }

    async fn grant_to_machine(
        &self,
        caller: &Caller,
        form: &Parameters,
    ) -> Result<Response<Bytes>, Denied> {
        // A client that has nothing to prove itself with speaks for nobody.
        if !caller.client.has_secret() {
            return Err(Denied::told("unauthorized_client"));
        }
        let scopes = scopes(form)?;
        let token = self.pools.issue_to_machine(caller, scopes.as_deref()).await?;
        Ok(answer::json(
            StatusCode::OK,
            &Granted {
                id_token: None,
                access_token: token.access.reveal(),
                refresh_token: None,
                expires_in: token.expires_in,
                token_type: "Bearer",
            },
        ))
    }

    async fn grant_for_token(
        &self,
        caller: &Caller,
        form: &Parameters,
    ) -> Result<Response<Bytes>, Denied> {
        let Some(subject) = shown(form, "subject_token", "subject_token_type")? else {
            return Err(Denied::invalid("A subject token is required."));
        };
        let exchange = Exchange {
            subject,
            actor: shown(form, "actor_token", "actor_token_type")?,
            scopes: scopes(form)?,
            target: target(form)?,
            wanted: token_type(form.get("requested_token_type").unwrap_or(ACCESS_TOKEN))?,
        };
        let derived = self.pools.derive(caller, &exchange).await.map_err(|error| match error {
            // Of a token that is not good it says so, for whatever reason (RFC 8693, 2.2.2).
            Error::Refused(Refusal::Disabled | Refusal::NoUser) => {
                Denied::invalid("The subject token is not valid.")
            }
            Error::Refused(Refusal::NoResourceServer(_)) => Denied::told("invalid_target"),
            other => other.into(),
        })?;
        let (issued_token_type, token_type) = match derived.kind {
            Use::AccessTokens => (ACCESS_TOKEN, "Bearer"),
            Use::IdTokens => (ID_TOKEN, "N_A"),
        };
        let scope = derived.scopes.map(|scopes| {
            let words: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
            words.join(" ")
        });
        Ok(answer::json(
            StatusCode::OK,
            &Exchanged {
                access_token: derived.token.reveal(),
                issued_token_type,
                token_type,
                expires_in: derived.expires_in,
                scope,
            },
        ))
    }

    /// The client that a request names, once it has proven itself in the way that it must: by its secret,
    /// in the header or in the body and not in both; one without a secret has its id to say.
    pub(crate) async fn proven_client(
        &self,
        place: &Place,
        headers: &HeaderMap,
        form: &Parameters,
    ) -> Result<Caller, Denied> {
        let basic = basic(headers)?;
        let in_body = form.get("client_secret");
        if basic.is_some() && in_body.is_some() {
            return Err(Denied::Client);
        }
        let (id, secret) = match &basic {
            Some((id, secret)) => {
                if form.get("client_id").is_some_and(|other| other != id) {
                    return Err(Denied::Client);
                }
                (id.as_str(), Some(secret.as_str()).filter(|secret| !secret.is_empty()))
            }
            None => (form.get("client_id").ok_or(Denied::Client)?, in_body),
        };
        let id = ClientId::parse(id).map_err(|_| Denied::Client)?;
        let caller = match self.pools.caller(&id, BTreeMap::new()).await {
            Err(Error::Refused(Refusal::NoClient(_))) => return Err(Denied::Client),
            found => found?,
        };
        if place.pool.as_ref().is_some_and(|pool| *pool != caller.pool.id) {
            return Err(Denied::Client);
        }
        let secret = secret.map(ClientSecret::parse).transpose().map_err(|_| Denied::Client)?;
        match self.pools.check_client_secret(&caller.client, secret.as_ref()) {
            Ok(()) => Ok(caller),
            Err(Error::Refused(_)) => Err(Denied::Client),
            Err(error) => Err(error.into()),
        }
    }
}

impl Denied {
    pub(crate) fn told(error: &'static str) -> Self {
        Self::Told { error, description: None }
    }

    fn invalid(description: &str) -> Self {
        Self::Told { error: "invalid_request", description: Some(description.to_owned()) }
    }

    pub(crate) fn answer(self) -> Response<Bytes> {
        match self {
            Self::Client => {
                let body = Told { error: "invalid_client", error_description: None };
                let mut response = answer::json(StatusCode::UNAUTHORIZED, &body);
                let scheme = HeaderValue::from_static("Basic realm=\"token\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
                response
            }
            Self::Told { error, description } => {
                let body = Told { error, error_description: description.as_deref() };
                answer::json(StatusCode::BAD_REQUEST, &body)
            }
            Self::Later(status, description) => answer::later(status, description),
            Self::Broken(broken) => {
                tracing::error!(error = ?broken, "an endpoint is broken");
                let body = Told { error: "server_error", error_description: None };
                answer::json(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
        }
    }
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken(broken) => Self::Broken(broken),
            Error::Refused(Refusal::RateExceeded) => {
                Self::Later(StatusCode::TOO_MANY_REQUESTS, "Rate exceeded")
            }
            Error::Refused(Refusal::Busy | Refusal::Contended) => {
                Self::Later(StatusCode::SERVICE_UNAVAILABLE, "Too many requests")
            }
            Error::Refused(refusal) => {
                let (error, description) = fault::of_token(&refusal);
                if error == "invalid_client" {
                    Self::Client
                } else {
                    Self::Told { error, description }
                }
            }
        }
    }
}

/// The form of a request. Nothing else is read.
pub(crate) fn read(request: &Request<Bytes>) -> Result<Parameters, Denied> {
    visit::form(request.headers(), request.body()).map_err(|unreadable| Denied::Told {
        error: "invalid_request",
        description: Some(unreadable.text().to_owned()),
    })
}

fn granted(tokens: &Tokens) -> Response<Bytes> {
    answer::json(
        StatusCode::OK,
        &Granted {
            id_token: tokens.id.as_ref().map(Token::reveal),
            access_token: tokens.access.reveal(),
            refresh_token: tokens.refresh.as_ref().map(Token::reveal),
            expires_in: tokens.expires_in,
            token_type: "Bearer",
        },
    )
}

/// The id and the secret of an `Authorization: Basic` header. Libraries that keep to the letter of RFC 6749
/// percent-encode both; a plus is a plus, since it may stand in a secret.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Denied> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().map_err(|_| Denied::Client)?,
        (Some(_), Some(_)) => return Err(Denied::Client),
    };
    let Some((scheme, credentials)) = value.split_once(' ') else { return Err(Denied::Client) };
    if !scheme.eq_ignore_ascii_case("basic") || credentials.len() > 1024 {
        return Err(Denied::Client);
    }
    let decoded = STANDARD.decode(credentials.trim()).map_err(|_| Denied::Client)?;
    let decoded = String::from_utf8(decoded).map_err(|_| Denied::Client)?;
    let (id, secret) = decoded.split_once(':').ok_or(Denied::Client)?;
    let plain = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(std::borrow::Cow::into_owned).map_err(|_| Denied::Client)
    };
    Ok(Some((plain(id)?, plain(secret)?)))
}

/// A token in the form, and what it is said to be.
fn shown(form: &Parameters, name: &str, type_name: &str) -> Result<Option<Shown>, Denied> {
    let (token, kind) = match (form.get(name), form.get(type_name)) {
        (None, None) => return Ok(None),
        (Some(token), Some(kind)) => (token, token_type(kind)?),
        _ => return Err(Denied::invalid("A token and its type come together.")),
    };
    let token = Token::parse(token).map_err(|_| Denied::invalid("A token is not valid."))?;
    Ok(Some(Shown { token, kind }))
}

fn token_type(text: &str) -> Result<Use, Denied> {
    match text {
        ACCESS_TOKEN => Ok(Use::AccessTokens),
        ID_TOKEN => Ok(Use::IdTokens),
        _ => Err(Denied::invalid("Tokens of this type are not exchanged.")),
    }
}

/// The service that an exchanged token is for.
fn target(form: &Parameters) -> Result<Option<Target>, Denied> {
    match (form.get("audience"), form.get("resource")) {
        (None, None) => Ok(None),
        (Some(name), None) if is_target(name) => Ok(Some(Target::Audience(name.to_owned()))),
        (None, Some(server)) => match ResourceServerId::parse(server) {
            Ok(server) => Ok(Some(Target::Resource(server))),
            Err(_) => Err(Denied::told("invalid_target")),
        },
        (Some(_), None) => Err(Denied::told("invalid_target")),
        (Some(_), Some(_)) => {
            Err(Denied::invalid("An audience and a resource cannot be requested together."))
        }
    }
}

/// The characters that the API takes too.
fn is_target(name: &str) -> bool {
    name.len() <= LONGEST_TARGET
        && name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

fn scopes(form: &Parameters) -> Result<Option<Vec<Scope>>, Denied> {
    parse_scopes(form.get("scope")).map_err(|()| Denied::told("invalid_scope"))
}

/// What the client wants functions to hear: a JSON object of texts.
fn metadata(form: &Parameters) -> Result<BTreeMap<String, String>, Denied> {
    let Some(text) = form.get("aws_client_metadata") else { return Ok(BTreeMap::new()) };
    let malformed = || Denied::told("invalid_request");
    if text.len() > LONGEST_METADATA {
        return Err(malformed());
    }
    serde_json::from_str(text).map_err(|_| malformed())
}
