//! Who comes in from an identity provider?
//!
//! A person is found by what the provider says of them, their subject there; never by an address, unless
//! the pool's owner linked it or said that this provider's addresses may be trusted. At the first sign-in
//! they become a user of the pool. What the owner mapped is taken over at every sign-in.

use crate::{
    Attributes, Caller, Contact, Elsewhere, Error, Group, IdentityProvider, Pools, ProviderKind,
    Refusal, Result, User, UserPool, UserStatus, identity_provider::username_at, threats::Threat,
    trigger::context,
};
use events::cognito::{
    FederatedAttributes, InboundFederationRequest, InboundFederationResponse, PreSignUpRequest,
    TriggerEvent, TriggerSource,
};
use jiff::Timestamp;
use names::{GroupName, Sub, UserPoolId, Username};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{Claim, Kept, Key, Refused};

/// The tag of a pool that names the providers whose verified addresses find the users who verified the same
/// address here. Without it nobody is ever found by an address.
const LINKING_TAG: &str = "poolhouse:link-by-verified-email";
/// The tag of a pool that names the providers of which somebody may say that they are the user with the address
/// that the provider verified, and has to prove it by signing in as that user.
const PROVING_TAG: &str = "poolhouse:link-with-proof";
/// Where doors keep a pool's tags.
const TAGS: &str = "UserPoolTags";
/// The most providers that are linked to one user.
pub(crate) const LINKS: usize = 5;
/// How often a sign-in begins again when somebody else changed the same user.
const TRIES: usize = 8;

/// What a provider knows a user by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub provider: String,
    pub kind: ProviderKind,
    /// `None` for the provider's subject. Otherwise the attribute whose mapped value it is, until the first
    /// sign-in through the link puts the subject in its place.
    pub attribute: Option<String>,
    pub value: String,
    /// Whether the user was made by a sign-in with it, and not linked to it.
    pub is_primary: bool,
    pub created_at: Timestamp,
}

impl Identity {
    /// The claim that one user has on what a provider says.
    pub(crate) fn key_of(
        pool: &UserPoolId,
        provider: &str,
        attribute: Option<&str>,
        value: &str,
    ) -> Key {
        // A digest: a subject may be longer than a key, and the parts must not run into each other.
        let text = json!([provider, attribute, value]).to_string();
        let digest = crypto::sha256(text.as_bytes());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Key::new(format!("pool/{pool}/identity/{digest}"), "user")
    }

    pub(crate) fn key(&self, pool: &UserPoolId) -> Key {
        Self::key_of(pool, &self.provider, self.attribute.as_deref(), &self.value)
    }

    fn to_json(&self) -> Value {
        json!({
            "userId": self.value,
            "providerName": self.provider,
            "providerType": self.kind.as_str(),
            "issuer": null,
            "primary": self.is_primary,
            "dateCreated": self.created_at.as_millisecond(),
        })
    }

    /// As a claim of an ID token, where everything is text.
    pub(crate) fn to_claim(&self) -> Value {
        json!({
            "userId": self.value,
            "providerName": self.provider,
            "providerType": self.kind.as_str(),
            "issuer": null,
            "primary": self.is_primary.to_string(),
            "dateCreated": self.created_at.as_millisecond().to_string(),
        })
    }
}

impl User {
    /// What providers know the user by.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// Changes what providers know the user by, and the attribute that tells of it.
    pub(crate) fn set_identities(&mut self, identities: Vec<Identity>) {
        if identities.is_empty() {
            self.attributes.remove("identities");
        } else {
            let list: Value = identities.iter().map(Identity::to_json).collect();
            self.attributes.insert("identities".to_owned(), list.to_string());
        }
        self.identities = identities;
    }

    pub(crate) fn identity_claims(&self) -> impl Iterator<Item = Claim> {
        self.identities.iter().map(|identity| Claim::unique(identity.key(&self.pool)))
    }
}

