//! `/oauth2/token`: tokens for a code, for a refresh token, or for the client itself.

use crate::{
    OAuth, answer, asked::parse_scopes, fault, parameters::Parameters, place::Place, visit,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use names::{ClientId, ClientSecret, Scope, Token};
use percent_encoding::percent_decode_str;
use pool::{Caller, Error, Refusal, Tokens};
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

#[derive(Serialize)]
struct Told<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

/// The most characters of what a client hands through to functions.
const LONGEST_METADATA: usize = 4096;

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
