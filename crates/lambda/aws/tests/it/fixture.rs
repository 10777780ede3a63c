//! A Poolhouse as the Cognito of the accounts, a store in memory, and every way for either to fail.

use async_trait::async_trait;
use crypto::SystemRandom;
use jiff::{SignedDuration, Timestamp};
use lambda_aws::{Aws, PoolAccounts};
use lambda_testing::{Answer, Asked, Service};
use names::{Password, Sub, UserPoolId};
use serde_json::{Value, json};
use std::{
    future::pending,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{
    Broken, Commit, CommitError, Item, Key, MemoryStore, Page, Range, Records, Store, Write,
};
use testkit::House;
use tokio::sync::Notify;
use users::{
    AccountChange, Accounts, EmailAddress, NewAccount, PersonName, Profile, Profiles, Refused, Row,
    Status,
};

/// What happens to one step, the next time it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused, and nothing was done.
    Refused,
    /// It was done, and nobody was told.
    Silent,
    /// Nothing was done, and whoever asked dies.
    DiesBefore,
    /// It was done, and whoever asked dies.
    DiesAfter,
    /// It is done, and takes longer than one try of a function may.
    Slow,
}

pub const FAULTS: [Fault; 4] = [Fault::Refused, Fault::Silent, Fault::DiesBefore, Fault::DiesAfter];

/// The step that fails: an operation of the pool by its name, or `commit` for the one that decides.
#[derive(Default)]
pub struct Faults {
    next: Mutex<Option<(&'static str, Fault)>>,
    death: Notify,
}

impl Faults {
    pub fn set(&self, step: &'static str, fault: Fault) {
        *self.next.lock().unwrap() = Some((step, fault));
    }

    /// The fault of this step, which happens once.
    fn take(&self, step: &str) -> Option<Fault> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.take_if(|(wanted, _)| *wanted == step).map(|(_, fault)| fault)
    }

    pub fn is_spent(&self) -> bool {
        self.next.lock().unwrap().is_none()
    }

    /// Whoever waits for this ends here.
    async fn die<Never>(&self) -> Never {
        self.death.notify_one();
        pending().await
    }
}

pub struct Fixture {
    pub house: House,
    pub faults: Arc<Faults>,
    pub profiles: Profiles,
    pub accounts: Arc<PoolAccounts>,
    pub service: Service,
}

impl Fixture {
    pub async fn new() -> Self {
        Self::with(json!({ "UsernameAttributes": ["email"] })).await
    }

    pub async fn with(pool: Value) -> Self {
        let house = House::with(pool, json!({})).await;
        let faults = Arc::new(Faults::default());
        let service = {
            let (house, faults) = (house.clone(), faults.clone());
            Service::later(move |asked| answer(house.clone(), faults.clone(), asked)).await
        };
        let url = service.url.clone();
        let aws = Aws::of(move |variable| match variable {
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ENDPOINT_URL" => Some(url.clone()),
            _ => None,
        });
        let store = Faulty { inner: MemoryStore::new(), faults: faults.clone() };
        let profiles = Profiles::new(Records::new(Arc::new(store)), "profiles");
        let pool = UserPoolId::parse(&house.pool).unwrap();
        let accounts =
            PoolAccounts::new(&aws.unwrap(), pool, profiles.clone(), Arc::new(SystemRandom));
        Self { house, faults, profiles, accounts: Arc::new(accounts), service }
    }

    pub fn now(&self) -> Timestamp {
        self.house.clock.now()
    }

    /// Makes an account and a profile, as `POST /user` does.
    pub async fn create(&self, email: &str) -> Result<Sub, Refused> {
        self.create_with(email, "Correct-Horse7!").await
    }

    pub async fn create_with(&self, email: &str, password: &str) -> Result<Sub, Refused> {
        let new = NewAccount {
            email: EmailAddress::parse(email).unwrap(),
            handle: None,
            name: Some(PersonName::parse("Ann Example").unwrap()),
            first_name: None,
            last_name: None,
            password: Password::parse(password).unwrap(),
        };
        let (profiles, now) = (self.profiles.clone(), self.now());
        let and = move |sub: &Sub| {
            let mut commit = Commit::new();
            commit.create(&profiles.row(profile(sub, &new_email(email), now)));
            commit
        };
        self.accounts.create(new, &and, now).await
    }

