//! Signing in by name first, where there are more ways to begin than a password.

use super::{client, factors, login::Shown};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::Carried,
    pages::{ChoicePurpose, ChooseFactor, EnterPassword, Factor, Fault, Field, Problem},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::Username;
use pool::{
    BeginByChoice, Challenge, Contact, Error, FirstChoice, FirstFactor, Flow, Outcome, Refusal,
};

impl Asked {
    /// Whether people say who they are before they are asked to prove it: where the pool takes codes as the
    /// only factor, and the client leaves people the choice.
    pub(crate) fn asks_name_first(&self) -> bool {
        let takes = |contact| self.caller.pool.settings.allows_first(FirstFactor::Code(contact));
        self.caller.client.allows(Flow::UserAuth)
            && (takes(Contact::Email) || takes(Contact::PhoneNumber))
    }
}

impl OAuth {
    /// Takes a name, and asks how somebody of this name wants to begin. Where there is but one way, it begins.
    pub(crate) async fn begin_with_name(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        username: String,
    ) -> Result<Response<Bytes>, Stop> {
        let Ok(name) = Username::parse(&username) else {
            let fault = if username.is_empty() { Fault::Missing } else { Fault::Malformed };
            let problems = vec![Problem::at(Field::Username, fault)];
            let shown = Shown { username, problems, notice: None };
            return self.show_sign_in(visit, asked, StatusCode::BAD_REQUEST, shown).await;
        };
        let mut choices = self.pools.first_choices(&asked.caller, &name).await?;
        // The pages ask for the password itself, and not for passkeys.
        choices.retain(|choice| factor(*choice).is_some());
        match choices.as_slice() {
            [] => {
                let refusal = Refusal::WrongCredentials;
                self.refuse_sign_in(visit, asked, Some(name), username, &refusal).await
            }
            [choice] => self.begin_by(visit, asked, name, *choice).await,
            _ => self.ask_how_to_begin(visit, asked, name, choices, Vec::new()),
        }
    }

    fn ask_how_to_begin(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        username: Username,
        choices: Vec<FirstChoice>,
        problems: Vec<Problem>,
    ) -> Result<Response<Bytes>, Stop> {
        let factors = choices.iter().filter_map(|choice| factor(*choice)).collect();
        let carried = Carried::Choosing { username, choices };
        let step = self.carry(visit, &asked.caller, carried)?;
        let page = ChooseFactor {
            client: client(asked),
            form: visit.form_with_step(asked.at(factors::PATH), step),
            purpose: ChoicePurpose::SignIn,
            factors,
            sign_in: asked.at("/login"),
            problems,
        };
        Ok(visit.show(factors::status(&page.problems), Some(asked), &page))
    }

    /// Takes the choice of how to begin.
    pub(super) async fn choose_how_to_begin(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        username: Username,
        choices: Vec<FirstChoice>,
    ) -> Result<Response<Bytes>, Stop> {
        let wanted = visit.form.get("factor");
        let is_wanted = |choice: &&FirstChoice| {
            factor(**choice).is_some_and(|it| Some(it.value(ChoicePurpose::SignIn)) == wanted)
        };
        match choices.iter().find(is_wanted).copied() {
            Some(choice) => self.begin_by(visit, asked, username, choice).await,
            None => {
                let problems = vec![Problem::new(Fault::Missing)];
                self.ask_how_to_begin(visit, asked, username, choices, problems)
            }
        }
    }

    async fn begin_by(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        name: Username,
        choice: FirstChoice,
    ) -> Result<Response<Bytes>, Stop> {
        if choice == FirstChoice::Password {
            return Ok(self.ask_for_password(visit, asked, &name, Vec::new()));
        }
        let hash = self.pools.own_secret_hash(&asked.caller.client, name.as_str())?;
        let begin = BeginByChoice {
            username: &name,
            preferred: Some(choice),
            password: None,
            srp_a: None,
            hash: hash.as_ref(),
        };
        let refusal = match self.pools.begin_by_choice(&asked.caller, &begin).await {
            Ok(Outcome::Challenge(challenge @ Challenge::Code { .. })) => {
                return self.ask_factor(visit, asked, challenge, Some(name)).await;
            }
            // It may not be chosen any more.
            Ok(_) => Refusal::InvalidSession,
            Err(Error::Refused(refusal)) => refusal,
            Err(error) => return Err(error.into()),
        };
        let username = name.to_string();
        self.refuse_sign_in(visit, asked, Some(name), username, &refusal).await
    }

    /// Asks somebody who said their name for the password.
    pub(super) fn ask_for_password(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        name: &Username,
        problems: Vec<Problem>,
    ) -> Response<Bytes> {
        let page = EnterPassword {
            client: client(asked),
            form: visit.form_to(asked.at("/login")),
            username: name.to_string(),
            change: asked.at("/login"),
            forgot_password: Some(asked.at("/forgotPassword")),
            others: None,
            problems,
        };
        visit.show(factors::status(&page.problems), Some(asked), &page)
    }
}

/// A way to begin, as the pages put it. Of where a code would go nothing is said before it goes there.
fn factor(choice: FirstChoice) -> Option<Factor> {
    match choice {
        FirstChoice::Password => Some(Factor::Password),
        FirstChoice::EmailCode => Some(Factor::Email { to: None }),
        FirstChoice::SmsCode => Some(Factor::Sms { to: None }),
        FirstChoice::PasswordSrp | FirstChoice::Passkey => None,
    }
}
