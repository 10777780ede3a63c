//! `/logout`: ends the session of the browser, and sends it where the application said.
//!
//! Cognito's own two forms, and a third: a library that signs out as OpenID Connect has it (RP-Initiated
//! Logout) sends `post_logout_redirect_uri`, which is taken for `logout_uri`.

use crate::{
    OAuth,
    asked::Stop,
    pages::{PageFault, SignedOut},
    parameters::{Parameters, query},
    visit::Visit,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Response, StatusCode};

impl OAuth {
    /// Signs a browser out.
    pub(crate) async fn logout(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let parameters = with_client(&visit.query);
        let caller = self.asking(&visit.place, &parameters).await?;
        let oauth = &caller.client.settings.oauth;
        let bad = |text: &str| Stop::Page(PageFault::BadRequest, Some(text.to_owned()));
        let onward = if let Some(uri) = parameters.get("logout_uri") {
            if !oauth.logout_urls.iter().any(|url| url == uri) {
                return Err(bad("Invalid logout_uri"));
            }
            Some(uri.to_owned())
        } else if let Some(uri) = parameters.get("post_logout_redirect_uri") {
            if !oauth.logout_urls.iter().any(|url| url == uri) {
                return Err(bad("Invalid post_logout_redirect_uri"));
            }
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
        } else if parameters.get("id_token_hint").is_some() {
            None
        } else {
            return Err(bad("Required String parameter 'redirect_uri' is not present"));
        };
        if let Some(id) = visit.session(&caller.pool.id).map(str::to_owned) {
            self.pools.end_browser_session(&caller.pool.id, &id).await?;
        }
        visit.clear_session(&caller.pool.id);
        match onward {
            Some(onward) => Ok(visit.go(&onward)),
            None => {
                let client = Some(caller.client.settings.name.clone());
                let page = SignedOut { client, sign_in: None };
                Ok(visit.show(StatusCode::OK, None, &page))
            }
        }
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

/// The parameters with the client that an ID token is for, where none is named. Nobody is believed by this:
/// whoever could write such a token could write the client's id as well.
fn with_client(parameters: &Parameters) -> Parameters {
    let named = parameters.get("client_id").is_some();
    let hint = parameters.get("id_token_hint").filter(|_| !named);
    let audience = hint.and_then(|hint| {
        let claims = URL_SAFE_NO_PAD.decode(hint.split('.').nth(1)?).ok()?;
        let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
        claims.get("aud")?.as_str().map(str::to_owned)
    });
    match audience {
        Some(audience) => parameters.with("client_id", audience),
        None => parameters.clone(),
    }
}
