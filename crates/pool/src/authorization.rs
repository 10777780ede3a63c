//! What may an application have, and how does it come to its tokens?
//!
//! A code is handed through a browser that anybody may look into. So it is good once and for five minutes,
//! for the client and redirect it was made for, and for whoever knows the secret behind its challenge. Of
//! the code itself only a digest is kept. Whoever redeems it a second time is one too many, and nobody
//! knows which of the two is the thief: the tokens of the first end with it (RFC 6749, 4.1.2).

use crate::{
    Caller, Error, Grant, OAuthFlow, Pools, Refusal, Result, SignedInAt, Tokens, User,
    refresh::RefreshClaims, tokens::Session,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use events::cognito::TriggerSource;
use jiff::{SignedDuration, Timestamp};
use names::{ClientId, ResourceServerId, Scope, Sub, Token, UserPoolId};
use serde::{Deserialize, Serialize};
use store::{Kept, Key, Record, Refused};

/// How long a code waits to be redeemed.
const LIFE: SignedDuration = SignedDuration::from_mins(5);
/// How long a code is remembered, so that a second redemption is known for one.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// What a client asks for at the authorization endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    pub flow: OAuthFlow,
    /// `None` for all that the client may have.
    pub scopes: Option<&'a [Scope]>,
}

/// What a code is made for.
#[derive(Debug, Clone)]
pub struct CodeFor {
    /// Exactly as it stood in the request.
    pub redirect_uri: String,
    /// The S256 challenge of PKCE.
    pub challenge: Option<String>,
    pub grant: Grant,
}

/// A code that waits to be redeemed, or was.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct AuthorizationCode {
    pool: UserPoolId,
    digest: String,
    client: ClientId,
    redirect_uri: String,
    challenge: Option<String>,
    grant: Grant,
    sub: Sub,
    auth_time: Timestamp,
    event_id: String,
    made_at: Timestamp,
    /// After everything that had ended the user's sessions by then.
    began: Timestamp,
    /// The session that its first redemption began.
    redeemed: Option<String>,
}

impl AuthorizationCode {
    fn key_of(pool: &UserPoolId, digest: &str) -> Key {
        Key::new(format!("pool/{pool}/code/{digest}"), "code")
    }
}

impl Record for AuthorizationCode {
    const KIND: &'static str = "authorization code";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.digest)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.made_at + REMEMBERED)
    }
}

impl Caller {
    /// Refuses a flow that the client may not use at the OAuth 2.0 endpoints.
    ///
    /// # Errors
    /// [`Refusal::FlowNotAllowed`].
    pub fn require_oauth(&self, flow: OAuthFlow) -> Result<()> {
        let oauth = &self.client.settings.oauth;
        if oauth.is_enabled && oauth.flows.contains(&flow) {
            return Ok(());
        }
        Err(Refusal::FlowNotAllowed.into())
    }
}

impl Pools {
    /// The scopes that a client gets when it asks like this. One of a resource server that is gone, or has
    /// it no longer, is left out, as if it had never been allowed.
    ///
    /// # Errors
    /// [`Refusal::FlowNotAllowed`]; [`Refusal::ScopeNotGranted`].
    pub async fn grantable(&self, caller: &Caller, ask: Ask<'_>) -> Result<Vec<Scope>> {
        caller.require_oauth(ask.flow)?;
        let allowed = &caller.client.settings.oauth.scopes;
        let is_for_machines = ask.flow == OAuthFlow::ClientCredentials;
        let is_custom = |scope: &Scope| scope.as_str().contains('/');
        let mut wanted: Vec<Scope> = match ask.scopes {
            Some(asked) => asked.to_vec(),
            None => allowed
                .iter()
                .filter(|scope| !is_for_machines || is_custom(scope))
                .cloned()
                .collect(),
        };
        let is_allowed =
            |scope: &Scope| allowed.contains(scope) && (!is_for_machines || is_custom(scope));
        if let Some(other) = wanted.iter().find(|scope| !is_allowed(scope)) {
            return Err(Refusal::ScopeNotGranted(other.to_string()).into());
        }
        let mut seen = std::collections::BTreeSet::new();
        wanted.retain(|scope| seen.insert(scope.clone()));
        // What is said about somebody is said to who asked who they are.
        let about =
            wanted.iter().find(|scope| matches!(scope.as_str(), "email" | "phone" | "profile"));
        if let Some(about) = about
            && !wanted.iter().any(|scope| scope.as_str() == "openid")
        {
            return Err(Refusal::ScopeNotGranted(about.to_string()).into());
        }
        let mut granted = Vec::with_capacity(wanted.len());
        for scope in wanted {
            if !is_custom(&scope) || self.is_served(caller, &scope).await? {
                granted.push(scope);
            }
        }
        Ok(granted)
    }

    async fn is_served(&self, caller: &Caller, scope: &Scope) -> Result<bool> {
        let Some((server, name)) = scope.as_str().rsplit_once('/') else { return Ok(false) };
        let Ok(server) = ResourceServerId::parse(server) else { return Ok(false) };
        let found = self.find_resource_server(&caller.pool.id, &server).await?;
        Ok(found.is_some_and(|server| server.scopes.iter().any(|scope| scope.name == name)))
    }

