//! Which addresses may an avatar have?
//!
//! Nothing here is ever fetched. But apps put the address into pages and mails, so it is one that does no harm
//! there: no script, no file, nothing of the reader's own network.

use super::{BadgeKind, DefaultAvatar, PictureName};
use url::{Host, Url};

/// The longest address that is looked at.
const LONGEST: usize = 2048;

/// Where the assets of this API are, below its own address.
pub(crate) const AVATARS: &str = "/assets/avatars/";
pub(crate) const BADGES: &str = "/assets/badges/";
pub(crate) const PICTURES: &str = "/assets/users/";
pub(crate) const UPLOADS: &str = "/assets/uploads/";

/// Names that mean the reader's own machine or network (RFC 6761, 6762, 8375, and ICANN's `.internal`).
const INWARD: [&str; 7] =
    ["localhost", "local", "internal", "lan", "home.arpa", "localdomain", "intranet"];

/// Whether a profile may point to its avatar by this text: an `https` address of a public name, or the path
/// of one of our own assets.
#[must_use]
pub fn is_avatar_url(text: &str) -> bool {
    text.len() <= LONGEST && (is_own_picture(text) || is_public(text))
}

/// Whether this is the path of a picture that is served here.
fn is_own_picture(text: &str) -> bool {
    let default = text.strip_prefix(AVATARS).and_then(DefaultAvatar::find);
    let uploaded = text.strip_prefix(PICTURES).and_then(|name| PictureName::parse(name).ok());
    default.is_some() || uploaded.is_some()
}

/// Whether this is the path of a badge's icon.
#[must_use]
pub fn is_badge_url(text: &str) -> bool {
    text.strip_prefix(BADGES).and_then(BadgeKind::of_icon).is_some()
}

fn is_public(text: &str) -> bool {
    // The parser would forgive some of these, and not everybody reads them as it does.
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'\''
            )
    };
    if !text.bytes().all(is_plain) {
        return false;
    }
    let Ok(url) = Url::parse(text) else { return false };
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    // `https:host` and `https:///host` are read as this too, by some.
    let is_plainly_so = text.split_at_checked(8).is_some_and(|(start, rest)| {
        start.eq_ignore_ascii_case("https://") && !rest.starts_with('/')
    });
    if !is_plainly_so {
        return false;
    }
    match url.host() {
        Some(Host::Domain(name)) => is_public_name(name),
        // Whatever the parser reads as a number is an address: 0x7f.1 and 2130706433 are. None of them is a
        // place that pictures have.
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_inward = INWARD.iter().any(|inward| {
        name.strip_suffix(inward).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    name.contains('.') && !is_inward
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_and_our_own_pictures_are_avatars() {
        let own = format!("/assets/users/{}.png", "a1".repeat(32));
        for good in [
            "https://example.com/ann.png",
            "https://cdn.example.com:8443/a/b.webp?size=64&v=2#x",
            "HTTPS://Example.COM/ann.png",
            "https://xn--zo-dja.example/a",
            "/assets/avatars/heron.svg",
            &own,
        ] {
            assert!(is_avatar_url(good), "{good}");
        }
    }

    #[test]
    fn usr_11_scripts_files_and_inward_addresses_are_none() {
        for bad in [
            "",
            "ann.png",
            "//example.com/ann.png",
            "/ann.png",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            " https://example.com/",
            "https://example.com/\n",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "ftp://example.com/a",
            "http://example.com/ann.png",
            "http://169.254.169.254/",
            "https://169.254.169.254/latest/meta-data",
            "http://[::1]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0/",
            "https://10.0.0.1/",
            "https://192.168.1.1/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://router.local/",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://ann@example.com/",
            "https://ann:pw@example.com/",
            "https:example.com",
            "https:///example.com/",
            "https:\\\\example.com\\",
            "https://example.com/\"onload=",
            "https://ex\u{430}mple.com/",
            "https://\u{ff11}27.0.0.1/",
            "/assets/avatars/../../etc/passwd",
            "/assets/avatars/unknown.svg",
            "/assets/users/x.png",
            "/assets/users/../avatars/heron.svg",
            "/assets/badges/founder.svg",
        ] {
            assert!(!is_avatar_url(bad), "{bad:?}");
        }
        assert!(!is_avatar_url(&format!("https://example.com/{}", "a".repeat(2048))));
    }

    #[test]
    fn only_icons_of_the_catalogue_are_icons() {
        assert!(is_badge_url("/assets/badges/founder.svg"));
        for bad in ["/assets/badges/founder", "/assets/badges/../x", "/assets/avatars/heron.svg"] {
            assert!(!is_badge_url(bad), "{bad}");
        }
    }
}
