//! Is this the user, or somebody with the user's password?
//!
//! Only pools with threat protection ask; in all others no line of this file reads or writes anything. What is
//! known is little (see `docs/threat-protection.md`), so a level of risk is a hint, and what follows from it is
//! the configuration's word.

use crate::{
    AuthChallenge, AuthEvent, AuthEventKind, AuthEventResult, Caller, Circumstances, Error,
    Outcome, PasswordMoment, Pools, Refusal, Result, RiskDecision, RiskLevel, RiskSettings,
    SecondFactor, TakeoverAction, TakeoverAnswer, ThreatMode, User, UserPool, UserStatus,
    challenge::SoFar, factors::Next, habits::MOST_FAILURES,
};
use names::{ClientId, Password, Username};
use serde::{Deserialize, Serialize};
use store::Kept;

/// What was thought of a sign-in, as it travels with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Threat {
    pub level: Option<RiskLevel>,
    /// What is done about it; nothing, in a pool that only looks.
    pub answer: TakeoverAnswer,
    /// Whether the user is told.
    pub notifies: bool,
}

impl Threat {
    fn decision(self) -> RiskDecision {
        match (self.level, self.answer) {
            (None, _) => RiskDecision::NoRisk,
            (Some(_), TakeoverAnswer::Block) => RiskDecision::Block,
            (Some(_), _) => RiskDecision::AccountTakeover,
        }
    }
}

/// What is written down of something that was done.
pub(crate) struct Note<'a> {
    pub id: &'a str,
    pub kind: AuthEventKind,
    pub result: AuthEventResult,
    pub decision: RiskDecision,
    pub level: Option<RiskLevel>,
    pub is_compromised: bool,
    pub challenges: &'a [(AuthChallenge, bool)],
}

impl<'a> Note<'a> {
    pub(crate) fn of(id: &'a str, kind: AuthEventKind, result: AuthEventResult) -> Self {
        Self {
            id,
            kind,
            result,
            decision: RiskDecision::NoRisk,
            level: None,
            is_compromised: false,
            challenges: &[],
        }
    }

    /// A sign-in, and what was thought of it.
    fn sign_in(
        id: &'a str,
        result: AuthEventResult,
        threat: Threat,
        challenges: &'a [(AuthChallenge, bool)],
    ) -> Self {
        let Threat { level, .. } = threat;
        let noted = Self::of(id, AuthEventKind::SignIn, result);
        Self { decision: threat.decision(), level, challenges, ..noted }
    }
}

impl SoFar {
    /// Whether a second factor is asked for because of a risk, also of whoever is asked for none otherwise.
    pub(crate) fn needs_factor(&self) -> bool {
        self.threat.is_some_and(|threat| {
            matches!(threat.answer, TakeoverAnswer::MfaIfConfigured | TakeoverAnswer::MfaRequired)
        })
    }

    /// What was asked in a sign-in that got this far.
    fn challenges(&self) -> Vec<(AuthChallenge, bool)> {
        let asked =
            [(AuthChallenge::Password, self.met_password), (AuthChallenge::Mfa, self.met_factor)];
        asked.into_iter().filter(|(_, is_met)| *is_met).collect()
    }
}

impl User {
    /// What is asked of a user at risk: the usual, or else one of the factors that could be asked. Factors that
    /// are turned off are those that wait for this.
    pub(crate) fn factor_at_risk(&self, pool: &UserPool) -> Next {
        let usual = self.next_factor(pool);
        if usual != Next::Nothing || pool.settings.mfa.mode == crate::MfaMode::Off {
            return usual;
        }
        let is_usable = |factor: &SecondFactor| {
            pool.settings.mfa.allows(*factor)
                && self.can_use(*factor)
                && factor.contact().is_none_or(|contact| self.is_verified(contact))
        };
        let strongest = [SecondFactor::SoftwareToken, SecondFactor::Email, SecondFactor::Sms];
        strongest.into_iter().find(is_usable).map_or(Next::Nothing, Next::One)
    }
}