    /// A code for somebody who is signed in at a browser.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn make_code(
        &self,
        caller: &Caller,
        who: &SignedInAt,
        code_for: CodeFor,
    ) -> Result<String> {
        let code = self.random().uuid_v4();
        let kept = AuthorizationCode {
            pool: caller.pool.id.clone(),
            digest: digest(&code),
            client: caller.client.id.clone(),
            redirect_uri: code_for.redirect_uri,
            challenge: code_for.challenge,
            grant: code_for.grant,
            sub: who.user.sub.clone(),
            auth_time: who.session.auth_time,
            event_id: who.session.event_id.clone(),
            made_at: self.now(),
            began: who.user.next_session(self.now()),
            redeemed: None,
        };
        self.commit(|commit| {
            commit.create(&kept);
        })
        .await?;
        Ok(code)
    }

    /// The tokens for a code.
    ///
    /// # Errors
    /// [`Refusal::InvalidCode`], [`Refusal::Disabled`], [`Refusal::FlowNotAllowed`], and what the pool's
    /// functions refuse.
    pub async fn redeem_code(
        &self,
        caller: &Caller,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<Tokens> {
        caller.require_oauth(OAuthFlow::Code)?;
        let key = AuthorizationCode::key_of(&caller.pool.id, &digest(code));
        let found = self.records().get::<AuthorizationCode>(&key, self.now()).await?;
        let Some(mut kept) = found.filter(|kept| kept.client == caller.client.id) else {
            return Err(Refusal::InvalidCode.into());
        };
        if kept.redeemed.is_some() {
            return Err(self.redeemed_again(caller, &kept).await);
        }
        let is_right = self.now() < kept.made_at + LIFE
            && kept.redirect_uri == redirect_uri
            && proves(kept.challenge.as_deref(), verifier);
        if !is_right {
            return Err(Refusal::InvalidCode.into());
        }
        let user =
            self.user_by_sub(&caller.pool.id, &kept.sub).await.map_err(|error| match error {
                Error::Refused(Refusal::NoUser) => Refusal::InvalidCode.into(),
                other => other,
            })?;
        if !user.is_enabled {
            return Err(Refusal::Disabled.into());
        }
        // Who signed out everywhere meanwhile is signed out here too.
        if user.signed_out_at.is_some_and(|ended| kept.began <= ended) {
            return Err(Refusal::InvalidCode.into());
        }
        let mut session = Session::begin(self, &user, None);
        session.auth_time = kept.auth_time;
        session.grant = Some(kept.grant.clone());
        kept.redeemed = Some(session.origin.clone());
        let done = self.try_commit(|commit| {
            commit.save(&kept);
        });
        match done.await {
            Ok(()) => {}
            Err(Refused::Broken(broken)) => return Err(broken.into()),
            Err(Refused::Conflict(_)) => {
                let other = self.records().get::<AuthorizationCode>(&key, self.now()).await?;
                return Err(match other {
                    Some(other) => self.redeemed_again(caller, &other).await,
                    None => Refusal::InvalidCode.into(),
                });
            }
        }
        let caller = Caller { event_id: kept.event_id.clone(), ..caller.clone() };
        let mut tokens = self.issue_hosted(&caller, &user, &session).await?;
        tokens.refresh = Some(self.first_refresh_token(&caller, &user, &session)?);
        Ok(tokens)
    }

    /// The tokens of the implicit flow, for somebody who is signed in at a browser: no refresh token.
    ///
    /// # Errors
    /// What the pool's functions refuse.
    pub async fn issue_implicit(
        &self,
        caller: &Caller,
        who: &SignedInAt,
        grant: Grant,
    ) -> Result<Tokens> {
        let mut session = Session::begin(self, &who.user, None);
        session.auth_time = who.session.auth_time;
        session.grant = Some(grant);
        let caller = Caller { event_id: who.session.event_id.clone(), ..caller.clone() };
        self.issue_hosted(&caller, &who.user, &session).await
    }

    async fn issue_hosted(
        &self,
        caller: &Caller,
        user: &User,
        session: &Session,
    ) -> Result<Tokens> {
        let source = TriggerSource::TokenGenerationHostedAuth;
        self.issue(caller, user, session, source, caller.metadata.clone()).await
    }

    fn first_refresh_token(
        &self,
        caller: &Caller,
        user: &User,
        session: &Session,
    ) -> Result<Token> {
        self.seal_refresh_token(&RefreshClaims::begin(self, caller, user, session))
    }

    /// Ends the session that the first redemption of a code began, and says no to the second.
    async fn redeemed_again(&self, caller: &Caller, code: &Kept<AuthorizationCode>) -> Error {
        let Some(origin) = &code.redeemed else { return Refusal::InvalidCode.into() };
        tracing::warn!(client = %caller.client.id, "an authorization code was redeemed twice");
        match self.revoke_origin(caller, &code.sub, origin).await {
            Ok(()) => Refusal::InvalidCode.into(),
            Err(error) => error,
        }
    }
}

fn digest(code: &str) -> String {
    URL_SAFE_NO_PAD.encode(crypto::sha256(code.as_bytes()))
}

/// Whether the verifier is the one behind the challenge. Where there was no challenge there must be no
/// verifier: whoever sends one believes that the code is bound, and it is not.
fn proves(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            (43..=128).contains(&verifier.len())
                && crypto::equal(digest(verifier).as_bytes(), challenge.as_bytes())
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_is_the_one_behind_its_challenge() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(proves(Some(challenge), Some(verifier)));
        assert!(!proves(Some(challenge), Some(challenge)));
        assert!(!proves(Some(challenge), None));
        assert!(!proves(None, Some(verifier)));
        assert!(proves(None, None));
    }
}
