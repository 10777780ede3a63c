//! What does an application ask for, and may it?
//!
//! Every page of a sign-in carries the application's request in its query and checks it here, from the
//! beginning: a form whose fields were edited is refused as the first request would have been.

use crate::{
    OAuth, fault,
    pages::PageFault,
    parameters::{Parameters, query},
    place::Place,
};
use names::{ClientId, Scope};
use pool::{Ask, Broken, Caller, Error, Grant, OAuthFlow, Refusal};
use std::collections::BTreeMap;

/// A request of an application that was found right.
pub(crate) struct Asked {
    /// Of the application, on behalf of a browser.
    pub caller: Caller,
    pub flow: OAuthFlow,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub challenge: Option<String>,
    pub grant: Grant,
    pub prompt: Prompt,
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    pub provider: Option<Wanted>,
    issuer: String,
    /// What of the query goes on from page to page.
    pub parameters: Parameters,
}

/// What the application wants people to be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prompt {
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
}

/// The provider that the application has chosen already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The pool itself.
    Cognito,
    Name(String),
    Identifier(String),
}

/// Why a request does not go on.
pub(crate) enum Stop {
    /// People are told: nobody knows where they could be sent.
    Page(PageFault, Option<String>),
    /// The application is told, at an address that is registered for it.
    Back(String),
    Broken(Broken),
}

/// The parameters that go on from page to page.
const ONWARD: [&str; 19] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "prompt",
    "max_age",
    "login_hint",
    "identity_provider",
    "idp_identifier",
    "lang",
    "ui_locales",
    "response_mode",
    NEXT,
    LINK,
];

/// Our own word for a link to a provider that waits for the sign-in, sealed.
const LINK: &str = "link";
/// Our own word for what somebody came for, besides signing in.
const NEXT: &str = "next";
const ADD_PASSKEY: &str = "passkey";

/// The longest values of those that are kept or sent back.
const LONGEST_STATE: usize = 4096;
const LONGEST_NONCE: usize = 1024;
const LONGEST_URL: usize = 2048;

impl OAuth {
    /// Reads a request of an application.
    pub(crate) async fn asked(
        &self,
        place: &Place,
        parameters: &Parameters,
    ) -> Result<Asked, Stop> {
        let caller = self.asking(place, parameters).await?;
        let oauth = &caller.client.settings.oauth;
        let Some(redirect_uri) = parameters.get("redirect_uri") else {
            return Err(refused("Required String parameter 'redirect_uri' is not present"));
        };
        // Exactly one of those that are registered: whatever is like one of them is somebody else's.
        if !oauth.is_enabled || !oauth.callback_urls.iter().any(|url| url == redirect_uri) {
            return Err(Stop::Page(PageFault::RedirectMismatch, Some("redirect_mismatch".into())));
        }
        let flow = match parameters.get("response_type") {
            Some("token") => OAuthFlow::Implicit,
            _ => OAuthFlow::Code,
        };
        let issuer = self.pools.issuer(&caller.pool.id)?.to_string();
        let onward = parameters
            .without(&parameters.names().filter(|name| !ONWARD.contains(name)).collect::<Vec<_>>());
        let state = parameters.get("state").map(str::to_owned);
        let mut asked = Asked {
            flow,
            redirect_uri: redirect_uri.to_owned(),
            state: state.filter(|state| state.len() <= LONGEST_STATE),
            challenge: None,
            grant: Grant { scopes: Vec::new(), nonce: None, resource: None },
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            provider: wanted(parameters),
            issuer,
            parameters: onward,
            caller,
        };
        // From here on the application is told.
        match self.read_rest(&mut asked, parameters).await {
            Ok(()) => Ok(asked),
            Err(Wrong::Told(error, description)) => Err(asked.denied(error, &description)),
            Err(Wrong::Broken(broken)) => Err(Stop::Broken(broken)),
        }
    }