impl Pools {
    /// Refuses a caller whose address the configuration bars. Whom they wanted to sign in as is told to
    /// nobody, and written down.
    ///
    /// # Errors
    /// [`Refusal::Blocked`].
    pub async fn refuse_blocked(&self, caller: &Caller, name: Option<&Username>) -> Result<()> {
        let Caller { pool, client, circumstances, .. } = caller;
        let Some(address) = circumstances.address else { return Ok(()) };
        if pool.settings.threats.mode != ThreatMode::Enforced {
            return Ok(());
        }
        let risk = self.risk_settings(&pool.id, &client.id).await?;
        if !risk.blocked.iter().any(|range| range.contains(address)) {
            return Ok(());
        }
        if let Some(name) = name
            && let Some(user) = self.find_user(pool, name).await?
        {
            let threat = Threat {
                level: Some(RiskLevel::High),
                answer: TakeoverAnswer::Block,
                notifies: false,
            };
            let note = Note::sign_in(&caller.event_id, AuthEventResult::Fail, threat, &[]);
            self.note(pool, &user, circumstances, note).await?;
        }
        Err(Refusal::Blocked.into())
    }

    /// Refuses a password that everybody knows, where somebody wants it from now on.
    ///
    /// # Errors
    /// [`Refusal::PasswordCompromised`].
    pub(crate) async fn refuse_compromised(
        &self,
        pool: &UserPool,
        client: &ClientId,
        from: &Circumstances,
        password: &Password,
        moment: PasswordMoment,
    ) -> Result<()> {
        if pool.settings.threats.mode == ThreatMode::Enforced
            && self.house().compromised.contains(password)
        {
            let risk = self.risk_settings(&pool.id, client).await?;
            if risk.refuses_compromised.contains(&moment) && !is_skipped(&risk, from) {
                return Err(Refusal::PasswordCompromised.into());
            }
        }
        Ok(())
    }

