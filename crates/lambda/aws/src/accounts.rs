//! How do a profile and its user in Amazon Cognito change together?
//!
//! There is no commit over both. So a change is [noted](note) first, then the account is changed, and then one
//! commit changes the profile and takes the note away. If that cannot be, the account is put back as the
//! profile says: a profile that says `active` must not hide a user who is kept out, and the other way round.
//! Whoever dies in between leaves the note, and [`Accounts::unfinished`] goes by it.
//!
//! A new user is kept out before the password is set, so there is no moment in which somebody could sign in
//! who has not shown that the address is theirs.

mod note;

use crate::{Aws, aws::unavailable, directory};
use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    primitives::DateTime,
    types::{AttributeType, MessageActionType, UserStatusType, UserType, UsernameAttributeType},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use crypto::Random;
use jiff::{SignedDuration, Timestamp};
use names::{Sub, UserPoolId};
use note::{About, Fate, Note, Notes, Stage};
use std::{
    error::Error,
    sync::{Arc, OnceLock},
};
use store::{Commit, Kept, Record};
use users::{
    Account, AccountChange, Accounts, Kind, MEMBERS, Member, MemberPage, NewAccount, Problem,
    Profiles, Refused, Status, Unfinished,
};

/// Accounts in a user pool of Amazon Cognito, with profiles in a table.
pub struct PoolAccounts {
    client: Client,
    pool: UserPoolId,
    profiles: Profiles,
    notes: Notes,
    random: Arc<dyn Random>,
    /// Whether people sign in with their address, which does not change as long as there is the pool.
    is_named_by_email: OnceLock<bool>,
}

/// How often somebody else may be quicker.
const TRIES: usize = 4;

/// How long after its note a user may have been made by whoever wrote it, and how much earlier by the clock of
/// the pool.
const LATEST: SignedDuration = SignedDuration::from_secs(60);
const EARLIEST: SignedDuration = SignedDuration::from_secs(-10);

/// How Amazon Cognito begins what it says of a password.
const POLICY: &str = "Password did not conform with policy: ";
/// And of one that everybody knows.
const KNOWN: &str = "Provided password cannot be used for security reasons.";

/// A user as the pool has it.
struct Found {
    sub: Sub,
    account: Account,
    status: Option<UserStatusType>,
    made_at: Option<Timestamp>,
}

/// Why a user was not made.
enum NotMade {
    /// There is none.
    Refused(Problem),
    /// There may be one.
    Unknown(Problem),
}

impl PoolAccounts {
    /// The accounts of this pool.
    #[must_use]
    pub fn new(aws: &Aws, pool: UserPoolId, profiles: Profiles, random: Arc<dyn Random>) -> Self {
        let notes =
            Notes { records: profiles.records().clone(), table: profiles.table().to_owned() };
        let client = directory::client(aws);
        Self { client, pool, profiles, notes, random, is_named_by_email: OnceLock::new() }
    }

    /// The name that somebody new gets, and the member of the request that it is from.
    async fn username(&self, new: &NewAccount) -> Result<(String, &'static str), Problem> {
        if self.is_named_by_email().await? {
            return Ok((new.email.as_str().to_owned(), "/email"));
        }
        let name = new.handle.as_ref().map(|handle| handle.as_str().to_owned());
        Ok((name.unwrap_or_else(|| self.random.uuid_v4()), "/handle"))
    }

    async fn is_named_by_email(&self) -> Result<bool, Problem> {
        if let Some(known) = self.is_named_by_email.get() {
            return Ok(*known);
        }
        let asked = self.client.describe_user_pool().user_pool_id(self.pool.as_str());
        let answer = asked.send().await.map_err(problem)?;
        let names = answer.user_pool.and_then(|pool| pool.username_attributes);
        let is_email = names.unwrap_or_default().contains(&UsernameAttributeType::Email);
        Ok(*self.is_named_by_email.get_or_init(|| is_email))
    }

