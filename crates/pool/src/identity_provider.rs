//! What is an identity provider?
//!
//! Somebody else who says who a person is. A pool knows it by a name; what it is asked and how its answers
//! become attributes is in the words of the pool's owner. Its secrets are sealed like those of clients.

use crate::{Error, Pools, Quota, Refusal, Result, UserPool};
use jiff::Timestamp;
use names::{GroupName, UserPoolId, Username};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use store::{Claim, Kept, Key, Record, Refused};
use zeroize::Zeroizing;

/// The details that are secret.
const SECRETS: [&str; 2] = ["client_secret", "private_key"];

/// An identity provider of a pool.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    pub pool: UserPoolId,
    /// Part of the names of its users, and never changes.
    pub name: String,
    pub kind: ProviderKind,
    /// Never reused: what began with a provider that was deleted does not end with one of the same name.
    pub generation: String,
    /// How it is reached and asked, without the secrets.
    pub details: BTreeMap<String, String>,
    // INVARIANT: the secrets among the details, each sealed for this provider.
    sealed: BTreeMap<String, String>,
    /// The attributes of users, each with the provider's name for it.
    pub mapping: BTreeMap<String, String>,
    /// Other names for it at the authorize endpoint, each of one provider of the pool.
    pub identifiers: Vec<String>,
    /// Kept and told back; no authentication context is asked of providers.
    pub acr_mapping: BTreeMap<String, String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// What protocol a provider speaks, by Cognito's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProviderKind {
    Oidc,
    Saml,
    Facebook,
    Google,
    LoginWithAmazon,
    SignInWithApple,
}

impl ProviderKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Oidc,
        Self::Saml,
        Self::Facebook,
        Self::Google,
        Self::LoginWithAmazon,
        Self::SignInWithApple,
    ];

    /// The word for it in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "OIDC",
            Self::Saml => "SAML",
            Self::Facebook => "Facebook",
            Self::Google => "Google",
            Self::LoginWithAmazon => "LoginWithAmazon",
            Self::SignInWithApple => "SignInWithApple",
        }
    }

    /// Whether there is one of it in a pool at most, named as its kind.
    #[must_use]
    pub fn is_social(self) -> bool {
        !matches!(self, Self::Oidc | Self::Saml)
    }
}

/// What a provider is told to prove that we are its client.
#[derive(Clone)]
pub struct ProviderSecret(Zeroizing<String>);

impl ProviderSecret {
    /// The text itself. Every call is a place to look at in a review.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProviderSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ProviderSecret(…)")
    }
}

/// What a pool's owner says of a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Secrets included.
    pub details: BTreeMap<String, String>,
    pub mapping: BTreeMap<String, String>,
    pub identifiers: Vec<String>,
    pub acr_mapping: BTreeMap<String, String>,
}

impl IdentityProvider {
    /// Where the provider of this name is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, name: &str) -> Key {
        Key::new(Self::listing(pool), name)
    }

    /// The partition that the providers of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/identity-providers")
    }

    fn identifier_key(pool: &UserPoolId, identifier: &str) -> Key {
        Key::new(format!("pool/{pool}/identity-provider-by/{identifier}"), "provider")
    }

    /// A detail that is no secret; an empty one is none.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The group that its users are in.
    ///
    /// # Errors
    /// A breakage if pool and provider make no name of a group, which their own forms prevent.
    pub fn group(&self) -> Result<GroupName> {
        GroupName::parse(format!("{}_{}", self.pool, self.name))
            .map_err(|_| Error::internal("a provider makes no name of a group"))
    }

    fn bound_to(&self) -> Vec<u8> {
        format!("{}\n{}\n{}", self.pool, self.name, self.generation).into_bytes()
    }
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IdentityProvider")
            .field("pool", &self.pool)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Record for IdentityProvider {
    const KIND: &'static str = "identity provider";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.name)
    }

    fn claims(&self) -> Vec<Claim> {
        let claim = |text: &String| Claim::unique(Self::identifier_key(&self.pool, text));
        self.identifiers.iter().map(claim).collect()
    }
}

impl Pools {
    /// Keeps a new provider.
    ///
    /// # Errors
    /// [`Refusal::ProviderExists`]; [`Refusal::Invalid`] for an identifier that another provider has.
    pub async fn create_identity_provider(
        &self,
        pool: &UserPool,
        name: &str,
        kind: ProviderKind,
        settings: ProviderSettings,
    ) -> Result<IdentityProvider> {
        let now = self.now();
        let mut provider = IdentityProvider {
            pool: pool.id.clone(),
            name: name.to_owned(),
            kind,
            generation: self.random().uuid_v4(),
            details: BTreeMap::new(),
            sealed: BTreeMap::new(),
            mapping: BTreeMap::new(),
            identifiers: Vec::new(),
            acr_mapping: BTreeMap::new(),
            created_at: now,
            modified_at: now,
        };
        self.set_up(&mut provider, settings);
        let _room = self.room_in(Quota::IdentityProviders, &pool.id).await?;
        let done = self.try_commit(|commit| {
            commit.create(&provider);
        });
        match done.await {
            Ok(()) => Ok(provider),
            Err(Refused::Broken(broken)) => Err(broken.into()),
            Err(Refused::Conflict(conflict)) if conflict.is_on(&provider.key()) => {
                let (pool, name) = (provider.pool, provider.name);
                Err(Refusal::ProviderExists { pool, name }.into())
            }
            Err(Refused::Conflict(_)) => Err(identifier_taken()),
        }
    }

