//! How is everything put together?

use crate::{
    Problem,
    api_key_door::ApiKeyDoor,
    barrier::Barrier,
    beside::IssuersBeside,
    cli::{FunctionArguments, StackArguments},
    deploy, files,
    foreign::Hosts,
    ids::{NoIds, StackIds},
    invoke_door::InvokeDoor,
    key_sets::AllKeySets,
    ours::{self, OurFunctions},
    outbound::Outbound,
    pages_door,
    runs::{Runs, sender_keys},
    signed_requests::SignedRequests,
    telling::Aside,
    upstream::UpstreamByHttp,
    usage_ledger::StoredUsage,
};
use crypto::{MasterKey, Random, SigningKey, SystemRandom, Workers};
use events::UserEventSource;
use functions::{Functions, InvokeApi, Logs, Settings, Tails};
use gateway::{Gateway, Throttle};
use idp::Idp;
use jiff::Timestamp;
use kit::user_events::Publisher;
use names::{AccountId, ClientId, Clock, Code, Region, UserPoolId};
use oauth::{OAuth, Reach};
use pool::{CompromisedPasswords, IssuerForm, Pools, Post, Quotas, RequestRates, Setup};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::Store;
use tempfile::TempDir;
use template::{Function, Resource, Stack, Template};
use users::{
    api_keys::{KeyScope, StoredKeys},
    events::{Drain, Sink},
};
use wire::Admission;

/// The starter template, the very file of the repository.
const STARTER: &str = include_str!("../../../template.yaml");

/// The output that tells the API key.
pub const API_KEY: &str = "ApiKey";

/// How many jobs wait for a worker thread, and for how long, before new ones are refused.
const WAITING_JOBS: usize = 4096;
const LATE_AFTER: Duration = Duration::from_secs(2);

/// What a server is put together from.
pub struct Plan<'a> {
    pub stack: &'a StackArguments,
    pub functions: &'a FunctionArguments,
    pub identity_url: String,
    pub api_url: String,
    pub has_aws_issuer: bool,
    pub fixed_code: Option<Code>,
    pub store: Arc<dyn Store>,
    /// Whether nodes in other regions may share it.
    pub has_other_nodes: bool,
    pub master: MasterKey,
    pub post: Arc<dyn Post>,
    /// Who is told what users do.
    pub listener: Arc<dyn Sink>,
    /// Where the log lines of functions go.
    pub logs: Arc<dyn Logs>,
    /// How long each function waits before its first call.
    pub cold_start: Duration,
    /// What is added to the environment of functions that are not ours, where their own says nothing.
    pub given: BTreeMap<&'static str, String>,
    /// Whether functions that send codes are handed the keys to read them.
    pub shares_sender_keys: bool,
    pub admission: Admission,
    /// The same for calls of functions.
    pub invoke_admission: Admission,
    /// The same for routes of the API that ask for signed requests.
    pub api_admission: Admission,
    /// Who reaches signed operations alone.
    pub barrier: Barrier,
    /// How fast the API may be asked, over all its routes.
    pub api_throttle: Option<Throttle>,
    /// The same for the keys of the user API.
    pub api_key_admission: Admission,
    /// Whether there is a key of the user API without anybody making one, and the outputs tell it.
    pub offers_api_key: bool,
    /// The passwords that everybody knows.
    pub compromised: CompromisedPasswords,
    /// How often something may be asked for, if there is a limit.
    pub rates: Option<RequestRates>,
    /// How many of something there may be.
    pub quotas: Quotas,
}

/// A function of the template.
pub struct Named {
    pub logical_id: String,
    pub name: String,
    /// Whether it is a process, whose host reports on each call.
    pub is_process: bool,
    /// Why it cannot be called.
    pub problem: Option<String>,
}

/// A server that is ready to answer.
pub struct House {
    pub idp: Idp,
    pub door: wire::Door<Idp>,
    pub gateway: Gateway,
    /// The OAuth 2.0 endpoints and the pages, at the identity address and at the domains of pools.
    pub oauth: OAuth,
    /// Who reaches none of them.
    pub barrier: Barrier,
    pub outputs: BTreeMap<String, String>,
    /// What of the template has no meaning here, a line each.
    pub notes: Vec<String>,
    pub functions: Vec<Named>,
    pub invoke: InvokeDoor,
    pub api_keys: ApiKeyDoor,
    /// Who takes what users do to the listener, for each table of profiles.
    pub drains: Vec<Drain>,
    made: deploy::Made,
    /// Code of functions that stood in the template, removed at the end.
    _inline_code: Option<TempDir>,
}

/// A template that was read and found right, before anything is opened or made.
pub struct ReadTemplate {
    template: Template,
    /// Where it is; code and files that it names are looked for from here.
    folder: PathBuf,
    region: Region,
    account: AccountId,
    parameters: BTreeMap<String, String>,
}

