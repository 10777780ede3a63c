//! Signing in by name and password.

use super::{client, identifier};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::{Carried, News, STEP},
    fault,
    pages::{
        Fault, Field, LocalSignIn, Notice, PageFault, Problem, Provider, ProviderKind, SignIn,
    },
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::{Password, Username};
use pool::{Challenge, Error, Outcome, Refusal};

/// What the sign-in page shows besides what it always shows.
#[derive(Default)]
pub(super) struct Shown {
    pub username: String,
    pub problems: Vec<Problem>,
    pub notice: Option<Notice>,
}

impl OAuth {
    /// Shows the sign-in page, unless somebody is signed in already.
    pub(crate) async fn login(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        if asked.prompt.none {
            return Ok(visit.go(&asked.at("/oauth2/authorize")));
        }
        let who = self.usable_session(visit, &asked).await?;
        if let Some(who) = &who
            && !asked.prompt.login
            && !asked.prompt.select_account
        {
            return self.after_choice(visit, &asked, who).await;
        }
        let carried = self.carried(visit, &asked.caller);
        let mut shown = match carried {
            Some(Carried::News { news, username }) => {
                let notice = match news {
                    News::AccountConfirmed => Notice::AccountConfirmed,
                    News::PasswordChanged => Notice::PasswordChanged,
                };
                Shown { username: username.to_string(), notice: Some(notice), ..Shown::default() }
            }
            _ => Shown::default(),
        };
        if shown.username.is_empty() {
            shown.username = asked.login_hint.clone().unwrap_or_default();
        }
        if who.is_some() && shown.notice.is_none() {
            shown.notice = Some(Notice::SignInAgain);
        }
        self.show_sign_in(visit, &asked, StatusCode::OK, shown).await
    }

    /// Looks at a name and a password.
    pub(crate) async fn sign_in(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        if !asked.is_local() {
            return Err(Stop::Page(PageFault::NotAllowed, None));
        }
        let username = visit.form.get("username").unwrap_or_default().trim().to_owned();
        let shown = |problem| Shown {
            username: username.clone(),
            problems: vec![problem],
            ..Shown::default()
        };
        let Some(password) = visit.form.get("password") else {
            if asked.asks_name_first() {
                return self.begin_with_name(visit, &asked, username).await;
            }
            let problem = Problem::at(Field::Password, Fault::Missing);
            return self.show_sign_in(visit, &asked, StatusCode::BAD_REQUEST, shown(problem)).await;
        };
        // What cannot be a name or a password is nobody's, which is all that is said of it.
        let parsed = Username::parse(&username).ok().zip(Password::parse(password).ok());
        let outcome = match &parsed {
            Some((name, password)) => {
                self.pools.sign_in_on_pages(&asked.caller, name, password).await
            }
            None => Err(Refusal::WrongCredentials.into()),
        };
        let name = parsed.map(|(name, _)| name);
        match outcome {
            Err(Error::Refused(refusal)) => match name {
                Some(name) if asked.asks_name_first() && !leads_on(&refusal) => {
                    let problem = fault::of_form(&refusal);
                    Ok(self.ask_for_password(visit, &asked, &name, vec![problem]))
                }
                name => self.refuse_sign_in(visit, &asked, name, username, &refusal).await,
            },
            outcome => self.after_factor(visit, &asked, outcome?).await,
        }
    }

    /// What somebody sees whose sign-in was refused: where it can be mended, or the beginning.
    pub(super) async fn refuse_sign_in(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        name: Option<Username>,
        username: String,
        refusal: &Refusal,
    ) -> Result<Response<Bytes>, Stop> {
        let path = match refusal {
            Refusal::NotConfirmed => Some("/confirm"),
            Refusal::PasswordResetRequired => Some("/forgotPassword"),
            _ => None,
        };
        if let Some((path, username)) = path.zip(name) {
            let carried = Carried::Named { username, sent_to: None };
            let step = self.carry(visit, &asked.caller, carried)?;
            return Ok(visit.go(&asked.at_with(path, STEP, &step)));
        }
        let problems = vec![fault::of_form(refusal)];
        let shown = Shown { username, problems, notice: None };
        self.show_sign_in(visit, asked, StatusCode::BAD_REQUEST, shown).await
    }

    /// What follows a factor that was right: another one, or the end.
    pub(crate) async fn after_factor(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        outcome: Outcome,
    ) -> Result<Response<Bytes>, Stop> {
        match outcome {
            Outcome::Proven(proven) => {
                let user = self.pools.user_by_sub(&asked.caller.pool.id, &proven.sub).await?;
                self.signed_in(visit, asked, &user, proven.event_id, None).await
            }
            Outcome::Challenge(Challenge::NewPasswordRequired {
                session,
                user_id,
                required,
                ..
            }) => {
                let asked_for = required
                    .iter()
                    .filter_map(|name| name.strip_prefix("userAttributes."))
                    .map(str::to_owned)
                    .collect();
                let carried = Carried::NewPassword { session, username: user_id, asked_for };
                self.ask_for_new_password(visit, asked, carried, Vec::new()).await
            }
            Outcome::Challenge(challenge) => self.ask_factor(visit, asked, challenge, None).await,
            Outcome::SignedIn(_) => {
                Err(Error::internal("a sign-in on the pages ended with tokens").into())
            }
        }
    }

    pub(super) async fn show_sign_in(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        status: StatusCode,
        shown: Shown,
    ) -> Result<Response<Bytes>, Stop> {
        let pool = &asked.caller.pool;
        let choices = self.federation.choices(&asked.caller).await?;
        let providers: Vec<Provider> = choices
            .into_iter()
            .map(|choice| Provider {
                href: asked.at_with("/oauth2/authorize", "identity_provider", &choice.name),
                kind: kind(choice.kind),
                name: choice.name,
            })
            .collect();
        let Shown { username, problems, notice } = shown;
        let local = match asked.is_local() {
            true => Some(LocalSignIn {
                form: visit.form_to(asked.at("/login")),
                identifier: identifier(pool),
                username,
                asks_password: !asked.asks_name_first(),
                forgot_password: Some(asked.at("/forgotPassword")),
                passkey: self.offer_passkey(visit, asked).await?,
            }),
            false => None,
        };
        if local.is_none() && providers.is_empty() {
            let text = "Login pages unavailable. Please contact an administrator.";
            return Err(Stop::Page(PageFault::BadRequest, Some(text.into())));
        }
        let may_sign_up = local.is_some() && !pool.settings.only_admins_create_users;
        let page = SignIn {
            client: client(asked),
            local,
            providers,
            sign_up: may_sign_up.then(|| asked.at("/signup")),
            problems,
            notice,
        };
        Ok(visit.show(status, Some(asked), &page))
    }
}

/// Whether a refusal is mended elsewhere than where the password was asked for.
fn leads_on(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotConfirmed | Refusal::PasswordResetRequired)
}

pub(super) fn kind(kind: pool::ProviderKind) -> ProviderKind {
    use pool::ProviderKind as Known;
    match kind {
        Known::Google => ProviderKind::Google,
        Known::SignInWithApple => ProviderKind::Apple,
        Known::Facebook => ProviderKind::Facebook,
        Known::LoginWithAmazon => ProviderKind::Amazon,
        _ => ProviderKind::Other,
    }
}
