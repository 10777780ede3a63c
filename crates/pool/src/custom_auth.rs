//! How does somebody sign in by challenges that the pool's own functions make up?
//!
//! One function decides after every step what comes next, one makes a challenge, one looks at the answer.
//! What happened so far travels with the challenge, sealed, and so does what only the functions may know.
//! A function's word is enough for tokens, but never for a user who does not exist, is disabled or is not
//! confirmed.

use crate::{
    Caller, Challenge, Flow, Outcome, Pools, Refusal, Result, User,
    challenge::{CustomStep, SoFar, Steps},
};
use crypto::PublicA;
use events::cognito::ChallengeResult;
use names::{SecretHash, Session, Username};
use store::Kept;

/// The answer to [`Challenge::Custom`].
pub struct CustomAnswer<'a> {
    pub username: &'a Username,
    pub session: &'a Session,
    pub answer: &'a str,
    pub hash: Option<&'a SecretHash>,
}

/// The challenges that a deciding function may ask for.
const CUSTOM_CHALLENGE: &str = "CUSTOM_CHALLENGE";
const PASSWORD_VERIFIER: &str = "PASSWORD_VERIFIER";

impl Pools {
    /// Begins a sign-in in which functions decide; with a public value of SRP they may ask for the password
    /// too.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a client or pool that has no such sign-in; [`Refusal::NoUser`] where the
    /// client does not hide it; what the functions refuse.
    pub async fn begin_custom(
        &self,
        caller: &Caller,
        name: &Username,
        srp_a: Option<&str>,
        hash: Option<&SecretHash>,
    ) -> Result<Outcome> {
        caller.require_custom()?;
        let a = srp_a.map(PublicA::parse).transpose();
        let a = a.map_err(|_| Refusal::invalid("SRP_A is not a valid public value."))?;
        let user = self.find_user(&caller.pool, name).await?;
        self.check_secret_hash(&caller.client, name.as_str(), user.as_deref(), hash)?;
        if user.is_none() && !caller.client.settings.hides_missing_users {
            return Err(Refusal::NoUser.into());
        }
        self.ask_pre_authentication(caller, name, user.as_deref()).await?;
        let mut steps = Steps {
            name: user.as_ref().map_or(name, |user| &user.username).clone(),
            results: Vec::new(),
            a: a.map(|a| a.to_hex()),
            device: SoFar::of(caller).device,
        };
        if steps.a.is_some() {
            steps.push("SRP_A", true);
        }
        // What the client says here is for the function before the sign-in alone.
        let caller = Caller { metadata: events::cognito::Metadata::new(), ..caller.clone() };
        self.go_on(&caller, user, steps).await
    }

    /// Lets the function look at the answer to its challenge, right or not, and asks what comes next.
    ///
    /// # Errors
    /// [`Refusal::InvalidSession`], [`Refusal::SessionExpired`], [`Refusal::SessionUsed`],
    /// [`Refusal::WrongCredentials`], and what the functions refuse.
    pub async fn answer_custom(
        &self,
        caller: &Caller,
        answer: CustomAnswer<'_>,
    ) -> Result<Outcome> {
        let CustomAnswer { username, session, answer, hash } = answer;
        let (waiting, user) = self.open_for::<CustomStep>(caller, session, username, hash).await?;
        self.answer_once(&waiting).await?;
        let caller = Caller { event_id: waiting.event_id, ..caller.clone() };
        let CustomStep { mut steps, private, metadata } = waiting.step;
        let is_correct = self
            .ask_verify_auth_challenge(&caller, &steps, user.as_deref(), private, answer)
            .await?;
        steps.results.push(ChallengeResult {
            challenge_name: CUSTOM_CHALLENGE.to_owned(),
            challenge_result: is_correct,
            challenge_metadata: metadata,
        });
        self.go_on(&caller, user, steps).await
    }

    /// Asks what comes next, and does it.
    pub(crate) async fn go_on(
        &self,
        caller: &Caller,
        user: Option<Kept<User>>,
        steps: Steps,
    ) -> Result<Outcome> {
        let decided = self.ask_define_auth_challenge(caller, &steps, user.as_deref()).await?;
        if decided.fail_authentication == Some(true) {
            return Err(Refusal::WrongCredentials.into());
        }
        if decided.issue_tokens == Some(true) {
            let user = user.ok_or(Refusal::WrongCredentials)?;
            check_admissible(&user)?;
            let so_far = SoFar { device: steps.device, is_custom: true, ..SoFar::default() };
            return self.finish(caller, user, so_far).await;
        }
        match decided.challenge_name.as_deref() {
            Some(CUSTOM_CHALLENGE) => self.challenge(caller, user.as_deref(), steps).await,
            Some(PASSWORD_VERIFIER) => {
                let a = steps.a.as_deref().and_then(|a| PublicA::parse(a).ok());
                let a = a.ok_or_else(|| no_decision("PASSWORD_VERIFIER without SRP_A"))?;
                let name = steps.name.clone();
                let so_far = SoFar { custom: Some(steps), ..SoFar::of(caller) };
                self.srp_challenge(caller, &name, user.as_deref(), &a, so_far).await
            }
            _ => Err(no_decision("Unrecognizable lambda output").into()),
        }
    }

    /// Asks for a challenge, and hands the part of it that the client may see to the client.
    async fn challenge(
        &self,
        caller: &Caller,
        user: Option<&User>,
        steps: Steps,
    ) -> Result<Outcome> {
        let made = self.ask_create_auth_challenge(caller, &steps, user, CUSTOM_CHALLENGE).await?;
        let user_id = match user {
            Some(user) => user.username.clone(),
            None => self.decoy(&caller.pool, &steps.name)?.0,
        };
        let step = CustomStep {
            steps,
            private: made.private_challenge_parameters,
            metadata: made.challenge_metadata,
        };
        let sub = user.map(|user| user.sub.clone());
        let session = self.wait_session(caller, sub, user_id.clone(), step).await?;
        let mut parameters = made.public_challenge_parameters.unwrap_or_default();
        parameters.insert("USERNAME".to_owned(), user_id.to_string());
        Ok(Outcome::Challenge(Challenge::Custom { session, parameters }))
    }
}

impl Caller {
    /// Refuses a custom sign-in where the client may not use it, or the pool has no function that decides.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn require_custom(&self) -> Result<()> {
        self.require(Flow::Custom)?;
        if self.pool.settings.triggers.define_auth_challenge.is_none() {
            return Err(not_configured().into());
        }
        Ok(())
    }
}

impl Steps {
    /// Takes note of a step that no function made up.
    pub(crate) fn push(&mut self, name: &str, is_met: bool) {
        self.results.push(ChallengeResult {
            challenge_name: name.to_owned(),
            challenge_result: is_met,
            challenge_metadata: None,
        });
    }
}

/// A pool without the function that decides in a custom sign-in.
pub(crate) fn not_configured() -> Refusal {
    Refusal::invalid("Custom auth lambda trigger is not configured for the user pool.")
}

fn no_decision(reason: &str) -> Refusal {
    Refusal::TriggerAnswer { trigger: "DefineAuthChallenge", reason: reason.to_owned() }
}

/// Refuses tokens to a user whom no function can let in. A temporary password that nobody asked for stays
/// what it is.
fn check_admissible(user: &User) -> Result<()> {
    if !user.is_enabled {
        return Err(Refusal::Disabled.into());
    }
    Ok(user.status.check()?)
}
