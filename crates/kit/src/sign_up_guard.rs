//! May somebody with this address sign up?
//!
//! Yes, if the address is one (RFC 5321 and 5322, with the letters of RFC 6531) and its domain is not one of
//! those that hand out addresses to be thrown away, nor below one of them. The domain is looked at in the
//! form in which it is looked up: lower case, without a dot at its end, in the ASCII spelling of IDNA. What
//! stands before the **last** `@` is never taken for a domain, quoted or not.
//!
//! The list of throw-away domains is data: one comes with the function, and another one may be handed in.
//! With a list of allowed domains only these may sign up, and nobody without an address.
//!
//! Its environment:
//!
//! * `DISPOSABLE_DOMAINS_FILE` tells the front which file's text to hand in, in the form of the list that
//!   comes with the function: one domain in each line, `#` begins a comment. It replaces that list.
//! * `ALLOWED_DOMAINS`, separated by commas or spaces. A dot in front (`.example.com`) lets in the
//!   sub-domains too. What is named here is let in even if it is on the other list.
//! * `GUARD_ADMIN_CREATE_USER`, `true` to hold users whom an administrator makes to the same rules.
//!
//! Everyone else is refused: the caller reads why, and nothing of the address is logged.

mod domains;

pub use domains::{BadDomain, Domain, Domains};

use crate::{
    BadSetting, Environment,
    environment::{find, flag, list},
};
use email_address::{EmailAddress, Options};
use events::cognito::{Attributes, PreSignUp, TriggerSource};
use functions::InProcess;
use std::{collections::BTreeSet, sync::Arc};

/// The function's name.
pub const NAME: &str = "sign-up-guard";

/// The variable that names the file whose text the front hands in.
pub const DISPOSABLE_DOMAINS_FILE: &str = "DISPOSABLE_DOMAINS_FILE";
const ALLOWED_DOMAINS: &str = "ALLOWED_DOMAINS";
const GUARD_ADMIN_CREATE_USER: &str = "GUARD_ADMIN_CREATE_USER";

/// An address has at most 254 characters (RFC 5321, 4.5.3.1.3); written in other letters each of them may
/// take four bytes. Nothing longer is looked at.
const MAX_ADDRESS_BYTES: usize = 254 * 4;

/// The function.
pub struct SignUpGuard {
    settings: Settings,
    disposable: Domains,
}

/// What the function is told about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where the front finds the list of throw-away domains; `None` is the list that comes with the
    /// function.
    pub domains_file: Option<String>,
    /// The domains that may sign up; `None` lets in all that are not thrown away.
    pub allowed: Option<Allowed>,
    /// Whether an administrator's users are looked at.
    pub guards_admin_create_user: bool,
}

/// Domains that are let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// These and nothing below them.
    pub exactly: BTreeSet<Domain>,
    /// These and everything below them.
    pub with_sub_domains: Domains,
}

/// Why somebody may not sign up. The text is for them to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no address, where only some domains are let in.
    #[error("An e-mail address is needed to sign up")]
    NoAddress,
    /// It is no address.
    #[error("The e-mail address is not valid")]
    NotAnAddress,
    /// Its domain hands out addresses to be thrown away.
    #[error("Disposable e-mail addresses cannot be used to sign up")]
    Disposable,
    /// Its domain is not one of those that are let in.
    #[error("E-mail addresses of this domain cannot be used to sign up")]
    NotAllowed,
}

impl SignUpGuard {
    /// The function with these settings and this list of throw-away domains.
    #[must_use]
    pub fn new(settings: Settings, disposable: Domains) -> Self {
        Self { settings, disposable }
    }

    /// The function as its environment asks for it. `domains` is the text of the file that
    /// [`Settings::domains_file`] names.
    ///
    /// # Errors
    /// [`BadSetting`] for what cannot be used, for a list with a line that is no domain, and if a file is
    /// named whose text was not handed in: the guard must not quietly go by another list.
    pub fn from_environment(
        environment: &Environment,
        domains: Option<&str>,
    ) -> Result<Self, BadSetting> {
        let settings = Settings::parse(environment)?;
        if settings.domains_file.is_some() && domains.is_none() {
            return Err(BadSetting::new(DISPOSABLE_DOMAINS_FILE, "names a file that is not there"));
        }
        let disposable = Domains::parse(domains.unwrap_or(Domains::COMMON))
            .map_err(|bad| BadSetting::new(DISPOSABLE_DOMAINS_FILE, bad.to_string()))?;
        Ok(Self::new(settings, disposable))
    }

