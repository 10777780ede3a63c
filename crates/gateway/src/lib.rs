//! Which function or service answers this request, and may it?
//!
//! A [`Gateway`] is a door in front of functions that behaves as API Gateway does: it finds the route,
//! asks the route's authorizer, checks scopes and API key, hands the request to the function as a proxy
//! event, and makes the function's answer an HTTP answer. It knows no template, no user pool and no
//! socket: a [`Config`] says what there is, [`KeySets`] brings the keys of token issuers.
//!
//! What decides is pure and has a file of its own: `path` and `router` for the route, one file for each
//! kind of authorizer, `policy` for IAM policies, `fault` for the words of a refusal.

mod authorizers;
mod caller;
mod claims;
mod config;
mod cors;
mod credentials;
mod expression;
mod fault;
mod identity_source;
mod incoming;
mod integrations;
mod keys;
mod path;
mod policy;
mod proxy_answer;
mod proxy_event;
mod required;
mod responses;
mod router;
mod signatures;
mod tokens;
mod trail;
mod upstream;
mod usage;
mod verdict;
mod verdicts;

pub use config::{
    Api, ApiKey, ApiKeySource, ApiKind, Authorizer, CognitoAuthorizer, Config, JwtAuthorizer,
    LONGEST_TTL, LambdaRequestAuthorizer, LambdaTokenAuthorizer, MethodThrottle, Misconfigured,
    PayloadFormat, Quota, QuotaPeriod, Route, RouteMethod, Throttle, UsagePlan, Validation,
};
pub use cors::Cors;
pub use expression::Expression;
pub use http::Method;
pub use identity_source::{ContextVariable, IdentitySource};
pub use integrations::{HttpIntegration, Integration, MockIntegration, MockResponse, PassThrough};
pub use required::RequiredParameter;
pub use responses::{GatewayResponse, GatewayResponses, ResponseType};
pub use signatures::{BadSignature, NoSignatures, NotPermitted, Signatures, Signer};
pub use tokens::{KeySets, Unavailable};
pub use trail::Step;
pub use upstream::{NoUpstream, Unreached, Upstream};
pub use usage::{Usage, UsageInMemory, UsageLedger, UsageTotal};

use authorizers::{Means, Question};
use bytes::Bytes;
use caller::Caller;
use crypto::Random;
use expression::Seen;
use fault::{Broken, Refusal, Stop};
use functions::Functions;
use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, ORIGIN},
    request::Parts,
};
use incoming::{Incoming, Mark};
use keys::{Accounts, Common, Keys};
use names::Clock;
use path::RequestPath;
use proxy_event::PresentedKey;
use router::Router;
use std::{net::IpAddr, sync::Arc, time::Duration};
use trail::Trail;
use usage::Bucket;

/// The largest body of a request, for both kinds of API. Who reads a body off a socket should stop here.
pub const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The most bytes of all headers together, and of an HTTP API's request line with them.
const LARGEST_HEADERS: usize = 10_240;

/// What an explanation ends with where a request would be let on.
const INTEGRATION: &str = "integration";

/// The longest method ARN.
const LONGEST_ARN: usize = 1600;

/// The door in front of functions.
pub struct Gateway {
    apis: Vec<Serving>,
    means: Means,
    upstream: Arc<dyn Upstream>,
    random: Arc<dyn Random>,
    accounts: Accounts,
    usage: Arc<dyn UsageLedger>,
    /// The throttle of the whole account.
    throttle: Option<Bucket>,
}

/// Why a request comes without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadBody {
    /// It is larger than [`LARGEST_BODY`].
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// It is none.
    Broken,
}

/// What a gateway works with and does not make itself.
pub struct Environment {
    pub functions: Arc<Functions>,
    pub keys: Arc<dyn KeySets>,
    pub clock: Clock,
    pub random: Arc<dyn Random>,
    /// Who calls the servers that HTTP integrations name.
    pub upstream: Arc<dyn Upstream>,
    /// Who knows the access keys of routes with `AWS_IAM`.
    pub signatures: Arc<dyn Signatures>,
    /// Where the requests of quotas are counted.
    pub usage: Arc<dyn UsageLedger>,
}

