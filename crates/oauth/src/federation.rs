//! How does somebody sign in with another provider?
//!
//! We are the client of an OpenID Connect provider here: the browser is sent to it with [`Federation::begin`]
//! and comes back to [`Federation::finish`], which believes the provider about one thing, who the person is
//! there, and leaves it to the pool who they are here.
//!
//! What keeps an answer from being somebody else's: the state is sealed, good once, for ten minutes, in the
//! browser that it was made for; the code is bound to it by a verifier (RFC 7636) that never leaves this
//! server; the ID token carries its nonce; and where a provider says in its answer whose it is, it must be
//! the one that was asked (RFC 9207).

mod discovery;
mod http;
mod id_token;
mod reach;
mod state;

pub use self::{
    http::{Http, LONGEST_BODY, Unreached},
    reach::{Reach, Target, is_local_name},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use crypto::SealingKey;
use discovery::{Endpoints, Proof, Undiscovered};
use http::Unusable;
use id_token::{Expected, Key, Unbelieved};
use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use names::{ClientId, UserPoolId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pool::{
    Broken, Caller, Circumstances, Error, Federated, FederatedAttributes, IdentityProvider, Pools,
    ProviderKind, Refusal,
};
use serde_json::{Map, Value};
use state::Waiting;
use std::sync::Arc;
use store::{Commit, Kept, Refused};
use tokio::sync::Mutex;

/// The longest text that travels to a provider and back for the caller.
const LONGEST_CARRY: usize = 4096;
/// The longest code that a provider may give.
const LONGEST_CODE: usize = 4096;
/// The longest description of an error that goes on to an app.
const LONGEST_DESCRIPTION: usize = 400;
/// How long a discovery document is good for.
const DOCUMENT_LIFE: SignedDuration = SignedDuration::from_mins(60);
/// How long keys are good for.
const KEYS_LIFE: SignedDuration = SignedDuration::from_mins(60);
/// How long a provider is left alone after it was asked: for keys that it did not have, or in vain.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// How many providers are remembered.
const REMEMBERED: u64 = 1000;

/// Signs people in with the providers of a pool. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    pools: Pools,
    http: Arc<dyn Http>,
    seal: SealingKey,
    documents: Cache<String, Remembered<Endpoints>>,
    keys: Cache<String, Remembered<Vec<Key>>>,
}

/// What was fetched last from one address. The lock is held while it is fetched, so that a crowd asks once.
type Remembered<T> = Arc<Mutex<Option<Fetched<T>>>>;

struct Fetched<T> {
    at: Timestamp,
    /// `None`: it was asked for in vain.
    found: Option<Arc<T>>,
}

/// The provider that a browser asks for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    Name(&'a str),
    Identifier(&'a str),
}

/// A provider that a client may send people to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub kind: ProviderKind,
}

/// How a browser is sent to a provider.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    /// Where it comes back to: an absolute URL of ours, from configuration.
    pub callback_url: &'a str,
    /// What is in a cookie that only this browser has.
    pub browser: &'a str,
    /// What the caller wants back, sealed on the way.
    pub carry: &'a str,
    /// Who the person says they are.
    pub login_hint: Option<&'a str>,
}

/// What a browser comes back with.
#[derive(Clone, Copy)]
pub struct Callback<'a> {
    /// Where it came back to.
    pub callback_url: &'a str,
    pub browser: Option<&'a str>,
    pub code: Option<&'a str>,
    pub state: Option<&'a str>,
    pub iss: Option<&'a str>,
    pub error: Option<&'a str>,
    pub error_description: Option<&'a str>,
}

/// A browser that came back from where it was sent.
#[derive(Debug)]
pub struct Arrival {
    pub client: ClientId,
    pub provider: String,
    pub carry: String,
    /// Joins the log lines and tokens of one sign-in.
    pub event_id: String,
    pub outcome: Result<Federated, Denied>,
}

/// A sign-in that did not happen, in words for the redirect to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    pub error: &'static str,
    pub description: String,
}

/// A browser that came back with something that was not made for it, now, here. Nobody is redirected
/// anywhere with it.
#[derive(Debug)]
pub enum Lost {
    State,
    Broken(Broken),
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(_) => Self::State,
            Error::Broken(broken) => Self::Broken(broken),
        }
    }
}

