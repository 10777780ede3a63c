//! How is everything put together?

use crate::{
    Problem,
    beside::IssuersBeside,
    cli::{FunctionArguments, StackArguments},
    deploy, files,
    foreign::Hosts,
    ids::{NoIds, StackIds},
    invoke_door::InvokeDoor,
    key_sets::AllKeySets,
    ours::OurFunctions,
    outbound::Outbound,
    pages_door,
    runs::{Runs, sender_keys},
    signed_requests::SignedRequests,
    upstream::UpstreamByHttp,
    usage_ledger::StoredUsage,
};
use crypto::{MasterKey, Random, SigningKey, SystemRandom, Workers};
use functions::{Functions, InvokeApi, Logs, Settings, Tails};
use gateway::{Gateway, Throttle};
use idp::Idp;
use jiff::Timestamp;
use kit::user_events::Publisher;
use names::{AccountId, ClientId, Clock, Code, Region};
use oauth::{OAuth, Reach};
use pool::{CompromisedPasswords, IssuerForm, Pools, Post, Setup};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::Store;
use tempfile::TempDir;
use template::{Stack, Template};
use wire::Admission;

/// The starter template, the very file of the repository.
const STARTER: &str = include_str!("../../../template.yaml");

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
    pub master: MasterKey,
    pub post: Arc<dyn Post>,
    /// Who hears what users do, if anybody does.
    pub publisher: Option<Arc<dyn Publisher>>,
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
    /// How fast the API may be asked, over all its routes.
    pub api_throttle: Option<Throttle>,
    /// The passwords that everybody knows.
    pub compromised: CompromisedPasswords,
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
    pub outputs: BTreeMap<String, String>,
    /// What of the template has no meaning here, a line each.
    pub notes: Vec<String>,
    pub functions: Vec<Named>,
    pub invoke: InvokeDoor,
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
        let mut stack = read.resolve(&ids, &plan.stack.stack_name)?;
        let form = if plan.has_aws_issuer { IssuerForm::Aws } else { IssuerForm::Public };
        let pools = Pools::new(Setup {
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
            new_key: || Some(SigningKey::generate()),
        });
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
        let ours = OurFunctions {
            pools: &pools,
            issuers: &issuers,
            clock: &clock,
            random: &random,
            post: &plan.post,
            publisher: plan.publisher.as_ref(),
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
        let door = idp::door(plan.admission, random);
        Ok(Self {
            idp,
            door,
            gateway,
            oauth,
            outputs: stack.outputs.clone(),
            notes,
            functions: named,
            invoke: InvokeDoor { api: invoke, admission: plan.invoke_admission },
            made,
            _inline_code: inline_code,
        })
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
