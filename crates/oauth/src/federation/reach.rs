//! Where may this server call?
//!
//! The addresses of a provider are written by whoever administers a pool, and its discovery document by
//! whoever runs the provider. Neither may turn this server into a way to what only it can reach: its own
//! machine, its network, the metadata service of its cloud. So only addresses of the public Internet are
//! called, over TLS, and which they are is decided on the address that is then connected to.

use super::http::Unreached;
use ::http::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The public Internet, over TLS.
    Public,
    /// That, and this machine itself, so that two servers of a developer can be each other's providers.
    PublicAndLoopback,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub is_tls: bool,
    /// A name, or an address without brackets.
    pub host: String,
    pub port: u16,
}

impl Reach {
    /// Whether this URL is one that may be called at all, before its name is resolved.
    ///
    /// # Errors
    /// [`Unreached::NotAllowed`].
    pub fn target(self, uri: &Uri) -> Result<Target, Unreached> {
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if self == Self::PublicAndLoopback => false,
            _ => return Err(Unreached::NotAllowed),
        };
        let authority = uri.authority().ok_or(Unreached::NotAllowed)?;
        if authority.as_str().contains('@') {
            return Err(Unreached::NotAllowed);
        }
        let host = authority.host();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let target = Target { is_tls, host: bare.to_ascii_lowercase(), port };
        if target.host.is_empty() {
            return Err(Unreached::NotAllowed);
        }
        match target.host.parse::<IpAddr>() {
            Ok(address) if !self.allows(address, is_tls) => Err(Unreached::NotAllowed),
            // A name without TLS can only be one of this machine's.
            Err(_) if !is_tls && !is_local_name(&target.host) => Err(Unreached::NotAllowed),
            _ => Ok(target),
        }
    }

    /// Whether a connection may be made to this address. Whoever resolves a name asks this about the very
    /// address that is connected to.
    #[must_use]
    pub fn allows(self, address: IpAddr, is_tls: bool) -> bool {
        let address = address.to_canonical();
        if address.is_loopback() {
            return self == Self::PublicAndLoopback;
        }
        is_tls && is_public(address)
    }
}

/// Whether a name is one that always means this machine (RFC 6761, 6.3).
#[must_use]
pub fn is_local_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special-purpose registry of IANA, read strictly: what is not plainly global is not public.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = a == 0
        || a >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

/// Global unicast, without the parts in which an IPv4 address or a tunnel may hide.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses(reach: Reach, url: &str) -> bool {
        url.parse::<Uri>().map_or(true, |uri| reach.target(&uri).is_err())
    }

    #[test]
    fn fed_02_only_the_public_internet_is_called_and_only_over_tls() {
        for bad in [
            "http://idp.example.com/",
            "file:///etc/passwd",
            "ftp://idp.example.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://10.0.0.1/",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://user@idp.example.com/",
            "https://user:pass@127.0.0.1/",
            "/relative",
        ] {
            assert!(refuses(Reach::Public, bad), "{bad}");
        }
        assert!(!refuses(Reach::Public, "https://idp.example.com/x"));
        assert!(!refuses(Reach::Public, "https://93.184.215.14:8443/x"));
        assert!(!refuses(Reach::Public, "https://[2606:2800:21f:cb07::1]/x"));
    }

    #[test]
    fn fed_02_a_name_is_judged_by_the_address_that_is_connected_to() {
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        for bad in [
            "127.0.0.1",
            "169.254.169.254",
            "10.1.2.3",
            "::1",
            "::ffff:10.0.0.1",
            "::",
            "224.0.0.1",
        ] {
            assert!(!Reach::Public.allows(at(bad), true), "{bad}");
        }
        assert!(Reach::Public.allows(at("93.184.215.14"), true));
        assert!(!Reach::Public.allows(at("93.184.215.14"), false));
    }

    #[test]
    fn a_developer_reaches_this_machine_and_nothing_else_without_tls() {
        let dev = Reach::PublicAndLoopback;
        for good in
            ["http://127.0.0.1:9230/x", "http://localhost:9230/x", "http://a.auth.localhost/x"]
        {
            assert!(!refuses(dev, good), "{good}");
        }
        for bad in ["http://idp.example.com/", "http://10.0.0.1/", "http://169.254.169.254/"] {
            assert!(refuses(dev, bad), "{bad}");
        }
        // A name of somebody else's that resolves to their network is refused after it was resolved.
        assert!(!dev.allows("10.0.0.1".parse().unwrap(), true));
        assert!(!dev.allows("10.0.0.1".parse().unwrap(), false));
    }
}