    /// Whether a user with these attributes may be made.
    ///
    /// # Errors
    /// [`Refusal`] if not.
    pub fn decide(&self, source: TriggerSource, attributes: &Attributes) -> Result<(), Refusal> {
        let is_admins = source == TriggerSource::PreSignUpAdminCreateUser;
        if is_admins && !self.settings.guards_admin_create_user {
            return Ok(());
        }
        let address = attributes.get("email").map(String::as_str).filter(|text| !text.is_empty());
        let Some(address) = address else {
            // A pool may know its users by name or number alone; but then a list of domains would be
            // passed by whoever leaves the address out.
            return self.settings.allowed.as_ref().map_or(Ok(()), |_| Err(Refusal::NoAddress));
        };
        let domain = domain_of(address).ok_or(Refusal::NotAnAddress)?;
        match &self.settings.allowed {
            Some(allowed) if allowed.has(&domain) => Ok(()),
            Some(_) => Err(Refusal::NotAllowed),
            None if self.disposable.has(&domain) => Err(Refusal::Disposable),
            None => Ok(()),
        }
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |event: PreSignUp| {
            let this = this.clone();
            async move {
                let decided = this.decide(event.trigger_source, &event.request.user_attributes);
                if let Err(refusal) = decided {
                    tracing::info!(
                        pool = event.user_pool_id,
                        source = %event.trigger_source,
                        ?refusal,
                        "a sign-up is refused"
                    );
                }
                // Nothing is decided about confirming: the event goes back as it came.
                decided.map(|()| event)
            }
        })
    }
}

impl Settings {
    /// Reads `DISPOSABLE_DOMAINS_FILE`, `ALLOWED_DOMAINS` and `GUARD_ADMIN_CREATE_USER`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is no domain and what is neither `true` nor `false`.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let allowed = find(environment, ALLOWED_DOMAINS).map(|text| {
            let mut allowed = Allowed::default();
            for part in list(text) {
                let problem = || {
                    BadSetting::new(ALLOWED_DOMAINS, format!("names {part:?}, which is no domain"))
                };
                let name = part.strip_prefix('.').unwrap_or(part);
                let domain = Domain::parse(name).ok_or_else(problem)?;
                match name == part {
                    true => _ = allowed.exactly.insert(domain),
                    false => allowed.with_sub_domains.add(domain),
                }
            }
            Ok(allowed)
        });
        let allowed = allowed.transpose()?;
        if allowed.as_ref().is_some_and(|allowed| *allowed == Allowed::default()) {
            return Err(BadSetting::new(
                ALLOWED_DOMAINS,
                "names no domain, so nobody could sign up",
            ));
        }
        Ok(Self {
            domains_file: find(environment, DISPOSABLE_DOMAINS_FILE).map(str::to_owned),
            allowed,
            guards_admin_create_user: flag(environment, GUARD_ADMIN_CREATE_USER)?,
        })
    }
}

impl Allowed {
    fn has(&self, domain: &Domain) -> bool {
        self.exactly.contains(domain) || self.with_sub_domains.has(domain)
    }
}