/// Why somebody whom a provider sent back is not signed in. The log reads it in full.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Undiscovered(#[from] Undiscovered),
    #[error("the token endpoint: {0}")]
    Token(Unusable),
    #[error("the token endpoint's answer lacks {0}")]
    Lacks(&'static str),
    #[error("the key set: {0}")]
    Keys(Unusable),
    #[error("the ID token: {0}")]
    IdToken(#[from] Unbelieved),
    #[error("the user info endpoint: {0}")]
    UserInfo(Unusable),
    #[error("the user info is somebody else's")]
    OtherUser,
    #[error("asked in vain a moment ago")]
    InVain,
}

impl Denied {
    fn new(error: &'static str, description: impl AsRef<str>) -> Self {
        Self { error, description: presentable(description.as_ref()) }
    }

    /// What a refusal of the pool is to an app.
    fn of(error: Error) -> Self {
        let refusal = match error {
            Error::Refused(refusal) => refusal,
            Error::Broken(broken) => {
                tracing::error!(%broken, "a federated sign-in broke");
                return Self::new("server_error", "The sign-in could not be completed.");
            }
        };
        match refusal {
            Refusal::Invalid(text) | Refusal::TooMany(text) | Refusal::NotAllowed(text) => {
                Self::new("invalid_request", text)
            }
            Refusal::Disabled => Self::new("invalid_request", "User is disabled."),
            Refusal::Blocked => {
                Self::new("invalid_request", "Unable to login because of security reasons")
            }
            Refusal::NotConfirmed => Self::new("invalid_request", "User is not confirmed."),
            Refusal::AliasExists(_) => Self::new(
                "invalid_request",
                "An attribute of the provider is already one of another user.",
            ),
            Refusal::TriggerThrew { trigger, message } => {
                Self::new("invalid_request", format!("{trigger} failed with error {message}."))
            }
            Refusal::TriggerUnreachable { trigger, reason } => Self::new(
                "invalid_request",
                format!("{trigger} invocation failed due to error {reason}."),
            ),
            Refusal::TriggerAnswer { reason, .. } => Self::new("invalid_request", reason),
            Refusal::Busy | Refusal::Contended => {
                Self::new("temporarily_unavailable", "Too many requests")
            }
            other => {
                tracing::warn!(refusal = ?other, "a federated sign-in was refused");
                Self::new("invalid_request", "The sign-in was refused.")
            }
        }
    }
}

impl Federation {
    /// Sign-ins over this port; states are sealed with a key of their own.
    #[must_use]
    pub fn new(pools: Pools, http: Arc<dyn Http>, seal: SealingKey) -> Self {
        let (documents, keys) = (Cache::new(REMEMBERED), Cache::new(REMEMBERED));
        Self { pools, http, seal, documents, keys }
    }

    /// The provider that a browser asks for, if its client may send people there.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn provider(
        &self,
        caller: &Caller,
        wanted: Wanted<'_>,
    ) -> Result<Kept<IdentityProvider>, Denied> {
        let pool = &caller.pool.id;
        let found = match wanted {
            Wanted::Name(name) => self.pools.identity_provider(pool, name).await,
            Wanted::Identifier(text) => self.pools.identity_provider_by(pool, text).await,
        };
        let unknown = || Denied::new("invalid_request", "Unknown identity provider.");
        let provider = found.map_err(|error| match error {
            Error::Refused(_) => unknown(),
            broken @ Error::Broken(_) => Denied::of(broken),
        })?;
        if may_use(caller, &provider) { Ok(provider) } else { Err(unknown()) }
    }

    /// The providers that a client may send people to, in the order of the client's owner. Those that could
    /// only refuse are not among them.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn choices(&self, caller: &Caller) -> pool::Result<Vec<Choice>> {
        let mut choices = Vec::new();
        for name in &caller.client.settings.oauth.identity_providers {
            let found = self.pools.find_identity_provider(&caller.pool.id, name).await?;
            let served = found.filter(|provider| is_served(provider.kind));
            choices.extend(served.map(|it| Choice { name: it.name.clone(), kind: it.kind }));
        }
        Ok(choices)
    }

    /// Where a browser is sent to sign in at a provider.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn begin(
        &self,
        caller: &Caller,
        provider: &IdentityProvider,
        begin: Begin<'_>,
    ) -> Result<String, Denied> {
        let Begin { callback_url, browser, carry, login_hint } = begin;
        if !may_use(caller, provider) {
            return Err(Denied::new("invalid_request", "Unknown identity provider."));
        }
        if !is_served(provider.kind) {
            let text = format!(
                "Sign-in with a provider of the type {} is not supported.",
                provider.kind.as_str()
            );
            return Err(Denied::new("invalid_request", text));
        }
        if carry.len() > LONGEST_CARRY {
            return Err(Denied::new("invalid_request", "The request is too long."));
        }
        let endpoints =
            self.endpoints(provider).await.map_err(|failed| denied(provider, &failed))?;
        let random = self.pools.random();
        let waiting = Waiting {
            id: random.uuid_v4(),
            pool: provider.pool.clone(),
            client: caller.client.id.clone(),
            provider: provider.name.clone(),
            generation: provider.generation.clone(),
            callback_url: callback_url.to_owned(),
            browser: state::browser(browser),
            nonce: URL_SAFE_NO_PAD.encode(random.bytes::<32>()),
            verifier: URL_SAFE_NO_PAD.encode(random.bytes::<32>()),
            event_id: caller.event_id.clone(),
            ends_at: self.pools.now() + state::LIFE,
            carry: carry.to_owned(),
        };
        let sealed = waiting.seal(&self.seal, random);
        let sealed = sealed
            .ok_or_else(|| Denied::of(Error::internal("a federation state does not serialise")))?;
        let challenge = URL_SAFE_NO_PAD.encode(crypto::sha256(waiting.verifier.as_bytes()));
        let client_id = provider.detail("client_id").unwrap_or_default();
        let scopes = provider.detail("authorize_scopes").unwrap_or("openid");
        let mut fields = vec![
            ("client_id", client_id),
            ("redirect_uri", callback_url),
            ("scope", scopes),
            ("response_type", "code"),
            ("state", sealed.as_str()),
            ("nonce", waiting.nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        fields.extend(login_hint.map(|hint| ("login_hint", hint)));
        let joint = if endpoints.authorization.contains('?') { '&' } else { '?' };
        Ok(format!("{}{joint}{}", endpoints.authorization, form(&fields)))
    }

    /// Takes a browser back from a provider, and signs its person in.
    ///
    /// # Errors
    /// [`Lost`] for a browser that was not sent there from here.
    pub async fn finish(
        &self,
        pool: &UserPoolId,
        from: &Arc<Circumstances>,
        callback: Callback<'_>,
    ) -> Result<Arrival, Lost> {
        let sealed = callback.state.ok_or(Lost::State)?;
        let waiting = Waiting::open(&self.seal, pool, sealed).map_err(|_| Lost::State)?;
        let browser = callback.browser.map(state::browser).ok_or(Lost::State)?;
        let is_for_here = crypto::equal(browser.as_bytes(), waiting.browser.as_bytes())
            && waiting.callback_url == callback.callback_url
            && self.pools.now() < waiting.ends_at;
        if !is_for_here {
            return Err(Lost::State);
        }
        let found = self.pools.find_identity_provider(pool, &waiting.provider).await?;
        let provider = found
            .filter(|provider| provider.generation == waiting.generation)
            .ok_or(Lost::State)?;
        if let (Some(named), Ok(issuer)) = (callback.iss, discovery::issuer(&provider))
            && named != issuer
        {
            return Err(Lost::State);
        }
        let caller = self.pools.caller_of(pool, &waiting.client, Default::default()).await?;
        let event_id = waiting.event_id.clone();
        let mut caller = Caller { event_id, address: from.address, ..caller };
        // Nobody is to be known so well where nobody looks for threats.
        if caller.pool.settings.threats.is_on() {
            caller.circumstances = from.clone();
        }
        // Before anything is done with it: whatever comes of it, it does not come back.
        self.take_once(&waiting).await?;

        let outcome = if may_use(&caller, &provider) {
            self.arrive(&caller, &provider, &waiting, callback).await
        } else {
            Err(Denied::new("invalid_request", "Unknown identity provider."))
        };
        let Waiting { client, provider, carry, event_id, .. } = waiting;
        Ok(Arrival { client, provider, carry, event_id, outcome })
    }

    async fn take_once(&self, waiting: &Waiting) -> Result<(), Lost> {
        let mut commit = Commit::new();
        commit.create(&waiting.returned());
        match self.pools.records().commit(commit, self.pools.now()).await {
            Ok(()) => Ok(()),
            Err(Refused::Conflict(_)) => Err(Lost::State),
            Err(Refused::Broken(broken)) => Err(Lost::Broken(broken.into())),
        }
    }

    async fn arrive(
        &self,
        caller: &Caller,
        provider: &IdentityProvider,
        waiting: &Waiting,
        callback: Callback<'_>,
    ) -> Result<Federated, Denied> {
        self.pools.refuse_blocked(caller, None).await.map_err(Denied::of)?;
        if let Some(error) = callback.error {
            return Err(refused_by(provider, error, callback.error_description));
        }
        let code = callback.code.filter(|code| !code.is_empty() && code.len() <= LONGEST_CODE);
        let Some(code) = code else {
            let text = format!("{} Error - no code", provider.name);
            return Err(Denied::new("invalid_request", text));
        };
        let endpoints =
            self.endpoints(provider).await.map_err(|failed| denied(provider, &failed))?;
        if endpoints.names_issuer && callback.iss.is_none() {
            let text = format!("{} Error - the answer names no issuer", provider.name);
            return Err(Denied::new("invalid_request", text));
        }
        let secret = self.pools.provider_secret(provider, "client_secret").map_err(Denied::of)?;
        let exchange = Exchange {
            endpoints: &endpoints,
            client_id: provider.detail("client_id").unwrap_or_default(),
            secret: secret.as_ref().map(pool::ProviderSecret::reveal),
            waiting,
        };
        let said = self.ask(provider, &exchange, code).await;
        let (subject, said) = said.map_err(|failed| denied(provider, &failed))?;
        let signed_in = self.pools.sign_in_federated(caller, provider, &subject, said).await;
        signed_in.map_err(Denied::of)
    }

    /// Exchanges the code, and asks the provider about the person.
    async fn ask(
        &self,
        provider: &IdentityProvider,
        exchange: &Exchange<'_>,
        code: &str,
    ) -> Result<(String, FederatedAttributes), Failed> {
        let http = &*self.http;
        let answer = exchange.send(http, code).await.map_err(Failed::Token)?;
        let text = |name: &'static str| answer.get(name).and_then(Value::as_str);
        let id_token = text("id_token").ok_or(Failed::Lacks("id_token"))?;
        let claims = self.believe(exchange, id_token).await?;

        let user_info = match (&exchange.endpoints.user_info, text("access_token")) {
            (Some(url), Some(token)) => {
                let is_post = provider
                    .detail("attributes_request_method")
                    .is_some_and(|method| method.eq_ignore_ascii_case("POST"));
                let info = http::get_with_token(http, url, is_post, token).await;
                let info = info.map_err(Failed::UserInfo)?;
                // OpenID Connect Core, 5.3.2: of another subject it must not be used.
                if info.get("sub").and_then(Value::as_str) != Some(claims.subject.as_str()) {
                    return Err(Failed::OtherUser);
                }
                Some(info)
            }
            _ => None,
        };
        let said = FederatedAttributes {
            id_token: Some(claims.all),
            user_info,
            token_response: Some(answer),
            saml_response: None,
        };
        Ok((claims.subject, said))
    }

    /// Believes an ID token by the provider's keys, which are asked for again if it names one that is new.
    async fn believe(
        &self,
        exchange: &Exchange<'_>,
        id_token: &str,
    ) -> Result<id_token::Claims, Failed> {
        let Exchange { endpoints, client_id, waiting, .. } = exchange;
        let expected = Expected {
            issuer: &endpoints.issuer,
            client_id,
            nonce: &waiting.nonce,
            now: self.pools.now(),
        };
        let keys = self.keys(&endpoints.keys, KEYS_LIFE).await?;
        match id_token::verify(id_token, &keys, &expected) {
            Err(Unbelieved::UnknownKey) => {
                let keys = self.keys(&endpoints.keys, PAUSE).await?;
                Ok(id_token::verify(id_token, &keys, &expected)?)
            }
            outcome => Ok(outcome?),
        }
    }

    async fn endpoints(&self, provider: &IdentityProvider) -> Result<Arc<Endpoints>, Failed> {
        if let Some(endpoints) = discovery::written_down(provider)? {
            return Ok(Arc::new(endpoints));
        }
        let issuer = discovery::issuer(provider)?;
        let remembered = self.documents.get_with_by_ref(issuer, Arc::default);
        let fetch = || async { Ok(discovery::discover(&*self.http, issuer).await?) };
        remember(&remembered, self.pools.now(), DOCUMENT_LIFE, fetch).await
    }

    async fn keys(&self, url: &str, life: SignedDuration) -> Result<Arc<Vec<Key>>, Failed> {
        let remembered = self.keys.get_with_by_ref(url, Arc::default);
        let fetch = || async {
            let set = http::get(&*self.http, url).await.map_err(Failed::Keys)?;
            Ok(id_token::keys(&set))
        };
        remember(&remembered, self.pools.now(), life, fetch).await
    }
}

/// What was fetched within its life, or what is fetched now. Who was asked in vain is left alone for a while.
async fn remember<T>(
    remembered: &Remembered<T>,
    now: Timestamp,
    life: SignedDuration,
    fetch: impl AsyncFnOnce() -> Result<T, Failed>,
) -> Result<Arc<T>, Failed> {
    let mut last = remembered.lock().await;
    if let Some(Fetched { at, found }) = &*last {
        let age = now.duration_since(*at);
        match found {
            Some(found) if age < life => return Ok(found.clone()),
            None if age < PAUSE => return Err(Failed::InVain),
            _ => {}
        }
    }
    let fetched = fetch().await;
    let (found, outcome) = match fetched {
        Ok(found) => {
            let found = Arc::new(found);
            (Some(found.clone()), Ok(found))
        }
        Err(failed) => (None, Err(failed)),
    };
    *last = Some(Fetched { at: now, found });
    outcome
}

/// A code on its way to the token endpoint.
struct Exchange<'a> {
    endpoints: &'a Endpoints,
    client_id: &'a str,
    secret: Option<&'a str>,
    waiting: &'a Waiting,
}

