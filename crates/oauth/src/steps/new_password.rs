//! Choosing a password in place of a temporary one.

use super::{client, field, rules};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::Carried,
    fault,
    pages::{Fault, Field, NewPassword, PageFault, Problem},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::Password;
use pool::{Attributes, Error, NewPasswordAnswer, Refusal};

impl OAuth {
    /// Asks for a password, and for what else everybody in the pool must have.
    pub(crate) async fn ask_for_new_password(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        carried: Carried,
        problems: Vec<Problem>,
    ) -> Result<Response<Bytes>, Stop> {
        let Carried::NewPassword { username, asked_for, .. } = &carried else {
            return Err(Stop::Page(PageFault::SessionExpired, None));
        };
        let pool = &asked.caller.pool;
        let attributes = asked_for.iter().filter_map(|name| {
            let sent = visit.form.get(&format!("attribute.{name}")).unwrap_or_default();
            Some(field(pool.schema.rule(name)?, true, sent))
        });
        let attributes = attributes.collect();
        let username = username.to_string();
        let step = self.carry(visit, &asked.caller, carried)?;
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let page = NewPassword {
            client: client(asked),
            form: visit.form_with_step(asked.at("/login/new-password"), step),
            username,
            rules: rules(pool),
            attributes,
            problems,
        };
        Ok(visit.show(status, Some(asked), &page))
    }

    /// Takes the password.
    pub(crate) async fn choose_new_password(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let carried = self.carried(visit, &asked.caller);
        let Some(Carried::NewPassword { session, username, asked_for }) = carried else {
            return Err(Stop::Page(PageFault::SessionExpired, None));
        };
        let again =
            |session, username, asked_for| Carried::NewPassword { session, username, asked_for };
        let password = match chosen_password(visit) {
            Ok(password) => password,
            Err(problem) => {
                let carried = again(session, username, asked_for);
                return self.ask_for_new_password(visit, &asked, carried, vec![problem]).await;
            }
        };
        let attributes: Attributes = visit
            .form
            .beginning("attribute.")
            .filter(|(name, _)| asked_for.iter().any(|asked| asked == name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let hash = self.pools.own_secret_hash(&asked.caller.client, username.as_str())?;
        let answer = NewPasswordAnswer {
            username: &username,
            session: &session,
            new_password: &password,
            attributes,
            hash: hash.as_ref(),
        };
        match self.pools.answer_new_password(&asked.caller, answer).await {
            Err(Error::Refused(
                refusal @ (Refusal::PasswordBreaksPolicy(_) | Refusal::Invalid(_)),
            )) => {
                let problem = fault::of_form(&refusal);
                let carried = again(session, username, asked_for);
                self.ask_for_new_password(visit, &asked, carried, vec![problem]).await
            }
            outcome => self.after_factor(visit, &asked, outcome?).await,
        }
    }
}

/// The new password of a form, which may be written twice.
pub(super) fn chosen_password(visit: &Visit<'_>) -> Result<Password, Problem> {
    let Some(password) = visit.form.get("new_password") else {
        return Err(Problem::at(Field::NewPassword, Fault::Missing));
    };
    if visit.form.get("repeated_password").is_some_and(|repeated| repeated != password) {
        return Err(Problem::at(Field::RepeatedPassword, Fault::PasswordsDiffer));
    }
    Password::parse(password)
        .map_err(|_| Problem::at(Field::NewPassword, Fault::PasswordBreaksPolicy))
}