impl Plan<'_> {
    /// Which other servers this one calls.
    pub fn reach(&self) -> Reach {
        // In `dev` two servers of one machine may be each other's providers; elsewhere nobody makes this
        // server call what only it can reach.
        match self.admission {
            Admission::AnyCredentials => Reach::PublicAndLoopback,
            Admission::Signed(_) => Reach::Public,
        }
    }
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
        let folder = path.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::path::absolute(folder.unwrap_or(Path::new(".")))
            .map_err(|cause| Problem::new("the folder of the template", cause))?;
        let files = |location: &str| {
            files::read(&folder.join(location)).map_err(|problem| problem.to_string())
        };
        let template = Template::parse_with(&name, &text, &files).map_err(broken)?;
        let read = Self { template, folder, region, account, parameters };
        // Once with names that do not matter, to find what is wrong before a file is made.
        read.resolve(&NoIds, &arguments.stack_name)?;
        Ok(read)
    }

    /// The account that ARNs name.
    pub const fn account(&self) -> &AccountId {
        &self.account
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
    pub async fn build(mut plan: Plan<'_>, read: &ReadTemplate) -> Result<Self, Problem> {
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
        let mut stack = read.resolve(&ids, &plan.stack.stack_name)?;
        let form = if plan.has_aws_issuer { IssuerForm::Aws } else { IssuerForm::Public };
        let mut pools = Pools::new(Setup {
            region: read.region.clone(),
            account: read.account.clone(),
            public_url: plan.identity_url.clone(),
            issuer_form: form,
            fixed_code: plan.fixed_code.clone(),
            store: plan.store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            master: plan.master.clone(),
            functions: functions.clone(),
            post: plan.post.clone(),
            workers: Arc::new(Workers::new(threads, WAITING_JOBS, LATE_AFTER)),
            compromised: plan.compromised.clone(),
            rates: plan.rates.take(),
            quotas: plan.quotas.clone(),
            new_key: || Some(SigningKey::generate()),
        });
        if plan.has_other_nodes {
            pools = pools.with_other_nodes();
            let announced = pools.announce_region().await;
            announced
                .map_err(|cause| Problem::new("the region of this node is not kept", cause))?;
        }
        let issuers = IssuersBeside::new(pools.clone());
        let mut notes = ignored(&stack);
        let tails = Arc::new(Tails::new(plan.logs.clone()));
        let hosts = Hosts::new(
            plan.functions,
            &read.folder,
            plan.cold_start,
            tails.clone(),
            clock.clone(),
        )?;
        hosts.check(stack.functions())?;
        let api_keys =
            StoredKeys::new(pools.records().clone(), random.clone(), &plan.stack.stack_name);
        let publisher: Arc<dyn Publisher> = Arc::new(Aside::new(plan.listener.clone()));
        let drains = drains(&stack, &pools, &plan.listener, &clock);
        let ours = OurFunctions {
            api_keys: &api_keys,
            api_url: &plan.api_url,
            pools: &pools,
            issuers: &issuers,
            clock: &clock,
            random: &random,
            post: &plan.post,
            publisher: &publisher,
            drains: &drains,
            folder: &read.folder,
        };
        let oauth = pages_door::build(&pools, &plan)?;
        let outbound = Arc::new(Outbound::new(plan.reach()));
        let keys =
            if plan.shares_sender_keys { sender_keys(&stack, &pools) } else { BTreeMap::new() };
        let runs =
            Runs { hosts, ours, cold_start: plan.cold_start, given: plan.given, sender_keys: keys };
        let mut named = Vec::new();
        for function in stack.functions() {
            let hosted = runs.function(function)?;
            notes.extend(hosted.note);
            let timeout = Duration::from_secs(u64::from(function.timeout_seconds));
            functions.register(&function.name, Settings { timeout }, hosted.function);
            named.push(Named {
                logical_id: function.logical_id.clone(),
                name: function.name.clone(),
                is_process: hosted.is_process,
                problem: hosted.problem,
            });
        }
        let inline_code = runs.hosts.into_inline_code();
        let idp = Idp::new(pools.clone());
        let made = deploy::deploy(&idp, &stack, &ids).await?;
        let mut apis = deploy::gateway_config(&pools, &stack, &ids, &read.account, &plan.api_url)?;
        apis.throttle = plan.api_throttle;
        if matches!(plan.api_admission, Admission::AnyCredentials) {
            // Elsewhere outputs are logged, and nobody but the template's author needs to know a key.
            stack.outputs.extend(deploy::made_api_keys(&stack, &ids));
        }
        let invoke = InvokeApi::new(functions.clone(), read.region.clone(), read.account.clone())
            .with_tails(tails);
        let upstream = UpstreamByHttp::new(&apis).map_err(Problem::text)?;
        let mut outputs = stack.outputs.clone();
        if plan.offers_api_key && stack.functions().iter().any(ours::is_user_api) {
            let key = offered_api_key(&api_keys, &ids, clock()).await?;
            outputs.entry(API_KEY.to_owned()).or_insert(key);
        }
        let api_keys =
            ApiKeyDoor { keys: api_keys, admission: plan.api_key_admission, clock: clock.clone() };
        let environment = gateway::Environment {
            functions,
            keys: Arc::new(AllKeySets::new(issuers, outbound, clock.clone())),
            signatures: Arc::new(SignedRequests {
                admission: plan.api_admission,
                account: read.account.clone(),
            }),
            usage: Arc::new(StoredUsage::new(
                plan.store.clone(),
                clock.clone(),
                &plan.stack.stack_name,
            )),
            clock,
            random: random.clone(),
            upstream: Arc::new(upstream),
        };
        let gateway = Gateway::new(apis, environment)
            .map_err(|cause| Problem::new("the API cannot be served", cause))?;
        let barrier = plan.barrier.clone();
        let door = idp::door(plan.admission, random)
            .behind(Arc::new(move |address| barrier.bars(address)));
        Ok(Self {
            idp,
            door,
            gateway,
            oauth,
            barrier: plan.barrier,
            outputs,
            notes,
            functions: named,
            invoke: InvokeDoor { api: invoke, admission: plan.invoke_admission },
            api_keys,
            drains: drains.into_values().collect(),
            made,
            _inline_code: inline_code,
        })
    }
}