    /// Changes an account, and the status or the address of its profile with it.
    pub async fn change(&self, id: &Sub, change: AccountChange) -> Result<(), Refused> {
        let now = self.now();
        let mut row = self.profiles.find(id, now).await.unwrap().unwrap();
        let mut commit = Commit::new();
        match &change {
            AccountChange::Activate | AccountChange::LetIn => row.document.status = Status::Active,
            AccountChange::KeepOut => row.document.status = Status::Suspended,
            AccountChange::SetEmail { email, .. } => row.document.email = Some(email.clone()),
            AccountChange::Delete => {}
        }
        if change == AccountChange::Delete {
            commit.delete(&row);
        } else {
            commit.save(&row);
        }
        self.accounts.change(id, change, commit, now).await
    }

    /// What comes of it, unless the process ends before.
    pub async fn unless_dead<T>(&self, done: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = done => Some(done),
            () = self.faults.death.notified() => None,
        }
    }

    pub async fn profile(&self, id: &Sub) -> Option<Row> {
        self.profiles.find(id, self.now()).await.unwrap().map(store::Kept::into_inner)
    }

    /// The one user of this address, as an administrator sees them, if there is one.
    pub async fn user(&self, email: &str) -> Option<Value> {
        let input = json!({ "UserPoolId": self.house.pool, "Username": email });
        let answer = self.house.call("AdminGetUser", input).await;
        (answer.status == 200).then_some(answer.body)
    }

    /// What the sweep does, after everybody who could still be at it has given up.
    pub async fn sweep(&self) -> usize {
        self.house.clock.advance(SignedDuration::from_mins(6));
        let before = self.now() - users::reconcile::GRACE;
        self.accounts.unfinished(before, true, self.now()).await.unwrap().len()
    }

    /// Nothing that was begun is left.
    pub async fn assert_settled(&self) {
        let left = self.accounts.unfinished(Timestamp::MAX, false, self.now()).await.unwrap();
        assert_eq!(left, []);
    }

    /// Profile and account agree.
    pub async fn assert_agreed(&self, id: &Sub) {
        let account = self.accounts.find(id, self.now()).await.unwrap();
        let Some(profile) = self.profile(id).await else {
            assert_eq!(account, None, "an account without a profile");
            return;
        };
        let account = account.expect("a profile without an account");
        assert_eq!(account.is_enabled, profile.document.status.may_sign_in());
        let email = profile.document.email.map(|email| email.as_str().to_owned());
        assert_eq!(account.email, email);
    }
}

fn new_email(email: &str) -> EmailAddress {
    EmailAddress::parse(email).unwrap()
}

fn profile(id: &Sub, email: &EmailAddress, created_at: Timestamp) -> Profile {
    Profile {
        id: id.clone(),
        name: None,
        first_name: None,
        last_name: None,
        handle: None,
        email: Some(email.clone()),
        created_at,
        last_login_at: None,
        role: None,
        status: Status::Pending,
        source_system: None,
        profile: users::ProfileDetails::default(),
    }
}

async fn answer(house: House, faults: Arc<Faults>, asked: Asked) -> Answer {
    let operation = asked.operation().to_owned();
    let fault = faults.take(&operation);
    match fault {
        Some(Fault::Refused) => return Answer::error("TooManyRequestsException"),
        Some(Fault::DiesBefore) => return faults.die().await,
        // As the SDK sees it: its own clock is that of the machine.
        Some(Fault::Slow) => tokio::time::sleep(Duration::from_secs(2)).await,
        Some(Fault::Silent | Fault::DiesAfter) | None => {}
    }
    let answer = house.call(&operation, asked.json()).await;
    match fault {
        Some(Fault::Silent) => Answer::status(500),
        Some(Fault::DiesAfter) => faults.die().await,
        _ => Answer::of(answer.status.as_u16(), &answer.body),
    }
}

/// A store whose deciding commits fail: those that write more than a note.
struct Faulty {
    inner: MemoryStore,
    faults: Arc<Faults>,
}

#[async_trait]
impl Store for Faulty {
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
        self.inner.get(keys, now).await
    }

    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
        self.inner.list(range, now).await
    }

    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
        let fault = if writes.len() > 1 { self.faults.take("commit") } else { None };
        let broken = || Broken::Unavailable { what: "a test", source: "says so".into() };
        match fault {
            Some(Fault::Refused) => return Err(broken().into()),
            Some(Fault::DiesBefore) => self.faults.die().await,
            Some(Fault::Silent | Fault::DiesAfter | Fault::Slow) | None => {}
        }
        self.inner.commit(writes, now).await?;
        match fault {
            Some(Fault::Silent) => Err(broken().into()),
            Some(Fault::DiesAfter) => self.faults.die().await,
            _ => Ok(()),
        }
    }
}
