//! How do people and applications sign in by OAuth 2.0 and OpenID Connect?
//!
//! A door over [`pool`]: the endpoints that applications send browsers to and fetch tokens from, and what
//! happens on the pages between. The pages themselves are in [`pages`], other providers in [`federation`].
//!
//! The forms are stateless. What an application asked for travels in the query of every page, and is
//! checked anew at each step as it was at the first, so that nothing is won by editing it; what must not be
//! seen or changed (who just proved a password) is sealed and bound to the browser. What a browser is remembered by is
//! in `cookies`, where a request is in `place`.

mod answer;
mod asked;
mod carried;
mod cookies;
mod endpoints;
mod fault;
pub mod federation;
mod looks;
pub mod pages;
mod parameters;
mod place;
mod rates;
mod steps;
mod visit;

pub use federation::{Federation, Http, Reach, Unreached};

use asked::Stop;
use bytes::Bytes;
use cookies::Jar;
use crypto::{MasterKey, SealingKey};
use endpoints::{CALLBACK, logout};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use looks::{Dress, Looks};
use names::ClientId;
use pages::{PageFault, Theme};
pub use place::Peer;
use place::Place;
use pool::{Broken, Error, Pools, Site};
use std::{collections::BTreeSet, sync::Arc};
use steps::passkey;
use visit::Visit;

/// What the door works with.
pub struct Setup {
    pub pools: Pools,
    pub federation: Federation,
    /// Where browsers reach this server. Domains of pools are below it, and cookies are as safe as its scheme
    /// allows.
    pub public_url: String,
    pub master: MasterKey,
    /// How the pages look where the API says nothing else.
    pub theme: Arc<Theme>,
    /// Public clients that may leave out PKCE, as Cognito lets all of them. A code that somebody catches on
    /// its way to one of them is good in their hands.
    pub without_pkce: BTreeSet<ClientId>,
    /// Clients of somebody else: people are asked whether they may have what they ask for.
    pub third_parties: BTreeSet<ClientId>,
    /// Whether answers are as OpenID Connect has them where Cognito's are not.
    pub is_strict: bool,
}

/// A public URL that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the public URL is not one that a browser could be at")]
pub struct BadPublicUrl;

/// The OAuth 2.0 and OpenID Connect endpoints with their pages. Cheap to clone.
#[derive(Clone)]
pub struct OAuth {
    pools: Pools,
    federation: Federation,
    site: Site,
    jar: Jar,
    looks: Looks,
    seal: SealingKey,
    without_pkce: Arc<BTreeSet<ClientId>>,
    third_parties: Arc<BTreeSet<ClientId>>,
    is_strict: bool,
}

/// The paths of the door, apart from everything below `/oauth2/` and `/assets/`.
const PATHS: [&str; 16] = [
    passkey::PATH,
    passkey::SIGN_IN,
    "/login",
    "/login/new-password",
    "/login/factor",
    "/login/account",
    "/login/consent",
    "/signup",
    "/confirm",
    "/confirmUser",
    "/resendcode",
    "/forgotPassword",
    "/confirmForgotPassword",
    "/logout",
    logout::DECIDE,
    "/error",
];

impl OAuth {
    /// The door of these pools.
    ///
    /// # Errors
    /// [`BadPublicUrl`].
    pub fn new(setup: Setup) -> Result<Self, BadPublicUrl> {
        let site = Site::parse(&setup.public_url).ok_or(BadPublicUrl)?;
        Ok(Self {
            jar: Jar { is_secure: site.is_secure() },
            site,
            pools: setup.pools,
            federation: setup.federation,
            looks: Looks::new(setup.theme),
            seal: setup.master.sealing("hosted pages"),
            without_pkce: Arc::new(setup.without_pkce),
            third_parties: Arc::new(setup.third_parties),
            is_strict: setup.is_strict,
        })
    }

