//! `poolhouse serve`: everything for real.

use crate::{
    Problem,
    access_keys::KeyRing,
    background,
    barrier::Barrier,
    cli::Serve,
    crowd::Crowd,
    files,
    house::{House, Plan, ReadTemplate},
    identity_door::{IdentityDoor, client_address, is_from_elsewhere, is_local},
    limits,
    listen::{self, Answer, Unread, Way},
    post,
    stores::{Place, check_master_key, master_key},
    tls::Tls,
};
use bytes::Bytes;
use functions::TracedLogs;
use gateway::UnreadBody;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header, request::Parts};
use jiff::Timestamp;
use names::Issuer;
use pool::{CompromisedPasswords, Quotas, Site};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use users::events::LogSink;
use wire::{Admission, Peer, sigv4::Verifier};

/// Runs until it is told to end.
pub async fn run(arguments: Serve) -> Result<(), Problem> {
    let read = ReadTemplate::read(arguments.template.as_deref(), &arguments.stack)?;
    let public_url = url(&arguments.public_url, "--public-url")?;
    let place = Place::parse(&arguments.store)?;
    let tls = Tls::load(&arguments.tls)?;
    let identity = listen::bind((arguments.listen, arguments.port).into()).await?;
    let api = listen::bind((arguments.listen, arguments.api_port).into()).await?;
    let api_url = match &arguments.public_api_url {
        Some(given) => url(given, "--public-api-url")?,
        None => {
            let address = api.local_addr();
            let address =
                address.map_err(|cause| Problem::new("the socket has no address", cause))?;
            format!("{}://{address}", if tls.is_some() { "https" } else { "http" })
        }
    };
    let master = master_key(&arguments.master_key_file)?;
    let is_secure = public_url.starts_with("https://");
    let keys = KeyRing::from_file(&arguments.access_key_file, read.account(), is_secure)?;
    let store = place.open().await?;
    check_master_key(&store, &master).await?;
    let host = Site::parse(&public_url).map(|site| site.host().to_owned()).unwrap_or_default();
    let post = post::ways(&arguments.post, &host)?;
    let listener = arguments.user_events.sink()?.unwrap_or_else(|| Arc::new(LogSink));
    let keys = Arc::new(keys);
    let signed = || Admission::Signed(Verifier::new(keys.clone(), Arc::new(Timestamp::now)));
    let compromised = match &arguments.compromised_passwords {
        Some(path) => CompromisedPasswords::with_list(&files::read(path)?),
        None => CompromisedPasswords::built_in(),
    };
    let proxies = usize::from(arguments.proxies);
    let plan = Plan {
        compromised,
        rates: limits::rates(&arguments.limits.rates),
        quotas: Quotas::new(arguments.limits.quotas),
        stack: &arguments.stack,
        functions: &arguments.functions,
        identity_url: public_url,
        api_url,
        has_aws_issuer: arguments.aws_issuer,
        fixed_code: None,
        store,
        has_other_nodes: matches!(place, Place::Dynamo(_)),
        master,
        post,
        listener,
        logs: Arc::new(TracedLogs),
        cold_start: Duration::ZERO,
        // Which server a function uses, and who it is there, is for its own environment to say.
        given: BTreeMap::new(),
        shares_sender_keys: false,
        admission: signed(),
        barrier: Barrier::new(&arguments.barrier.block_addresses),
        invoke_admission: signed(),
        api_admission: signed(),
        api_throttle: arguments
            .api_rate
            .zip(arguments.api_burst)
            .map(|(rate, burst)| gateway::Throttle { rate: rate.into(), burst }),
        api_key_admission: signed(),
        offers_api_key: false,
    };
    let house = Arc::new(House::build(plan, &read).await?);
    let doors = Servers {
        identity: (
            identity,
            Arc::new(IdentityDoor { house: house.clone(), dev: None, proxies, is_secure }),
        ),
        api: (api, Arc::new(ApiDoor { house: house.clone(), is_dev: false, proxies })),
        tls,
    };
    let running = doors.start();
    if let Some(path) = &arguments.outputs {
        files::replace(path, &house.outputs_text())?;
    }
    for note in &house.notes {
        tracing::info!(note);
    }
    for problem in house.problems() {
        tracing::warn!(problem);
    }
    tracing::info!(outputs = house.outputs_text(), "poolhouse is open");
    house.make_keys();
    background::start(house.clone());
    running.until_end().await;
    background::settle_usage(&house).await;
    Ok(())
}