/// Why a request would be let on or refused.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What was looked at, in order. If the last step passed, what is behind the route would be asked.
    pub steps: Vec<Step>,
    /// The answer that the request would get, unless what is behind the route would give it.
    pub answer: Option<Response<Bytes>>,
}

/// An API that has been checked and arranged.
struct Serving {
    api: Api,
    router: Router,
    mounts: Vec<Vec<String>>,
    keys: Keys,
}

impl Gateway {
    /// A gateway for these APIs.
    ///
    /// # Errors
    /// [`Misconfigured`] if the configuration contradicts itself or would leave a route less guarded than
    /// it says.
    pub fn new(config: Config, environment: Environment) -> Result<Self, Misconfigured> {
        let mut apis: Vec<Serving> = Vec::with_capacity(config.apis.len());
        let mut accounts = Accounts::default();
        for api in config.apis {
            let (id, stage) = (api.id.clone(), api.stage.clone());
            let serving = Serving::new(api, &mut accounts).and_then(|serving| {
                let mut others = apis.iter().flat_map(|other| &other.mounts);
                if others.any(|mount| serving.mounts.contains(mount)) {
                    return Err("another API is mounted at the same place".to_owned());
                }
                Ok(serving)
            });
            apis.push(serving.map_err(|problem| Misconfigured { api: id, stage, problem })?);
        }
        let Environment { functions, keys, clock, random, upstream, signatures, usage } =
            environment;
        let tokens = tokens::Tokens::new(keys);
        let verdicts = verdicts::Verdicts::new();
        let means = Means { tokens, verdicts, signatures, functions, clock };
        let throttle = config.throttle.map(Bucket::new);
        Ok(Self { apis, means, upstream, random, accounts, usage, throttle })
    }

    /// Answers a request that came from `peer`.
    pub async fn answer(&self, request: Request<Bytes>, peer: IpAddr) -> Response<Bytes> {
        self.reply(request, peer, &Trail::off()).await
    }

    /// Says why a request would be let on or refused. What is behind the route is not asked, and nothing is
    /// taken from a throttle or a quota; a Lambda authorizer is asked as for any request, and its verdict
    /// is kept.
    pub async fn explain(&self, request: Request<Bytes>, peer: IpAddr) -> Explanation {
        let trail = Trail::on();
        let answer = self.reply(request, peer, &trail).await;
        let steps = trail.into_steps();
        let is_let_on = steps.last().is_some_and(|step| step.about == INTEGRATION);
        Explanation { steps, answer: (!is_let_on).then_some(answer) }
    }

    /// Throws away the verdicts of Lambda authorizers that are kept for an API's stage; without a name, for
    /// all of them.
    pub fn flush_verdicts(&self, api: Option<&str>, stage: Option<&str>) {
        let (api, stage) = (api.map(str::to_owned), stage.map(str::to_owned));
        self.means.verdicts.flush(move |kept_api, kept_stage| {
            api.as_deref().is_none_or(|api| api == kept_api)
                && stage.as_deref().is_none_or(|stage| stage == kept_stage)
        });
    }

    /// Tells the ledger which requests of quotas were counted here, and learns what other nodes have counted.
    /// To be called every few seconds, and once before the end.
    ///
    /// # Errors
    /// [`Unavailable`] if the ledger could not be told everything; the rest is told the next time.
    pub async fn settle_usage(&self) -> Result<(), Unavailable> {
        let mut outcome = Ok(());
        for account in self.accounts.iter() {
            outcome = account.settle(&*self.usage).await.and(outcome);
        }
        outcome
    }