    /// Whether a request is for this door: one of its paths, or anything at the domain of a pool.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn is_for(&self, path: &str, headers: &HeaderMap) -> pool::Result<bool> {
        let is_ours = PATHS.contains(&path)
            || ["/oauth2/", "/assets/"].iter().any(|folder| path.starts_with(folder));
        if is_ours {
            return Ok(true);
        }
        Ok(self.place(headers).await?.is_some_and(|place| place.pool.is_some()))
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let is_head = request.method() == Method::HEAD;
        let mut response = match self.place_of(&request).await {
            Ok(Some(place)) => self.answer_at(place, request).await,
            Ok(None) => {
                let body = serde_json::json!({ "error": "invalid_request" });
                answer::json(StatusCode::BAD_REQUEST, &body)
            }
            Err(error) => {
                tracing::error!(?error, "the domain of a request could not be looked up");
                answer::empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
        };
        if self.site.is_secure() {
            let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        let id = self.pools.random().uuid_v4();
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-amz-cognito-request-id", id);
        }
        if is_head {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    async fn answer_at(&self, place: Place, request: Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path();
        match path {
            "/oauth2/token" => return self.token(&place, &request).await,
            "/oauth2/userInfo" => return self.user_info(&place, &request).await,
            "/oauth2/revoke" => return self.revoke(&place, &request).await,
            _ if path.starts_with("/assets/") => return self.asset(&request).await,
            _ => {}
        }
        let (mut visit, read) = Visit::read(self, place, &request);
        visit.dress(self.dress(&visit).await);
        if let Err(unreadable) = read {
            return visit.error(PageFault::BadRequest, Some(unreadable.text().to_owned()));
        }
        let done = self.page(&mut visit, request.uri().path()).await;
        match done {
            Ok(response) => visit.finish(response),
            Err(stop) => visit.stop(stop),
        }
    }

    /// Answers one of the paths that a browser is at.
    async fn page(&self, visit: &mut Visit<'_>, path: &str) -> Result<Response<Bytes>, Stop> {
        if !visit.is_get && !visit.is_post {
            return Ok(answer::wrong_method("GET, POST"));
        }
        let is_post = visit.is_post;
        // An application may post its request, and a provider its answer; every other form is one of ours.
        if is_post && !path.starts_with("/oauth2/") && path != "/logout" {
            visit.check_form()?;
        }
        if let Some(asked) = rates::of_page(path, is_post) {
            self.pools.admit(asked)?;
        }
        match path {
            "/oauth2/authorize" => self.authorize(visit).await,
            _ if path.starts_with(CALLBACK) => self.provider_answered(visit).await,
            "/login" if is_post => self.sign_in(visit).await,
            "/login" => self.login(visit).await,
            "/login/new-password" if is_post => self.choose_new_password(visit).await,
            "/login/factor" if is_post => self.answer_factor(visit).await,
            // A form that was left, or a page that was loaded anew: what it was is not in its address.
            "/login/factor" => self.leave_factor(visit).await,
            passkey::SIGN_IN if is_post => self.sign_in_with_passkey(visit).await,
            passkey::SIGN_IN => self.leave_factor(visit).await,
            "/login/account" if is_post => self.choose_account(visit).await,
            "/login/account" => self.ask_for_account(visit).await,
            "/login/consent" if is_post => self.decide(visit).await,
            "/login/consent" => self.ask_for_consent(visit).await,
            "/signup" if is_post => self.sign_up(visit).await,
            "/signup" => self.ask_to_sign_up(visit).await,
            "/confirm" if is_post => self.confirm(visit).await,
            "/confirm" => self.ask_for_code(visit).await,
            "/confirmUser" if is_post => self.confirm_by_link(visit).await,
            "/confirmUser" => self.ask_to_confirm_by_link(visit).await,
            "/resendcode" if is_post => self.resend(visit).await,
            "/resendcode" => self.ask_where_to_send(visit).await,
            "/forgotPassword" if is_post => self.forget_password(visit).await,
            "/forgotPassword" => self.ask_who_forgot(visit).await,
            "/confirmForgotPassword" if is_post => self.reset_password(visit).await,
            "/confirmForgotPassword" => self.ask_for_reset(visit).await,
            passkey::PATH if is_post => self.add_passkey(visit).await,
            passkey::PATH => self.ask_for_new_passkey(visit).await,
            logout::DECIDE if is_post => self.decide_to_sign_out(visit).await,
            "/logout" => self.logout(visit).await,
            "/error" if !is_post => Ok(self.own_error(visit)),
            _ => Err(Stop::Page(PageFault::NotFound, None)),
        }
    }

    /// How the pages of the client look that a request names. They are shown in any case: as everybody's, if it names
    /// none, or if what was set for it cannot be read.
    async fn dress(&self, visit: &Visit<'_>) -> Dress {
        let client = visit.request_of_application().get("client_id");
        let Some(client) = client.and_then(|client| ClientId::parse(client).ok()) else {
            return self.looks.everybodys();
        };
        let pool = match &visit.place.pool {
            Some(pool) => Ok(pool.clone()),
            None => self.pools.client(&client).await.map(|client| client.pool.clone()),
        };
        let found = match pool {
            Ok(pool) => self.looks.of(&self.pools, &pool, &client, visit.place.generation).await,
            Err(error) => Err(error),
        };
        found.unwrap_or_else(|error| {
            if let Error::Broken(error) = error {
                tracing::error!(?error, "the looks of a page could not be read");
            }
            self.looks.everybodys()
        })
    }

    async fn asset(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path();
        let theme = match path.strip_prefix("/assets/theme/") {
            Some(file) => self.looks.with_file(&self.pools, file).await.unwrap_or_else(|error| {
                tracing::error!(?error, "the looks of a page could not be read");
                None
            }),
            None => None,
        };
        let found = match &theme {
            Some(theme) => theme.asset(path.rsplit('/').next().unwrap_or_default()),
            None => pages::asset(path),
        };
        let Some(asset) = found else { return answer::empty(StatusCode::NOT_FOUND) };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return answer::wrong_method("GET");
        }
        let mut response = Response::new(asset.body.clone());
        for (name, value) in asset.headers() {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// Why something ends that has no words of its own.
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken(broken) => Self::Broken(broken),
            Error::Refused(refusal) => {
                tracing::info!(?refusal, "a page was refused");
                Self::Page(fault::of_page(&refusal), fault::words(&refusal))
            }
        }
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}
