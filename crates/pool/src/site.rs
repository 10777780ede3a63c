//! At which addresses is the server, and a pool's pages?
//!
//! The public URL is configuration. A domain is below it or is its owner's, and both are told in links and taken
//! as the origin of passkeys.

use crate::{Domain, DomainKind, Pools, Result};
use names::UserPoolId;

/// Where the server is, as its public URL says.
#[derive(Debug, Clone)]
pub struct Site {
    scheme: String,
    host: String,
    /// With its colon; empty for the scheme's own.
    port: String,
}

impl Site {
    /// The site of a public URL.
    #[must_use]
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

    /// The server's own name or address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers come over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// The beginning of every URL at a host of ours.
    #[must_use]
    pub fn url(&self, host: &str) -> String {
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
    #[must_use]
    pub fn base(&self) -> String {
        self.url(&self.host)
    }

    /// The host of a domain, if it can have one.
    #[must_use]
    pub fn host_of(&self, domain: &Domain) -> Option<String> {
        match domain.kind {
            DomainKind::Custom => Some(domain.name.clone()),
            DomainKind::Prefix => Some(format!("{}{}", domain.name, self.suffix()?)),
        }
    }

    /// The address of a domain, if it can have one.
    #[must_use]
    pub fn base_of(&self, domain: &Domain) -> Option<String> {
        self.host_of(domain).map(|host| self.url(&host))
    }

    /// Where programs call what browsers find at `base`. Names below `localhost` are known to browsers and not
    /// to every program, and every endpoint knows its pool by the client or the token.
    #[must_use]
    pub fn base_for_programs(&self, base: &str) -> String {
        if self.is_loopback() { self.base() } else { base.to_owned() }
    }

    /// The name under which a host would be kept as a domain.
    #[must_use]
    pub fn domain_name<'a>(&self, host: &'a str) -> (&'a str, DomainKind) {
        match self.suffix().and_then(|suffix| host.strip_suffix(suffix.as_str())) {
            Some(prefix) => (prefix, DomainKind::Prefix),
            None => (host, DomainKind::Custom),
        }
    }

    /// Whether a host is the server's own address.
    #[must_use]
    pub fn is_own(&self, host: &str) -> bool {
        host == self.host || (self.is_loopback() && is_loopback(host))
    }
}

impl Pools {
    /// The host that people know a pool by: its own domain, or else the one below the server.
    pub(crate) async fn host_of(&self, pool: &UserPoolId) -> Result<Option<String>> {
        let Some(site) = Site::parse(&self.house().public_url) else { return Ok(None) };
        let domains = self.domains_of(pool).await?;
        Ok(domains.iter().find_map(|domain| site.host_of(domain)))
    }

    /// The beginning of links to a pool's pages: at its domain, or at the server, where the client in a link says
    /// which pool is meant.
    pub(crate) async fn pages_of(&self, pool: &UserPoolId) -> Result<String> {
        let public_url = &self.house().public_url;
        let Some(site) = Site::parse(public_url) else { return Ok(public_url.clone()) };
        let host = self.host_of(pool).await?;
        Ok(host.map_or_else(|| site.base(), |host| site.url(&host)))
    }
}

/// A host and its port, which keeps its colon.
#[must_use]
pub fn split_port(authority: &str) -> (&str, &str) {
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
