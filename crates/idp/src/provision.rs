//! How does a stack come to be, and come to be again?
//!
//! A template names what there should be; these functions make it, or bring what is there to it, under ids
//! that the caller derived. Doing it twice changes nothing, and two servers that do it at once over one
//! store do it once. What cannot be changed after it was made is refused, in words for the template's
//! author.

pub mod from_template;

use crate::{
    Idp,
    convert::{
        client::{self, Known},
        client_or_all,
        domain::{self, Given},
        group::precedence,
        identity_provider,
        resource_server::scopes,
        risk, user, user_pool,
    },
    plan,
};
use names::{ClientId, ClientSecret, ResourceServerId, Scope, UserPoolId, Username};
use pool::{
    Client, CreateUser, Domain, Error, Group, IdentityProvider, Invitation, MfaSettings,
    PasskeySettings, ProviderSettings, Quota, Refusal, ResourceServer, Result, RiskConfiguration,
    SessionTracking, User, UserPool,
};
use std::collections::BTreeSet;
use store::Kept;
use wire::cognito_idp::{
    AdminAddUserToGroupRequest, AdminCreateUserRequest, CreateGroupRequest,
    CreateIdentityProviderRequest, CreateResourceServerRequest, CreateUserPoolClientRequest,
    CreateUserPoolDomainRequest, CreateUserPoolRequest, MessageActionType,
    SetRiskConfigurationRequest,
};

/// How often something is tried again when another server was first.
const TRIES: usize = 16;

/// With what people prove who they are besides a password, as far as it is said.
#[derive(Debug, Clone, Default)]
pub struct Factors {
    pub mfa: Option<MfaSettings>,
    pub passkeys: Option<PasskeySettings>,
}

impl Factors {
    /// The settings where those before were these.
    fn over(&self, before: &MfaSettings) -> MfaSettings {
        let passkeys = self.passkeys.as_ref().unwrap_or(&before.passkeys).clone();
        MfaSettings { passkeys, ..self.mfa.as_ref().unwrap_or(before).clone() }
    }
}

