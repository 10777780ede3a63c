//! `/oauth2/revoke`: ends the session of a refresh token.

use super::token::{Denied, read};
use crate::{OAuth, answer, place::Place};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use names::Token;
use pool::{Asked, Category, Error, Refusal};

impl OAuth {
    /// Answers the revocation endpoint.
    pub(crate) async fn revoke(&self, place: &Place, request: &Request<Bytes>) -> Response<Bytes> {
        match *request.method() {
            Method::POST => {}
            Method::OPTIONS => return answer::preflight("POST"),
            _ => return answer::for_any_origin(answer::wrong_method("POST, OPTIONS")),
        }
        let response = match self.end_session_of(place, request).await {
            Ok(()) => answer::empty(StatusCode::OK),
            Err(denied) => denied.answer(),
        };
        answer::for_any_origin(response)
    }

    async fn end_session_of(&self, place: &Place, request: &Request<Bytes>) -> Result<(), Denied> {
        self.pools.admit(Asked::Of(Category::UserToken))?;
        let form = read(request)?;
        let caller = self.proven_client(place, request.headers(), &form).await?;
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(Denied::told("invalid_request"));
        }
        let Some(token) = form.get("token") else { return Err(Denied::told("invalid_request")) };
        // What is no token was never one of ours, and has ended all the same (RFC 7009, 2.2).
        let Ok(token) = Token::parse(token) else { return Ok(()) };
        match self.pools.revoke(&caller.client, &token).await {
            Err(Error::Refused(Refusal::NotARefreshToken)) => {
                Err(Denied::told("unsupported_token_type"))
            }
            Err(Error::Refused(Refusal::RevocationDisabled)) => {
                Err(Denied::told("invalid_request"))
            }
            done => Ok(done?),
        }
    }
}