    async fn reply(&self, request: Request<Bytes>, peer: IpAddr, trail: &Trail) -> Response<Bytes> {
        let now = (self.means.clock)();
        let mark = Mark::new(self.random.as_ref(), now);
        let path = RequestPath::parse(request.uri().path());
        let found = path.as_ref().and_then(|path| self.api_at(path));
        let Some((serving, path)) = found else {
            let kind = self.usual_kind();
            // A path that cannot be read is no route; a path that can be read has no API.
            let refusal = if path.is_none() { Refusal::NoRoute } else { Refusal::NoApi };
            trail.note(|| match refusal {
                Refusal::NoRoute => {
                    Step::failed("route", "the path can be read in more than one way, or in none")
                }
                _ => Step::failed("api", "no API is served at this path"),
            });
            let mut response = Stop::from(refusal).answer(kind);
            sign(&mut response, kind, &mark);
            return response;
        };
        let kind = serving.api.kind;
        let origin = request.headers().get(ORIGIN).cloned();
        let (parts, body) = request.into_parts();
        let incoming = Incoming::new(parts, path, body, peer, mark.clone(), now);
        let mut response = match self.serve(serving, &incoming, trail).await {
            Ok(response) => response,
            Err(stop) => {
                if let Stop::Broken(broken) = &stop {
                    tracing::error!(
                        api = serving.api.id,
                        stage = serving.api.stage,
                        request_id = mark.id,
                        %broken,
                        "a request could not be answered"
                    );
                }
                refused(serving, &incoming, &stop)
            }
        };
        if let (ApiKind::Http, Some(cors)) = (kind, &serving.api.cors)
            && !cors::is_preflight(&incoming.method, &incoming.headers)
        {
            cors.dress(origin.as_ref(), response.headers_mut());
        }
        sign(&mut response, kind, &mark);
        response
    }

    /// Answers a request whose body was not read, in the words of the API it was for.
    pub fn refuse(&self, head: Parts, peer: IpAddr, unread: UnreadBody) -> Response<Bytes> {
        let stop = Stop::from(match unread {
            UnreadBody::TooLarge => Refusal::TooLarge,
            UnreadBody::TooSlow => Refusal::TooSlow,
            UnreadBody::Broken => Refusal::BadRequest,
        });
        let now = (self.means.clock)();
        let mark = Mark::new(self.random.as_ref(), now);
        let path = RequestPath::parse(head.uri.path());
        let found = path.as_ref().and_then(|path| self.api_at(path));
        let kind = found.as_ref().map_or_else(|| self.usual_kind(), |(found, _)| found.api.kind);
        let mut response = match found {
            None => stop.answer(kind),
            Some((serving, path)) => {
                let incoming = Incoming::new(head, path, Bytes::new(), peer, mark.clone(), now);
                refused(serving, &incoming, &stop)
            }
        };
        sign(&mut response, kind, &mark);
        response
    }

