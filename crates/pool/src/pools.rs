//! Where are pools, clients and users found, and how are changes kept?

use crate::{
    Client, CompromisedPasswords, Error, Group, LoadedKeys, Need, Post, Quotas, Refusal,
    RequestRates, Result, User, UserPool, bearer::VerifiedToken, quota::Given, replica::Meeting,
    sources::Sources,
};
use crypto::{MasterKey, Random, SealingKey, Unserved, Workers};
use functions::Functions;
use jiff::Timestamp;
use moka::sync::Cache;
use names::{
    AccountId, ClientId, Clock, Code, GroupName, Issuer, Region, Sub, UserPoolId, Username,
};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
    time::Duration,
};
use store::{Commit, Kept, Records, Refused, Store};

/// Everything that the house needs of the world.
pub struct Setup {
    pub region: Region,
    pub account: AccountId,
    /// Where people and programs reach this server: the beginning of every issuer, never a request's host.
    pub public_url: String,
    pub issuer_form: IssuerForm,
    /// In `dev` only: every confirmation code is this one.
    pub fixed_code: Option<Code>,
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub random: Arc<dyn Random>,
    pub master: MasterKey,
    pub functions: Arc<Functions>,
    pub post: Arc<dyn Post>,
    pub workers: Arc<Workers>,
    /// The passwords that everybody knows.
    pub compromised: CompromisedPasswords,
    /// How often something may be asked for, if there is a limit at all.
    pub rates: Option<RequestRates>,
    /// How many of something there may be.
    pub quotas: Quotas,
    /// Makes an RSA-2048 key, PKCS #8. [`crypto::SigningKey::generate`] but in tests.
    pub new_key: fn() -> Option<zeroize::Zeroizing<Vec<u8>>>,
}

/// How the `iss` of tokens looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerForm {
    /// `{public-url}/{pool}`.
    Public,
    /// `https://cognito-idp.{region}.amazonaws.com/{pool}`, for verifiers that insist on it.
    Aws,
}

/// The user pools of this server. Cheap to clone.
#[derive(Clone)]
pub struct Pools {
    house: Arc<House>,
    /// Where a call meets them and what it is about, if that is known; then replicas are told from pools.
    meeting: Option<Arc<Meeting>>,
    /// Whether nodes in other regions may share the store.
    has_other_nodes: bool,
}

/// What [`Pools`] shares. Rooms of this crate reach for it; doors do not.
pub(crate) struct House {
    pub region: Region,
    pub account: AccountId,
    pub public_url: String,
    pub issuer_form: IssuerForm,
    pub fixed_code: Option<Code>,
    pub records: Records,
    pub clock: Clock,
    pub random: Arc<dyn Random>,
    pub functions: Arc<Functions>,
    pub post: Arc<dyn Post>,
    pub workers: Arc<Workers>,
    pub compromised: CompromisedPasswords,
    pub rates: Option<RequestRates>,
    pub quotas: Quotas,
    pub given: Cache<String, Arc<tokio::sync::RwLock<Given>>>,
    pub new_key: fn() -> Option<zeroize::Zeroizing<Vec<u8>>>,
    pub seals: Seals,
    pub loaded_keys: RwLock<HashMap<UserPoolId, Arc<LoadedKeys>>>,
    pub verified_tokens: Cache<[u8; 32], Arc<VerifiedToken>>,
    pub turns: Cache<String, Arc<tokio::sync::Mutex<()>>>,
    pub sources: Sources,
    pub background: tokio::sync::Notify,
}

/// One key for each thing that is sealed, all from the master key.
pub(crate) struct Seals {
    pub passwords: SealingKey,
    pub signing_keys: SealingKey,
    pub client_secrets: SealingKey,
    pub challenges: SealingKey,
    pub refresh_tokens: SealingKey,
    pub software_tokens: SealingKey,
    pub cursors: SealingKey,
    pub devices: SealingKey,
    pub feedback: SealingKey,
    /// A key for digests of codes, and for answers about users that do not exist.
    pub codes: [u8; 32],
    pub decoys: [u8; 32],
    /// A key for the groups of users' devices.
    pub device_groups: [u8; 32],
    /// A key for the keys under which codes travel to the functions that send them.
    pub sender_keys: [u8; 32],
    /// A key for the addresses that files of users are sent to.
    pub uploads: [u8; 32],
}

impl Seals {
    fn new(master: &MasterKey) -> Self {
        let bytes = |purpose: &str| {
            let mut key = [0; 32];
            master.derive(purpose, &mut key);
            key
        };
        Self {
            passwords: master.sealing("password verifiers"),
            signing_keys: master.sealing("signing keys"),
            client_secrets: master.sealing("client secrets"),
            challenges: master.sealing("challenge sessions"),
            refresh_tokens: master.sealing("refresh tokens"),
            software_tokens: master.sealing("software tokens"),
            cursors: master.sealing("cursors"),
            devices: master.sealing("device verifiers"),
            feedback: master.sealing("feedback tokens"),
            codes: bytes("code digests"),
            decoys: bytes("decoys"),
            device_groups: bytes("device groups"),
            sender_keys: bytes("sender keys"),
            uploads: bytes("uploads"),
        }
    }
}