/// The key that `dev` tells of: the first that nobody has revoked or given another secret.
async fn offered_api_key(
    keys: &StoredKeys,
    ids: &StackIds<'_>,
    now: Timestamp,
) -> Result<String, Problem> {
    for number in 0..=u32::MAX {
        let Some(key) = ids.api_key(number) else { break };
        let offered = keys.offer_derived(&key, "dev", KeyScope::Write, now).await;
        if offered.map_err(|cause| Problem::new("the API key", cause))? {
            return Ok(key.reveal().to_owned());
        }
    }
    Err(Problem::text("there is no API key left to offer"))
}

/// Whoever changes profiles tells of it in the store, so somebody has to take it from there: for each table, in
/// the name of the pool that its users are of.
fn drains(
    stack: &Stack,
    pools: &Pools,
    listener: &Arc<dyn Sink>,
    clock: &Clock,
) -> BTreeMap<String, Drain> {
    let mut drains = BTreeMap::new();
    let holder = pools.random().uuid_v4();
    // The user API says which pool it is for; a trigger is its pool's.
    let (apis, others): (Vec<&Function>, Vec<&Function>) =
        stack.functions().iter().partition(|function| ours::is_user_api(function));
    for function in apis.into_iter().chain(others) {
        let Some(table) = ours::table_told_of(function) else { continue };
        let named = function.environment.get("USER_POOL_ID").cloned();
        let pool = named.or_else(|| pool_that_calls(stack, function));
        let Some(Ok(pool)) = pool.map(UserPoolId::parse) else { continue };
        let source = UserEventSource::new("aws", pools.account().as_str(), &pool);
        drains.entry(table.to_owned()).or_insert_with(|| {
            let (records, listener) = (pools.records().clone(), listener.clone());
            Drain::new(records, table, source, listener, clock.clone(), holder.clone())
        });
    }
    drains
}

/// The pool that has a function as one of its triggers.
fn pool_that_calls(stack: &Stack, function: &Function) -> Option<String> {
    let calls = |resource: &&Resource| {
        resource.kind == "AWS::Cognito::UserPool"
            && resource
                .properties
                .get("LambdaConfig")
                .is_some_and(|config| names_function(config, &function.arn))
    };
    stack.resources.iter().find(calls).map(|resource| resource.physical_id.clone())
}

fn names_function(config: &Value, arn: &str) -> bool {
    match config {
        Value::String(text) => text == arn,
        Value::Object(members) => members.values().any(|member| names_function(member, arn)),
        _ => false,
    }
}

fn ignored(stack: &Stack) -> Vec<String> {
    if stack.ignored.is_empty() {
        return Vec::new();
    }
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for ignored in &stack.ignored {
        match kinds.iter_mut().find(|(kind, _)| *kind == ignored.kind) {
            Some((_, names)) => names.push(&ignored.logical_id),
            None => kinds.push((&ignored.kind, vec![&ignored.logical_id])),
        }
    }
    let kinds = kinds.iter().map(|(kind, names)| format!("{kind} ({})", names.join(", ")));
    vec![format!("without meaning here: {}", kinds.collect::<Vec<_>>().join(", "))]
}

impl House {
    /// The outputs of the template, as JSON.
    pub fn outputs_text(&self) -> String {
        serde_json::to_string_pretty(&self.outputs).unwrap_or_default() + "\n"
    }

    /// A line for each function that cannot be called.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.functions.iter().filter_map(|function| {
            let problem = function.problem.as_ref()?;
            Some(format!("{} cannot be called: {problem}", function.logical_id))
        })
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
