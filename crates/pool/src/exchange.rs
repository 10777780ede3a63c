//! Which token may a service have in exchange for one that it was shown?
//!
//! A service that was called with a user's token asks for one of its own to go on with (RFC 8693): for
//! another service, good for less. Nothing grows on the way: not the scopes, not the time until the end,
//! not the session, which ends for both at once. Who acts for the user stays in the token for ever (`act`).

use crate::{
    Caller, Error, Flow, Grant, Pools, Refusal, Result, Use, User,
    inspection::Good,
    tokens::{Drafts, Session, USER_ADMIN, too_large},
};
use events::cognito::TriggerSource;
use jiff::{SignedDuration, Timestamp};
use names::{ClientId, ResourceServerId, Scope, Token};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeSet};

/// The most that may act for a user one after the other.
const MOST_ACTORS: usize = 5;

/// A token that is shown, and what it is said to be.
#[derive(Debug, Clone)]
pub struct Shown {
    pub token: Token,
    pub kind: Use,
}

/// What a client asks for in exchange.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The token of the user whom all this is about.
    pub subject: Shown,
    /// The token of who acts for the user. Without one it will look as if the user had called.
    pub actor: Option<Shown>,
    /// `None` for all that can be had.
    pub scopes: Option<Vec<Scope>>,
    /// The service that the token is for.
    pub target: Option<Target>,
    pub wanted: Use,
}

/// The service that a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By a name that the two sides have agreed on.
    Audience(String),
    /// By its resource server in the pool.
    Resource(ResourceServerId),
}

/// A token that was given for another.
#[derive(Debug, Clone)]
pub struct DerivedToken {
    pub token: Token,
    pub kind: Use,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// Not said by an ID token for an ID token.
    pub scopes: Option<Vec<Scope>>,
}

/// Whose token is looked at, as refusals name it.
#[derive(Debug, Clone, Copy)]
enum Party {
    Subject,
    Actor,
}

impl Target {
    /// What stands in `aud`.
    fn name(&self) -> &str {
        match self {
            Self::Audience(name) => name,
            Self::Resource(server) => server.as_str(),
        }
    }
}

impl Pools {
    /// A token in exchange for another one of the same pool, for a client that has proven itself.
    ///
    /// # Errors
    /// [`Refusal::FlowNotAllowed`] for a client that may not, [`Refusal::NotExchanged`] for tokens that are not
    /// good or not good for this, [`Refusal::NoUser`] and [`Refusal::Disabled`] for a subject who is gone or
    /// barred, [`Refusal::ScopeNotGranted`], [`Refusal::NoTarget`], [`Refusal::NoResourceServer`], and what the
    /// function before tokens refuses.
    pub async fn derive(&self, caller: &Caller, asked: &Exchange) -> Result<DerivedToken> {
        if !caller.client.allows(asked.flow()) {
            return Err(Refusal::FlowNotAllowed.into());
        }
        let subject = self.shown(caller, Party::Subject, &asked.subject).await?;
        let Some(user) = &subject.user else {
            return Err(not_exchanged("The subject token is not a user's."));
        };
        let actor = match &asked.actor {
            Some(shown) => Some(self.actor(caller, &subject, shown).await?),
            None => None,
        };
        self.check_may_act(caller, &subject, actor.as_ref())?;
        let act = chain(subject.claims.others.get("act"), actor.as_ref())?;
        let scopes = granted(caller, asked, &subject)?;
        let audience = self.audience(caller, asked, &subject).await?;

        let session = self.same_session(asked.subject.kind, &subject, scopes.clone())?;
        // A session that goes on hears of it as one, so what a function takes away at a refresh is not had by
        // an exchange instead.
        let source = TriggerSource::TokenGenerationRefreshTokens;
        let drafts = self.draft(caller, user, &session, source, caller.metadata.clone()).await?;
        // What a function takes away is gone; what it adds was not in the token that is exchanged.
        let scopes: Option<Vec<Scope>> = scopes.map(|scopes| {
            let is_kept = |scope: &Scope| drafts.scopes.iter().any(|kept| kept == scope.as_str());
            scopes.into_iter().filter(is_kept).collect()
        });
        let mut claims = match asked.wanted {
            Use::AccessTokens => access_claims(drafts, audience),
            Use::IdTokens => id_claims(drafts, user, &subject),
        };
        if let Some(scopes) = &scopes {
            let words: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
            claims.insert("scope".to_owned(), words.join(" ").into());
        }
        // Whatever ends the session of the one ends that of the other, also where the client cannot end any.
        claims.insert("origin_jti".to_owned(), session.origin.into());
        match act {
            Some(act) => claims.insert("act".to_owned(), act),
            None => claims.remove("act"),
        };
        let now = self.now().as_second();
        let expires_at = [Some(&subject), actor.as_ref()]
            .into_iter()
            .flatten()
            .map(|good| good.claims.exp)
            .fold(now + life(caller, asked.wanted).as_secs(), i64::min);
        claims.insert("exp".to_owned(), expires_at.into());

        let keys = self.keys(&caller.pool.id).await?;
        let kind = asked.wanted;
        let claims =
            serde_json::to_vec(&claims).map_err(|_| Error::internal("claims do not serialise"))?;
        let signed = self.work(move || {
            let key = match kind {
                Use::AccessTokens => &keys.access_tokens,
                Use::IdTokens => &keys.id_tokens,
            };
            key.sign(&claims).ok()
        });
        let token = signed.await?.ok_or_else(too_large)?;
        Ok(DerivedToken { token, kind, expires_in: expires_at - now, scopes })
    }

