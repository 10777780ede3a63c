//! `/oauth2/authorize`: does the application get its answer at once, or has somebody to sign in first?

use crate::{
    OAuth,
    asked::{Asked, Stop, Wanted},
    federation::{self, Begin, Callback, Denied, Lost},
    pages::PageFault,
    parameters::Parameters,
    steps::passkey,
    visit::Visit,
};
use bytes::Bytes;
use http::Response;
use names::UserPoolId;
use pool::{Caller, CodeFor, Federated, OAuthFlow, SignedInAt, User};

/// Where providers send browsers back to.
pub(crate) const CALLBACK: &str = "/oauth2/idpresponse";
/// How Cognito calls the pool itself among providers.
const COGNITO: &str = "COGNITO";

impl OAuth {
    /// Begins a sign-in, or finds that somebody is signed in.
    pub(crate) async fn authorize(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, visit.request_of_application()).await?;
        let who = self.usable_session(visit, &asked).await?;
        if asked.prompt.none {
            return match who {
                Some(who) if self.needs_consent(&asked, &who).await? => {
                    Err(asked.denied("consent_required", "The user has not agreed to this"))
                }
                Some(who) => self.complete(visit, &asked, &who).await,
                None => Err(asked.denied("login_required", "Nobody is signed in")),
            };
        }
        match who {
            Some(who) if !asked.prompt.login => self.go_on(visit, &asked, &who).await,
            _ => self.send_to_sign_in(visit, &asked).await,
        }
    }

    /// What follows once somebody is signed in: what the application wants them asked, then its answer.
    pub(crate) async fn go_on(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        who: &SignedInAt,
    ) -> Result<Response<Bytes>, Stop> {
        if asked.prompt.select_account {
            return Ok(visit.go(&asked.at("/login/account")));
        }
        self.after_choice(visit, asked, who).await
    }

    /// What follows once the account is settled.
    pub(crate) async fn after_choice(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        who: &SignedInAt,
    ) -> Result<Response<Bytes>, Stop> {
        if asked.is_for_passkey() {
            return Ok(visit.go(&asked.at_settled(passkey::PATH)));
        }
        if asked.prompt.consent || self.needs_consent(asked, who).await? {
            return Ok(visit.go(&asked.at_settled("/login/consent")));
        }
        self.complete(visit, asked, who).await
    }

    /// Sends the browser back to the application with its answer.
    pub(crate) async fn complete(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        who: &SignedInAt,
    ) -> Result<Response<Bytes>, Stop> {
        if asked.flow == OAuthFlow::Implicit {
            let grant = asked.grant.clone();
            let issued = self.pools.issue_implicit(&asked.caller, who, grant).await;
            let tokens = issued.map_err(|error| asked.failed(error))?;
            let expires_in = tokens.expires_in.to_string();
            let mut pairs = Vec::new();
            if let Some(id) = &tokens.id {
                pairs.push(("id_token", id.reveal()));
            }
            pairs.push(("access_token", tokens.access.reveal()));
            pairs.push(("token_type", "Bearer"));
            pairs.push(("expires_in", &expires_in));
            return Ok(visit.leave(&asked.back(&pairs)));
        }
        let code_for = CodeFor {
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            grant: asked.grant.clone(),
        };
        let made = self.pools.make_code(&asked.caller, who, code_for).await;
        let code = made.map_err(|error| asked.failed(error))?;
        Ok(visit.leave(&asked.back(&[("code", &code)])))
    }

    /// Who is signed in at the browser, if the application may and will have them: through a provider that is
    /// the client's, and not longer ago than it allows.
    pub(crate) async fn usable_session(
        &self,
        visit: &Visit<'_>,
        asked: &Asked,
    ) -> Result<Option<SignedInAt>, Stop> {
        let pool = &asked.caller.pool.id;
        let Some(id) = visit.session(pool) else { return Ok(None) };
        let Some(who) = self.pools.signed_in_at(pool, id).await? else { return Ok(None) };
        let provider = who.session.provider.as_deref().unwrap_or(COGNITO);
        let is_allowed = allows(&asked.caller, provider);
        let is_wanted = match &asked.provider {
            None | Some(Wanted::Identifier(_)) => true,
            Some(Wanted::Cognito) => provider == COGNITO,
            Some(Wanted::Name(name)) => provider == name,
        };
        let age = self.pools.now().duration_since(who.session.auth_time).as_secs();
        let is_fresh = asked.max_age.is_none_or(|longest| age <= longest);
        Ok((is_allowed && is_wanted && is_fresh).then_some(who))
    }

    /// Sends the browser to where somebody signs in: our own page, or the provider that was chosen.
    async fn send_to_sign_in(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
    ) -> Result<Response<Bytes>, Stop> {
        let wanted = match &asked.provider {
            None | Some(Wanted::Cognito) => return Ok(visit.go(&asked.at("/login"))),
            Some(Wanted::Name(name)) => federation::Wanted::Name(name),
            Some(Wanted::Identifier(identifier)) => federation::Wanted::Identifier(identifier),
        };
        let caller = &asked.caller;
        let denied = |denied: Denied| asked.denied(denied.error, &denied.description);
        let provider = self.federation.provider(caller, wanted).await.map_err(denied)?;
        let browser = visit.csrf();
        let callback_url = callback_url(visit, &caller.pool.id);
        let carry = asked.parameters.query();
        let begin = Begin {
            callback_url: &callback_url,
            browser: &browser,
            carry: &carry,
            login_hint: asked.login_hint.as_deref(),
        };
        let to = self.federation.begin(caller, &provider, begin).await.map_err(denied)?;
        Ok(visit.go(&to))
    }

    /// Goes on with somebody who comes back from a provider.
    pub(crate) async fn provider_answered(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let here = visit.path.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix('/'));
        let pool = match (&visit.place.pool, here) {
            (Some(pool), None) => pool.clone(),
            (None, Some(pool)) => {
                UserPoolId::parse(pool).map_err(|_| Stop::Page(PageFault::NotFound, None))?
            }
            _ => return Err(Stop::Page(PageFault::NotFound, None)),
        };
        let callback_url = callback_url(visit, &pool);
        let parameters = if visit.is_post { visit.form.clone() } else { visit.query.clone() };
        let arrival = {
            let callback = Callback {
                callback_url: &callback_url,
                browser: visit.known_csrf(),
                code: parameters.get("code"),
                state: parameters.get("state"),
                iss: parameters.get("iss"),
                error: parameters.get("error"),
                error_description: parameters.get("error_description"),
            };
            self.federation.finish(&pool, &visit.place.from, callback).await
        };
        let arrival = match arrival {
            Ok(arrival) => arrival,
            Err(Lost::State) => return Err(Stop::Page(PageFault::ProviderFailed, None)),
            Err(Lost::Broken(broken)) => return Err(Stop::Broken(broken)),
        };
        let carried = Parameters::parse(&arrival.carry)
            .map_err(|_| Stop::Page(PageFault::ProviderFailed, None))?;
        let asked = self.asked(&visit.place, &carried).await?;
        if asked.caller.client.id != arrival.client {
            return Err(Stop::Page(PageFault::ProviderFailed, None));
        }
        let outcome =
            arrival.outcome.map_err(|denied| asked.denied(denied.error, &denied.description))?;
        match outcome {
            Federated::Known(user) => {
                let provider = Some(arrival.provider);
                self.signed_in(visit, &asked, &user, arrival.event_id, provider).await
            }
            Federated::MayBe(link) => self.ask_for_proof(visit, &asked, link),
        }
    }

    /// Begins the session of somebody who has proven everything, under an id that nobody knew before.
    pub(crate) async fn signed_in(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        user: &User,
        event_id: String,
        provider: Option<String>,
    ) -> Result<Response<Bytes>, Stop> {
        let pool = &asked.caller.pool.id;
        if provider.is_none() {
            self.link_after_proof(visit, asked, user).await?;
        }
        let before = visit.session(pool).map(str::to_owned);
        let id =
            self.pools.begin_browser_session(user, event_id, provider, before.as_deref()).await?;
        visit.set_session(pool, &id);
        let Some(who) = self.pools.signed_in_at(pool, &id).await? else {
            return Err(Stop::Page(PageFault::SessionExpired, None));
        };
        self.after_choice(visit, asked, &who).await
    }
}

/// Where providers send browsers back to. At a domain the host says which pool is meant, at the server's own
/// address the path does.
fn callback_url(visit: &Visit<'_>, pool: &UserPoolId) -> String {
    let base = &visit.place.base;
    match &visit.place.pool {
        Some(_) => format!("{base}{CALLBACK}"),
        None => format!("{base}{CALLBACK}/{pool}"),
    }
}

/// Whether a client takes people whom this provider knows.
pub(crate) fn allows(caller: &Caller, provider: &str) -> bool {
    caller.client.settings.oauth.identity_providers.iter().any(|name| name == provider)
}

impl Asked {
    /// An error of the house, for the application.
    fn failed(&self, error: pool::Error) -> Stop {
        match error {
            pool::Error::Broken(broken) => Stop::Broken(broken),
            pool::Error::Refused(refusal) => {
                let (error, description) = crate::fault::of_authorize(&refusal);
                self.denied(error, &description)
            }
        }
    }

    /// Whether the client lets people of the pool itself sign in.
    pub(crate) fn is_local(&self) -> bool {
        allows(&self.caller, COGNITO)
    }
}
