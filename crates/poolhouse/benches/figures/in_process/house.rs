//! Which pool, which users?

use crate::harness::{
    PASSWORD, cpu, directory,
    drive::{Driven, Limit, drive},
};
use async_trait::async_trait;
use crypto::{MasterKey, SigningKey, SystemRandom, Workers};
use functions::Functions;
use jiff::Timestamp;
use names::{ClientId, Password, UserPoolId, Username};
use pool::{
    Attributes, Caller, Client, ClientSettings, Contact, Flow, IssuerForm, Message, Outcome,
    PoolSettings, Pools, Post, Schema, Setup, SignInNames, SignUp, Tokens, Undelivered, UserPool,
};
use std::{cell::Cell, sync::Arc, thread, time::Duration};
use store_embedded::EmbeddedStore;
use tempfile::TempDir;

/// As many at once.
pub const AT_ONCE: usize = 16;

/// A pool where people sign in with their e-mail address, as in the starter template, without functions.
pub struct House {
    pub pools: Pools,
    pub caller: Caller,
    pub password: Password,
    users: Cell<usize>,
    _directory: TempDir,
}

/// A letter box that nobody empties.
struct NoMail;

#[async_trait]
impl Post for NoMail {
    async fn send(&self, _: Message) -> Result<(), Undelivered> {
        Ok(())
    }
}

impl House {
    pub async fn open() -> Self {
        let directory = directory();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let pools = Pools::new(Setup {
            compromised: pool::CompromisedPasswords::built_in(),
            rates: None,
            quotas: pool::Quotas::default(),
            region: "eu-west-1".parse().unwrap(),
            account: "000000000000".parse().unwrap(),
            public_url: "http://127.0.0.1:9229".to_owned(),
            issuer_form: IssuerForm::Public,
            fixed_code: None,
            store: Arc::new(EmbeddedStore::open(directory.path()).unwrap()),
            clock: Arc::new(Timestamp::now),
            random: Arc::new(SystemRandom),
            master: MasterKey::generate(&SystemRandom),
            functions: Arc::new(Functions::new(Arc::new(|| "request".to_owned()))),
            post: Arc::new(NoMail),
            workers: Arc::new(Workers::new(cores, 4096, Duration::from_secs(2))),
            new_key: || Some(SigningKey::generate()),
        });
        let (pool, client) = (pool(), client());
        let made = pools.commit(|commit| {
            commit.create(&pool).create(&client);
        });
        made.await.unwrap();
        pools.keys(&pool.id).await.unwrap();
        let caller = pools.caller(&client.id, Default::default()).await.unwrap();
        let password = Password::parse(PASSWORD).unwrap();
        Self { pools, caller, password, users: Cell::new(0), _directory: directory }
    }

    /// The sign-in name of a user.
    pub fn name(number: usize) -> Username {
        format!("user{number}@example.com").parse().unwrap()
    }

    /// Does jobs, so many at once.
    pub async fn drive(&self, at_once: usize, limit: Limit, job: impl AsyncFn(usize)) -> Driven {
        let mut workers = vec![(); at_once];
        drive(&mut workers, limit, cpu::own, async |(), number| job(number).await).await
    }

    /// Somebody new signs up.
    pub async fn sign_up(&self) {
        let name = Self::name(self.users.replace(self.users.get() + 1));
        let names = [("given_name", "Ann"), ("family_name", "Example")];
        let sign_up = SignUp {
            username: &name,
            password: Some(&self.password),
            attributes: names
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .collect::<Attributes>(),
            validation_data: Default::default(),
            hash: None,
        };
        self.pools.sign_up(&self.caller, sign_up).await.unwrap();
    }

    /// Confirms the first users.
    pub async fn confirm(&self, count: usize) {
        self.drive(AT_ONCE, Limit::jobs(count), async |number| {
            let name = Self::name(number);
            let done = self.pools.confirm_as_admin(&self.caller.pool, &name, Default::default());
            done.await.unwrap();
        })
        .await;
    }

    /// Signs a user in by password.
    pub async fn sign_in(&self, number: usize) -> Tokens {
        let (flow, name) = (Flow::UserPassword, Self::name(number));
        let done =
            self.pools.sign_in_with_password(&self.caller, flow, &name, &self.password, None);
        tokens(done.await.unwrap())
    }
}

/// The tokens that a flow must have ended with.
pub fn tokens(outcome: Outcome) -> Tokens {
    match outcome {
        Outcome::SignedIn(tokens) => tokens,
        other => unreachable!("{other:?}"),
    }
}

fn pool() -> UserPool {
    UserPool {
        id: UserPoolId::parse("eu-west-1_Ab1Cd2Ef3").unwrap(),
        created_at: Timestamp::now(),
        modified_at: Timestamp::now(),
        names: SignInNames { username_attributes: vec![Contact::Email], ..SignInNames::default() },
        schema: Schema::new(&[]).unwrap(),
        session_tracking: pool::SessionTracking::default(),
        settings: PoolSettings {
            name: "users".to_owned(),
            auto_verified: vec![Contact::Email],
            ..PoolSettings::default()
        },
    }
}

fn client() -> Client {
    Client {
        id: ClientId::parse("1example23456789").unwrap(),
        pool: pool().id,
        created_at: Timestamp::now(),
        modified_at: Timestamp::now(),
        secrets: Vec::new(),
        sso_minutes: None,
        settings: ClientSettings {
            name: "web".to_owned(),
            flows: [Flow::UserPassword, Flow::UserSrp, Flow::RefreshToken].into(),
            hides_missing_users: true,
            can_revoke: true,
            ..ClientSettings::default()
        },
    }
}
