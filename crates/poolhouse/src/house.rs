//! How is everything put together?

use crate::{
    Problem,
    beside::{IssuersBeside, KeysBeside, ProfilesBeside},
    cli::StackArguments,
    deploy, files,
    ids::StackIds,
};
use crypto::{MasterKey, Random, SigningKey, SystemRandom, Workers};
use functions::{Function, Functions, Settings};
use gateway::Gateway;
use idp::Idp;
use jiff::Timestamp;
use names::{AccountId, ClientId, Clock, Code, Issuer, Region, UserPoolId};
use pool::{CompromisedPasswords, IssuerForm, Pools, Post, Setup};
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};
use store::Store;
use template::{Stack, Template};
use users::{BesidePool, Profiles, UserApi};
use wire::Admission;

/// The starter template, the very file of the repository.
const STARTER: &str = include_str!("../../../template.yaml");

/// How many jobs wait for a worker thread, and for how long, before new ones are refused.
const WAITING_JOBS: usize = 4096;
const LATE_AFTER: Duration = Duration::from_secs(2);

/// What a server is put together from.
pub struct Plan<'a> {
    pub stack: &'a StackArguments,
    pub identity_url: String,
    pub api_url: String,
    pub has_aws_issuer: bool,
    pub fixed_code: Option<Code>,
    pub store: Arc<dyn Store>,
    pub master: MasterKey,
    pub post: Arc<dyn Post>,
    pub admission: Admission,
    /// The passwords that everybody knows.
    pub compromised: CompromisedPasswords,
}

/// A server that is ready to answer.
pub struct House {
    pub idp: Idp,
    pub door: wire::Door<Idp>,
    pub gateway: Gateway,
    pub outputs: BTreeMap<String, String>,
    /// What of the template has no meaning here, a line each.
    pub notes: Vec<String>,
    made: deploy::Made,
}

/// A template that was read and found right, before anything is opened or made.
pub struct ReadTemplate {
    template: Template,
    region: Region,
    account: AccountId,
    parameters: BTreeMap<String, String>,
}

impl ReadTemplate {
    /// Reads a template, or the starter.
    pub fn read(path: Option<&Path>, arguments: &StackArguments) -> Result<Self, Problem> {
        let (name, text) = match path {
            Some(path) => (path.display().to_string(), files::read(path)?),
            None => ("template.yaml".to_owned(), STARTER.to_owned()),
        };
        let broken = |problems: template::Problems| {
            Problem::text(format!("the template is broken\n{problems}"))
        };
        let template = Template::parse(&name, &text).map_err(broken)?;
        let region =
            Region::parse(&arguments.region).map_err(|_| Problem::text("--region is no region"))?;
        let account = AccountId::parse(&arguments.account_id)
            .map_err(|_| Problem::text("--account-id is twelve digits"))?;
        let mut parameters = BTreeMap::new();
        for parameter in &arguments.parameters {
            let Some((name, value)) = parameter.split_once('=') else {
                return Err(Problem::text("--parameter is NAME=VALUE"));
            };
            parameters.insert(name.to_owned(), value.to_owned());
        }
        let read = Self { template, region, account, parameters };
        // Once with names that do not matter, to find what is wrong before a file is made.
        read.resolve(&template::DerivedIds, &arguments.stack_name)?;
        Ok(read)
    }

    fn resolve(&self, ids: &dyn template::PhysicalIds, stack_name: &str) -> Result<Stack, Problem> {
        let settings = template::Settings {
            region: self.region.clone(),
            account_id: self.account.clone(),
            stack_name: stack_name.to_owned(),
            parameters: self.parameters.clone(),
            ids,
        };
        self.template
            .resolve(&settings)
            .map_err(|problems| Problem::text(format!("the template is broken\n{problems}")))
    }
}

impl House {
    /// Puts a server together, and makes what its template asks for.
    pub async fn build(plan: Plan<'_>, read: &ReadTemplate) -> Result<Self, Problem> {
        let clock: Clock = Arc::new(Timestamp::now);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let functions = Arc::new(Functions::new({
            let random = random.clone();
            Arc::new(move || random.uuid_v4())
        }));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let ids = StackIds {
            master: &plan.master,
            stack: &plan.stack.stack_name,
            region: &read.region,
            identity_url: &plan.identity_url,
            api_url: &plan.api_url,
            has_aws_issuer: plan.has_aws_issuer,
        };
        let stack = read.resolve(&ids, &plan.stack.stack_name)?;
        let form = if plan.has_aws_issuer { IssuerForm::Aws } else { IssuerForm::Public };
        let pools = Pools::new(Setup {
            region: read.region.clone(),
            account: read.account.clone(),
            public_url: plan.identity_url.clone(),
            issuer_form: form,
            fixed_code: plan.fixed_code,
            store: plan.store,
            clock: clock.clone(),
            random: random.clone(),
            master: plan.master.clone(),
            functions: functions.clone(),
            post: plan.post,
            workers: Arc::new(Workers::new(threads, WAITING_JOBS, LATE_AFTER)),
            compromised: plan.compromised,
            new_key: || Some(SigningKey::generate()),
        });
        let issuers = IssuersBeside::new(pools.clone());
        let mut notes = ignored(&stack);
        let ours = OurFunctions { pools: &pools, issuers: &issuers, clock: &clock };
        for function in stack.functions() {
            let timeout = Duration::from_secs(u64::from(function.timeout_seconds));
            match ours.build(function)? {
                Some(built) => functions.register(&function.name, Settings { timeout }, built),
                None => notes.push(format!(
                    "{} is not one of our own functions and is not called: its code would be run by a Lambda host, \
                     which this version has not",
                    function.logical_id
                )),
            }
        }
        let idp = Idp::new(pools.clone());
        let made = deploy::deploy(&idp, &stack, &ids).await?;
        let apis =
            deploy::gateway_config(&pools, &stack, &read.region, &read.account, &plan.api_url)?;
        let environment = gateway::Environment {
            functions,
            keys: Arc::new(issuers),
            clock,
            random: random.clone(),
        };
        let gateway = Gateway::new(apis, environment)
            .map_err(|cause| Problem::new("the API cannot be served", cause))?;
        let door = idp::door(plan.admission, random);
        Ok(Self { idp, door, gateway, outputs: stack.outputs.clone(), notes, made })
    }
}