    /// The caller with where it calls from, in pools that look for threats; nobody else is to be known so well. Who
    /// is barred comes no further.
    async fn seen_from(&self, place: &Place, mut caller: Caller) -> Result<Caller, Stop> {
        caller.address = place.from.address;
        if caller.pool.settings.threats.is_on() {
            caller.circumstances = place.from.clone();
            match self.pools.refuse_blocked(&caller, None).await {
                Ok(()) => {}
                Err(Error::Refused(_)) => return Err(Stop::Page(PageFault::NotAllowed, None)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(caller)
    }

    /// The client that asks, if it is one of the pool that is meant.
    pub(crate) async fn asking(
        &self,
        place: &Place,
        parameters: &Parameters,
    ) -> Result<Caller, Stop> {
        let unknown = |text: &str| Stop::Page(PageFault::UnknownClient, Some(text.to_owned()));
        let Some(client) = parameters.get("client_id") else {
            return Err(unknown("Required String parameter 'client_id' is not present"));
        };
        let Ok(client) = ClientId::parse(client) else { return Err(unknown("invalid_client")) };
        match self.pools.caller(&client, BTreeMap::new()).await {
            Ok(caller) if place.pool.as_ref().is_none_or(|pool| *pool == caller.pool.id) => {
                self.seen_from(place, caller.for_browser()).await
            }
            Ok(_) | Err(Error::Refused(Refusal::NoClient(_))) => Err(unknown("invalid_client")),
            Err(error) => Err(error.into()),
        }
    }

    async fn read_rest(&self, asked: &mut Asked, parameters: &Parameters) -> Result<(), Wrong> {
        match parameters.get("response_type") {
            None => return Err(invalid("Missing response type")),
            Some("code" | "token") => {}
            Some(_) => return Err(invalid("Invalid response type")),
        }
        if parameters.get("state").is_some_and(|state| state.len() > LONGEST_STATE) {
            return Err(invalid("The state is too long"));
        }
        let mode = parameters.get("response_mode");
        let usual = if asked.flow == OAuthFlow::Implicit { "fragment" } else { "query" };
        if mode.is_some_and(|mode| mode != usual) {
            return Err(invalid("Invalid response mode"));
        }
        if parameters.get("request").is_some() || parameters.get("request_uri").is_some() {
            return Err(Wrong::Told(
                "request_not_supported",
                "Request objects are not read".into(),
            ));
        }
        asked.caller.require_oauth(asked.flow)?;
        let scopes = scopes(parameters.get("scope"))?;
        let ask = Ask { flow: asked.flow, scopes: scopes.as_deref() };
        asked.grant.scopes = self.pools.grantable(&asked.caller, ask).await?;
        asked.challenge = self.challenge(asked, parameters)?;
        asked.grant.nonce = bounded(parameters, "nonce", LONGEST_NONCE)?;
        asked.grant.resource = match bounded(parameters, "resource", LONGEST_URL)? {
            Some(resource) if !is_resource(&resource) => {
                return Err(invalid("The resource is not an absolute URL"));
            }
            resource => resource,
        };
        asked.prompt = prompt(parameters.get("prompt"))?;
        asked.max_age = match parameters.get("max_age").map(str::parse::<i64>) {
            None => None,
            Some(Ok(seconds)) if seconds >= 0 => Some(seconds),
            Some(_) => return Err(invalid("Invalid max_age")),
        };
        asked.login_hint = bounded(parameters, "login_hint", LONGEST_URL)?;
        Ok(())
    }

    /// The challenge of PKCE. Only S256, which tells nothing of the verifier (RFC 9700, 2.1.1).
    fn challenge(&self, asked: &Asked, parameters: &Parameters) -> Result<Option<String>, Wrong> {
        let challenge = parameters.get("code_challenge");
        let method = parameters.get("code_challenge_method");
        if asked.flow == OAuthFlow::Implicit {
            return Ok(None);
        }
        match (challenge, method) {
            (None, None) => {
                let client = &asked.caller.client;
                if client.has_secret() || self.without_pkce.contains(&client.id) {
                    return Ok(None);
                }
                Err(invalid("code_challenge is required for a client without a secret"))
            }
            (Some(challenge), Some("S256")) if is_challenge(challenge) => {
                Ok(Some(challenge.to_owned()))
            }
            (Some(_), Some("S256")) => Err(invalid("Invalid code_challenge")),
            _ => Err(invalid("code_challenge_method should be S256")),
        }
    }
}

/// What the application is told.
enum Wrong {
    Told(&'static str, String),
    Broken(Broken),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken(broken) => Self::Broken(broken),
            Error::Refused(refusal) => {
                let (error, description) = fault::of_authorize(&refusal);
                Self::Told(error, description)
            }
        }
    }
}

impl Asked {
    /// The answer to the application, at the address that it asked for.
    pub fn back(&self, pairs: &[(&str, &str)]) -> String {
        let mut pairs = pairs.to_vec();
        if let Some(state) = &self.state {
            pairs.push(("state", state));
        }
        // Who answers, so that nobody else's answer is taken for ours (RFC 9207).
        pairs.push(("iss", &self.issuer));
        let answer = query(pairs);
        let uri = &self.redirect_uri;
        match self.flow {
            OAuthFlow::Implicit => format!("{uri}#{answer}"),
            _ if uri.ends_with('?') => format!("{uri}{answer}"),
            _ if uri.contains('?') => format!("{uri}&{answer}"),
            _ => format!("{uri}?{answer}"),
        }
    }

    /// An error for the application.
    pub fn denied(&self, error: &str, description: &str) -> Stop {
        Stop::Back(self.back(&[("error", error), ("error_description", description)]))
    }

    /// A path of ours with the request in its query.
    pub fn at(&self, path: &str) -> String {
        format!("{path}?{}", self.parameters.query())
    }

    /// The same, with something more in it.
    pub fn at_with(&self, path: &str, name: &str, value: &str) -> String {
        format!("{path}?{}", self.parameters.with(name, value).query())
    }

    /// The sign-in page of the pool itself, for somebody who came from a provider.
    pub fn at_login_for_link(&self, sealed: &str) -> String {
        let here = self.parameters.without(&["identity_provider", "idp_identifier"]);
        format!("/login?{}", here.with(LINK, sealed).query())
    }

    /// The link that waits for this sign-in, sealed.
    pub fn link(&self) -> Option<&str> {
        self.parameters.get(LINK)
    }

    /// The sign-in page, which leads to a new passkey.
    pub fn at_login_for_passkey(&self) -> String {
        self.at_with("/login", NEXT, ADD_PASSKEY)
    }

    /// Whether somebody signed in to add a passkey.
    pub fn is_for_passkey(&self) -> bool {
        self.parameters.get(NEXT) == Some(ADD_PASSKEY)
    }

    /// A path of ours for somebody who has just signed in, or chosen their account. It asks for neither once more.
    pub fn at_settled(&self, path: &str) -> String {
        let words = self.parameters.get("prompt").unwrap_or_default().split(' ');
        let left: Vec<&str> =
            words.filter(|word| !matches!(*word, "" | "login" | "select_account")).collect();
        let mut parameters = self.parameters.without(&["prompt", "max_age"]);
        if !left.is_empty() {
            parameters = parameters.with("prompt", left.join(" "));
        }
        format!("{path}?{}", parameters.query())
    }

    /// Back to the application, by the way that every sign-in ends.
    pub fn onward(&self) -> String {
        format!("/oauth2/authorize?{}", self.parameters.without(&[NEXT]).query())
    }

    /// Where somebody chooses whether to go on as who they are, which leads to a new passkey.
    pub fn at_account_for_passkey(&self) -> String {
        self.at_with("/login/account", NEXT, ADD_PASSKEY)
    }
}

/// Where the form of a page may lead to: the origin of a URI, or its scheme.
pub(crate) fn form_target(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return String::new();
    };
    if !matches!(scheme, "http" | "https") {
        return format!("{scheme}:");
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    format!("{scheme}://{authority}")
}

fn refused(text: &str) -> Stop {
    Stop::Page(PageFault::BadRequest, Some(text.to_owned()))
}

fn invalid(text: &str) -> Wrong {
    Wrong::Told("invalid_request", text.to_owned())
}

fn wanted(parameters: &Parameters) -> Option<Wanted> {
    match (parameters.get("identity_provider"), parameters.get("idp_identifier")) {
        (Some("COGNITO"), _) => Some(Wanted::Cognito),
        (Some(name), _) => Some(Wanted::Name(name.to_owned())),
        (None, Some(identifier)) => Some(Wanted::Identifier(identifier.to_owned())),
        (None, None) => None,
    }
}

fn scopes(text: Option<&str>) -> Result<Option<Vec<Scope>>, Wrong> {
    parse_scopes(text).map_err(|()| Wrong::Told("invalid_scope", "Invalid scope".into()))
}

/// Scopes as a request writes them, with spaces between.
pub(crate) fn parse_scopes(text: Option<&str>) -> Result<Option<Vec<Scope>>, ()> {
    let Some(text) = text else { return Ok(None) };
    let scopes: Result<Vec<Scope>, _> =
        text.split(' ').filter(|scope| !scope.is_empty()).map(Scope::parse).collect();
    match scopes {
        Ok(scopes) if scopes.is_empty() => Ok(None),
        Ok(scopes) if scopes.len() <= 200 => Ok(Some(scopes)),
        _ => Err(()),
    }
}

fn prompt(text: Option<&str>) -> Result<Prompt, Wrong> {
    let mut prompt = Prompt::default();
    for word in text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(invalid("Invalid prompt")),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(invalid("Invalid prompt"));
    }
    Ok(prompt)
}

fn bounded(
    parameters: &Parameters,
    name: &'static str,
    longest: usize,
) -> Result<Option<String>, Wrong> {
    match parameters.get(name) {
        Some(value) if value.len() > longest => Err(invalid("A parameter is too long")),
        value => Ok(value.map(str::to_owned)),
    }
}

/// A digest of 32 bytes in base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_resource(text: &str) -> bool {
    let is_uri =
        text.parse::<http::Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some());
    is_uri && !text.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_words_of_which_none_stands_alone() {
        assert!(prompt(Some("login consent")).is_ok_and(|it| it.login && it.consent && !it.none));
        assert!(prompt(Some("none login")).is_err());
        assert!(prompt(Some("create")).is_err());
        assert!(prompt(None).is_ok_and(|it| it == Prompt::default()));
    }

    #[test]
    fn a_resource_is_an_absolute_url() {
        assert!(is_resource("https://api.example.com/v1"));
        for bad in ["api", "/v1", "https://api.example.com/#x", "urn:x"] {
            assert!(!is_resource(bad), "{bad}");
        }
    }
}
