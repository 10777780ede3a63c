//! Proving to be the user whose address a provider told.
//!
//! The proof is a whole sign-in: what a provider says is no factor of the account that is there already. The link
//! waits, sealed for this browser, in the query of every page until then.

use super::client;
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::Carried,
    pages::{LinkAccount, LinkProof},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use pool::{Error, PendingLink, User};

impl OAuth {
    /// Asks somebody who came from a provider for the password of the account that is there already.
    pub(crate) fn ask_for_proof(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        link: PendingLink,
    ) -> Result<Response<Bytes>, Stop> {
        if !asked.is_local() {
            // Nobody can prove here who they are, and nobody else comes in by that address.
            let text =
                "There is an account with this address, and this application has no sign-in for it";
            return Err(asked.denied("access_denied", text));
        }
        let (provider, username) = (link.provider.clone(), link.email.clone());
        let sealed = self.carry(visit, &asked.caller, Carried::Link(link))?;
        let form = visit.form_to(asked.at_login_for_link(&sealed));
        let page = LinkAccount {
            client: client(asked),
            form: form.with("username", username.clone()),
            provider,
            username,
            proof: LinkProof::Password,
            cancel: asked.at("/login"),
            problems: Vec::new(),
        };
        Ok(visit.show(StatusCode::OK, Some(asked), &page))
    }

    /// Links somebody who has signed in, if they came from a provider before and are whom it told.
    pub(crate) async fn link_after_proof(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        user: &User,
    ) -> Result<(), Stop> {
        let sealed = asked.link().map(str::to_owned);
        let carried = sealed.and_then(|text| self.open_carried(visit, &asked.caller, &text));
        let Some(Carried::Link(link)) = carried.filter(|it| is_to(it, user)) else { return Ok(()) };
        match self.pools.link_proven(&asked.caller.pool, user, &link).await {
            Ok(()) => Ok(()),
            // The sign-in is good all the same: the same browser may have done it twice.
            Err(Error::Refused(refusal)) => {
                tracing::info!(?refusal, sub = %user.sub, "a link to a provider was refused");
                Ok(())
            }
            Err(broken) => Err(broken.into()),
        }
    }
}

fn is_to(carried: &Carried, user: &User) -> bool {
    matches!(carried, Carried::Link(link) if link.sub == user.sub)
}