fn ignored(stack: &Stack) -> Vec<String> {
    if stack.ignored.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = stack
        .ignored
        .iter()
        .map(|ignored| format!("{} ({})", ignored.logical_id, ignored.kind))
        .collect();
    vec![format!("without meaning here: {}", names.join(", "))]
}

/// Our own functions, run in this process.
struct OurFunctions<'a> {
    pools: &'a Pools,
    issuers: &'a IssuersBeside,
    clock: &'a Clock,
}

impl OurFunctions<'_> {
    /// The function that a template's code names, if it is one of ours.
    fn build(&self, function: &template::Function) -> Result<Option<Arc<dyn Function>>, Problem> {
        let folder = function.code.folder().unwrap_or_default().trim_end_matches('/');
        let name = folder.rsplit('/').next().unwrap_or_default();
        let environment = &function.environment;
        let bad = |cause: kit::BadSetting| {
            Problem::new(format!("function {}", function.logical_id), cause)
        };
        Ok(Some(match name {
            kit::token_customizer::NAME => {
                let profiles = self.profiles_of(environment);
                let customizer =
                    kit::token_customizer::TokenCustomizer::from_environment(environment, profiles);
                Arc::new(customizer.map_err(bad)?.into_function())
            }
            kit::user_events::NAME => {
                let profiles = self.profiles_of(environment);
                let events = kit::user_events::UserEvents::from_environment(
                    environment,
                    profiles,
                    self.clock.clone(),
                );
                Arc::new(events.map_err(bad)?.into_function())
            }
            kit::sign_up_guard::NAME => {
                let path = environment.get(kit::sign_up_guard::DISPOSABLE_DOMAINS_FILE);
                let domains = path.map(|path| files::read(Path::new(path))).transpose()?;
                let guard = kit::sign_up_guard::SignUpGuard::from_environment(
                    environment,
                    domains.as_deref(),
                );
                Arc::new(guard.map_err(bad)?.into_function())
            }
            kit::authorizer::NAME => {
                let issuer = environment.get("ISSUER").map(Issuer::parse);
                let Some(Ok(issuer)) = issuer else {
                    return Err(Problem::text(format!(
                        "function {}: ISSUER is not the issuer of a pool",
                        function.logical_id
                    )));
                };
                let keys = Arc::new(KeysBeside { issuers: self.issuers.clone(), issuer });
                let authorizer = kit::authorizer::Authorizer::from_environment(
                    environment,
                    keys,
                    self.clock.clone(),
                );
                Arc::new(authorizer.map_err(bad)?.into_function())
            }
            users::NAME => {
                let pool = environment.get("USER_POOL_ID").map(UserPoolId::parse);
                let Some(Ok(pool)) = pool else {
                    return Err(Problem::text(format!(
                        "function {}: USER_POOL_ID is not the id of a pool",
                        function.logical_id
                    )));
                };
                let profiles = self.table_of(environment);
                let accounts =
                    BesidePool { pools: self.pools.clone(), pool, profiles: profiles.clone() };
                let api = UserApi { profiles, accounts: Arc::new(accounts) };
                Arc::new(users::into_function(api, self.clock.clone()))
            }
            _ => return Ok(None),
        }))
    }

    fn table_of(&self, environment: &kit::Environment) -> Profiles {
        let table = environment.get("PROFILE_TABLE").map_or("profiles", String::as_str);
        Profiles::new(self.pools.records().clone(), table)
    }

    fn profiles_of(&self, environment: &kit::Environment) -> Arc<dyn kit::Profiles> {
        Arc::new(ProfilesBeside { profiles: self.table_of(environment), clock: self.clock.clone() })
    }
}

impl House {
    /// The outputs of the template, as JSON.
    pub fn outputs_text(&self) -> String {
        serde_json::to_string_pretty(&self.outputs).unwrap_or_default() + "\n"
    }

    /// The region that ids name.
    pub fn region(&self) -> &Region {
        self.idp.pools.region()
    }

    /// Makes the signing keys of new pools, so that the first sign-in does not wait for them.
    pub fn make_keys(&self) {
        let (pools, ids) = (self.idp.pools.clone(), self.made.pools.clone());
        tokio::spawn(async move {
            for id in ids {
                if let Err(error) = pools.keys(&id).await {
                    tracing::warn!(%id, ?error, "the signing keys are not made yet");
                }
            }
        });
    }

    /// A client that somebody could sign up with.
    pub fn public_client(&self) -> Option<&ClientId> {
        self.made.public_clients.first()
    }
}
