//! At which address is a request, and which pool is meant by it?
//!
//! The `Host` of a request chooses among what is configured; nothing is ever made of it. A domain means its
//! pool; at the server's own address the client says which pool is meant.

use crate::{OAuth, looks::Generation};
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use names::UserPoolId;
use pool::{Circumstances, Result, split_port};
use std::{net::IpAddr, sync::Arc};

/// An address at which a request came in.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `scheme://host[:port]`, the beginning of every absolute URL of ours there.
    pub base: String,
    /// The pool whose domain it is; none at the server's own address.
    pub pool: Option<UserPoolId>,
    /// Which pages the domain shows.
    pub generation: Option<Generation>,
    /// From where and with what it came.
    pub from: Arc<Circumstances>,
}

/// The address of a browser, as an extension of a request: whoever accepts connections says it, or knows better than
/// the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl OAuth {
    /// The address that a request came to, if it is one of ours, and from where it came.
    pub(crate) async fn place_of(&self, request: &Request<Bytes>) -> Result<Option<Place>> {
        let Some(place) = self.place(request.headers()).await? else { return Ok(None) };
        let address = request.extensions().get::<Peer>().map(|peer| peer.0);
        let user_agent = request.headers().get(header::USER_AGENT);
        let from = Circumstances { address, ..Circumstances::default() }
            .with_user_agent(user_agent.and_then(|text| text.to_str().ok()));
        Ok(Some(Place { from: Arc::new(from), ..place }))
    }

    /// The address that the `Host` of a request names, if it is one of ours.
    pub(crate) async fn place(&self, headers: &HeaderMap) -> Result<Option<Place>> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return Ok(None) };
        let Ok(host) = host.to_str() else { return Ok(None) };
        let host = split_port(host).0.to_ascii_lowercase();
        if self.site.is_own(&host) {
            let base = self.site.url(&host);
            return Ok(Some(Place { base, pool: None, generation: None, from: Arc::default() }));
        }
        let (name, kind) = self.site.domain_name(&host);
        let is_name = (1..=253).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if !is_name {
            return Ok(None);
        }
        let found = self.pools.find_domain(name).await?.filter(|domain| domain.kind == kind);
        let Some(domain) = found else { return Ok(None) };
        let base = self.site.base_of(&domain);
        Ok(base.map(|base| Place {
            base,
            pool: Some(domain.pool.clone()),
            generation: Some(Generation::of(domain.managed_login_version)),
            from: Arc::default(),
        }))
    }
}
