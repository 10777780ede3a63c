//! Choosing the account that is signed in already, or another.

use super::client;
use crate::{
    OAuth,
    asked::Stop,
    pages::{Account, ChooseAccount},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};

impl OAuth {
    /// Shows who is signed in.
    pub(crate) async fn ask_for_account(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let Some(who) = self.usable_session(visit, &asked).await? else {
            return Ok(visit.go(&asked.at("/login")));
        };
        let name = who.user.attribute("email").unwrap_or(who.user.username.as_str()).to_owned();
        let account = Account {
            value: who.user.sub.to_string(),
            name,
            detail: who.user.attribute("name").map(str::to_owned),
        };
        let page = ChooseAccount {
            client: client(&asked),
            form: visit.form_to(asked.at("/login/account")),
            accounts: vec![account],
            other: asked.at("/login"),
        };
        Ok(visit.show(StatusCode::OK, Some(&asked), &page))
    }

    /// Goes on with the account that was chosen.
    pub(crate) async fn choose_account(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let chosen = visit.form.get("account").map(str::to_owned);
        match self.usable_session(visit, &asked).await? {
            Some(who) if Some(who.user.sub.as_str()) == chosen.as_deref() => {
                self.after_choice(visit, &asked, &who).await
            }
            _ => Ok(visit.go(&asked.at("/login"))),
        }
    }
}