/// The domain of an address, if it is one. Numeric hosts (`[192.0.2.1]`), display names and a single label
/// are no addresses that a user of a service has.
fn domain_of(address: &str) -> Option<Domain> {
    if address.len() > MAX_ADDRESS_BYTES || address.chars().count() > 254 {
        return None;
    }
    let options =
        Options::default().with_required_tld().without_domain_literal().without_display_text();
    let address = EmailAddress::parse_with_options(address, options).ok()?;
    Domain::parse(address.domain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Refusal::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn guard(pairs: &[(&str, &str)]) -> SignUpGuard {
        SignUpGuard::from_environment(&environment(pairs), Some("bad.com\nxn--mnchen-3ya.example"))
            .unwrap()
    }

    fn decide(guard: &SignUpGuard, address: &str) -> Result<(), Refusal> {
        let attributes = [("email".to_owned(), address.to_owned())].into();
        guard.decide(TriggerSource::PreSignUpSignUp, &attributes)
    }

    #[test]
    fn trg_03_a_throw_away_domain_is_refused_however_it_is_spelled() {
        let guard = guard(&[]);
        for address in [
            "x@bad.com",
            r#""a@ok.com"@bad.com"#,
            "x@BAD.com",
            "x@bad.com.",
            "x@sub.bad.com",
            "x@a.b.c.Bad.Com",
            "x@\u{ff42}\u{ff41}\u{ff44}.com",
            "x@bad\u{3002}com",
            "x@sub\u{ff0e}bad.com",
            "x@b\u{ad}ad.com",
            "x@münchen.example",
            "x@MÜNCHEN.example",
            "x@mu\u{308}nchen.example",
            "x@xn--mnchen-3ya.example",
            "x@XN--MNCHEN-3YA.example",
            "x@mail.münchen.example",
            " x@bad.com",
            "x@bad.com ",
            "<x@bad.com>",
            "Ann <x@bad.com>",
            "x@bad.com(ok.com)",
        ] {
            assert!(decide(&guard, address).is_err(), "{address}");
        }
        for address in ["x@BAD.com", r#""a@ok.com"@bad.com"#, "x@sub.bad.com", "x@münchen.example"]
        {
            assert_eq!(decide(&guard, address), Err(Disposable), "{address}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_let_in() {
        let guard = guard(&[]);
        for address in [
            "ann@ok.com",
            r#""x@bad.com"@ok.com"#,
            "bad.com@ok.com",
            "x@notbad.com",
            "x@bad.com.ok.com",
            "x@com",
            "ann+news@mail.ok.co.uk",
            "käthe@ok.com",
            "ann@bücher.example",
        ] {
            let expected = if address == "x@com" { Err(NotAnAddress) } else { Ok(()) };
            assert_eq!(decide(&guard, address), expected, "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let guard = guard(&[]);
        let long = format!("{}@ok.com", "x".repeat(65));
        let longer = format!("x@{}.com", "ok.".repeat(100));
        let longest = format!("x@{}", "ü".repeat(1_000_000));
        for address in [
            "ann",
            "@ok.com",
            "ann@",
            "a b@ok.com",
            "ann@ok..com",
            "ann@.com",
            "a@b@ok.com",
            "ann@[192.0.2.1]",
            "ann@-ok.com",
            "ann@ok_x.com",
            "ann@ok.com\r\nBcc: x@y.z",
            "ann.@ok.com",
            ".ann@ok.com",
            "ann@xn--zzzzzz99999.com",
            "ann@ok.com.",
            &long,
            &longer,
            &longest,
        ] {
            assert_eq!(decide(&guard, address), Err(NotAnAddress), "{address:.40}");
        }
    }

    #[test]
    fn a_list_of_allowed_domains_lets_in_nobody_else() {
        let guard = guard(&[("ALLOWED_DOMAINS", "ok.com, .Example.ORG bad.com")]);
        for (address, expected) in [
            ("ann@ok.com", Ok(())),
            ("ann@sub.ok.com", Err(NotAllowed)),
            ("ann@example.org", Ok(())),
            ("ann@sub.example.org", Ok(())),
            ("ann@anexample.org", Err(NotAllowed)),
            ("ann@bad.com", Ok(())),
            ("ann@other.com", Err(NotAllowed)),
            ("", Err(NoAddress)),
        ] {
            assert_eq!(decide(&guard, address), expected, "{address}");
        }
        let nothing = Attributes::new();
        assert_eq!(guard.decide(TriggerSource::PreSignUpSignUp, &nothing), Err(NoAddress));
    }

    #[test]
    fn a_user_without_an_address_is_nobodys_business_without_such_a_list() {
        let attributes = [("phone_number".to_owned(), "+15555550100".to_owned())].into();
        assert_eq!(guard(&[]).decide(TriggerSource::PreSignUpSignUp, &attributes), Ok(()));
    }

    #[test]
    fn an_administrators_users_are_looked_at_only_if_asked() {
        let attributes: Attributes = [("email".to_owned(), "x@bad.com".to_owned())].into();
        let admin = TriggerSource::PreSignUpAdminCreateUser;
        assert_eq!(guard(&[]).decide(admin, &attributes), Ok(()));
        let strict = guard(&[("GUARD_ADMIN_CREATE_USER", "true")]);
        assert_eq!(strict.decide(admin, &attributes), Err(Disposable));
        let federated = TriggerSource::PreSignUpExternalProvider;
        assert_eq!(guard(&[]).decide(federated, &attributes), Err(Disposable));
    }

    #[test]
    fn bad_settings_are_told() {
        for (variable, value) in [
            ("ALLOWED_DOMAINS", ","),
            ("ALLOWED_DOMAINS", "ok.com, no domain!"),
            ("ALLOWED_DOMAINS", "com"),
            ("GUARD_ADMIN_CREATE_USER", "1"),
        ] {
            let bad = Settings::parse(&environment(&[(variable, value)])).unwrap_err();
            assert_eq!(bad.variable, variable, "{value}");
        }
        let named = environment(&[("DISPOSABLE_DOMAINS_FILE", "/etc/domains.txt")]);
        assert!(SignUpGuard::from_environment(&named, None).is_err());
        assert!(SignUpGuard::from_environment(&named, Some("# none\n")).is_ok());
        let bad = SignUpGuard::from_environment(&named, Some("bad.com\n\ncom\n")).err().unwrap();
        assert!(bad.to_string().contains("line 3"), "{bad}");
    }
}
