//! At which domain are a pool's pages and OAuth 2.0 endpoints?
//!
//! A pool has at most one domain of each kind. A domain belongs to one pool of the whole server, since a
//! request says by its host alone which pool it means.

use crate::{Pools, Quota, Refusal, Result};
use jiff::Timestamp;
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Claim, Kept, Key, Record};

/// A domain of a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// The prefix, or the whole custom domain; lower case.
    pub name: String,
    pub kind: DomainKind,
    pub pool: UserPoolId,
    pub created_at: Timestamp,
    /// 1 for the classic pages, 2 for managed login; kept as it was given.
    pub managed_login_version: Option<i32>,
    /// What a door was told and has no meaning here; kept and given back as it was.
    pub inert: Map<String, Value>,
}

/// The two kinds of domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DomainKind {
    /// A name below the server's own.
    Prefix,
    /// A name of the pool's owner.
    Custom,
}

/// What nobody may call a domain of theirs, since people would take it for the provider's own.
const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

impl Domain {
    /// The partition that custom domains are listed in, by region.
    pub(crate) const CUSTOM: &str = "domains/custom";

    /// Where the domain of this name is kept.
    #[must_use]
    pub fn key_of(name: &str) -> Key {
        Key::new(format!("domain/{name}"), "domain")
    }

    /// Where a pool's domain of this kind is found.
    fn of_pool(pool: &UserPoolId, kind: DomainKind) -> Key {
        let sort = match kind {
            DomainKind::Prefix => "prefix",
            DomainKind::Custom => "custom",
        };
        Key::new(format!("pool/{pool}/domains"), sort)
    }
}

impl Record for Domain {
    const KIND: &'static str = "domain";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn claims(&self) -> Vec<Claim> {
        let mut claims = vec![Claim::unique(Self::of_pool(&self.pool, self.kind))];
        if self.kind == DomainKind::Custom {
            let place = format!("{}/{}", self.pool.region(), self.name);
            claims.push(Claim::listed(Key::new(Self::CUSTOM, place)));
        }
        claims
    }
}

impl Pools {
    /// Keeps a new domain.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a name that is none or taken, and for a second domain of a kind;
    /// [`Refusal::Contended`] if name or pool are just being given to another; [`Refusal::TooMany`].
    pub async fn create_domain(&self, domain: &Domain) -> Result<()> {
        check_name(domain)?;
        if self.find_domain(&domain.name).await?.is_some() {
            let text = "Domain already associated with another user pool.";
            return Err(Refusal::invalid(text).into());
        }
        let of_pool = Domain::of_pool(&domain.pool, domain.kind);
        if self.records().find::<Domain>(&of_pool, self.now()).await?.is_some() {
            return Err(Refusal::invalid("User pool already has a domain configured.").into());
        }
        let _room = match domain.kind {
            DomainKind::Custom => Some(self.room_in(Quota::CustomDomains, &domain.pool).await?),
            DomainKind::Prefix => None,
        };
        self.commit(|commit| {
            commit.create(domain);
        })
        .await
    }

    /// The domain of this name, if there is one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn find_domain(&self, name: &str) -> Result<Option<Kept<Domain>>> {
        Ok(self.records().get(&Domain::key_of(name), self.now()).await?)
    }

    /// The domain of this name, of this pool.
    ///
    /// # Errors
    /// [`Refusal::NoDomain`].
    pub async fn domain(&self, pool: &UserPoolId, name: &str) -> Result<Kept<Domain>> {
        let found = self.find_domain(name).await?.filter(|domain| domain.pool == *pool);
        found.ok_or_else(|| Refusal::NoDomain.into())
    }

    /// The domains of a pool, a custom one first: it is the one that people are to see.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn domains_of(&self, pool: &UserPoolId) -> Result<Vec<Kept<Domain>>> {
        let mut found = Vec::new();
        for kind in [DomainKind::Custom, DomainKind::Prefix] {
            let key = Domain::of_pool(pool, kind);
            found.extend(self.records().find::<Domain>(&key, self.now()).await?);
        }
        Ok(found)
    }
}

fn check_name(domain: &Domain) -> Result<()> {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let mut labels = domain.name.split('.');
    let is_right = match domain.kind {
        DomainKind::Prefix => is_label(&domain.name),
        DomainKind::Custom => labels.clone().count() > 1 && labels.all(is_label),
    };
    if !is_right {
        return Err(Refusal::invalid("Domain is not a valid domain name.").into());
    }
    let reserved = RESERVED.iter().find(|word| domain.name.contains(**word));
    if let (DomainKind::Prefix, Some(word)) = (domain.kind, reserved) {
        let text = format!("Domain cannot contain reserved word: {word}");
        return Err(Refusal::invalid(text).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_name(name: &str, kind: DomainKind) -> bool {
        let domain = Domain {
            name: name.to_owned(),
            kind,
            pool: "eu-west-1_Ab1Cd2Ef3".parse().unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            managed_login_version: None,
            inert: Map::new(),
        };
        check_name(&domain).is_ok()
    }

    #[test]
    fn a_prefix_is_one_label_and_a_custom_domain_several() {
        assert!(is_name("demo-1", DomainKind::Prefix));
        for bad in ["", "-a", "a-", "a.b", "A", "my-aws-login", "a_b"] {
            assert!(!is_name(bad, DomainKind::Prefix), "{bad}");
        }
        assert!(is_name("auth.example.com", DomainKind::Custom));
        for bad in ["example", "a..b", ".a.b", "a.b.", "a.b:80", "a/b.c", "ä.example"] {
            assert!(!is_name(bad, DomainKind::Custom), "{bad}");
        }
    }
}