/// A pool under this id with these settings. For second factors other than text messages the requests of the
/// API have no members; what is not said of them here stays as it is.
///
/// # Errors
/// What creating a pool refuses; [`Refusal::Invalid`] for a change of what is decided for ever.
pub async fn user_pool(
    idp: &Idp,
    id: UserPoolId,
    request: CreateUserPoolRequest,
    factors: Factors,
) -> Result<Kept<UserPool>> {
    for _ in 0..TRIES {
        let done = match idp.pools.pool(&id).await {
            Err(Error::Refused(Refusal::NoUserPool(_))) => {
                let mfa = factors.over(&MfaSettings::default());
                let pool = new_user_pool(idp, id.clone(), request.clone(), &mfa)?;
                make_user_pool(idp, &pool).await
            }
            Err(error) => return Err(error),
            Ok(pool) => {
                let mfa = factors.over(&pool.settings.mfa);
                change_user_pool(idp, &pool, request.clone(), &mfa).await
            }
        };
        match done {
            Ok(()) => return idp.pools.pool(&id).await.map(|pool| Kept::clone(&pool)),
            Err(Error::Refused(Refusal::Contended)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Refusal::Contended.into())
}

/// A pool that is not made yet.
pub(crate) fn new_user_pool(
    idp: &Idp,
    id: UserPoolId,
    request: CreateUserPoolRequest,
    mfa: &MfaSettings,
) -> Result<UserPool> {
    let now = idp.pools.now();
    Ok(UserPool {
        id,
        created_at: now,
        modified_at: now,
        names: user_pool::sign_in_names(&request)?,
        schema: user_pool::new_schema(&request)?,
        session_tracking: SessionTracking::default(),
        settings: user_pool::settings(request, mfa)?,
    })
}

/// Makes a new pool.
pub(crate) async fn make_user_pool(idp: &Idp, pool: &UserPool) -> Result<()> {
    // A pool of a template may have had this id before: what is left of that one goes first.
    idp.pools.finish_removal(&pool.id).await?;
    let _room = idp.pools.room_for_pool(pool.id.region()).await?;
    idp.pools
        .commit(|commit| {
            commit.create(pool);
        })
        .await
}

async fn change_user_pool(
    idp: &Idp,
    pool: &Kept<UserPool>,
    request: CreateUserPoolRequest,
    mfa: &MfaSettings,
) -> Result<()> {
    let fixed = |what: &str| {
        Error::from(Refusal::invalid(format!(
            "{what} cannot be changed after the pool was made. Make another pool, or take the change back."
        )))
    };
    let names = user_pool::sign_in_names(&request)?;
    if names.username_attributes != pool.names.username_attributes {
        return Err(fixed("UsernameAttributes"));
    }
    if names.alias_attributes != pool.names.alias_attributes {
        return Err(fixed("AliasAttributes"));
    }
    if names.is_case_sensitive != pool.names.is_case_sensitive {
        return Err(fixed("UsernameConfiguration"));
    }
    let schema = user_pool::new_schema(&request)?;
    for rule in &pool.schema.rules {
        // Attributes are added to a pool with users in it, and neither changed nor removed.
        if schema.rule(&rule.name) != Some(rule) {
            return Err(fixed(&format!("The attribute {} of the Schema", rule.name)));
        }
    }
    let settings = user_pool::updated(pool, request, mfa)?;
    plan::check_change(idp, pool, &settings).await?;
    let mut changed = pool.clone();
    let added = schema.rules.into_iter().filter(|rule| pool.schema.rule(&rule.name).is_none());
    changed.schema.rules.extend(added);
    changed.settings = settings;
    if changed.settings == pool.settings && changed.schema == pool.schema {
        return Ok(());
    }
    changed.modified_at = idp.pools.now();
    idp.pools
        .commit(|commit| {
            commit.save(&changed);
        })
        .await
}

/// An app client under this id. The secret is its own if the request asks for one; without it a new one is
/// made up.
///
/// # Errors
/// What creating a client refuses; [`Refusal::Invalid`] for a client that gains or loses its secret or moves
/// to another pool.
pub async fn client(
    idp: &Idp,
    id: ClientId,
    secret: Option<ClientSecret>,
    request: CreateUserPoolClientRequest,
) -> Result<Kept<Client>> {
    for _ in 0..TRIES {
        let done = match idp.pools.client(&id).await {
            Err(Error::Refused(Refusal::NoClient(_))) => {
                make_client(idp, id.clone(), secret.clone(), request.clone()).await.map(drop)
            }
            Err(error) => return Err(error),
            Ok(client) => keep_client(idp, &client, request.clone()).await,
        };
        match done {
            Ok(()) => return idp.pools.client(&id).await.map(|client| Kept::clone(&client)),
            Err(Error::Refused(Refusal::Contended)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Refusal::Contended.into())
}

/// Makes a new client, with the secret that is given here, or in the request, or made up if one is asked for.
pub(crate) async fn make_client(
    idp: &Idp,
    id: ClientId,
    secret: Option<ClientSecret>,
    mut request: CreateUserPoolClientRequest,
) -> Result<Client> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    let is_asked_for = request.generate_secret == Some(true);
    let given = request.client_secret.take();
    if is_asked_for && given.is_some() {
        return Err(
            Refusal::invalid("ClientSecret and GenerateSecret cannot be given together.").into()
        );
    }
    let secret = match (given, is_asked_for, secret) {
        (Some(given), _, _) => Some(given),
        (None, true, Some(secret)) => Some(secret),
        (None, true, None) => Some(idp.pools.new_client_secret()?),
        (None, false, _) => None,
    };
    let custom_scopes = custom_scopes(idp, &request).await?;
    let providers = known_providers(idp, &request).await?;
    let known = Known {
        pool: &pool,
        has_secret: secret.is_some(),
        custom_scopes: &custom_scopes,
        providers: &providers,
        default_attributes: None,
    };
    let settings = client::settings(request, &known)?;
    let now = idp.pools.now();
    let seal = |secret: &ClientSecret| idp.pools.seal_client_secret(&id, secret, now);
    let client = Client {
        pool: pool.id.clone(),
        created_at: now,
        modified_at: now,
        secrets: secret.iter().map(seal).collect(),
        sso_minutes: None,
        settings,
        id,
    };
    let _room = idp.pools.room_in(Quota::Clients, &client.pool).await?;
    idp.pools
        .commit(|commit| {
            commit.create(&client);
        })
        .await?;
    Ok(client)
}

async fn keep_client(
    idp: &Idp,
    client: &Kept<Client>,
    request: CreateUserPoolClientRequest,
) -> Result<()> {
    if client.pool != request.user_pool_id {
        return Err(Refusal::invalid("UserPoolId of a client cannot be changed.").into());
    }
    let wants_secret = request.generate_secret == Some(true) || request.client_secret.is_some();
    if wants_secret != client.has_secret() {
        return Err(Refusal::invalid(
            "GenerateSecret cannot be changed after the client was made. Make another client, or take the \
             change back.",
        )
        .into());
    }
    change_client(idp, client, request).await.map(drop)
}

/// Replaces the settings of a client, and writes nothing if they are the same.
pub(crate) async fn change_client(
    idp: &Idp,
    client: &Kept<Client>,
    request: CreateUserPoolClientRequest,
) -> Result<Kept<Client>> {
    let pool = idp.pools.pool(&client.pool).await?;
    let custom_scopes = custom_scopes(idp, &request).await?;
    let providers = known_providers(idp, &request).await?;
    let known = Known {
        pool: &pool,
        has_secret: client.has_secret(),
        custom_scopes: &custom_scopes,
        providers: &providers,
        default_attributes: Some(&client.settings.default_attributes),
    };
    let mut changed = client.clone();
    changed.settings = client::settings(request, &known)?;
    if changed.settings == client.settings {
        return Ok(changed);
    }
    changed.modified_at = idp.pools.now();
    idp.pools
        .commit(|commit| {
            commit.save(&changed);
        })
        .await?;
    Ok(changed)
}

/// Those of the scopes in a request that a resource server of the pool has.
async fn custom_scopes(
    idp: &Idp,
    request: &CreateUserPoolClientRequest,
) -> Result<BTreeSet<Scope>> {
    let mut known = BTreeSet::new();
    for scope in request.allowed_oauth_scopes.iter().flatten() {
        let Some((server, name)) = scope.as_str().rsplit_once('/') else { continue };
        let Ok(server) = ResourceServerId::parse(server) else { continue };
        let found = idp.pools.find_resource_server(&request.user_pool_id, &server).await?;
        if found.is_some_and(|server| server.scopes.iter().any(|scope| scope.name == name)) {
            known.insert(scope.clone());
        }
    }
    Ok(known)
}

/// Those of the identity providers in a request that the pool has.
async fn known_providers(
    idp: &Idp,
    request: &CreateUserPoolClientRequest,
) -> Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for name in request.supported_identity_providers.iter().flatten() {
        if idp.pools.find_identity_provider(&request.user_pool_id, name).await?.is_some() {
            known.insert(name.clone());
        }
    }
    Ok(known)
}

/// An identity provider of this name with these settings.
///
/// # Errors
/// What creating a provider refuses; [`Refusal::Invalid`] for a change of its type.
pub async fn identity_provider(
    idp: &Idp,
    request: CreateIdentityProviderRequest,
) -> Result<Kept<IdentityProvider>> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    for _ in 0..TRIES {
        let found = idp.pools.find_identity_provider(&pool.id, &request.provider_name).await?;
        let done = match found {
            None => make_identity_provider(idp, &pool, request.clone()).await.map(drop),
            Some(mut provider) => {
                let kind = identity_provider::kind(&provider.name, request.provider_type)?;
                if kind != provider.kind {
                    return Err(Refusal::invalid("ProviderType cannot be changed.").into());
                }
                let settings =
                    identity_provider::settings(&pool, kind, provider_settings(request.clone()))?;
                if settings == idp.pools.provider_settings(&provider)? {
                    return Ok(provider);
                }
                idp.pools.change_identity_provider(&mut provider, settings).await
            }
        };
        match done {
            Ok(()) => return idp.pools.identity_provider(&pool.id, &request.provider_name).await,
            Err(Error::Refused(Refusal::ProviderExists { .. } | Refusal::Contended)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Refusal::Contended.into())
}

/// Makes a new identity provider.
pub(crate) async fn make_identity_provider(
    idp: &Idp,
    pool: &UserPool,
    request: CreateIdentityProviderRequest,
) -> Result<IdentityProvider> {
    let kind = identity_provider::kind(&request.provider_name, request.provider_type)?;
    let name = request.provider_name.clone();
    if identity_provider::refuse_pool(&name).is_err() {
        let text = "The name COGNITO is that of the user pool itself.";
        return Err(Refusal::invalid(text).into());
    }
    let settings = identity_provider::settings(pool, kind, provider_settings(request))?;
    idp.pools.create_identity_provider(pool, &name, kind, settings).await
}

fn provider_settings(request: CreateIdentityProviderRequest) -> ProviderSettings {
    ProviderSettings {
        details: request.provider_details,
        mapping: request.attribute_mapping.unwrap_or_default(),
        identifiers: request.idp_identifiers.unwrap_or_default(),
        acr_mapping: request.acr_mapping.unwrap_or_default(),
    }
}

/// A group of this name with these settings. Its members stay.
///
/// # Errors
/// [`Refusal::NoUserPool`].
pub async fn group(idp: &Idp, request: CreateGroupRequest) -> Result<Kept<Group>> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    for _ in 0..TRIES {
        let now = idp.pools.now();
        let done = match idp.pools.group(&pool.id, &request.group_name).await {
            Err(Error::Refused(Refusal::NoGroup)) => {
                let group = Group {
                    pool: pool.id.clone(),
                    name: request.group_name.clone(),
                    generation: idp.pools.random().uuid_v4(),
                    description: request.description.clone(),
                    role_arn: request.role_arn.clone(),
                    precedence: precedence(request.precedence),
                    created_at: now,
                    modified_at: now,
                };
                idp.pools.create_group(&group).await
            }
            Err(error) => return Err(error),
            Ok(mut group) => {
                let before = group.clone();
                group.description = request.description.clone();
                group.role_arn = request.role_arn.clone();
                group.precedence = precedence(request.precedence);
                if *group == *before {
                    return Ok(group);
                }
                group.modified_at = now;
                idp.pools
                    .commit(|commit| {
                        commit.save(&group);
                    })
                    .await
            }
        };
        match done {
            Ok(()) => return idp.pools.group(&pool.id, &request.group_name).await,
            Err(Error::Refused(Refusal::GroupExists(_) | Refusal::Contended)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Refusal::Contended.into())
}

/// A resource server of this identifier with this name and these scopes.
///
/// # Errors
/// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a scope that stands twice.
pub async fn resource_server(
    idp: &Idp,
    request: CreateResourceServerRequest,
) -> Result<Kept<ResourceServer>> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    let scopes = scopes(request.scopes)?;
    for _ in 0..TRIES {
        let found = idp.pools.find_resource_server(&pool.id, &request.identifier).await?;
        let done = match found {
            None => {
                let server = ResourceServer {
                    pool: pool.id.clone(),
                    identifier: request.identifier.clone(),
                    name: request.name.clone(),
                    scopes: scopes.clone(),
                };
                idp.pools
                    .commit(|commit| {
                        commit.create(&server);
                    })
                    .await
            }
            Some(server) if server.name == request.name && server.scopes == scopes => {
                return Ok(server);
            }
            Some(mut server) => {
                server.name = request.name.clone();
                server.scopes = scopes.clone();
                idp.pools
                    .commit(|commit| {
                        commit.save(&server);
                    })
                    .await
            }
        };
        match done {
            Ok(()) => return idp.pools.resource_server(&pool.id, &request.identifier).await,
            Err(Error::Refused(Refusal::Contended)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Refusal::Contended.into())
}

/// A user of this name. One who is there stays as they are: users change, templates do not know.
///
/// # Errors
/// What creating a user refuses.
pub async fn user(idp: &Idp, request: AdminCreateUserRequest) -> Result<Kept<User>> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    if let Some(user) = idp.pools.find_user(&pool, &request.username).await? {
        return Ok(user);
    }
    let mediums = request.desired_delivery_mediums.unwrap_or_default();
    let new_user = CreateUser {
        username: &request.username,
        attributes: user::attributes(request.user_attributes.unwrap_or_default()),
        temporary_password: request.temporary_password.as_ref(),
        invitation: match request.message_action {
            // There is nobody yet whom one could send another.
            None | Some(MessageActionType::Resend) => Invitation::Send,
            Some(MessageActionType::Suppress) => Invitation::Suppress,
        },
        mediums: mediums.into_iter().map(user::contact).collect(),
        moves_alias: request.force_alias_creation.unwrap_or(false),
        validation_data: user::attributes(request.validation_data.unwrap_or_default()),
        metadata: request.client_metadata.unwrap_or_default(),
    };
    match idp.pools.create_user(&pool, new_user).await {
        // Another server was first.
        Err(error @ Error::Refused(Refusal::AccountExists(_))) => {
            let found = idp.pools.find_user(&pool, &request.username).await?;
            found.ok_or(error)
        }
        outcome => outcome,
    }
}

/// A user in a group.
///
/// # Errors
/// [`Refusal::NoUser`], [`Refusal::NoGroup`], [`Refusal::NoUserPool`].
pub async fn membership(idp: &Idp, request: AdminAddUserToGroupRequest) -> Result<()> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    let name: &Username = &request.username;
    idp.pools.join_group(&pool, name, &request.group_name).await
}

/// How a pool, or one client, answers to risks. What is the same as before is not changed.
///
/// # Errors
/// What setting it refuses.
pub(crate) async fn risk_configuration(
    idp: &Idp,
    request: &SetRiskConfigurationRequest,
) -> Result<RiskConfiguration> {
    let wanted = wanted_risk_configuration(idp, request).await?;
    set_risk_configuration(idp, wanted).await
}

/// What a request asks for, which is not kept yet.
pub(crate) async fn wanted_risk_configuration(
    idp: &Idp,
    request: &SetRiskConfigurationRequest,
) -> Result<RiskConfiguration> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    pool.require_threat_protection()?;
    let client = client_or_all(idp, &pool.id, request.client_id.as_ref()).await?;
    Ok(RiskConfiguration {
        pool: pool.id.clone(),
        client,
        modified_at: idp.pools.now(),
        parts: risk::parts(request)?,
        settings: risk::settings(request),
    })
}

/// Keeps it, if it is another one than there is.
pub(crate) async fn set_risk_configuration(
    idp: &Idp,
    wanted: RiskConfiguration,
) -> Result<RiskConfiguration> {
    let has = idp.pools.risk_configuration(&wanted.pool, wanted.client.as_ref()).await?;
    if let Some(has) =
        has.filter(|has| has.parts == wanted.parts && has.settings == wanted.settings)
    {
        return Ok(RiskConfiguration::clone(&has));
    }
    idp.pools.set_risk_configuration(&wanted).await?;
    Ok(wanted)
}

/// An id for a pool that somebody makes through the API: `<region>_` and nine letters or digits.
pub(crate) fn new_pool_id(idp: &Idp) -> Result<UserPoolId> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let name = idp.pools.random().text(LETTERS, 9);
    UserPoolId::parse(format!("{}_{name}", idp.region))
        .map_err(|_| Error::internal("a generated pool id is malformed"))
}

/// An id for a client that somebody makes through the API: 26 lower-case letters or digits.
pub(crate) fn new_client_id(idp: &Idp) -> Result<ClientId> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    ClientId::parse(idp.pools.random().text(LETTERS, 26))
        .map_err(|_| Error::internal("a generated client id is malformed"))
}