    /// Gives a provider these settings.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for an identifier that another provider has; [`Refusal::Contended`].
    pub async fn change_identity_provider(
        &self,
        provider: &mut Kept<IdentityProvider>,
        settings: ProviderSettings,
    ) -> Result<()> {
        self.set_up(provider, settings);
        provider.modified_at = self.now();
        let done = self.try_commit(|commit| {
            commit.save(provider);
        });
        match done.await {
            Ok(()) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken.into()),
            Err(Refused::Conflict(conflict)) if conflict.is_on(&provider.key()) => {
                Err(Refusal::Contended.into())
            }
            Err(Refused::Conflict(_)) => Err(identifier_taken()),
        }
    }

    fn set_up(&self, provider: &mut IdentityProvider, settings: ProviderSettings) {
        let bound_to = provider.bound_to();
        let ProviderSettings { mut details, mapping, identifiers, acr_mapping } = settings;
        provider.sealed.clear();
        for name in SECRETS {
            let Some(secret) = details.remove(name).map(Zeroizing::new) else { continue };
            let seals = &self.house().seals;
            let sealed =
                seals.client_secrets.seal_text(self.random(), secret.as_bytes(), &bound_to);
            provider.sealed.insert(name.to_owned(), sealed);
        }
        provider.details = details;
        provider.mapping = mapping;
        provider.identifiers = identifiers;
        provider.acr_mapping = acr_mapping;
    }

    /// A secret of a provider, if it has it.
    ///
    /// # Errors
    /// A breakage if it does not open: the master key is another one.
    pub fn provider_secret(
        &self,
        provider: &IdentityProvider,
        name: &str,
    ) -> Result<Option<ProviderSecret>> {
        let Some(sealed) = provider.sealed.get(name) else { return Ok(None) };
        let plain = self.house().seals.client_secrets.open_text(sealed, &provider.bound_to());
        let text = plain.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok());
        text.map(|text| Some(ProviderSecret(Zeroizing::new(text)))).ok_or_else(|| {
            Error::internal("a provider's secret does not open: is this the master key?")
        })
    }

    /// Everything that the pool's owner said of a provider, secrets included.
    ///
    /// # Errors
    /// As [`Self::provider_secret`].
    pub fn provider_settings(&self, provider: &IdentityProvider) -> Result<ProviderSettings> {
        let mut details = provider.details.clone();
        for name in SECRETS {
            if let Some(secret) = self.provider_secret(provider, name)? {
                details.insert(name.to_owned(), secret.reveal().to_owned());
            }
        }
        Ok(ProviderSettings {
            details,
            mapping: provider.mapping.clone(),
            identifiers: provider.identifiers.clone(),
            acr_mapping: provider.acr_mapping.clone(),
        })
    }

    /// The provider of this name, if there is one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn find_identity_provider(
        &self,
        pool: &UserPoolId,
        name: &str,
    ) -> Result<Option<Kept<IdentityProvider>>> {
        let key = IdentityProvider::key_of(pool, name);
        Ok(self.records().get(&key, self.now()).await?)
    }

    /// The provider of this name.
    ///
    /// # Errors
    /// [`Refusal::NoIdentityProvider`].
    pub async fn identity_provider(
        &self,
        pool: &UserPoolId,
        name: &str,
    ) -> Result<Kept<IdentityProvider>> {
        let found = self.find_identity_provider(pool, name).await?;
        found.ok_or_else(|| Refusal::NoIdentityProvider(name.to_owned()).into())
    }

    /// The provider with this identifier.
    ///
    /// # Errors
    /// [`Refusal::NoIdentityProvider`].
    pub async fn identity_provider_by(
        &self,
        pool: &UserPoolId,
        identifier: &str,
    ) -> Result<Kept<IdentityProvider>> {
        let key = IdentityProvider::identifier_key(pool, identifier);
        let found = self.records().find(&key, self.now()).await?;
        found.ok_or_else(|| Refusal::NoIdentityProvider(identifier.to_owned()).into())
    }

    /// Deletes a provider. Its users stay, and can sign in again once there is one of the same name.
    ///
    /// # Errors
    /// [`Refusal::Contended`].
    pub async fn delete_identity_provider(&self, provider: &Kept<IdentityProvider>) -> Result<()> {
        self.commit(|commit| {
            commit.delete(provider);
        })
        .await
    }
}

fn identifier_taken() -> Error {
    Refusal::invalid("An identifier is already one of another identity provider of the user pool.")
        .into()
}

/// The name under which a provider's user is kept.
///
/// # Errors
/// [`Refusal::Invalid`] for a subject that no user can be named after.
pub(crate) fn username_at(
    pool: &UserPool,
    provider: &IdentityProvider,
    subject: &str,
) -> Result<Username> {
    let text = format!("{}_{subject}", provider.name);
    let text = if pool.names.is_case_sensitive { text } else { pool.fold(&text) };
    Username::parse(text)
        .map_err(|_| Refusal::invalid("The subject of the provider cannot be a user name.").into())
}
