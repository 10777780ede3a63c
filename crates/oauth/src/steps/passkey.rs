//! Signing in with a passkey, and adding one for somebody who is signed in at this browser.
//!
//! The sign-in page asks every browser for whatever passkey it has, so that nothing in it depends on a name. The
//! passkey says whose it is.

use super::{client, factors, login::Shown};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::Carried,
    fault,
    pages::{Deed, Done, EnrolPasskey, Fault, PageFault, PasskeyRequest, Problem},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use pool::{Error, Refusal, SignedInAt};

/// Where the sign-in page sends what the browser answered.
pub(crate) const SIGN_IN: &str = "/login/passkey";

/// Where applications send people for it, with what they would send to the authorization endpoint.
pub(crate) const PATH: &str = "/passkeys/add";

impl OAuth {
    /// What the sign-in page asks the browser, where people may sign in with a passkey.
    pub(super) async fn offer_passkey(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
    ) -> Result<Option<PasskeyRequest>, Stop> {
        let Some(offer) = self.pools.offer_passkey(&asked.caller).await? else { return Ok(None) };
        let step = self.carry(visit, &asked.caller, Carried::Passkey(offer.session))?;
        let form = visit.form_with_step(asked.at(SIGN_IN), step);
        Ok(Some(PasskeyRequest { form, options: offer.options.to_string() }))
    }

    /// Signs somebody in with the passkey that the browser has shown.
    pub(crate) async fn sign_in_with_passkey(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        if !asked.is_local() {
            return Err(Stop::Page(PageFault::NotAllowed, None));
        }
        let Some(Carried::Passkey(session)) = self.carried(visit, &asked.caller) else {
            return self.begin_again(visit, &asked).await;
        };
        let credential = visit.form.get("credential").unwrap_or_default();
        match self.pools.accept_passkey(&asked.caller, &session, credential).await {
            Ok(outcome) => self.after_factor(visit, &asked, outcome).await,
            Err(Error::Refused(
                Refusal::InvalidSession | Refusal::SessionExpired | Refusal::SessionUsed,
            )) => self.begin_again(visit, &asked).await,
            Err(Error::Refused(refusal)) => {
                // What cannot be read is no better to people than what is wrong.
                let problem = match refusal {
                    Refusal::Invalid(_) => Problem::new(Fault::PasskeyFailed),
                    refusal => fault::of_form(&refusal),
                };
                let shown = Shown { problems: vec![problem], ..Shown::default() };
                self.show_sign_in(visit, &asked, StatusCode::BAD_REQUEST, shown).await
            }
            Err(broken) => Err(broken.into()),
        }
    }

    /// Asks the browser for a new passkey. Whoever is not signed in does that first.
    pub(crate) async fn ask_for_new_passkey(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        match self.for_new_passkey(visit, &asked).await? {
            Ok(who) => self.show_new_passkey(visit, &asked, &who, Vec::new()).await,
            Err(before) => Ok(visit.go(&before)),
        }
    }

    /// Who is to have a passkey, or what comes before it: the application may want them to sign in again, or to
    /// choose who they are.
    async fn for_new_passkey(
        &self,
        visit: &Visit<'_>,
        asked: &Asked,
    ) -> Result<Result<SignedInAt, String>, Stop> {
        let who = self.usable_session(visit, asked).await?;
        Ok(match who.filter(|_| !asked.prompt.login) {
            None => Err(asked.at_login_for_passkey()),
            Some(_) if asked.prompt.select_account => Err(asked.at_account_for_passkey()),
            Some(who) => Ok(who),
        })
    }

    /// Keeps the passkey that the browser made.
    pub(crate) async fn add_passkey(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let who = match self.for_new_passkey(visit, &asked).await? {
            Ok(who) => who,
            Err(before) => return Ok(visit.go(&before)),
        };
        let credential = visit.form.get("credential").unwrap_or_default();
        let (pool, id) = (&asked.caller.pool, &asked.caller.client.id);
        let kept = match serde_json::from_str(credential) {
            Ok(credential) => self.pools.finish_passkey(pool, &who.user, id, &credential).await,
            Err(_) => Err(Refusal::PasskeyNotSupported.into()),
        };
        match kept {
            Ok(()) => {
                let onward = Some(asked.onward());
                let page = Done { client: client(&asked), what: Deed::PasskeyAdded, onward };
                Ok(visit.show(StatusCode::OK, Some(&asked), &page))
            }
            Err(Error::Refused(refusal)) => {
                let problems = vec![fault::of_form(&refusal)];
                self.show_new_passkey(visit, &asked, &who, problems).await
            }
            Err(broken) => Err(broken.into()),
        }
    }

    async fn show_new_passkey(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        who: &SignedInAt,
        problems: Vec<Problem>,
    ) -> Result<Response<Bytes>, Stop> {
        let (pool, id) = (&asked.caller.pool, &asked.caller.client.id);
        // Whom another provider knows signs in there.
        if who.session.provider.is_some() {
            return Err(Stop::Page(PageFault::NotFound, None));
        }
        let options = match self.pools.begin_passkey(pool, &who.user, id).await {
            Ok(options) => options.to_string(),
            // A pool that takes none has no such page.
            Err(Error::Refused(Refusal::PasskeysNotEnabled | Refusal::NoRelyingParty)) => {
                return Err(Stop::Page(PageFault::NotFound, None));
            }
            Err(error) => return Err(error.into()),
        };
        let page = EnrolPasskey {
            client: client(asked),
            form: visit.form_to(asked.at(PATH)),
            options,
            skip: Some(asked.onward()),
            problems,
        };
        Ok(visit.show(factors::status(&page.problems), Some(asked), &page))
    }
}
