//! At which address is a request, and which pool is meant by it?
//!
//! The `Host` of a request chooses among what is configured; nothing is ever made of it. A domain means its
//! pool; at the server's own address the client says which pool is meant.

use crate::{OAuth, looks::Generation};
use http::{HeaderMap, header};
use names::UserPoolId;
use pool::{Domain, DomainKind, Result};

/// Where the server is, as its public URL says.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    scheme: String,
    host: String,
    /// With its colon; empty for the scheme's own.
    port: String,
}

/// An address at which a request came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// `scheme://host[:port]`, the beginning of every absolute URL of ours there.
    pub base: String,
    /// The pool whose domain it is; none at the server's own address.
    pub pool: Option<UserPoolId>,
    /// Which pages the domain shows.
    pub generation: Option<Generation>,
}

impl Site {
    /// The site of a public URL.
    pub fn parse(public_url: &str) -> Option<Self> {
        let (scheme, rest) = public_url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let (host, port) = split_port(authority);
        (!host.is_empty()).then(|| Self {
            scheme: scheme.to_owned(),
            host: host.to_ascii_lowercase(),
            port: port.to_owned(),
        })
    }

    /// Whether browsers come over TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    fn url(&self, host: &str) -> String {
        format!("{}://{host}{}", self.scheme, self.port)
    }

    /// What follows the prefix in a domain of ours. An address in numbers has no names below it, but those
    /// of this machine have names that browsers know.
    fn suffix(&self) -> Option<String> {
        if self.is_loopback() {
            return Some(".auth.localhost".to_owned());
        }
        let is_number = self.host.starts_with('[') || self.host.parse::<std::net::IpAddr>().is_ok();
        (!is_number).then(|| format!(".auth.{}", self.host))
    }

    /// The address of the server itself.
    pub fn base(&self) -> String {
        self.url(&self.host)
    }

    /// The address of a domain, if it can have one.
    pub fn base_of(&self, domain: &Domain) -> Option<String> {
        match domain.kind {
            DomainKind::Custom => Some(self.url(&domain.name)),
            DomainKind::Prefix => Some(self.url(&format!("{}{}", domain.name, self.suffix()?))),
        }
    }

    /// Where programs call what browsers find at `base`. Names below `localhost` are known to browsers and not
    /// to every program, and every endpoint knows its pool by the client or the token.
    pub fn base_for_programs(&self, base: &str) -> String {
        if self.is_loopback() { self.base() } else { base.to_owned() }
    }

    /// The name under which a host would be kept as a domain.
    fn domain_name<'a>(&self, host: &'a str) -> (&'a str, DomainKind) {
        match self.suffix().and_then(|suffix| host.strip_suffix(suffix.as_str())) {
            Some(prefix) => (prefix, DomainKind::Prefix),
            None => (host, DomainKind::Custom),
        }
    }

    /// Whether a host is the server's own address.
    fn is_own(&self, host: &str) -> bool {
        host == self.host || (self.is_loopback() && is_loopback(host))
    }
}

impl OAuth {
    /// The address that the `Host` of a request names, if it is one of ours.
    pub(crate) async fn place(&self, headers: &HeaderMap) -> Result<Option<Place>> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return Ok(None) };
        let Ok(host) = host.to_str() else { return Ok(None) };
        let host = split_port(host).0.to_ascii_lowercase();
        if self.site.is_own(&host) {
            let base = self.site.url(&host);
            return Ok(Some(Place { base, pool: None, generation: None }));
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
        }))
    }
}

/// A host and its port, which keeps its colon.
fn split_port(authority: &str) -> (&str, &str) {
    match authority.rfind(':') {
        Some(at) => {
            let (host, port) = authority.split_at(at);
            let is_port = port.len() > 1 && port.bytes().skip(1).all(|b| b.is_ascii_digit());
            if is_port { (host, port) } else { (authority, "") }
        }
        None => (authority, ""),
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(name: &str, kind: DomainKind) -> Domain {
        Domain {
            name: name.to_owned(),
            kind,
            pool: "eu-west-1_Ab1Cd2Ef3".parse().unwrap(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            managed_login_version: None,
            inert: serde_json::Map::new(),
        }
    }

    fn base(public_url: &str, name: &str, kind: DomainKind) -> Option<String> {
        Site::parse(public_url).unwrap().base_of(&domain(name, kind))
    }

    #[test]
    fn a_prefix_is_below_the_server_and_a_custom_domain_is_itself() {
        let (prefix, custom) = (DomainKind::Prefix, DomainKind::Custom);
        for (public_url, name, kind, expected) in [
            ("http://127.0.0.1:9229", "demo", prefix, Some("http://demo.auth.localhost:9229")),
            ("https://id.example.com", "demo", prefix, Some("https://demo.auth.id.example.com")),
            (
                "https://id.example.com",
                "auth.app.example",
                custom,
                Some("https://auth.app.example"),
            ),
            ("https://10.0.0.1", "demo", prefix, None),
        ] {
            assert_eq!(base(public_url, name, kind).as_deref(), expected);
        }
    }

    #[test]
    fn names_of_this_machine_are_one_address_only_where_it_is_the_servers() {
        let local = Site::parse("http://localhost:9229").unwrap();
        assert!(
            local.is_own("127.0.0.1") && local.is_own("[::1]") && !local.is_own("evil.example")
        );
        let public = Site::parse("https://id.example.com").unwrap();
        assert!(public.is_own("id.example.com") && !public.is_own("localhost"));
    }
}