/// A domain of a pool. One of another name that the pool has of the same kind gives way.
///
/// # Errors
/// What creating a domain refuses.
pub async fn domain(idp: &Idp, request: CreateUserPoolDomainRequest) -> Result<Kept<Domain>> {
    let pool = idp.pools.pool(&request.user_pool_id).await?;
    let given = Given {
        managed_login_version: request.managed_login_version,
        custom: request.custom_domain_config,
        routing: request.routing,
    };
    given.check_plan(&pool)?;
    for _ in 0..TRIES {
        let wanted =
            domain::domain(request.domain.clone(), pool.id.clone(), &given, idp.pools.now())?;
        let has = idp.pools.domains_of(&pool.id).await?;
        let done = match has.into_iter().find(|domain| domain.kind == wanted.kind) {
            None => idp.pools.create_domain(&wanted).await,
            Some(mut domain) if domain.name == wanted.name => {
                let before = domain.clone();
                domain::change(&mut domain, &given)?;
                if *domain == *before {
                    return Ok(domain);
                }
                idp.pools
                    .commit(|commit| {
                        commit.save(&domain);
                    })
                    .await
            }
            Some(other) => {
                idp.pools
                    .commit(|commit| {
                        commit.delete(&other);
                    })
                    .await?;
                idp.pools.create_domain(&wanted).await
            }
        };
        match done {
            Ok(()) => return idp.pools.domain(&pool.id, &request.domain).await,
            Err(Error::Refused(Refusal::Contended)) => {}
            // Another server may have made the very same domain a moment ago.
            Err(error) => {
                return idp.pools.domain(&pool.id, &request.domain).await.map_err(|_| error);
            }
        }
    }
    Err(Refusal::Contended.into())
}