    /// Makes the user, who has no password that anybody knows.
    async fn make(&self, username: &str, new: &NewAccount) -> Result<Sub, NotMade> {
        let mut attributes = vec![
            attribute("email", new.email.as_str()).map_err(NotMade::Refused)?,
            attribute("email_verified", "false").map_err(NotMade::Refused)?,
        ];
        for (name, value) in
            [("name", &new.name), ("given_name", &new.first_name), ("family_name", &new.last_name)]
        {
            if let Some(value) = value {
                attributes.push(attribute(name, value.as_str()).map_err(NotMade::Refused)?);
            }
        }
        let call = self
            .client
            .admin_create_user()
            .user_pool_id(self.pool.as_str())
            .username(username)
            .message_action(MessageActionType::Suppress)
            .set_user_attributes(Some(attributes))
            .customize()
            .config_override(self.sent_once());
        let answer = call.send().await.map_err(|error| {
            let is_refused = match &error {
                SdkError::ConstructionFailure(_) => true,
                SdkError::ServiceError(failed) => failed.raw().status().as_u16() < 500,
                _ => false,
            };
            let problem = problem(error);
            if is_refused { NotMade::Refused(problem) } else { NotMade::Unknown(problem) }
        })?;
        let attributes = answer.user.and_then(|user| user.attributes).unwrap_or_default();
        sub_of(&attributes).ok_or_else(|| {
            tracing::error!("a user was made who has no sub");
            NotMade::Unknown(Problem::internal())
        })
    }

    /// For a call that must not be sent again by itself: the second try would meet the user that the first has
    /// made. It has the time of all tries, since giving up on it early leaves the most to be mended.
    fn sent_once(&self) -> Builder {
        let mut config = Builder::new().retry_config(RetryConfig::disabled());
        let timeouts = self.client.config().timeout_config();
        let all_tries = timeouts.and_then(TimeoutConfig::operation_timeout);
        config.set_timeout_config(
            all_tries.map(|time| TimeoutConfig::builder().operation_attempt_timeout(time).build()),
        );
        config
    }

    /// Keeps somebody new out, and only then sets the password.
    async fn complete(&self, sub: &Sub, new: &NewAccount) -> Result<(), Problem> {
        self.disable(sub).await?;
        let set = self.client.admin_set_user_password().user_pool_id(self.pool.as_str());
        let set = set.username(sub.as_str()).password(new.password.reveal()).permanent(true);
        set.send().await.map(drop).map_err(problem)
    }

    /// Takes back that somebody was made.
    async fn unmake(&self, note: Kept<Note>, sub: &Sub, now: Timestamp) {
        match self.delete(sub).await {
            Ok(()) => self.notes.forget(&note, now).await,
            Err(_) => tracing::error!(%sub, "a user without a profile stays until the next sweep"),
        }
    }

    async fn look(&self, name: &str) -> Result<Option<Found>, Problem> {
        let asked = self.client.admin_get_user().user_pool_id(self.pool.as_str()).username(name);
        let user = match asked.send().await {
            Ok(user) => user,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(problem(error)),
        };
        let attributes = user.user_attributes.unwrap_or_default();
        let Some(sub) = sub_of(&attributes) else {
            tracing::error!("a user of the pool has no sub");
            return Err(Problem::internal());
        };
        let value = |name: &str| {
            let attribute = attributes.iter().find(|attribute| attribute.name == name)?;
            attribute.value.clone()
        };
        let account = Account {
            is_enabled: user.enabled,
            email: value("email"),
            is_email_verified: value("email_verified").as_deref() == Some("true"),
        };
        let made_at = made_at(user.user_create_date);
        Ok(Some(Found { sub, account, status: user.user_status, made_at }))
    }

    async fn enable(&self, sub: &Sub) -> Result<(), Problem> {
        let call = self.client.admin_enable_user().user_pool_id(self.pool.as_str());
        call.username(sub.as_str()).send().await.map(drop).map_err(problem)
    }

    async fn disable(&self, sub: &Sub) -> Result<(), Problem> {
        let call = self.client.admin_disable_user().user_pool_id(self.pool.as_str());
        call.username(sub.as_str()).send().await.map(drop).map_err(problem)
    }

    async fn sign_out(&self, sub: &Sub) -> Result<(), Problem> {
        let call = self.client.admin_user_global_sign_out().user_pool_id(self.pool.as_str());
        call.username(sub.as_str()).send().await.map(drop).map_err(problem)
    }

    async fn set_email(&self, sub: &Sub, email: &str, is_verified: bool) -> Result<(), Problem> {
        let verified = if is_verified { "true" } else { "false" };
        let call = self.client.admin_update_user_attributes().user_pool_id(self.pool.as_str());
        let call = call
            .username(sub.as_str())
            .user_attributes(attribute("email", email)?)
            .user_attributes(attribute("email_verified", verified)?);
        call.send().await.map(drop).map_err(problem)
    }