impl Exchange<'_> {
    async fn send(&self, http: &dyn Http, code: &str) -> Result<Map<String, Value>, Unusable> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.waiting.callback_url.as_str()),
            ("code_verifier", self.waiting.verifier.as_str()),
        ];
        let authorization = match (self.secret, self.endpoints.proof) {
            (Some(secret), Proof::SecretInHeader) => {
                let plain = format!("{}:{}", encoded(self.client_id), encoded(secret));
                Some(format!("Basic {}", STANDARD.encode(plain)))
            }
            (Some(secret), Proof::SecretInBody) => {
                fields.push(("client_id", self.client_id));
                fields.push(("client_secret", secret));
                None
            }
            (None, _) => {
                fields.push(("client_id", self.client_id));
                None
            }
        };
        http::post(http, &self.endpoints.token, authorization.as_deref(), &fields).await
    }
}

/// Whether the client's owner lets it send people there.
fn may_use(caller: &Caller, provider: &IdentityProvider) -> bool {
    caller.pool.id == provider.pool
        && caller.client.settings.oauth.identity_providers.contains(&provider.name)
}

/// Whether we speak what the provider speaks.
fn is_served(kind: ProviderKind) -> bool {
    match kind {
        ProviderKind::Oidc | ProviderKind::Google => true,
        ProviderKind::Saml
        | ProviderKind::Facebook
        | ProviderKind::LoginWithAmazon
        | ProviderKind::SignInWithApple => false,
    }
}