    /// A token that is shown, if it is a good one of the caller's pool.
    async fn shown(&self, caller: &Caller, party: Party, shown: &Shown) -> Result<Good> {
        self.good(caller, shown.kind, &shown.token).await.map_err(|error| match (error, party) {
            (Error::Refused(Refusal::InvalidAccessToken), _) => party.refused("is not valid"),
            (Error::Refused(Refusal::AccessTokenExpired), _) => party.refused("has expired"),
            (Error::Refused(Refusal::AccessTokenRevoked), _) => party.refused("has been revoked"),
            // Only of the subject is said what became of the user.
            (Error::Refused(Refusal::NoUser | Refusal::Disabled), Party::Actor) => {
                party.refused("is not valid")
            }
            (other, _) => other,
        })
    }

    async fn actor(&self, caller: &Caller, subject: &Good, shown: &Shown) -> Result<Good> {
        let actor = self.shown(caller, Party::Actor, shown).await?;
        // Else a client that may only act in its own name could act in the user's, with one token twice.
        if actor.claims.sub == subject.claims.sub {
            return Err(not_exchanged("The actor is the subject."));
        }
        if actor.claims.others.contains_key("act") {
            return Err(not_exchanged("Somebody else acts for the actor."));
        }
        Ok(actor)
    }

    /// What `aud` will be in an access token: the target, or else what the subject token is bound to.
    async fn audience(
        &self,
        caller: &Caller,
        asked: &Exchange,
        subject: &Good,
    ) -> Result<Option<String>> {
        let Some(target) = &asked.target else {
            let bound = subject.claims.aud.clone();
            let is_bound = asked.subject.kind == Use::AccessTokens;
            return Ok(bound.filter(|aud| is_bound && aud != subject.client.as_str()));
        };
        let is_own = target.name() == caller.client.id.as_str();
        // Whoever finds its own id in an ID token takes it for a sign-in of the user there.
        if asked.wanted == Use::IdTokens && !is_own {
            let text = "An ID token is for the client that asks for it and for no other service.";
            return Err(Refusal::NoTarget(text.into()).into());
        }
        match target {
            Target::Resource(server) => {
                let found = self.find_resource_server(&caller.pool.id, server).await?;
                if found.is_none() {
                    return Err(Refusal::NoResourceServer(server.to_string()).into());
                }
            }
            // The id of a client means in `aud` that the token was made for it, which this one was not.
            Target::Audience(name) if !is_own && self.is_client(caller, name).await? => {
                let text = "The audience is another client of the user pool.";
                return Err(Refusal::NoTarget(text.into()).into());
            }
            Target::Audience(_) => {}
        }
        Ok(Some(target.name().to_owned()))
    }

    /// The session that both tokens are of.
    fn same_session(
        &self,
        kind: Use,
        subject: &Good,
        scopes: Option<Vec<Scope>>,
    ) -> Result<Session> {
        let claims = &subject.claims;
        let auth_time = Timestamp::from_second(claims.auth_time.unwrap_or(claims.iat))
            .map_err(|_| Error::internal("a token of ours has an impossible time"))?;
        let origin = match (&claims.origin_jti, kind) {
            (Some(origin), _) => origin.clone(),
            // The id of an access token knows when its session began, that of an ID token does not.
            (None, Use::AccessTokens) => claims.jti.clone(),
            (None, Use::IdTokens) => self.random().uuid_v7(auth_time),
        };
        let grant = scopes.map(|scopes| Grant { scopes, nonce: None, resource: None });
        // The service is not on the device that the user signed in on.
        Ok(Session { origin, auth_time, device: None, grant })
    }

    /// Refuses somebody whom the subject token does not let act (RFC 8693, 4.4).
    fn check_may_act(&self, caller: &Caller, subject: &Good, actor: Option<&Good>) -> Result<()> {
        let Some(may_act) = subject.claims.others.get("may_act") else { return Ok(()) };
        let own = caller.client.id.as_str();
        let (sub, client) = match actor {
            Some(actor) => (actor.claims.sub.as_str(), actor.client.as_str()),
            None => (own, own),
        };
        let issuer = self.issuer(&caller.pool.id)?;
        let fits = |(name, value): (&String, &Value)| match name.as_str() {
            "sub" => value == sub,
            "client_id" => value == client,
            "iss" => value == issuer.as_str(),
            // Who is named in another way is not known to be this one.
            _ => false,
        };
        let is_this_one = may_act.as_object().is_some_and(|named| {
            (named.contains_key("sub") || named.contains_key("client_id")) && named.iter().all(fits)
        });
        if is_this_one {
            return Ok(());
        }
        Err(not_exchanged("The subject token lets somebody else act."))
    }