    async fn serve(
        &self,
        serving: &Serving,
        request: &Incoming,
        trail: &Trail,
    ) -> Result<Response<Bytes>, Stop> {
        let Serving { api, router, .. } = serving;
        trail.note(|| {
            let (id, stage) = (api.id.as_str(), api.stage.as_str());
            let text = format!("the path is served by stage {stage} of {} API {id}", api.kind);
            Step::passed("api", text).with("api", id).with("stage", stage)
        });
        if header_bytes(api.kind, request) > LARGEST_HEADERS {
            return Err(Refusal::HeadersTooLarge.into());
        }
        if let Some(response) = preflight(serving, request) {
            trail.note(|| told_of_preflight(&response));
            return Ok(response);
        }
        if let (Some(cors), Some(origin)) = (&api.cors, request.headers.get(ORIGIN)) {
            trail.note(|| told_of_cors(cors, api.kind, origin));
        }
        let found = router.find(api.kind, &request.method, &request.path);
        let route = found.as_ref().and_then(|found| api.routes.get(found.route));
        let (Some(found), Some(route)) = (found, route) else {
            return Err(trail.stop(Refusal::NoRoute.into(), || {
                let text = format!("no route takes {} at this path", request.method);
                Step::failed("route", text)
            }));
        };
        trail.note(|| {
            let key = route.key();
            let names = found.parameters.keys().cloned().collect::<Vec<_>>();
            let text = format!("the route is {key}");
            Step::passed("route", text).with("route", key).with("parameters", names)
        });
        if request.body.len() > LARGEST_BODY {
            return Err(Refusal::TooLarge.into());
        }
        let method_arn = format!(
            "arn:aws:execute-api:{}:{}:{}/{}/{}/{}",
            api.region,
            api.account,
            api.id,
            api.stage,
            request.method,
            request.path.in_arn()
        );
        if method_arn.len() > LONGEST_ARN {
            return Err(Refusal::PathTooLong.into());
        }
        let question = Question {
            request,
            api,
            route,
            parameters: &found.parameters,
            method_arn: &method_arn,
            trail,
        };
        let caller = authorizers::authorize(&self.means, &question).await?;
        let common = Common { ledger: &*self.usage, bucket: self.throttle.as_ref() };
        let key = serving.keys.admit(common, &question, found.route, &caller).await?;
        let missing = RequiredParameter::missing(&route.required, request, &found.parameters);
        if !missing.is_empty() {
            trail.note(|| {
                let text = format!("the request lacks {}", missing.join(", "));
                Step::failed("validation", text)
            });
            return Err(Refusal::MissingParameters(missing).into());
        }
        if trail.is_on() {
            trail.note(|| {
                let behind = match &route.integration {
                    Integration::Function(function) => format!("the function {function}"),
                    Integration::Http(_) => "the server behind the route".to_owned(),
                    Integration::Mock(_) => "the mock integration".to_owned(),
                };
                let text = format!("the request is let on to {behind}");
                Step::passed(INTEGRATION, text)
            });
            return Ok(Response::new(Bytes::new()));
        }
        let integrated = self.integrate(&question, &caller, key.as_ref());
        tokio::time::timeout(time_limit(api.kind, route), integrated)
            .await
            .map_err(|_| Broken::TooSlow)?
    }

    /// The answer of what is behind the route.
    async fn integrate(
        &self,
        question: &Question<'_>,
        caller: &Caller,
        key: Option<&PresentedKey>,
    ) -> Result<Response<Bytes>, Stop> {
        let Question { request, api, route, .. } = question;
        let function = match &route.integration {
            Integration::Http(http) => {
                return http.ask(self.upstream.as_ref(), question, caller).await;
            }
            Integration::Mock(mock) => return mock.answer(question, caller),
            Integration::Function(function) => function,
        };
        let event = proxy_event::bytes(question, caller, key).map_err(|_| Broken::Event)?;
        if event.len() > functions::MAX_PAYLOAD {
            return Err(Refusal::EventTooLarge.into());
        }
        let answer = self.means.functions.invoke(function, event).await;
        let answer = answer.map_err(Broken::Function)?;
        Ok(proxy_answer::read(api, route.payload, &request.headers, &answer)?)
    }

    /// The API that is mounted closest to the path, and the path below its mount.
    fn api_at(&self, path: &RequestPath) -> Option<(&Serving, RequestPath)> {
        let mounted = self.apis.iter().flat_map(|serving| {
            let below = move |mount: &Vec<String>| Some((serving, mount.len(), path.below(mount)?));
            serving.mounts.iter().filter_map(below)
        });
        let (serving, _, below) = mounted.max_by_key(|(_, depth, _)| *depth)?;
        Some((serving, below))
    }

    /// In whose words to say that there is nothing.
    fn usual_kind(&self) -> ApiKind {
        let has_http = self.apis.iter().any(|serving| serving.api.kind == ApiKind::Http);
        if has_http { ApiKind::Http } else { ApiKind::Rest }
    }
}

impl Serving {
    fn new(api: Api, accounts: &mut Accounts) -> Result<Self, String> {
        api.check()?;
        let keys = Keys::new(&api, accounts)?;
        let router = Router::new(api.kind, &api.routes)?;
        let mut mounts = Vec::with_capacity(api.mounts.len());
        for mount in &api.mounts {
            let path = if mount.is_empty() { "/" } else { mount };
            let path = RequestPath::parse(path).filter(|path| !path.ends_with_slash());
            let path = path.ok_or_else(|| format!("{mount} is no path to be mounted at"))?;
            mounts.push(path.segments().map(str::to_owned).collect());
        }
        Ok(Self { api, router, mounts, keys })
    }
}