    /// There is no such user after this, whoever it was that deleted them.
    async fn delete(&self, sub: &Sub) -> Result<(), Problem> {
        let call = self.client.admin_delete_user().user_pool_id(self.pool.as_str());
        match call.username(sub.as_str()).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(problem(error)),
        }
    }

    async fn apply(
        &self,
        id: &Sub,
        account: &Account,
        change: &AccountChange,
    ) -> Result<(), Problem> {
        match change {
            AccountChange::Activate => {
                if let (Some(email), false) = (&account.email, account.is_email_verified) {
                    self.set_email(id, email, true).await?;
                }
                self.enable(id).await
            }
            AccountChange::LetIn => self.enable(id).await,
            AccountChange::KeepOut => {
                self.disable(id).await?;
                self.sign_out(id).await
            }
            AccountChange::SetEmail { email, is_verified } => {
                self.set_email(id, email.as_str(), *is_verified).await
            }
            // Not deleted yet: that could not be put back.
            AccountChange::Delete => self.disable(id).await,
        }
    }

    /// Puts an account back as its profile says, and its address as the note says. That the profile changes
    /// meanwhile is seen, and it is looked at again.
    async fn settle(&self, note: &Note, now: Timestamp) -> Result<(), Problem> {
        let About::Member { sub, email, is_email_verified } = &note.about else { return Ok(()) };
        for _ in 0..TRIES {
            let Some(row) = self.profiles.find(sub, now).await.map_err(Problem::broken)? else {
                return Ok(());
            };
            let Some(found) = self.look(sub.as_str()).await? else { return Ok(()) };
            let status = row.document.status;
            match (found.account.is_enabled, status.may_sign_in()) {
                (true, false) => self.disable(sub).await?,
                (false, true) => self.enable(sub).await?,
                (true, true) | (false, false) => {}
            }
            let known = row.document.email.as_ref().map(users::EmailAddress::as_str);
            if let Some(email) = email.as_deref().filter(|email| known == Some(email)) {
                let is_other = found.account.email.as_deref() != Some(email);
                // An address that was proven by somebody else meanwhile is that of an active user.
                let is_early = status == Status::Pending
                    && found.account.is_email_verified
                    && !is_email_verified;
                if is_other || is_early {
                    self.set_email(sub, email, *is_email_verified).await?;
                }
            }
            let again = self.profiles.find(sub, now).await.map_err(Problem::broken)?;
            if again.is_some_and(|again| again.etag() == row.etag()) {
                return Ok(());
            }
        }
        Err(Kind::Contended.into())
    }

    /// Takes back a change that the profile does not know of.
    async fn put_back(&self, note: Kept<Note>, now: Timestamp) {
        match self.settle(&note, now).await {
            Ok(()) => self.notes.forget(&note, now).await,
            Err(_) => {
                let sub = note.about.sub().map(Sub::as_str);
                tracing::error!(sub, "an account is not as its profile says until the next sweep");
            }
        }
    }

    /// Lets an account go whose profile is gone.
    async fn let_go(&self, note: Kept<Note>, now: Timestamp) -> Result<(), Problem> {
        if let About::Member { sub, .. } = &note.about {
            self.delete(sub).await?;
        }
        self.notes.forget(&note, now).await;
        Ok(())
    }

    /// Brings to its end what somebody began and did not end.
    async fn mend(&self, note: Kept<Note>, now: Timestamp) -> Result<(), Problem> {
        let note = match self.notes.fate(note, now).await? {
            Fate::Made(Some(note)) => return self.let_go(note, now).await,
            Fate::Made(None) => return Ok(()),
            Fate::Never(note) => note,
        };
        match &note.about {
            About::Member { .. } => self.settle(&note, now).await?,
            About::Newcomer(username) => {
                if let Some(found) = self.look(username).await?
                    && found.is_half_made(&note)
                    && self.profiles.find(&found.sub, now).await.map_err(Problem::broken)?.is_none()
                {
                    self.delete(&found.sub).await?;
                }
            }
        }
        self.notes.forget(&note, now).await;
        Ok(())
    }
}

impl Found {
    /// Whether this is the user that was made when the note was written, and not one who came in by another
    /// way: those who sign up are not made for them, and those whom an administrator makes are let in once
    /// they have a password.
    fn is_half_made(&self, note: &Note) -> bool {
        let is_then = self.made_at.is_some_and(|at| {
            let later = at.duration_since(note.at);
            later >= EARLIEST && later <= LATEST
        });
        let is_ours = match self.status {
            Some(UserStatusType::ForceChangePassword) => true,
            Some(UserStatusType::Confirmed) => !self.account.is_enabled,
            _ => false,
        };
        is_then && is_ours && !self.account.is_email_verified
    }
}

