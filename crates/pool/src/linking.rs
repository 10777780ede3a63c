//! How is a user linked to an identity elsewhere?
//!
//! An administrator says that whoever comes from a provider with this subject, or with this value of a
//! mapped attribute, is that user. Nobody else can say so.

use crate::{
    Error, Identity, IdentityProvider, Pools, Refusal, Result, User, UserPool,
    federated::check_room,
};
use names::Username;
use store::{Kept, Refused};

/// How often a change begins again when somebody else was first.
const TRIES: usize = 8;

/// What an administrator says of an identity elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere<'a> {
    pub provider: &'a str,
    /// [`Self::SUBJECT`], or an attribute that the provider's answers are mapped to.
    pub attribute: &'a str,
    pub value: &'a str,
}

impl Elsewhere<'_> {
    /// The provider that means the pool itself, whose subjects are user names.
    pub const LOCAL: &'static str = "Cognito";
    /// The attribute that means the provider's subject.
    pub const SUBJECT: &'static str = "Cognito_Subject";

    fn is_here(&self) -> bool {
        self.provider == Self::LOCAL
    }

    fn attribute(&self) -> Option<&str> {
        (self.attribute != Self::SUBJECT).then_some(self.attribute)
    }
}

impl Pools {
    /// Says that an identity elsewhere is a user of the pool: one of the pool's own, or one who came from a
    /// provider.
    ///
    /// # Errors
    /// [`Refusal::NoUser`], [`Refusal::NoIdentityProvider`], [`Refusal::TooMany`];
    /// [`Refusal::IdentityTaken`] for an identity that is linked to somebody else, [`Refusal::Invalid`] for one
    /// that is a user of its own.
    pub async fn link_identity(
        &self,
        pool: &UserPool,
        destination: Elsewhere<'_>,
        source: Elsewhere<'_>,
    ) -> Result<()> {
        if source.is_here() {
            let text = "Invalid SourceUser: Cognito users with a username/password may not be passed \
                        in as a SourceUser, only as a DestinationUser";
            return Err(Refusal::invalid(text).into());
        }
        let user = self.destination(pool, destination).await?;
        let provider = self.identity_provider(&pool.id, source.provider).await?;
        check_source(&provider, source)?;
        let identity = Identity {
            provider: provider.name.clone(),
            kind: provider.kind,
            attribute: source.attribute().map(str::to_owned),
            value: source.value.to_owned(),
            is_primary: false,
            created_at: self.now(),
        };
        let key = identity.key(&pool.id);
        for _ in 0..TRIES {
            let mut user = self.user_by_sub(&pool.id, &user.sub).await?;
            if user.identities().iter().any(|known| known.key(&pool.id) == key) {
                return Err(
                    Refusal::invalid("SourceUser is already linked to DestinationUser").into()
                );
            }
            check_room(user.identities())?;
            let mut identities = user.identities().to_vec();
            identities.push(identity.clone());
            user.set_identities(identities);
            user.modified_at = self.now();
            let done = self.try_commit(|commit| {
                commit.save(&user);
            });
            match done.await {
                Ok(()) => return Ok(()),
                Err(Refused::Broken(broken)) => return Err(broken.into()),
                Err(Refused::Conflict(conflict)) if conflict.is_on(&key) => {
                    return Err(self.somebody_elses(pool, &identity).await?);
                }
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Ends the link between an identity elsewhere and whoever it belongs to. For a user of the pool itself
    /// it is the password that ends.
    ///
    /// # Errors
    /// [`Refusal::NoUser`].
    pub async fn unlink_identity(&self, pool: &UserPool, source: Elsewhere<'_>) -> Result<()> {
        if source.is_here() {
            let name = Username::parse(source.value).map_err(|_| Refusal::NoUser)?;
            let user = self.find_user(pool, &name).await?.ok_or(Refusal::NoUser)?;
            let now = self.now();
            let change = |user: &mut User| {
                user.password = None;
                user.modified_at = now;
                Ok(())
            };
            return self.change_user(pool, &user.sub, change).await.map(drop);
        }
        let key = Identity::key_of(&pool.id, source.provider, source.attribute(), source.value);
        let found: Option<Kept<User>> = self.records().find(&key, self.now()).await?;
        let user = found.ok_or(Refusal::NoUser)?;
        let now = self.now();
        let change = |user: &mut User| {
            let mut identities = user.identities().to_vec();
            identities.retain(|known| known.key(&pool.id) != key);
            user.set_identities(identities);
            user.modified_at = now;
            Ok(())
        };
        self.change_user(pool, &user.sub, change).await.map(drop)
    }

    async fn destination(&self, pool: &UserPool, destination: Elsewhere<'_>) -> Result<Kept<User>> {
        if destination.is_here() {
            let name = Username::parse(destination.value).map_err(|_| Refusal::NoUser)?;
            return self.user(pool, &name).await;
        }
        let key = Identity::key_of(&pool.id, destination.provider, None, destination.value);
        let found: Option<Kept<User>> = self.records().find(&key, self.now()).await?;
        found.ok_or_else(|| Refusal::NoUser.into())
    }

    /// What is said of an identity that is somebody else's.
    async fn somebody_elses(&self, pool: &UserPool, identity: &Identity) -> Result<Error> {
        let found: Option<Kept<User>> =
            self.records().find(&identity.key(&pool.id), self.now()).await?;
        let is_theirs = |known: &Identity| known.is_primary && known.value == identity.value;
        let has_signed_up = found.is_some_and(|user| user.identities().iter().any(is_theirs));
        if !has_signed_up {
            return Ok(Refusal::IdentityTaken.into());
        }
        Ok(Refusal::invalid(
            "Merging is not currently supported, provide a SourceUser that has not been signed up in \
             order to link",
        )
        .into())
    }
}

fn check_source(provider: &IdentityProvider, source: Elsewhere<'_>) -> Result<()> {
    if source.value.is_empty() {
        return Err(Refusal::invalid("ProviderAttributeValue is required.").into());
    }
    let Some(attribute) = source.attribute() else { return Ok(()) };
    if provider.kind.is_social() {
        let text =
            format!("ProviderAttributeName must be {} for {}.", Elsewhere::SUBJECT, provider.name);
        return Err(Refusal::invalid(text).into());
    }
    if !provider.mapping.contains_key(attribute) {
        let text = format!("The provider {} maps nothing to {attribute}.", provider.name);
        return Err(Refusal::invalid(text).into());
    }
    Ok(())
}