/// Who came from a provider.
#[derive(Debug)]
pub enum Federated {
    /// A user, whom all functions but the one before tokens were asked about.
    Known(Box<Kept<User>>),
    /// Somebody with the address of a user, which they have to prove that they are.
    MayBe(PendingLink),
}

/// A link that waits for a proof: that the user signs in here, in every way that is asked of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLink {
    /// Whom the link is to.
    pub sub: Sub,
    /// The address as the provider told it, by which the user signs in.
    pub email: String,
    pub provider: String,
    subject: String,
}

/// What a provider said, put in the words of the pool.
struct Mapped {
    attributes: Attributes,
    /// The address that the provider says it verified.
    verified_email: Option<String>,
    verified_phone: Option<String>,
}

impl Pools {
    /// Signs in the person of this subject at a provider that was believed. The functions around it are
    /// asked, but for the one before tokens, which are made later.
    ///
    /// # Errors
    /// [`Refusal::Disabled`]; [`Refusal::Invalid`], in words for the redirect to the app; what the pool's
    /// functions refuse.
    pub async fn sign_in_federated(
        &self,
        caller: &Caller,
        provider: &IdentityProvider,
        subject: &str,
        said: FederatedAttributes,
    ) -> Result<Federated> {
        let pool = &caller.pool;
        if subject.is_empty() {
            return Err(Refusal::invalid("The provider named no subject.").into());
        }
        let username = username_at(pool, provider, subject)?;
        let vouched = claims(&said);
        let claims = self.ask_inbound_federation(caller, provider, &username, said).await?;
        let mapped = Mapped {
            attributes: map(pool, provider, &claims)?,
            verified_email: verified(&vouched, Contact::Email),
            verified_phone: verified(&vouched, Contact::PhoneNumber),
        };
        let known = match self.find_federated(pool, provider, subject, &mapped).await? {
            Some(user) => Some(user),
            None => self.owner(pool, provider, &mapped, LINKING_TAG).await?,
        };
        let mut threat = Threat::default();
        let user = match known {
            Some(user) => {
                check_may_enter(&user)?;
                threat = self.weigh_federated(caller, &user).await?;
                self.come_again(caller, provider, subject, user, &mapped).await?
            }
            None => {
                let owner = self.owner(pool, provider, &mapped, PROVING_TAG).await?;
                if let Some((owner, email)) = owner.zip(mapped.verified_email.clone()) {
                    let (provider, subject) = (provider.name.clone(), subject.to_owned());
                    let link = PendingLink { sub: owner.sub.clone(), email, provider, subject };
                    return Ok(Federated::MayBe(link));
                }
                self.come_first(caller, provider, subject, username, &mapped).await?
            }
        };
        self.note_federated(caller, &user, threat).await?;
        Ok(Federated::Known(Box::new(user)))
    }

    /// Links somebody at a provider to a user who has signed in here since they came from there.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a link to somebody else, [`Refusal::NoIdentityProvider`], and what
    /// [`Pools::link_identity`] refuses.
    pub async fn link_proven(
        &self,
        pool: &UserPool,
        user: &User,
        link: &PendingLink,
    ) -> Result<()> {
        self.require_home(&pool.id).await?;
        if user.sub != link.sub {
            return Err(Refusal::invalid("The link is to somebody else.").into());
        }
        let here = Elsewhere {
            provider: Elsewhere::LOCAL,
            attribute: Elsewhere::SUBJECT,
            value: user.username.as_str(),
        };
        let there = Elsewhere {
            provider: &link.provider,
            attribute: Elsewhere::SUBJECT,
            value: &link.subject,
        };
        self.link_identity(pool, here, there).await
    }

