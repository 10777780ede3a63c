//! How are our own functions run in this process?

use crate::{
    Problem,
    beside::{IssuersBeside, KeysBeside, MailsByPost, ProfilesBeside},
    directory::DirectoryByHttp,
    files,
    letters::LettersByPost,
};
use async_trait::async_trait;
use bytes::Bytes;
use crypto::Random;
use functions::{Call, Failure, Function};
use kit::{
    BadSetting, Environment,
    authorizer::Authorizer,
    custom_message::CustomMessages,
    messages::{Catalogues, MESSAGES_DIR},
    passwordless::Passwordless,
    sign_up_guard::{DISPOSABLE_DOMAINS_FILE, SignUpGuard},
    token_customizer::TokenCustomizer,
    user_events::{MetricSink, Publisher, UserEvents},
    user_migration::{HttpDirectory, UserMigrations},
};
use names::{ClientId, Clock, Issuer, UserPoolId};
use pool::{Pools, Post};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use users::{
    BesidePool, Profiles, UserApi,
    api_keys::StoredKeys,
    assets::{Avatars, StoredPictures, StoredUploads},
    events::Drain,
    sessions::{NoSessions, Sessions, SessionsBesidePool},
};

/// Our own functions, over what lives in this process.
pub struct OurFunctions<'a> {
    pub api_keys: &'a StoredKeys,
    /// Where the API of the template is reached.
    pub api_url: &'a str,
    pub pools: &'a Pools,
    pub issuers: &'a IssuersBeside,
    pub clock: &'a Clock,
    pub random: &'a Arc<dyn Random>,
    pub post: &'a Arc<dyn Post>,
    /// Who is told what users do and no profile knows.
    pub publisher: &'a Arc<dyn Publisher>,
    /// Who takes what is told of the profiles of a table, by its name.
    pub drains: &'a BTreeMap<String, Drain>,
    /// The template's folder; files that a function reads are looked for from here.
    pub folder: &'a Path,
}

/// Why one of ours cannot be called. It is told at the start, and is the answer to each call.
pub struct Unset(pub String);

impl OurFunctions<'_> {
    /// The function that a template's code names, if it is one of ours.
    pub fn build(&self, function: &template::Function) -> Option<Result<Arc<dyn Function>, Unset>> {
        let name = name(function)?;
        let environment = &function.environment;
        Some(match name {
            kit::token_customizer::NAME => self.token_customizer(environment),
            kit::user_events::NAME => self.user_events(environment),
            kit::sign_up_guard::NAME => self.sign_up_guard(function),
            kit::authorizer::NAME => self.authorizer(environment),
            kit::custom_message::NAME => self.custom_message(function),
            kit::passwordless::NAME => self.passwordless(function),
            kit::user_migration::NAME => user_migration(environment),
            users::NAME => self.user_api(function),
            _ => return None,
        })
    }

    fn token_customizer(&self, environment: &Environment) -> Result<Arc<dyn Function>, Unset> {
        let profiles = self.profiles_of(environment);
        let customizer = TokenCustomizer::from_environment(environment, profiles)?;
        Ok(Arc::new(customizer.into_function()))
    }

    fn user_events(&self, environment: &Environment) -> Result<Arc<dyn Function>, Unset> {
        let profiles = self.profiles_of(environment);
        let events = UserEvents::from_environment(environment, profiles, self.clock.clone())?;
        let events = events.with_metrics(Arc::new(LoggedMetrics));
        let events = events.with_publisher(self.publisher.clone());
        Ok(Arc::new(events.into_function()))
    }

    fn sign_up_guard(&self, function: &template::Function) -> Result<Arc<dyn Function>, Unset> {
        let path = function.environment.get(DISPOSABLE_DOMAINS_FILE);
        let domains = path.map(|path| files::read(&self.place(function, path))).transpose()?;
        let guard = SignUpGuard::from_environment(&function.environment, domains.as_deref())?;
        Ok(Arc::new(guard.into_function()))
    }

    fn authorizer(&self, environment: &Environment) -> Result<Arc<dyn Function>, Unset> {
        let Some(Ok(issuer)) = environment.get("ISSUER").map(Issuer::parse) else {
            return Err(Unset("ISSUER is not the issuer of a pool".to_owned()));
        };
        let keys = Arc::new(KeysBeside { issuers: self.issuers.clone(), issuer });
        let authorizer = Authorizer::from_environment(environment, keys, self.clock.clone())?;
        Ok(Arc::new(authorizer.into_function()))
    }

    fn custom_message(&self, function: &template::Function) -> Result<Arc<dyn Function>, Unset> {
        let catalogues = self.catalogues(function)?;
        let messages = CustomMessages::from_environment(&function.environment, &catalogues)?;
        Ok(Arc::new(messages.into_function()))
    }

    fn passwordless(&self, function: &template::Function) -> Result<Arc<dyn Function>, Unset> {
        let catalogues = self.catalogues(function)?;
        let mails = MailsByPost { post: self.post.clone(), clock: self.clock.clone() };
        let passwordless = Passwordless::from_environment(
            &function.environment,
            &catalogues,
            Arc::new(mails),
            self.random.clone(),
            self.clock.clone(),
        )?;
        Ok(Arc::new(passwordless.into_function()))
    }

    fn user_api(&self, function: &template::Function) -> Result<Arc<dyn Function>, Unset> {
        let environment = &function.environment;
        let Some(Ok(pool)) = environment.get("USER_POOL_ID").map(UserPoolId::parse) else {
            return Err(Unset("USER_POOL_ID is not the id of a pool".to_owned()));
        };
        let profiles = self.table_of(environment);
        let letters =
            LettersByPost::new(environment, &self.catalogues(function)?, self.post.clone())?;
        let sessions: Arc<dyn Sessions> = match environment.get("CLIENT_ID").map(ClientId::parse) {
            None => Arc::new(NoSessions),
            Some(Err(_)) => return Err(Unset("CLIENT_ID is not the id of a client".to_owned())),
            Some(Ok(client)) => Arc::new(SessionsBesidePool {
                pools: self.pools.clone(),
                pool: pool.clone(),
                client,
            }),
        };
        let accounts = BesidePool { pools: self.pools.clone(), pool };
        let public_url = environment.get("PUBLIC_API_URL").map_or(self.api_url, String::as_str);
        let api = UserApi {
            accounts: Arc::new(accounts),
            keys: Arc::new(self.api_keys.clone()),
            avatars: self.avatars(&profiles, public_url),
            letters: Arc::new(letters),
            sessions,
            drain: self.drains.get(profiles.table()).cloned(),
            random: self.random.clone(),
            public_url: public_url.to_owned(),
            profiles,
        };
        Ok(Arc::new(users::into_function(api, self.clock.clone())))
    }

    /// Pictures beside the profiles.
    fn avatars(&self, profiles: &Profiles, public_url: &str) -> Avatars {
        let records = profiles.records();
        let pictures = StoredPictures::new(records.clone(), profiles.table());
        let uploads = StoredUploads::new(records.clone(), public_url);
        let (pictures, uploads) = (Arc::new(pictures), Arc::new(uploads));
        Avatars::new(profiles.clone(), pictures, uploads, self.random.clone())
    }

    fn table_of(&self, environment: &Environment) -> Profiles {
        Profiles::new(self.pools.records().clone(), table_name(environment))
    }

    fn profiles_of(&self, environment: &Environment) -> Arc<dyn kit::Profiles> {
        let profiles = self.table_of(environment);
        let drain = self.drains.get(profiles.table()).cloned();
        Arc::new(ProfilesBeside { profiles, clock: self.clock.clone(), drain })
    }

    /// The message catalogues of the folder that the environment names.
    fn catalogues(&self, function: &template::Function) -> Result<Catalogues, Unset> {
        let path = function.environment.get(MESSAGES_DIR).map(|path| path.trim());
        match path.filter(|path| !path.is_empty()) {
            None => Ok(Catalogues::new()),
            Some(path) => Ok(files::texts(&self.place(function, path), "ftl")?),
        }
    }

    /// A file or folder that a function reads: beside its code, as on Lambda, or else beside the template.
    fn place(&self, function: &template::Function, path: &str) -> PathBuf {
        let code = self.folder.join(function.code.folder().unwrap_or_default()).join(path);
        if code.exists() { code } else { self.folder.join(path) }
    }
}