/// A URL that an issuer can begin with, without a slash at its end.
fn url(text: &str, option: &str) -> Result<String, Problem> {
    let text = text.trim_end_matches('/');
    Issuer::parse(text).map(|url| url.to_string()).map_err(|_| {
        Problem::text(format!("{option} is an absolute http or https URL without query"))
    })
}

/// The two doors, each at its socket.
pub struct Servers {
    pub identity: (TcpListener, Arc<IdentityDoor>),
    pub api: (TcpListener, Arc<ApiDoor>),
    /// With what both answer over TLS, if they do.
    pub tls: Option<Arc<Tls>>,
}

/// Servers that answer.
pub struct Running {
    end: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
}

impl Servers {
    /// Begins to answer.
    pub fn start(self) -> Running {
        let Self { identity, api, tls } = self;
        if let Some(tls) = &tls {
            tls.clone().keep_fresh();
        }
        let crowd = Crowd::of_this_process(identity.1.proxies == 0);
        let (end, ended) = watch::channel(false);
        let tasks = [
            tokio::spawn(listen::serve(
                identity.0,
                tls.clone(),
                crowd.clone(),
                identity.1,
                ended.clone(),
            )),
            tokio::spawn(listen::serve(api.0, tls, crowd, api.1, ended)),
        ];
        Running { end, tasks }
    }
}

impl Running {
    /// Waits for the wish to end, and for the requests that are under way then.
    pub async fn until_end(self) {
        listen::end_wished().await;
        let _ = self.end.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

impl Answer for IdentityDoor {
    async fn way(&self, head: &Parts) -> Way {
        self.way(head).await
    }

    fn body_limit(&self, head: &Parts) -> usize {
        self.body_limit(head)
    }

    fn refuse(&self, head: &Parts, _: SocketAddr, unread: Unread) -> Response<Bytes> {
        self.refuse(head, unread)
    }

    async fn answer(&self, mut request: Request<Bytes>, peer: SocketAddr) -> Response<Bytes> {
        let address = client_address(request.headers(), peer.ip(), self.proxies);
        request.extensions_mut().insert(Peer(address));
        let mut response = self.answer(request).await;
        shield(response.headers_mut(), self.is_secure);
        response
    }
}

/// What browsers are told with every answer of ours, whatever is in it. A year of TLS is promised only by a
/// server whose clients come over TLS.
fn shield(headers: &mut HeaderMap, is_secure: bool) {
    let mut tell = |name, value| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    tell(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    tell(header::REFERRER_POLICY, "no-referrer");
    if is_secure {
        tell(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}

/// The door at the address of the template's API.
pub struct ApiDoor {
    pub house: Arc<House>,
    pub is_dev: bool,
    /// How many proxies of ours stand before this server.
    pub proxies: usize,
}

impl Answer for ApiDoor {
    fn body_limit(&self, _: &Parts) -> usize {
        gateway::LARGEST_BODY
    }

    fn refuse(&self, head: &Parts, peer: SocketAddr, unread: Unread) -> Response<Bytes> {
        let unread = match unread {
            Unread::TooLarge => UnreadBody::TooLarge,
            Unread::Broken => UnreadBody::Broken,
            Unread::TooSlow => UnreadBody::TooSlow,
        };
        let address = client_address(&head.headers, peer.ip(), self.proxies);
        self.house.gateway.refuse(head.clone(), address, unread)
    }

    async fn answer(&self, request: Request<Bytes>, peer: SocketAddr) -> Response<Bytes> {
        if self.is_dev && (!is_local(request.headers()) || is_from_elsewhere(request.headers())) {
            let mut response =
                Response::new(Bytes::from_static(b"This server answers to localhost only.\n"));
            *response.status_mut() = StatusCode::FORBIDDEN;
            return response;
        }
        let address = client_address(request.headers(), peer.ip(), self.proxies);
        self.house.gateway.answer(request, address).await
    }
}