    /// Asks the function behind the providers which of their attributes to go on with.
    async fn ask_inbound_federation(
        &self,
        caller: &Caller,
        provider: &IdentityProvider,
        username: &Username,
        said: FederatedAttributes,
    ) -> Result<Map<String, Value>> {
        let claims = claims(&said);
        let Some(function) = &caller.pool.settings.triggers.inbound_federation else {
            return Ok(claims);
        };
        let request = InboundFederationRequest {
            provider_name: provider.name.clone(),
            provider_type: provider.kind.as_str().to_owned(),
            attributes: said,
        };
        let event = TriggerEvent::new(
            TriggerSource::InboundFederationExternalProvider,
            caller.pool.id.as_str(),
            username.as_str(),
            context(Some(&caller.client.id)),
            request,
        );
        let answer: InboundFederationResponse = self.fire(function, &event).await?;
        let changed = answer.user_attributes_to_map.filter(|changed| !changed.is_empty());
        Ok(changed.unwrap_or(claims))
    }

    /// The user whom the provider's subject, or a value that an administrator linked, belongs to.
    async fn find_federated(
        &self,
        pool: &UserPool,
        provider: &IdentityProvider,
        subject: &str,
        mapped: &Mapped,
    ) -> Result<Option<Kept<User>>> {
        let key = Identity::key_of(&pool.id, &provider.name, None, subject);
        if let Some(user) = self.records().find(&key, self.now()).await? {
            return Ok(Some(user));
        }
        for (attribute, value) in &mapped.attributes {
            if !mapped.may_identify(attribute, value) {
                continue;
            }
            let key = Identity::key_of(&pool.id, &provider.name, Some(attribute), value);
            if let Some(user) = self.records().find(&key, self.now()).await? {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// The user who verified the address that the provider verified, where the pool's owner names the provider
    /// in this tag.
    async fn owner(
        &self,
        pool: &UserPool,
        provider: &IdentityProvider,
        mapped: &Mapped,
        tag: &str,
    ) -> Result<Option<Kept<User>>> {
        let Some(email) = &mapped.verified_email else { return Ok(None) };
        if !is_named_in(pool, tag, &provider.name) {
            return Ok(None);
        }
        // Only where an address names one user, so never in a pool of plain user names.
        let Ok(name) = Username::parse(email) else { return Ok(None) };
        let found = self.find_user(pool, &name).await?;
        Ok(found.filter(|user| {
            let is_theirs =
                user.attribute("email").is_some_and(|own| pool.fold(own) == pool.fold(email));
            is_theirs && user.is_verified(Contact::Email) && user.status == UserStatus::Confirmed
        }))
    }

    /// A sign-in of somebody who has been here before, or was linked.
    async fn come_again(
        &self,
        caller: &Caller,
        provider: &IdentityProvider,
        subject: &str,
        user: Kept<User>,
        mapped: &Mapped,
    ) -> Result<Kept<User>> {
        let pool = &caller.pool;
        check_may_enter(&user)?;
        self.ask_pre_authentication(caller, &user.username, Some(&user)).await?;
        let now = self.now();
        let change = |user: &mut User| {
            check_may_enter(user)?;
            take_over(pool, user, &mapped.attributes)?;
            pin(user, provider, subject, mapped, now)?;
            user.modified_at = now;
            Ok(())
        };
        let (user, ()) = self.change_user(pool, &user.sub, change).await?;
        self.tell_post_authentication(caller, &user, false).await?;
        Ok(user)
    }

    /// The first sign-in of somebody whom nobody here knows.
    async fn come_first(
        &self,
        caller: &Caller,
        provider: &IdentityProvider,
        subject: &str,
        username: Username,
        mapped: &Mapped,
    ) -> Result<Kept<User>> {
        let pool = &caller.pool;
        self.require_home(&pool.id).await?;
        let client = Some(&caller.client.id);
        let attributes = mapped.attributes.clone();
        let missing = pool.schema.missing(&attributes);
        if !missing.is_empty() {
            let text = format!("attributes required: [{}]", missing.join(", "));
            return Err(Refusal::invalid(text).into());
        }
        let request = PreSignUpRequest {
            user_attributes: attributes.clone(),
            validation_data: None,
            client_metadata: None,
        };
        let source = TriggerSource::PreSignUpExternalProvider;
        let answer = self.ask_pre_sign_up(pool, client, source, &username, request).await?;
        // A function may have linked the person to a user while it was asked.
        if let Some(user) = self.find_federated(pool, provider, subject, mapped).await? {
            return self.come_again(caller, provider, subject, user, mapped).await;
        }

        let now = self.now();
        let group = self.provider_group(provider, now).await?;
        let mut user = User::new(pool, self.new_sub()?, username.clone(), attributes, now);
        user.status = UserStatus::ExternalProvider;
        user.groups.insert(group.name.clone(), group.generation.clone());
        user.set_identities(vec![Identity {
            provider: provider.name.clone(),
            kind: provider.kind,
            attribute: None,
            value: subject.to_owned(),
            is_primary: true,
            created_at: now,
        }]);
        user.doubt_contacts();
        let asked = [
            (answer.auto_verify_email, Contact::Email),
            (answer.auto_verify_phone, Contact::PhoneNumber),
        ];
        for (is_asked, contact) in asked {
            if is_asked && user.attribute(contact.attribute()).is_none() {
                let reason = format!("cannot verify {}: the user has none", contact.attribute());
                return Err(Refusal::TriggerAnswer { trigger: "PreSignUp", reason }.into());
            }
            if is_asked {
                user.verify(contact);
            }
        }
        user.rename(pool);
        let done = self.try_commit(|commit| {
            commit.create(&user);
        });
        match done.await {
            Ok(()) => {}
            Err(Refused::Broken(broken)) => return Err(broken.into()),
            Err(Refused::Conflict(_)) => {
                // The same person in another window; or a name that somebody has.
                return match self.find_federated(pool, provider, subject, mapped).await? {
                    Some(user) => self.come_again(caller, provider, subject, user, mapped).await,
                    None => {
                        let text = format!("Already found an entry for username {username}");
                        Err(Refusal::invalid(text).into())
                    }
                };
            }
        }
        let source = TriggerSource::PostConfirmationConfirmSignUp;
        self.tell_post_confirmation(pool, client, source, &user, caller.metadata.clone()).await?;
        self.user_by_sub(&pool.id, &user.sub).await
    }

    /// The group of a provider's users, made when the first of them comes.
    async fn provider_group(
        &self,
        provider: &IdentityProvider,
        now: Timestamp,
    ) -> Result<Kept<Group>> {
        let name: GroupName = provider.group()?;
        for _ in 0..TRIES {
            match self.group(&provider.pool, &name).await {
                Err(Error::Refused(Refusal::NoGroup)) => {}
                found => return found,
            }
            let description =
                format!("Autogenerated group for users who sign in using {}", provider.name);
            let group = Group {
                pool: provider.pool.clone(),
                name: name.clone(),
                generation: self.random().uuid_v4(),
                description: Some(description),
                role_arn: None,
                precedence: None,
                created_at: now,
                modified_at: now,
            };
            match self.create_group(&group).await {
                Ok(()) | Err(Error::Refused(Refusal::GroupExists(_))) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Refusal::Contended.into())
    }
}

impl Mapped {
    /// Whether a mapped value may say who somebody is where an administrator linked it. An address that the
    /// provider did not verify is one that anybody may have typed there.
    fn may_identify(&self, attribute: &str, value: &str) -> bool {
        match Contact::of(attribute) {
            Some(Contact::Email) => self.verified_email.as_deref() == Some(value),
            Some(Contact::PhoneNumber) => self.verified_phone.as_deref() == Some(value),
            None => true,
        }
    }
}

/// Everything that a provider said; its user info comes after its ID token.
fn claims(said: &FederatedAttributes) -> Map<String, Value> {
    let sources = [&said.saml_response, &said.id_token, &said.user_info];
    sources
        .into_iter()
        .flatten()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The address or number that the provider says it verified.
fn verified(claims: &Map<String, Value>, contact: Contact) -> Option<String> {
    let is_verified = match claims.get(contact.verified_attribute())? {
        Value::Bool(said) => *said,
        // Cognito itself says so at its user info endpoint.
        Value::String(said) => said == "true",
        _ => false,
    };
    let value = claims.get(contact.attribute())?.as_str()?;
    is_verified.then(|| value.to_owned())
}

/// What the owner of the pool mapped, and nothing else that the provider may say.
fn map(
    pool: &UserPool,
    provider: &IdentityProvider,
    claims: &Map<String, Value>,
) -> Result<Attributes> {
    let mut attributes = Attributes::new();
    for (attribute, claim) in &provider.mapping {
        let may_be_mapped = pool.schema.rule(attribute).is_some()
            && !matches!(attribute.as_str(), "sub" | "identities");
        if !may_be_mapped {
            continue;
        }
        let text = claims.get(claim).and_then(|value| text_of(attribute, value));
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            attributes.insert(attribute.clone(), text);
        }
    }
    pool.schema.check_values(&mut attributes)?;
    Ok(attributes)
}

fn text_of(attribute: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(address) if attribute == "address" => {
            address.get("formatted").and_then(Value::as_str).map(str::to_owned)
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(value.to_string())
        }
    }
}

fn check_may_enter(user: &User) -> Result<()> {
    if !user.is_enabled {
        return Err(Refusal::Disabled.into());
    }
    // Whoever did not prove to be the owner of an account does not get into it through a link either.
    if user.status == UserStatus::Unconfirmed {
        return Err(Refusal::NotConfirmed.into());
    }
    Ok(())
}

/// Takes over what was mapped. What is decided when a user is made must stay what it is.
fn take_over(pool: &UserPool, user: &mut User, attributes: &Attributes) -> Result<()> {
    let is_new = |(name, value): &(&String, &String)| user.attribute(name) != Some(value);
    let changes: Attributes = attributes
        .iter()
        .filter(is_new)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    pool.schema.check_change(&changes)?;
    // In the order of the names: what is said of an address' proof comes after the address.
    for (name, value) in &changes {
        user.set_attribute(name, value);
    }
    Ok(())
}

/// Puts the provider's subject in the place of the link that led here, so that only this subject does from
/// now on.
fn pin(
    user: &mut User,
    provider: &IdentityProvider,
    subject: &str,
    mapped: &Mapped,
    now: Timestamp,
) -> Result<()> {
    let mut identities = user.identities().to_vec();
    let is_known = |identity: &Identity| {
        identity.provider == provider.name
            && identity.attribute.is_none()
            && identity.value == subject
    };
    if identities.iter().any(is_known) {
        return Ok(());
    }
    let led_here = identities.iter_mut().find(|identity| {
        identity.provider == provider.name
            && identity.attribute.as_ref().is_some_and(|attribute| {
                mapped.attributes.get(attribute) == Some(&identity.value)
                    && mapped.may_identify(attribute, &identity.value)
            })
    });
    match led_here {
        Some(link) => {
            link.attribute = None;
            link.value = subject.to_owned();
        }
        None => {
            check_room(&identities)?;
            identities.push(Identity {
                provider: provider.name.clone(),
                kind: provider.kind,
                attribute: None,
                value: subject.to_owned(),
                is_primary: false,
                created_at: now,
            });
        }
    }
    user.set_identities(identities);
    Ok(())
}

/// Refuses one link more than a user may have.
pub(crate) fn check_room(identities: &[Identity]) -> Result<()> {
    if identities.iter().filter(|identity| !identity.is_primary).count() < LINKS {
        return Ok(());
    }
    let text = format!("A user can be linked to at most {LINKS} identities of providers.");
    Err(Refusal::TooMany(text.into()).into())
}

/// Whether the pool's owner names a provider in a tag.
fn is_named_in(pool: &UserPool, tag: &str, provider: &str) -> bool {
    let tag = pool.settings.inert.get(TAGS).and_then(|tags| tags.get(tag));
    tag.and_then(Value::as_str)
        .is_some_and(|names| names.split_ascii_whitespace().any(|name| name == provider))
}
