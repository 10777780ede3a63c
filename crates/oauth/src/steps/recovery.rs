//! Getting back in with a forgotten password.
//!
//! Every answer is the same whether there is such a person or not. The code and the new password come in
//! one form, so there is no step in between that somebody without a code could be at.

use super::{client, identifier, new_password::chosen_password, rules};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::{Carried, News, STEP},
    fault,
    pages::{Fault, Field, ForgotPassword, Notice, Problem, ResetPassword},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::{Code, Username};
use pool::{Error, Refusal};

impl OAuth {
    /// Asks who forgot the password.
    pub(crate) async fn ask_who_forgot(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let username = match self.carried(visit, &asked.caller) {
            Some(Carried::Named { username, .. }) => username.to_string(),
            _ => asked.login_hint.clone().unwrap_or_default(),
        };
        Ok(self.show_forgot(visit, &asked, username, Vec::new()))
    }

    /// Sends a code.
    pub(crate) async fn forget_password(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let caller = &asked.caller;
        let written = visit.form.get("username").unwrap_or_default().trim().to_owned();
        let username = match (Username::parse(&written).ok(), self.carried(visit, caller)) {
            (Some(username), _) | (None, Some(Carried::Named { username, .. })) => username,
            _ => {
                let problem = Problem::at(Field::Username, Fault::Missing);
                return Ok(self.show_forgot(visit, &asked, written, vec![problem]));
            }
        };
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let sent_to = match self.pools.forgot_password(caller, &username, hash.as_ref()).await {
            Ok(delivery) => Some(delivery.destination),
            // Whether there is somebody to send it to is not told.
            Err(Error::Refused(
                Refusal::NoUser
                | Refusal::NoUserForClient
                | Refusal::NotMigrated(_)
                | Refusal::Disabled
                | Refusal::NotResettable
                | Refusal::NoRecoveryContact
                | Refusal::AdminMustReset,
            )) => Some(self.pools.made_up_destination(&caller.pool, &username)),
            Err(Error::Refused(refusal)) => {
                let problem = fault::of_form(&refusal);
                return Ok(self.show_forgot(visit, &asked, written, vec![problem]));
            }
            Err(error) => return Err(error.into()),
        };
        let step = self.carry(visit, caller, Carried::Named { username, sent_to })?;
        Ok(visit.go(&asked.at_with("/confirmForgotPassword", STEP, &step)))
    }

    /// Asks for the code and a new password.
    pub(crate) async fn ask_for_reset(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let Some(Carried::Named { username, sent_to }) = self.carried(visit, &asked.caller) else {
            return Ok(visit.go(&asked.at("/forgotPassword")));
        };
        let notice = Some(Notice::CodeSent { to: sent_to.clone() });
        self.show_reset(visit, &asked, username, sent_to, Vec::new(), notice)
    }

    /// Sets the password by the code.
    pub(crate) async fn reset_password(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let caller = &asked.caller;
        let Some(Carried::Named { username, sent_to }) = self.carried(visit, caller) else {
            return Ok(visit.go(&asked.at("/forgotPassword")));
        };
        let code = visit.form.get("code").map(str::trim).and_then(|code| Code::parse(code).ok());
        let missing = Problem::at(Field::Code, Fault::Missing);
        let (code, password) = match (code, chosen_password(visit)) {
            (Some(code), Ok(password)) => (code, password),
            (None, _) => {
                return self.show_reset(visit, &asked, username, sent_to, vec![missing], None);
            }
            (_, Err(problem)) => {
                return self.show_reset(visit, &asked, username, sent_to, vec![problem], None);
            }
        };
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let hash = hash.as_ref();
        match self.pools.confirm_forgot_password(caller, &username, &code, &password, hash).await {
            Ok(()) => {
                let carried = Carried::News { news: News::PasswordChanged, username };
                let step = self.carry(visit, caller, carried)?;
                Ok(visit.go(&asked.at_with("/login", STEP, &step)))
            }
            Err(Error::Refused(refusal)) => {
                let problem = match refusal {
                    Refusal::NoUser | Refusal::NoUserForClient => {
                        Problem::at(Field::Code, Fault::WrongCode)
                    }
                    // As of anybody else who was sent no such code.
                    Refusal::NotConfirmed => Problem::at(Field::Code, Fault::ExpiredCode),
                    refusal => fault::of_form(&refusal),
                };
                self.show_reset(visit, &asked, username, sent_to, vec![problem], None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn show_forgot(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        username: String,
        problems: Vec<Problem>,
    ) -> Response<Bytes> {
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let page = ForgotPassword {
            client: client(asked),
            form: visit.form_to(asked.at("/forgotPassword")),
            identifier: identifier(&asked.caller.pool),
            username,
            sign_in: asked.at("/login"),
            problems,
        };
        visit.show(status, Some(asked), &page)
    }

    fn show_reset(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        username: Username,
        sent_to: Option<String>,
        problems: Vec<Problem>,
        notice: Option<Notice>,
    ) -> Result<Response<Bytes>, Stop> {
        let shown = username.to_string();
        let carried = Carried::Named { username, sent_to };
        let step = self.carry(visit, &asked.caller, carried)?;
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let page = ResetPassword {
            client: client(asked),
            form: visit.form_with_step(asked.at("/confirmForgotPassword"), step.clone()),
            username: shown,
            rules: rules(&asked.caller.pool),
            resend: Some(visit.form_with_step(asked.at("/forgotPassword"), step)),
            sign_in: asked.at("/login"),
            problems,
            notice,
        };
        Ok(visit.show(status, Some(asked), &page))
    }
}