#[async_trait]
impl Accounts for PoolAccounts {
    async fn create(
        &self,
        new: NewAccount,
        and: &(dyn for<'a> Fn(&'a Sub) -> Commit + Send + Sync),
        now: Timestamp,
    ) -> Result<Sub, Refused> {
        let (username, named_at) = self.username(&new).await?;
        let about = About::Newcomer(username.clone());
        let note = self.notes.begin(about, self.random.uuid_v4(), now).await?;
        let sub = match self.make(&username, &new).await {
            Ok(sub) => sub,
            Err(NotMade::Refused(problem)) => {
                self.notes.forget(&note, now).await;
                return Err(at_name(problem, named_at).into());
            }
            // The note stays, and the sweep sees whether there is somebody.
            Err(NotMade::Unknown(problem)) => return Err(problem.into()),
        };
        if let Err(problem) = self.complete(&sub, &new).await {
            self.unmake(note, &sub, now).await;
            return Err(problem.into());
        }
        let mut commit = and(&sub);
        commit.delete(&note);
        match self.profiles.records().commit(commit, now).await {
            Ok(()) => Ok(sub),
            Err(store::Refused::Conflict(conflict)) => {
                let is_given_up = conflict.is_on(&note.key());
                self.unmake(note, &sub, now).await;
                if is_given_up {
                    return Err(Problem::new(Kind::Contended).into());
                }
                Err(Refused::Conflict(conflict))
            }
            Err(store::Refused::Broken(broken)) => {
                let problem = Problem::broken(broken);
                match self.notes.fate(note, now).await {
                    Ok(Fate::Made(_)) => return Ok(sub),
                    Ok(Fate::Never(note)) => self.unmake(note, &sub, now).await,
                    Err(_) => {
                        tracing::error!(%sub, "whether a user is made is open until the next sweep")
                    }
                }
                Err(problem.into())
            }
        }
    }

    async fn change(
        &self,
        id: &Sub,
        change: AccountChange,
        mut and: Commit,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let Some(found) = self.look(id.as_str()).await? else {
            return match change {
                // Who is gone is kept out already, and the profile can still say so.
                AccountChange::KeepOut | AccountChange::Delete => {
                    Ok(self.profiles.records().commit(and, now).await?)
                }
                AccountChange::Activate | AccountChange::LetIn | AccountChange::SetEmail { .. } => {
                    Err(gone().into())
                }
            };
        };
        let account = found.account;
        let about = About::Member {
            sub: id.clone(),
            email: account.email.clone(),
            is_email_verified: account.is_email_verified,
        };
        let mut note = self.notes.begin(about, self.random.uuid_v4(), now).await?;
        if let Err(problem) = self.apply(id, &account, &change).await {
            self.put_back(note, now).await;
            return Err(at_name(problem, "/email").into());
        }
        if change == AccountChange::Delete {
            note.stage = Stage::Leaving;
            and.save(&note);
        } else {
            and.delete(&note);
        }
        let made = match self.profiles.records().commit(and, now).await {
            Ok(()) => None,
            Err(store::Refused::Conflict(conflict)) => {
                let is_given_up = conflict.is_on(&note.key());
                note.stage = Stage::Begun;
                self.put_back(note, now).await;
                if is_given_up {
                    return Err(Problem::new(Kind::Contended).into());
                }
                return Err(Refused::Conflict(conflict));
            }
            Err(store::Refused::Broken(broken)) => Some(Problem::broken(broken)),
        };
        if let Some(problem) = made {
            note.stage = Stage::Begun;
            match self.notes.fate(note, now).await {
                Ok(Fate::Made(None)) => return Ok(()),
                Ok(Fate::Made(Some(leaving))) => note = leaving,
                Ok(Fate::Never(note)) => {
                    self.put_back(note, now).await;
                    return Err(problem.into());
                }
                Err(_) => {
                    tracing::error!(sub = %id, "whether an account is changed is open until the next sweep");
                    return Err(problem.into());
                }
            }
        } else if change != AccountChange::Delete {
            return Ok(());
        }
        // The profile is gone, so this is what the caller wanted, now or by the next sweep.
        match self.delete(id).await {
            Ok(()) => self.notes.end(&note, now).await,
            Err(_) => {
                tracing::error!(sub = %id, "an account without a profile stays until the next sweep")
            }
        }
        Ok(())
    }

    async fn find(&self, id: &Sub, _: Timestamp) -> Result<Option<Account>, Problem> {
        Ok(self.look(id.as_str()).await?.map(|found| found.account))
    }

    async fn members(&self, after: Option<&str>, _: Timestamp) -> Result<MemberPage, Problem> {
        let asked = self.client.list_users().user_pool_id(self.pool.as_str());
        let asked = asked.limit(MEMBERS.into()).set_pagination_token(after.map(str::to_owned));
        let page = asked.send().await.map_err(problem)?;
        let members = page.users.unwrap_or_default().into_iter().filter_map(|user| {
            let member = member(user);
            if member.is_none() {
                tracing::error!("a user of the pool has no sub");
            }
            member
        });
        Ok(MemberPage { members: members.collect(), next: page.pagination_token })
    }

    async fn unfinished(
        &self,
        before: Timestamp,
        is_mending: bool,
        now: Timestamp,
    ) -> Result<Vec<Unfinished>, Problem> {
        let mut unfinished = Vec::new();
        for note in self.notes.older_than(before, now).await? {
            let (id, begun_at) = (note.about.sub().cloned(), note.at);
            // One that cannot be mended now is in the log, and keeps nobody else waiting.
            if is_mending && self.mend(note, now).await.is_err() {
                tracing::error!(sub = id.as_ref().map(Sub::as_str), "a change stays unfinished");
            }
            unfinished.push(Unfinished { id, begun_at });
        }
        Ok(unfinished)
    }
}