/// A refusal, in a REST API's own words if it has some.
fn refused(serving: &Serving, request: &Incoming, stop: &Stop) -> Response<Bytes> {
    let api = &serving.api;
    let mut response = stop.answer(api.kind);
    if api.kind == ApiKind::Rest {
        let seen = Seen { request, api, route: None, parameters: None, caller: None, error: None };
        api.responses.dress(stop, seen, &mut response);
    }
    response
}

fn header_bytes(kind: ApiKind, request: &Incoming) -> usize {
    let headers = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    let line = match kind {
        ApiKind::Rest => 0,
        ApiKind::Http => {
            request.method.as_str().len() + request.path.raw().len() + request.raw_query.len()
        }
    };
    headers.sum::<usize>() + line
}

/// The answer to a browser's question, where the configuration answers it.
fn preflight(serving: &Serving, request: &Incoming) -> Option<Response<Bytes>> {
    let Serving { api, router, .. } = serving;
    let cors = api.cors.as_ref()?;
    let (status, methods) = match api.kind {
        ApiKind::Http => {
            if !cors::is_preflight(&request.method, &request.headers) {
                return None;
            }
            (StatusCode::NO_CONTENT, Vec::new())
        }
        // SAM gives each path of a REST API an OPTIONS method of its own, unless it has one.
        ApiKind::Rest => {
            let is_open =
                request.method == Method::OPTIONS && !has_own_options(api, router, request);
            (StatusCode::OK, router.methods_at(&request.path).filter(|_| is_open)?)
        }
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    let origin = request.headers.get(ORIGIN);
    *response.headers_mut() = cors.preflight(api.kind, origin, &methods);
    if api.kind == ApiKind::Rest {
        // What SAM's mock integration answers besides.
        *response.body_mut() = Bytes::from_static(b"{}\n");
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    Some(response)
}

fn has_own_options(api: &Api, router: &Router, request: &Incoming) -> bool {
    let found = router.find(api.kind, &Method::OPTIONS, &request.path);
    let route = found.and_then(|found| api.routes.get(found.route));
    route.is_some_and(|route| route.method == RouteMethod::One(Method::OPTIONS))
}

/// What a browser is told, in words.
fn told_of_preflight(response: &Response<Bytes>) -> Step {
    let passed = response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    let text = match passed {
        true => "the gateway itself answers the browser's preflight, and lets its page in",
        false => "the gateway itself answers the browser's preflight, and the page is not let in",
    };
    Step { passed, ..Step::passed("cors", text) }
}

fn told_of_cors(cors: &Cors, kind: ApiKind, origin: &HeaderValue) -> Step {
    let passed = cors.preflight(kind, Some(origin), &[]).contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    let text = match (kind, passed) {
        (ApiKind::Http, true) => "a page of this origin may read the answer",
        (ApiKind::Http, false) => "a page of this origin may not read the answer",
        // What a REST API answers beyond a preflight is the function's business.
        (ApiKind::Rest, true) => {
            "a page of this origin may read the answer if the function says so"
        }
        (ApiKind::Rest, false) => "the CORS configuration does not name this origin",
    };
    Step { passed, ..Step::passed("cors", text) }
}

/// How long the function may take before the API answers without it.
fn time_limit(kind: ApiKind, route: &Route) -> Duration {
    let most = match kind {
        ApiKind::Rest => Duration::from_secs(29),
        ApiKind::Http => Duration::from_secs(30),
    };
    route.timeout.map_or(most, |timeout| timeout.min(most))
}

/// Writes the request's ids into an answer, over whatever a function wrote there.
fn sign(response: &mut Response<Bytes>, kind: ApiKind, mark: &Mark) {
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    match kind {
        ApiKind::Rest => {
            set("x-amzn-requestid", &mark.id);
            set("x-amz-apigw-id", &mark.short);
        }
        ApiKind::Http => set("apigw-requestid", &mark.short),
    }
}