/// How often a change is tried again when somebody else was first.
const TRIES: usize = 24;

impl Pools {
    /// The pools that are kept in this store.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let seals = Seals::new(&setup.master);
        let house = House {
            region: setup.region,
            account: setup.account,
            public_url: setup.public_url.trim_end_matches('/').to_owned(),
            issuer_form: setup.issuer_form,
            fixed_code: setup.fixed_code,
            records: Records::new(setup.store),
            clock: setup.clock,
            random: setup.random,
            functions: setup.functions,
            post: setup.post,
            workers: setup.workers,
            compromised: setup.compromised,
            rates: setup.rates,
            quotas: setup.quotas,
            given: Quotas::given(),
            new_key: setup.new_key,
            seals,
            loaded_keys: RwLock::default(),
            verified_tokens: Cache::new(20_000),
            background: tokio::sync::Notify::new(),
            sources: Sources::new(),
            turns: Cache::builder().time_to_idle(Duration::from_secs(120)).build(),
        };
        Self { house: Arc::new(house), meeting: None, has_other_nodes: false }
    }

    /// The same pools in a store that nodes in other regions may share, so that a replica waits for one of them.
    #[must_use]
    pub fn with_other_nodes(mut self) -> Self {
        self.has_other_nodes = true;
        self
    }

    /// The same pools as a call in this region meets them that needs this of them.
    #[must_use]
    pub fn met_in(&self, region: &Region, need: Need) -> Self {
        let meeting = Some(Arc::new(Meeting { region: region.clone(), need }));
        Self { meeting, ..self.clone() }
    }

    pub(crate) fn meeting(&self) -> Option<&Meeting> {
        self.meeting.as_deref()
    }

    pub(crate) const fn has_other_nodes(&self) -> bool {
        self.has_other_nodes
    }

    pub(crate) fn house(&self) -> &House {
        &self.house
    }

    /// What time it is, by the clock of the setup.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.house.clock)()
    }

    /// The random source of the setup.
    #[must_use]
    pub fn random(&self) -> &dyn Random {
        &*self.house.random
    }

    /// The account that ARNs name.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.house.account
    }

    /// The region of new pools.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.house.region
    }

    /// The records underneath, for what is kept beside users in one commit.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.house.records
    }

    /// `scheme://host[:port]` of the public URL: where browsers find what belongs to no pool's domain.
    pub(crate) fn origin(&self) -> &str {
        let url = self.house.public_url.as_str();
        let host = url.find("://").map_or(0, |at| at + 3);
        let path = url.get(host..).and_then(|rest| rest.find('/'));
        path.and_then(|path| url.get(..host + path)).unwrap_or(url)
    }

    /// The `iss` of a pool's tokens.
    ///
    /// # Errors
    /// A breakage if the public URL of the setup makes no issuer.
    pub fn issuer(&self, pool: &UserPoolId) -> Result<Issuer> {
        let text = match self.house.issuer_form {
            IssuerForm::Public => format!("{}/{pool}", self.house.public_url),
            IssuerForm::Aws => {
                format!("https://cognito-idp.{}.amazonaws.com/{pool}", pool.region())
            }
        };
        Issuer::parse(text).map_err(|_| Error::internal("the public URL makes no issuer"))
    }

    /// The pool of this id.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::NotEnabled`] if it is a replica that does not do what the call needs.
    pub async fn pool(&self, id: &UserPoolId) -> Result<Arc<Kept<UserPool>>> {
        let found = self.records().get_shared(&UserPool::key_of(id), self.now()).await?;
        let pool = found.ok_or_else(|| Refusal::NoUserPool(id.clone()))?;
        self.require_need(id).await?;
        Ok(pool)
    }

    /// The client of this id, whatever its pool, as public calls name it.
    ///
    /// # Errors
    /// [`Refusal::NoClient`]; [`Refusal::NotEnabled`] as of [`pool`](Self::pool).
    pub async fn client(&self, id: &ClientId) -> Result<Arc<Kept<Client>>> {
        let found = self.records().get_shared(&Client::key_of(id), self.now()).await?;
        let client: Arc<Kept<Client>> = found.ok_or_else(|| Refusal::NoClient(id.clone()))?;
        self.require_need(&client.pool).await?;
        Ok(client)
    }

    /// The client of this id if it is of this pool. One of another pool is reported as missing.
    ///
    /// # Errors
    /// [`Refusal::NoClient`], [`Refusal::NoUserPool`].
    pub async fn client_of(&self, pool: &UserPoolId, id: &ClientId) -> Result<Arc<Kept<Client>>> {
        let pool = self.pool(pool).await?;
        let client = self.client(id).await?;
        if client.pool == pool.id { Ok(client) } else { Err(Refusal::NoClient(id.clone()).into()) }
    }

    /// The user of this name, alias or (as administrators may write) `sub`.
    ///
    /// # Errors
    /// [`Refusal::NoUser`].
    pub async fn user(&self, pool: &UserPool, name: &Username) -> Result<Kept<User>> {
        if let Some(user) = self.find_user(pool, name).await? {
            return Ok(user);
        }
        let by_sub = match Sub::parse(name) {
            Ok(sub) => self.records().get(&User::key_of(&pool.id, &sub), self.now()).await?,
            Err(_) => None,
        };
        by_sub.ok_or_else(|| Refusal::NoUser.into())
    }

    /// The user whose sign-in name this is, if there is one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn find_user(&self, pool: &UserPool, name: &Username) -> Result<Option<Kept<User>>> {
        let claim = User::name_key(&pool.id, &pool.fold(name.as_str()));
        let found = self.records().find(&claim, self.now()).await?;
        if found.is_none() {
            // A name that somebody has takes two reads. So does one that nobody has, or the time would tell.
            let nobody = User::key_of(&pool.id, &self.new_sub()?);
            self.records().get::<User>(&nobody, self.now()).await?;
        }
        Ok(found)
    }

    /// The user of this `sub`.
    ///
    /// # Errors
    /// [`Refusal::NoUser`].
    pub async fn user_by_sub(&self, pool: &UserPoolId, sub: &Sub) -> Result<Kept<User>> {
        let found = self.records().get(&User::key_of(pool, sub), self.now()).await?;
        found.ok_or_else(|| Refusal::NoUser.into())
    }

    /// The group of this name.
    ///
    /// # Errors
    /// [`Refusal::NoGroup`].
    pub async fn group(&self, pool: &UserPoolId, name: &GroupName) -> Result<Kept<Group>> {
        let found = self.records().get(&Group::key_of(pool, name), self.now()).await?;
        found.ok_or_else(|| Refusal::NoGroup.into())
    }

    /// Makes the writes that the closure puts into a commit, all or none.
    ///
    /// # Errors
    /// [`Refusal::Contended`] if somebody else changed one of the records meanwhile.
    pub async fn commit(&self, fill: impl FnOnce(&mut Commit)) -> Result<()> {
        Ok(self.try_commit(fill).await?)
    }

    /// As [`Self::commit`], for callers who want to know which condition did not hold.
    pub(crate) async fn try_commit(&self, fill: impl FnOnce(&mut Commit)) -> Result<(), Refused> {
        let mut commit = Commit::new();
        fill(&mut commit);
        self.records().commit(commit, self.now()).await
    }

    /// Changes a user: reads, changes, saves, and begins again if somebody else was first. The change may
    /// run several times and must touch nothing but the user.
    ///
    /// # Errors
    /// What the change refuses; [`Refusal::NoUser`]; [`Refusal::AliasExists`] if a new name is taken.
    pub async fn change_user<T>(
        &self,
        pool: &UserPool,
        sub: &Sub,
        change: impl Fn(&mut User) -> Result<T>,
    ) -> Result<(Kept<User>, T)> {
        for _ in 0..TRIES {
            let mut user = self.user_by_sub(&pool.id, sub).await?;
            let before = user.clone();
            let outcome = change(&mut user)?;
            user.rename(pool);
            match self
                .try_commit(|commit| {
                    commit.save(&user);
                })
                .await
            {
                Ok(()) => return Ok((user, outcome)),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(conflict)) => {
                    let taken = user.taken(pool, |key| conflict.is_on(key));
                    let is_same_user = conflict.is_on(&store::Record::key(&*before));
                    if let (Some(taken), false) = (taken, is_same_user) {
                        return Err(Refusal::AliasExists(taken).into());
                    }
                }
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Changes a pool: reads, changes, saves, and begins again if somebody else was first. The change may run
    /// several times and must touch nothing but the pool.
    ///
    /// # Errors
    /// What the change refuses; [`Refusal::NoUserPool`].
    pub async fn change_pool(
        &self,
        id: &UserPoolId,
        change: impl Fn(&mut UserPool) -> Result<()>,
    ) -> Result<()> {
        for _ in 0..TRIES {
            let mut pool = Kept::clone(&*self.pool(id).await?);
            change(&mut pool)?;
            let saved = self.try_commit(|commit| {
                commit.save(&pool);
            });
            match saved.await {
                Ok(()) => return Ok(()),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Refusal::Contended.into())
    }

    /// A job for the worker threads: bignums and signatures.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        self.house.workers.run(job).await.map_err(|unserved| match unserved {
            Unserved::Busy => Refusal::Busy.into(),
            Unserved::Panicked => Error::internal("a job of the worker threads panicked"),
        })
    }

    /// Waits until no other call of this process is proving something as the same user, so that guesses are
    /// counted one after the other.
    pub(crate) async fn turn(
        &self,
        pool: &UserPoolId,
        who: &str,
    ) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = self.house.turns.get_with(format!("{pool}/{who}"), Arc::default);
        lock.lock_owned().await
    }
}
