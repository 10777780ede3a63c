//! Confirming an account by the code that was sent.

use super::{client, identifier};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::{Carried, News, STEP},
    fault,
    pages::{
        Confirm, ConfirmLink, Deed, Done, Fault, Field, LinkPurpose, Notice, PageFault, Problem,
        Resend,
    },
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::{Code, Sub, Username};
use pool::{Caller, Error, Refusal};

/// Whose account is to be confirmed.
#[derive(Default)]
struct Whose {
    username: Option<Username>,
    /// Known of somebody who signed up at this very browser, and knows the password therefore.
    signed_up: Option<Sub>,
    sent_to: Option<String>,
}

impl OAuth {
    /// Shows the page that asks for the code.
    pub(crate) async fn ask_for_code(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let whose = self.whose(visit, &asked.caller);
        let notice = whose.sent_to.clone().map(|to| Notice::CodeSent { to: Some(to) });
        self.show_confirm(visit, &asked, whose, Vec::new(), notice)
    }

    /// Looks at the code.
    pub(crate) async fn confirm(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let whose = self.whose(visit, &asked.caller);
        let caller = &asked.caller;
        let Some(username) = whose.username.clone() else {
            let problem = Problem::at(Field::Username, Fault::Missing);
            return self.show_confirm(visit, &asked, whose, vec![problem], None);
        };
        let code = visit.form.get("code").map(str::trim).and_then(|code| Code::parse(code).ok());
        let Some(code) = code else {
            let problem = Problem::at(Field::Code, Fault::Missing);
            return self.show_confirm(visit, &asked, whose, vec![problem], None);
        };
        match self.confirm_account(caller, &username, &code).await {
            Ok(()) => {}
            Err(Error::Refused(refusal)) => {
                let problem = fault::of_form(&refusal);
                return self.show_confirm(visit, &asked, whose, vec![problem], None);
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(sub) = &whose.signed_up {
            let outcome = self.pools.sign_in_from_sign_up_page(caller, sub).await?;
            return self.after_factor(visit, &asked, outcome).await;
        }
        let carried = Carried::News { news: News::AccountConfirmed, username };
        let step = self.carry(visit, caller, carried)?;
        Ok(visit.go(&asked.at_with("/login", STEP, &step)))
    }

    /// Shows the page that asks where another code is to go.
    pub(crate) async fn ask_where_to_send(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let page = Resend {
            client: client(&asked),
            form: visit.form_to(asked.at("/resendcode")),
            identifier: identifier(&asked.caller.pool),
            username: String::new(),
            sign_in: asked.at("/login"),
            problems: Vec::new(),
        };
        Ok(visit.show(StatusCode::OK, Some(&asked), &page))
    }

    /// Sends another code.
    pub(crate) async fn resend(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let caller = &asked.caller;
        let whose = self.whose(visit, caller);
        let Some(username) = whose.username.clone() else {
            let problem = Problem::at(Field::Username, Fault::Missing);
            return self.show_confirm(visit, &asked, whose, vec![problem], None);
        };
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let sent = self.pools.resend_code(caller, &username, hash.as_ref()).await;
        let sent_to = match sent {
            Ok(delivery) => Some(delivery.destination),
            // Whether there is somebody to send it to is not told.
            Err(Error::Refused(
                Refusal::NoUser
                | Refusal::NoUserForClient
                | Refusal::AlreadyConfirmed
                | Refusal::Invalid(_),
            )) => Some(self.pools.made_up_destination(&caller.pool, &username)),
            Err(Error::Refused(refusal)) => {
                let problem = fault::of_form(&refusal);
                return self.show_confirm(visit, &asked, whose, vec![problem], None);
            }
            Err(error) => return Err(error.into()),
        };
        let carried = match whose.signed_up {
            Some(sub) => Carried::SignedUp { sub, username, sent_to },
            None => Carried::Named { username, sent_to },
        };
        let step = self.carry(visit, caller, carried)?;
        Ok(visit.go(&asked.at_with("/confirm", STEP, &step)))
    }

    /// Shows a button to whoever followed the link of a mail: programs that look at mails follow links, and
    /// press no buttons.
    pub(crate) async fn ask_to_confirm_by_link(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let caller = self.asking(&visit.place, &visit.query).await?;
        let action = format!("/confirmUser?{}", visit.query.query());
        let page = ConfirmLink {
            client: Some(caller.client.settings.name.clone()),
            form: visit.form_to(action),
            purpose: LinkPurpose::ConfirmAccount,
        };
        Ok(visit.show(StatusCode::OK, None, &page))
    }

    /// Confirms an account by the link of a mail.
    pub(crate) async fn confirm_by_link(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let caller = self.asking(&visit.place, &visit.query).await?;
        let username = visit.query.get("user_name").and_then(|name| Username::parse(name).ok());
        let code = visit.query.get("confirmation_code").and_then(|code| Code::parse(code).ok());
        let bad = || Stop::Page(PageFault::BadRequest, Some("The link is not valid.".into()));
        let (username, code) = username.zip(code).ok_or_else(bad)?;
        match self.confirm_account(&caller, &username, &code).await {
            Ok(()) => {}
            Err(Error::Refused(_)) => return Err(bad()),
            Err(error) => return Err(error.into()),
        }
        let client = Some(caller.client.settings.name.clone());
        let page = Done { client, what: Deed::AccountConfirmed, onward: None };
        Ok(visit.show(StatusCode::OK, None, &page))
    }

    async fn confirm_account(
        &self,
        caller: &Caller,
        username: &Username,
        code: &Code,
    ) -> pool::Result<()> {
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let confirmed =
            self.pools.confirm_sign_up(caller, username, code, hash.as_ref(), false, None).await;
        match confirmed {
            // Somebody who is not there, or has been confirmed, is no other than a wrong code.
            Err(Error::Refused(
                Refusal::NoUser | Refusal::NoUserForClient | Refusal::NotConfirmable(_),
            )) => Err(Refusal::CodeMismatch.into()),
            done => done.map(drop),
        }
    }

    /// Whose account it is: carried here, or written into the form.
    fn whose(&self, visit: &mut Visit<'_>, caller: &Caller) -> Whose {
        match self.carried(visit, caller) {
            Some(Carried::SignedUp { sub, username, sent_to }) => {
                Whose { username: Some(username), signed_up: Some(sub), sent_to }
            }
            Some(Carried::Named { username, sent_to }) => {
                Whose { username: Some(username), signed_up: None, sent_to }
            }
            _ => {
                let written = visit.form.get("username").map(str::trim);
                let username = written.and_then(|name| Username::parse(name).ok());
                Whose { username, ..Whose::default() }
            }
        }
    }

    fn show_confirm(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        whose: Whose,
        problems: Vec<Problem>,
        notice: Option<Notice>,
    ) -> Result<Response<Bytes>, Stop> {
        let Whose { username, signed_up, sent_to } = whose;
        let mut form = visit.form_to(asked.at("/confirm"));
        let mut resend = visit.form_to(asked.at("/resendcode"));
        let is_username_known = username.is_some();
        if let Some(username) = &username {
            let username = username.clone();
            let carried = match signed_up {
                Some(sub) => Carried::SignedUp { sub, username, sent_to },
                None => Carried::Named { username, sent_to },
            };
            let step = self.carry(visit, &asked.caller, carried)?;
            form = form.with(STEP, step.clone());
            resend = resend.with(STEP, step);
        }
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let page = Confirm {
            client: client(asked),
            form,
            username: username.map(|name| name.to_string()).unwrap_or_default(),
            is_username_known,
            resend: is_username_known.then_some(resend),
            sign_in: asked.at("/login"),
            problems,
            notice,
        };
        Ok(visit.show(status, Some(asked), &page))
    }
}
