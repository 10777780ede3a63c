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
struct Shown {
    username: String,
    problems: Vec<Problem>,
    notice: Option<Notice>,
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
            let problem = Problem::at(Field::Password, Fault::Missing);
            return self.show_sign_in(visit, &asked, StatusCode::BAD_REQUEST, shown(problem)).await;
        };
        // What cannot be a name or a password is nobody's, which is all that is said of it.
        let parsed = Username::parse(&username).ok().zip(Password::parse(password).ok());
        let outcome = match parsed {
            Some((name, password)) => {
                let outcome = self.pools.sign_in_on_pages(&asked.caller, &name, &password).await;
                if let Err(Error::Refused(refusal)) = &outcome {
                    let path = match refusal {
                        Refusal::NotConfirmed => Some("/confirm"),
                        Refusal::PasswordResetRequired => Some("/forgotPassword"),
                        _ => None,
                    };
                    if let Some(path) = path {
                        let carried = Carried::Named { username: name, sent_to: None };
                        let step = self.carry(visit, &asked.caller, carried)?;
                        return Ok(visit.go(&asked.at_with(path, STEP, &step)));
                    }
                }
                outcome
            }
            None => Err(Refusal::WrongCredentials.into()),
        };
        match outcome {
            Err(Error::Refused(refusal)) => {
                let shown = shown(fault::of_form(&refusal));
                self.show_sign_in(visit, &asked, StatusCode::BAD_REQUEST, shown).await
            }
            outcome => self.after_factor(visit, &asked, outcome?).await,
        }
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
            Outcome::Challenge(_) | Outcome::SignedIn(_) => {
                Err(Error::internal("a sign-in on the pages led to what no page answers").into())
            }
        }
    }

    async fn show_sign_in(
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
        let local = asked.is_local().then(|| LocalSignIn {
            form: visit.form_to(asked.at("/login")),
            identifier: identifier(pool),
            username,
            asks_password: true,
            forgot_password: Some(asked.at("/forgotPassword")),
            passkey: None,
        });
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
