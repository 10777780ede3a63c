//! `/logout`: ends the session of the browser, and sends it where the application said.
//!
//! Cognito's own two forms, `logout_uri` and `redirect_uri`, and that of
//! [RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html). An ID token that is sent along has
//! to be one of ours for the client; how old it is does not matter. Where the server keeps strictly to OpenID Connect,
//! people are asked before they are signed out by somebody who does not show their token, and need not say who sent them
//! where it is known of which pool they are.

use crate::{
    OAuth,
    asked::Stop,
    carried::Carried,
    pages::{AskSignOut, PageFault, SignedOut},
    parameters::{Parameters, query},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::{Token, UserPoolId};
use pool::{Client, Error, IdTokenHint};

/// Where people say that they want to be signed out.
pub(crate) const DECIDE: &str = "/logout/decide";

impl OAuth {
    /// Signs a browser out.
    pub(crate) async fn logout(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let parameters = if visit.is_post { visit.form.clone() } else { visit.query.clone() };
        let hint = self.hint(&parameters).await?;
        let parameters = with_client(parameters, hint.as_ref());
        if self.is_strict
            && let Some(pool) = visit.only_pool().filter(|_| names_nobody(&parameters))
        {
            return self.sign_out_of(visit, &pool).await;
        }
        let caller = self.asking(&visit.place, &parameters).await?;
        if hint.as_ref().is_some_and(|hint| hint.client != caller.client.id) {
            return Err(bad("The id_token_hint is not of this client"));
        }
        let oauth = &caller.client.settings.oauth;
        let is_registered = |uri: &str| oauth.logout_urls.iter().any(|url| url == uri);
        let mut is_cognitos = true;
        let onward = if let Some(uri) = parameters.get("logout_uri") {
            if !is_registered(uri) {
                return Err(bad("Invalid logout_uri"));
            }
            Some(uri.to_owned())
        } else if let Some(uri) = parameters.get("post_logout_redirect_uri") {
            if !is_registered(uri) {
                return Err(bad("Invalid post_logout_redirect_uri"));
            }
            is_cognitos = false;
            Some(match parameters.get("state") {
                Some(state) => {
                    let separator = if uri.contains('?') { '&' } else { '?' };
                    format!("{uri}{separator}{}", query([("state", state)]))
                }
                None => uri.to_owned(),
            })
        } else if parameters.get("redirect_uri").is_some() {
            // The same check as at a sign-in, which is what comes next.
            Some(self.asked(&visit.place, &parameters).await?.at("/login"))
        } else if hint.is_some() || self.is_strict {
            is_cognitos = false;
            None
        } else {
            return Err(bad("Required String parameter 'redirect_uri' is not present"));
        };
        let (pool, client) = (&caller.pool.id, &caller.client);
        if self.is_strict && !is_cognitos && self.is_unexpected(visit, pool, hint).await? {
            let here = format!("{DECIDE}?{}", query([("client_id", client.id.as_str())]));
            return self.ask_to_sign_out(visit, client.id.as_str(), here, onward);
        }
        self.sign_out(visit, pool, Some(client), onward).await
    }

    /// Signs somebody out where nobody says why they were sent there.
    async fn sign_out_of(
        &self,
        visit: &mut Visit<'_>,
        pool: &UserPoolId,
    ) -> Result<Response<Bytes>, Stop> {
        if self.is_unexpected(visit, pool, None).await? {
            return self.ask_to_sign_out(visit, pool.as_str(), DECIDE.to_owned(), None);
        }
        self.sign_out(visit, pool, None, None).await
    }

    /// Asks whether somebody wants to be signed out. The answer is good at this browser, for this client or pool.
    fn ask_to_sign_out(
        &self,
        visit: &mut Visit<'_>,
        holder: &str,
        here: String,
        onward: Option<String>,
    ) -> Result<Response<Bytes>, Stop> {
        let step = self.carry_for(visit, holder, Carried::SignOut { onward: onward.clone() })?;
        let page = AskSignOut { form: visit.form_with_step(here, step) };
        Ok(visit.show_before(StatusCode::OK, onward.as_deref(), &page))
    }

    /// Signs somebody out who was asked.
    pub(crate) async fn decide_to_sign_out(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let gone = || Stop::Page(PageFault::SessionExpired, None);
        if let Some(pool) = visit.only_pool().filter(|_| names_nobody(&visit.query)) {
            return match self.carried_for(visit, pool.as_str()) {
                Some(Carried::SignOut { .. }) => self.sign_out(visit, &pool, None, None).await,
                _ => Err(gone()),
            };
        }
        let caller = self.asking(&visit.place, &visit.query.clone()).await?;
        match self.carried(visit, &caller) {
            Some(Carried::SignOut { onward }) => {
                self.sign_out(visit, &caller.pool.id, Some(&caller.client), onward).await
            }
            _ => Err(gone()),
        }
    }

    async fn sign_out(
        &self,
        visit: &mut Visit<'_>,
        pool: &UserPoolId,
        client: Option<&Client>,
        onward: Option<String>,
    ) -> Result<Response<Bytes>, Stop> {
        if let Some(id) = visit.session(pool).map(str::to_owned) {
            self.pools.end_browser_session(pool, &id).await?;
        }
        visit.clear_session(pool);
        match onward {
            Some(onward) => Ok(visit.leave(&onward)),
            None => {
                let client = client.map(|client| client.settings.name.clone());
                let page = SignedOut { client, sign_in: None };
                Ok(visit.show(StatusCode::OK, None, &page))
            }
        }
    }

    /// The ID token that is shown, if it is one of ours.
    async fn hint(&self, parameters: &Parameters) -> Result<Option<IdTokenHint>, Stop> {
        let Some(text) = parameters.get("id_token_hint") else { return Ok(None) };
        let wrong = || bad("Invalid id_token_hint");
        let token = Token::parse(text).map_err(|_| wrong())?;
        match self.pools.id_token_hint(&token).await {
            Ok(hint) => Ok(Some(hint)),
            Err(Error::Refused(_)) => Err(wrong()),
            Err(broken) => Err(broken.into()),
        }
    }

    /// Whether somebody is signed in at this browser who is not the one that the token is about.
    async fn is_unexpected(
        &self,
        visit: &Visit<'_>,
        pool: &UserPoolId,
        hint: Option<IdTokenHint>,
    ) -> Result<bool, Stop> {
        let Some(id) = visit.session(pool) else { return Ok(false) };
        let Some(who) = self.pools.signed_in_at(pool, id).await? else { return Ok(false) };
        Ok(hint.is_none_or(|hint| hint.sub != who.user.sub))
    }

    /// The page that other pages, and libraries, send a browser to when something went wrong.
    pub(crate) fn own_error(&self, visit: &mut Visit<'_>) -> Response<Bytes> {
        let error = visit.query.get("error").unwrap_or_default();
        let fault = match error {
            "redirect_mismatch" => PageFault::RedirectMismatch,
            "invalid_client" => PageFault::UnknownClient,
            _ => PageFault::BadRequest,
        };
        // What else is said there may have been said by anybody.
        visit.error(fault, None)
    }
}

/// The parameters with the client that an ID token is for, where none is named.
fn with_client(parameters: Parameters, hint: Option<&IdTokenHint>) -> Parameters {
    match hint.filter(|_| parameters.get("client_id").is_none()) {
        Some(hint) => parameters.with("client_id", hint.client.as_str()),
        None => parameters,
    }
}

/// Whether neither a client is named nor anywhere to go. Where somebody wants to go is looked up with their client.
fn names_nobody(parameters: &Parameters) -> bool {
    ["client_id", "logout_uri", "redirect_uri", "post_logout_redirect_uri"]
        .iter()
        .all(|name| parameters.get(name).is_none())
}

fn bad(text: &str) -> Stop {
    Stop::Page(PageFault::BadRequest, Some(text.to_owned()))
}