    async fn is_client(&self, caller: &Caller, name: &str) -> Result<bool> {
        let Ok(id) = ClientId::parse(name) else { return Ok(false) };
        match self.client_of(&caller.pool.id, &id).await {
            Ok(_) => Ok(true),
            Err(Error::Refused(Refusal::NoClient(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Exchange {
    /// What the client must be allowed.
    #[must_use]
    pub fn flow(&self) -> Flow {
        match self.actor {
            Some(_) => Flow::TokenExchangeDelegation,
            None => Flow::TokenExchangeImpersonation,
        }
    }
}

impl Party {
    fn refused(self, why: &str) -> Error {
        let name = match self {
            Self::Subject => "subject",
            Self::Actor => "actor",
        };
        not_exchanged(format!("The {name} token {why}."))
    }
}

fn not_exchanged(text: impl Into<Cow<'static, str>>) -> Error {
    Refusal::NotExchanged(text.into()).into()
}

fn life(caller: &Caller, wanted: Use) -> SignedDuration {
    match wanted {
        Use::AccessTokens => caller.client.settings.access_token_life(),
        Use::IdTokens => caller.client.settings.id_token_life(),
    }
}

/// The scopes of the new token; `None` for an ID token in exchange for that of a sign-in, which has none.
fn granted(caller: &Caller, asked: &Exchange, subject: &Good) -> Result<Option<Vec<Scope>>> {
    let kinds = (asked.subject.kind, asked.wanted);
    if kinds == (Use::IdTokens, Use::IdTokens) && subject.claims.scope.is_none() {
        return match asked.scopes.as_deref().and_then(<[Scope]>::first) {
            Some(scope) => Err(Refusal::ScopeNotGranted(scope.to_string()).into()),
            None => Ok(None),
        };
    }
    let has: Vec<Scope> =
        subject.claims.scopes().filter_map(|scope| Scope::parse(scope).ok()).collect();
    let oauth = &caller.client.settings.oauth;
    let may = |scope: &Scope| {
        has.contains(scope)
            && oauth.is_enabled
            && oauth.scopes.contains(scope)
            && is_for(asked.target.as_ref(), scope)
    };
    let wanted = asked.scopes.as_ref().unwrap_or(&has);
    let mut seen = BTreeSet::new();
    let granted: Vec<Scope> =
        wanted.iter().filter(|scope| may(scope) && seen.insert(*scope)).cloned().collect();
    // Some of what is asked for is an answer, none of it is not.
    if let Some(first) = asked.scopes.as_deref().and_then(<[Scope]>::first)
        && granted.is_empty()
    {
        return Err(Refusal::ScopeNotGranted(first.to_string()).into());
    }
    // An ID token tells who the user is, so it is for whoever may ask that.
    let tells = |scope: &Scope| matches!(scope.as_str(), "openid" | USER_ADMIN);
    if asked.wanted == Use::IdTokens && !granted.iter().any(tells) {
        return Err(Refusal::ScopeNotGranted("openid".to_owned()).into());
    }
    Ok(Some(granted))
}

/// Whether a scope is of use at the service that a token is for. The user's account is kept nowhere else.
fn is_for(target: Option<&Target>, scope: &Scope) -> bool {
    match (target, scope.as_str().rsplit_once('/')) {
        (None, _) => true,
        (Some(Target::Resource(wanted)), Some((server, _))) => server == wanted.as_str(),
        (Some(_), _) => scope.as_str() != USER_ADMIN,
    }
}

/// Who acts, with all who acted before (RFC 8693, 4.1).
fn chain(before: Option<&Value>, actor: Option<&Good>) -> Result<Option<Value>> {
    let (mut depth, mut acting) = (usize::from(actor.is_some()), before);
    while let Some(one) = acting {
        let Value::Object(one) = one else {
            return Err(not_exchanged("Who acts for the subject is unclear."));
        };
        (depth, acting) = (depth + 1, one.get("act"));
    }
    if depth > MOST_ACTORS {
        return Err(not_exchanged(format!("More than {MOST_ACTORS} would act for the subject.")));
    }
    let Some(actor) = actor else { return Ok(before.cloned()) };
    let mut act = Map::new();
    act.insert("sub".to_owned(), actor.claims.sub.as_str().into());
    act.insert("client_id".to_owned(), actor.client.as_str().into());
    if let Some(before) = before {
        act.insert("act".to_owned(), before.clone());
    }
    Ok(Some(act.into()))
}

fn access_claims(drafts: Drafts, audience: Option<String>) -> Map<String, Value> {
    let mut claims = drafts.access;
    if let Some(audience) = audience {
        claims.insert("aud".to_owned(), audience.into());
    }
    claims
}

/// An ID token tells no more of a user than the one it is given for.
fn id_claims(drafts: Drafts, user: &User, subject: &Good) -> Map<String, Value> {
    let mut claims = drafts.id;
    if subject.claims.scope.is_none() {
        claims.retain(|name, _| {
            let is_about = user.attributes.contains_key(name) || name == "identities";
            !is_about || subject.claims.others.contains_key(name)
        });
    }
    claims
}
