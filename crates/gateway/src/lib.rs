//! Which function or service answers this request, and may it?
//!
//! A [`Gateway`] is a door in front of functions that behaves as API Gateway does: it finds the route,
//! asks the route's authorizer, checks scopes and API key, hands the request to the function as a proxy
//! event, and makes the function's answer an HTTP answer. It knows no template, no user pool and no
//! socket: a [`Config`] says what there is, [`KeySets`] brings the keys of token issuers.
//!
//! What decides is pure and has a file of its own: `path` and `router` for the route, one file for each
//! kind of authorizer, `policy` for IAM policies, `fault` for the words of a refusal.

mod api_key;
mod authorizers;
mod caller;
mod config;
mod cors;
mod credentials;
mod fault;
mod identity_source;
mod incoming;
mod path;
mod policy;
mod proxy_answer;
mod proxy_event;
mod router;
mod tokens;
mod verdict;
mod verdicts;

pub use config::{
    Api, ApiKey, ApiKeySource, ApiKind, Authorizer, CognitoAuthorizer, Config, JwtAuthorizer,
    LONGEST_TTL, LambdaRequestAuthorizer, LambdaTokenAuthorizer, Misconfigured, PayloadFormat,
    Route, RouteMethod, Validation,
};
pub use cors::Cors;
pub use http::Method;
pub use identity_source::{ContextVariable, IdentitySource};
pub use tokens::{KeySets, Unavailable};

use authorizers::{Means, Question};
use bytes::Bytes;
use caller::Caller;
use crypto::Random;
use fault::{Broken, Refusal, Stop};
use functions::Functions;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header::ORIGIN};
use incoming::{Found, Incoming, Mark};
use names::Clock;
use path::RequestPath;
use proxy_event::PresentedKey;
use router::Router;
use std::{net::IpAddr, sync::Arc, time::Duration};

/// The largest body of a request, for both kinds of API. Who reads a body off a socket should stop here.
pub const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The longest method ARN.
const LONGEST_ARN: usize = 1600;

/// The door in front of functions.
pub struct Gateway {
    apis: Vec<Serving>,
    means: Means,
    random: Arc<dyn Random>,
}

/// What a gateway works with and does not make itself.
pub struct Environment {
    pub functions: Arc<Functions>,
    pub keys: Arc<dyn KeySets>,
    pub clock: Clock,
    pub random: Arc<dyn Random>,
}

/// An API that has been checked and arranged.
struct Serving {
    api: Api,
    router: Router,
    mounts: Vec<Vec<String>>,
}

impl Gateway {
    /// A gateway for these APIs.
    ///
    /// # Errors
    /// [`Misconfigured`] if the configuration contradicts itself or would leave a route less guarded than
    /// it says.
    pub fn new(config: Config, environment: Environment) -> Result<Self, Misconfigured> {
        let mut apis: Vec<Serving> = Vec::with_capacity(config.apis.len());
        for api in config.apis {
            let (id, stage) = (api.id.clone(), api.stage.clone());
            let serving = Serving::new(api).and_then(|serving| {
                let mut others = apis.iter().flat_map(|other| &other.mounts);
                if others.any(|mount| serving.mounts.contains(mount)) {
                    return Err("another API is mounted at the same place".to_owned());
                }
                Ok(serving)
            });
            apis.push(serving.map_err(|problem| Misconfigured { api: id, stage, problem })?);
        }
        let Environment { functions, keys, clock, random } = environment;
        let tokens = tokens::Tokens::new(keys);
        let verdicts = verdicts::Verdicts::new();
        Ok(Self { apis, means: Means { tokens, verdicts, functions, clock }, random })
    }

    /// Answers a request that came from `peer`.
    pub async fn answer(&self, request: Request<Bytes>, peer: IpAddr) -> Response<Bytes> {
        let now = (self.means.clock)();
        let mark = Mark::new(self.random.as_ref(), now);
        let path = RequestPath::parse(request.uri().path());
        let found = path.as_ref().and_then(|path| self.api_at(path));
        let Some((serving, path)) = found else {
            let kind = self.usual_kind();
            // A path that cannot be read is no route; a path that can be read has no API.
            let refusal = if path.is_none() { Refusal::NoRoute } else { Refusal::NoApi };
            let mut response = Stop::from(refusal).answer(kind);
            sign(&mut response, kind, &mark);
            return response;
        };
        let kind = serving.api.kind;
        let origin = request.headers().get(ORIGIN).cloned();
        let (parts, body) = request.into_parts();
        let incoming = Incoming::new(parts, path, body, peer, mark.clone(), now);
        let mut response = match self.serve(serving, &incoming).await {
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
                stop.answer(kind)
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

    async fn serve(&self, serving: &Serving, request: &Incoming) -> Result<Response<Bytes>, Stop> {
        let Serving { api, router, .. } = serving;
        if let Some(response) = preflight(serving, request) {
            return Ok(response);
        }
        let found = router.find(api.kind, &request.method, &request.path);
        let found = found.ok_or(Refusal::NoRoute)?;
        let route = api.routes.get(found.route).ok_or(Refusal::NoRoute)?;
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
        };
        let caller = authorizers::authorize(&self.means, &question).await?;
        let key = if route.api_key_required { Some(api_key(&question, &caller)?) } else { None };
        let event = proxy_event::bytes(&question, &caller, key.as_ref());
        let event = event.map_err(|_| Broken::Event)?;
        if event.len() > functions::MAX_PAYLOAD {
            return Err(Refusal::TooLarge.into());
        }
        let call = self.means.functions.invoke(&route.integration, event);
        let answer = tokio::time::timeout(time_limit(api.kind, route), call)
            .await
            .map_err(|_| Broken::TooSlow)?
            .map_err(Broken::Function)?;
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
    fn new(api: Api) -> Result<Self, String> {
        api.check()?;
        let router = Router::new(api.kind, &api.routes)?;
        let mut mounts = Vec::with_capacity(api.mounts.len());
        for mount in &api.mounts {
            let path = if mount.is_empty() { "/" } else { mount };
            let path = RequestPath::parse(path).filter(|path| !path.ends_with_slash());
            let path = path.ok_or_else(|| format!("{mount} is no path to be mounted at"))?;
            mounts.push(path.segments().map(str::to_owned).collect());
        }
        Ok(Self { api, router, mounts })
    }
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
    Some(response)
}

fn has_own_options(api: &Api, router: &Router, request: &Incoming) -> bool {
    let found = router.find(api.kind, &Method::OPTIONS, &request.path);
    let route = found.and_then(|found| api.routes.get(found.route));
    route.is_some_and(|route| route.method == RouteMethod::One(Method::OPTIONS))
}

/// The caller's API key, after the authorizer, which may be the one to say it.
fn api_key(question: &Question<'_>, caller: &Caller) -> Result<PresentedKey, Refusal> {
    let Question { request, api, .. } = question;
    let value = match api.api_key_source {
        ApiKeySource::Header => match request.header(&HeaderName::from_static("x-api-key")) {
            Found::One(value) => Some(value),
            Found::Nothing | Found::Unclear => None,
        },
        ApiKeySource::Authorizer => caller.usage_key(),
    };
    let value = value.ok_or(Refusal::NoKey)?;
    let key = api_key::find(&api.api_keys, value).ok_or(Refusal::NoKey)?;
    Ok(PresentedKey { id: key.id().to_owned(), value: value.to_owned() })
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