    /// Looks whether everybody knows a password that was right. If that bars the user, only another password
    /// helps.
    pub(crate) async fn check_compromised(
        &self,
        caller: &Caller,
        user: &User,
        password: &Password,
    ) -> Result<()> {
        let Caller { pool, client, circumstances, event_id, .. } = caller;
        if !pool.settings.threats.is_on() || !self.house().compromised.contains(password) {
            return Ok(());
        }
        let risk = self.risk_settings(&pool.id, &client.id).await?;
        if is_skipped(&risk, circumstances) {
            return Ok(());
        }
        let is_barred = pool.settings.threats.mode == ThreatMode::Enforced
            && user.status == UserStatus::Confirmed
            && risk.refuses_compromised.contains(&PasswordMoment::SignIn);
        let (result, decision) = if is_barred {
            (AuthEventResult::Fail, RiskDecision::Block)
        } else {
            (AuthEventResult::InProgress, RiskDecision::NoRisk)
        };
        let challenges = &[(AuthChallenge::Password, true)];
        let note = Note::of(event_id, AuthEventKind::SignIn, result);
        let note = Note { decision, is_compromised: true, challenges, ..note };
        self.note(pool, user, circumstances, note).await?;
        if !is_barred {
            return Ok(());
        }
        let now = self.now();
        let change = |user: &mut User| {
            user.status = UserStatus::ResetRequired;
            user.end_refresh_tokens(now);
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await?;
        Err(Refusal::PasswordResetRequired.into())
    }

    /// Writes down that a password was wrong.
    pub(crate) async fn note_wrong_password(&self, caller: &Caller, user: &User) -> Result<()> {
        let challenges = &[(AuthChallenge::Password, false)];
        let threat = Threat::default();
        let note = Note::sign_in(&caller.event_id, AuthEventResult::Fail, threat, challenges);
        self.note(&caller.pool, user, &caller.circumstances, note).await
    }

    /// Writes down that a code was wrong, if that is what the error says, and gives it back.
    pub(crate) async fn wrong_code(
        &self,
        caller: &Caller,
        event_id: &str,
        user: &User,
        so_far: &SoFar,
        error: Error,
    ) -> Error {
        let mut challenges = so_far.challenges();
        challenges.push((AuthChallenge::Mfa, false));
        let threat = so_far.threat.unwrap_or_default();
        let note = Note::sign_in(event_id, AuthEventResult::Fail, threat, &challenges);
        match self.note(&caller.pool, user, &caller.circumstances, note).await {
            Ok(()) => error,
            Err(broken) => broken,
        }
    }

    /// What follows a right first factor in a pool that looks for threats.
    pub(crate) async fn go_on_watched(
        &self,
        caller: &Caller,
        user: Kept<User>,
        mut so_far: SoFar,
    ) -> Result<Outcome> {
        let (noted_user, event_id) = (user.clone(), &caller.event_id);
        so_far.met_password = true;
        if user.is_enabled && so_far.custom.is_none() {
            let mode = caller.pool.settings.threats.mode;
            let threat = self.weigh(caller, &user, mode).await?;
            let can_be_asked =
                matches!(user.factor_at_risk(&caller.pool), Next::One(_) | Next::Choice(_));
            let threat = match threat.answer {
                TakeoverAnswer::MfaRequired if !can_be_asked => {
                    Threat { answer: TakeoverAnswer::Block, ..threat }
                }
                _ => threat,
            };
            so_far.threat = Some(threat);
            self.act(caller, &user, threat).await?;
        }
        let threat = so_far.threat.unwrap_or_default();
        let outcome = self.after_threats(caller, user, so_far).await;
        let result = match &outcome {
            Ok(Outcome::SignedIn(_) | Outcome::Proven(_)) | Err(Error::Broken(_)) => {
                return outcome;
            }
            Ok(Outcome::Challenge(_)) => AuthEventResult::InProgress,
            Err(Error::Refused(_)) => AuthEventResult::Fail,
        };
        let challenges = &[(AuthChallenge::Password, true)];
        let note = Note::sign_in(event_id, result, threat, challenges);
        self.note(&caller.pool, &noted_user, &caller.circumstances, note).await?;
        outcome
    }

    /// Looks at a sign-in that nobody has looked at yet, right before its tokens. No factor can be asked for
    /// any more, so whoever needs one is not let in.
    pub(crate) async fn weigh_late(
        &self,
        caller: &Caller,
        user: &User,
        so_far: &mut SoFar,
    ) -> Result<()> {
        let threats = caller.pool.settings.threats;
        let mode = if so_far.is_custom { threats.custom } else { threats.mode };
        if so_far.threat.is_some() || !threats.is_on() || mode == ThreatMode::Off {
            return Ok(());
        }
        let threat = self.weigh(caller, user, mode).await?;
        let answer = match threat.answer {
            TakeoverAnswer::MfaRequired if !so_far.met_factor => TakeoverAnswer::Block,
            TakeoverAnswer::MfaIfConfigured => TakeoverAnswer::NoAction,
            other => other,
        };
        let threat = Threat { answer, ..threat };
        so_far.threat = Some(threat);
        self.act(caller, user, threat).await
    }

    /// Looks at somebody whom another provider sent, before they are let in. Their factors are that provider's to ask
    /// for, so of a risk that asks for one nothing follows.
    pub(crate) async fn weigh_federated(&self, caller: &Caller, user: &User) -> Result<Threat> {
        let mode = caller.pool.settings.threats.mode;
        if mode == ThreatMode::Off {
            return Ok(Threat::default());
        }
        let threat = self.weigh(caller, user, mode).await?;
        let threat = match threat.answer {
            TakeoverAnswer::Block | TakeoverAnswer::NoAction => threat,
            TakeoverAnswer::MfaIfConfigured | TakeoverAnswer::MfaRequired => {
                Threat { answer: TakeoverAnswer::NoAction, ..threat }
            }
        };
        self.act(caller, user, threat).await?;
        Ok(threat)
    }

    /// Writes down that another provider's word signed somebody in.
    pub(crate) async fn note_federated(
        &self,
        caller: &Caller,
        user: &User,
        threat: Threat,
    ) -> Result<()> {
        let note = Note::sign_in(&caller.event_id, AuthEventResult::Pass, threat, &[]);
        self.note(&caller.pool, user, &caller.circumstances, note).await
    }

    /// Writes down that somebody signed in, and learns from it what is usual.
    pub(crate) async fn note_sign_in(
        &self,
        caller: &Caller,
        user: &User,
        so_far: &SoFar,
    ) -> Result<()> {
        let threat = so_far.threat.unwrap_or_default();
        let challenges = so_far.challenges();
        let result = AuthEventResult::Pass;
        let note = Note::sign_in(&caller.event_id, result, threat, &challenges);
        self.note(&caller.pool, user, &caller.circumstances, note).await
    }

    /// How much a sign-in is unlike the user's own, and what the configuration says to that.
    async fn weigh(&self, caller: &Caller, user: &User, mode: ThreatMode) -> Result<Threat> {
        let Caller { pool, client, circumstances, .. } = caller;
        let risk = self.risk_settings(&pool.id, &client.id).await?;
        if is_skipped(&risk, circumstances) {
            return Ok(Threat::default());
        }
        let habits = self.habits(&pool.id, &user.sub).await?;
        let Some(level) = habits.level(circumstances, self.now()) else {
            return Ok(Threat::default());
        };
        let action = match mode {
            ThreatMode::Enforced => risk.action(level),
            ThreatMode::Off | ThreatMode::Audit => TakeoverAction::default(),
        };
        let TakeoverAction { answer, notifies } = action;
        Ok(Threat { level: Some(level), answer, notifies })
    }

    /// Does what follows from a risk: tells the user, and refuses.
    async fn act(&self, caller: &Caller, user: &User, threat: Threat) -> Result<()> {
        let Caller { pool, client, circumstances, event_id, .. } = caller;
        if threat.answer == TakeoverAnswer::Block {
            let note = Note::sign_in(event_id, AuthEventResult::Fail, threat, &[]);
            self.note(pool, user, circumstances, note).await?;
        }
        if threat.notifies {
            let risk = self.risk_settings(&pool.id, &client.id).await?;
            self.tell_of_takeover(caller, user, threat.answer, &risk.notices).await?;
        }
        match threat.answer {
            TakeoverAnswer::Block => Err(Refusal::Blocked.into()),
            _ => Ok(()),
        }
    }

    /// Writes down what was done as a user, in a pool that does so. Of failures no more than a user can have by
    /// mistake are written within an hour, so that nobody fills a store with them.
    pub(crate) async fn note(
        &self,
        pool: &UserPool,
        user: &User,
        from: &Circumstances,
        note: Note<'_>,
    ) -> Result<()> {
        if !pool.settings.threats.is_on() {
            return Ok(());
        }
        let now = self.now();
        let mut habits = self.habits(&pool.id, &user.sub).await?;
        if note.result == AuthEventResult::Fail && habits.recent_failures(now) >= MOST_FAILURES {
            return Ok(());
        }
        let key = AuthEvent::key_of(&pool.id, &user.sub, note.id);
        // An earlier step of the same sign-in.
        let before = self.records().get::<AuthEvent>(&key, now).await?;
        match (note.kind, note.result) {
            (kind, AuthEventResult::Fail) => {
                let is_wrong = kind == AuthEventKind::PasswordChange
                    || note.challenges.iter().any(|(_, is_met)| !is_met);
                habits.fail(is_wrong, now);
            }
            (AuthEventKind::SignIn | AuthEventKind::SignUp, AuthEventResult::Pass) => {
                habits.learn(from, now);
            }
            _ => {}
        }
        let event = AuthEvent {
            pool: pool.id.clone(),
            sub: user.sub.clone(),
            id: note.id.to_owned(),
            kind: note.kind,
            created_at: before.as_ref().map_or(now, |before| before.created_at),
            result: note.result,
            decision: note.decision,
            level: note.level,
            is_compromised: note.is_compromised
                || before.as_ref().is_some_and(|before| before.is_compromised),
            challenges: note.challenges.to_vec(),
            address: from.address,
            device_name: from.device_name.clone(),
            timezone: from.timezone.clone(),
            feedback: before.and_then(|before| before.into_inner().feedback),
            network: from.network(),
            device: from.device.clone(),
        };
        self.commit(|commit| {
            commit.put(&event).put(&habits);
        })
        .await
    }

    /// Writes down something other than a sign-in.
    pub(crate) async fn note_done(
        &self,
        caller: &Caller,
        user: &User,
        kind: AuthEventKind,
        result: AuthEventResult,
    ) -> Result<()> {
        let note = Note::of(&caller.event_id, kind, result);
        self.note(&caller.pool, user, &caller.circumstances, note).await
    }

    /// The id of something that is done in this pool. Where events are kept, it tells when it began.
    pub(crate) fn event_id(&self, pool: &UserPool) -> String {
        if pool.settings.threats.is_on() {
            self.random().uuid_v7(self.now())
        } else {
            self.random().uuid_v4()
        }
    }
}

fn is_skipped(risk: &RiskSettings, from: &Circumstances) -> bool {
    from.address.is_some_and(|address| risk.skipped.iter().any(|range| range.contains(address)))
}