/// Whether a function of a template is our user API.
pub fn is_user_api(function: &template::Function) -> bool {
    name(function) == Some(users::NAME)
}

/// The table that a function of ours finds profiles in.
fn table_name(environment: &Environment) -> &str {
    environment.get("PROFILE_TABLE").map_or("profiles", String::as_str)
}

/// The table of profiles that a function of a template changes, if it is one of ours that does.
pub fn table_told_of(function: &template::Function) -> Option<&str> {
    let name = name(function)?;
    let changes = name == users::NAME || name == kit::user_events::NAME;
    changes.then(|| table_name(&function.environment))
}

/// The name of the function of ours that a template means. Its code has to be for a runtime that ours are
/// built for: a folder `authorizer` with a handler for Python is somebody else's.
fn name(function: &template::Function) -> Option<&str> {
    if !function.runtime.starts_with("provided") {
        return None;
    }
    function.code.folder()?.trim_end_matches('/').rsplit('/').next()
}

fn user_migration(environment: &Environment) -> Result<Arc<dyn Function>, Unset> {
    let url = environment.get("DIRECTORY_URL").map(|url| url.trim()).filter(|url| !url.is_empty());
    let Some(url) = url else {
        let text = "the environment variable DIRECTORY_URL is missing; another user pool cannot be asked from here";
        return Err(Unset(text.to_owned()));
    };
    let directory = HttpDirectory::new(Arc::new(DirectoryByHttp::new(url).map_err(Unset)?));
    let migrations = UserMigrations::from_environment(environment, Arc::new(directory))?;
    Ok(Arc::new(migrations.into_function()))
}

impl From<BadSetting> for Unset {
    fn from(bad: BadSetting) -> Self {
        Self(bad.to_string())
    }
}

impl From<Problem> for Unset {
    fn from(problem: Problem) -> Self {
        Self(problem.to_string())
    }
}

/// Metrics are lines of the log, as they are on Lambda.
struct LoggedMetrics;

impl MetricSink for LoggedMetrics {
    fn write(&self, line: &str) {
        tracing::info!(target: "metrics", "{line}");
    }
}

/// A function whose first call takes longer.
pub struct ColdStart {
    function: Arc<dyn Function>,
    wait: Duration,
    is_warm: AtomicBool,
}

impl ColdStart {
    /// The function, this much later at first.
    pub fn new(function: Arc<dyn Function>, wait: Duration) -> Self {
        Self { function, wait, is_warm: AtomicBool::new(false) }
    }
}

#[async_trait]
impl Function for ColdStart {
    async fn invoke(&self, mut call: Call) -> Result<Bytes, Failure> {
        if !self.is_warm.load(Ordering::Relaxed) {
            if self.wait >= call.timeout {
                // A start that nobody waited for goes on without them.
                tokio::time::sleep(call.timeout).await;
                self.is_warm.store(true, Ordering::Relaxed);
                return Err(Failure::TimedOut);
            }
            tokio::time::sleep(self.wait).await;
            self.is_warm.store(true, Ordering::Relaxed);
            call.timeout -= self.wait;
        }
        self.function.invoke(call).await
    }
}