/// What an app is told when a provider is not to be believed or reached. The log is told why.
fn denied(provider: &IdentityProvider, failed: &Failed) -> Denied {
    tracing::warn!(pool = %provider.pool, provider = provider.name, %failed, "a provider failed");
    if let Failed::Token(Unusable::Refused { status, error, description }) = failed {
        let (status, more) = (status.as_u16(), description.as_deref().unwrap_or_default());
        let text = format!("{} Error - {status} {error} {more}", provider.name);
        return Denied::new("invalid_request", text.trim_end());
    }
    let what = match failed {
        Failed::IdToken(_) => "the ID token is not valid",
        Failed::UserInfo(_) | Failed::OtherUser => "the user information could not be read",
        Failed::Keys(_) => "the keys could not be read",
        Failed::Token(_) | Failed::Lacks(_) => "the code could not be exchanged",
        Failed::Undiscovered(_) | Failed::InVain => "the provider could not be reached",
    };
    Denied::new("invalid_request", format!("{} Error - {what}", provider.name))
}

/// What an app is told when the provider itself said no.
fn refused_by(provider: &IdentityProvider, error: &str, description: Option<&str>) -> Denied {
    let known = ["access_denied", "login_required", "temporarily_unavailable", "server_error"];
    let error_here = known.into_iter().find(|known| *known == error).unwrap_or("invalid_request");
    let text = format!("{} Error - {error} {}", provider.name, description.unwrap_or_default());
    Denied::new(error_here, text.trim_end())
}

/// What may stand in an `error_description` (RFC 6749, 4.1.2.1), and no more of it than somebody reads.
fn presentable(text: &str) -> String {
    let is_fine = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    let one_line = text.chars().map(|c| if is_fine(c) { c } else { ' ' });
    one_line.take(LONGEST_DESCRIPTION).collect::<String>().trim().to_owned()
}

/// What a form leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// Fields as `application/x-www-form-urlencoded`, which is also a query.
fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