/// A user as a listing has them.
fn member(user: UserType) -> Option<Member> {
    let attributes = user.attributes.unwrap_or_default();
    Some(Member {
        id: sub_of(&attributes)?,
        is_confirmed: !matches!(
            user.user_status,
            Some(UserStatusType::Unconfirmed | UserStatusType::ForceChangePassword)
        ),
        is_enabled: user.enabled,
        created_at: made_at(user.user_create_date)?,
        attributes: attributes
            .into_iter()
            .filter_map(|attribute| Some((attribute.name, attribute.value?)))
            .collect(),
    })
}

fn made_at(date: Option<DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(date?.secs()).ok()
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, Problem> {
    let built = AttributeType::builder().name(name).value(value).build();
    built.map_err(Problem::broken)
}

fn sub_of(attributes: &[AttributeType]) -> Option<Sub> {
    let sub = attributes.iter().find(|attribute| attribute.name == "sub")?;
    Sub::parse(sub.value.as_deref()?).ok()
}

fn is_gone<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("UserNotFoundException")
}

fn gone() -> Problem {
    Problem::new(Kind::Conflict).saying("The account is gone.")
}

/// Says which member it is that somebody else has.
fn at_name(problem: Problem, pointer: &'static str) -> Problem {
    if problem.kind() != Kind::Taken {
        return problem;
    }
    let what = match pointer {
        "/email" => "Somebody has this address.",
        _ => "Somebody has this name.",
    };
    problem.at(pointer, what)
}

/// What the caller is told of a call that failed, as if the pool were beside.
fn problem<E>(error: SdkError<E, HttpResponse>) -> Problem
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let failed = error.as_service_error();
    match failed.and_then(ProvideErrorMetadata::code) {
        Some("UsernameExistsException" | "AliasExistsException") => Kind::Taken.into(),
        Some("InvalidPasswordException" | "PasswordHistoryPolicyViolationException") => {
            let message = failed.and_then(ProvideErrorMetadata::message).unwrap_or_default();
            let what = match message.strip_prefix(POLICY) {
                Some(rule) => rule.to_owned(),
                None if message == KNOWN => "It is a password that everybody knows.".to_owned(),
                None => "The pool does not take this password.".to_owned(),
            };
            Problem::invalid("/password", what)
        }
        // The message may quote what was sent.
        Some("InvalidParameterException") => {
            Problem::new(Kind::InvalidRequest).saying("The pool does not take what it was given.")
        }
        Some("UserLambdaValidationException") => {
            Problem::new(Kind::Unprocessable).saying("The pool does not let this user in.")
        }
        Some("UserNotFoundException") => gone(),
        Some("TooManyRequestsException" | "LimitExceededException" | "ThrottlingException") => {
            tracing::warn!("the user pool is asked too often");
            Problem::new(Kind::Unavailable).retry_after(1)
        }
        Some(_) | None => {
            let unavailable = unavailable("the user pool", error);
            tracing::error!(cause = %unavailable.cause, "{} cannot be reached", unavailable.what);
            Problem::internal()
        }
    }
}
