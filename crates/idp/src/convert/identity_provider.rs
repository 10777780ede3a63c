//! How does an identity provider look in the API's words, and what may its owner say of it?

use crate::Idp;
use names::UserPoolId;
use pool::{
    Elsewhere, Error, IdentityProvider, Pools, ProviderKind, ProviderSettings, Refusal, UserPool,
};
use std::{collections::BTreeMap, net::IpAddr, sync::Arc};
use store::Kept;
use wire::cognito_idp::{
    IdentityProviderType, IdentityProviderTypeType, ProviderDescription, ProviderUserIdentifierType,
};

type Texts = BTreeMap<String, String>;

/// The longest detail, which is Apple's private key, and the most details.
const LONGEST_DETAIL: usize = 8192;
const MOST_DETAILS: usize = 50;
/// The most attributes that are mapped.
const MOST_MAPPED: usize = 100;
/// The mapping that every provider has: what its users are named after.
const USERNAME: &str = "username";

/// How a client names the pool itself among its providers.
const POOL: &str = "COGNITO";

/// Refuses to change the pool itself as if it were one of its providers.
pub(crate) fn refuse_pool(name: &str) -> Result<(), Refusal> {
    if name == POOL { Err(Refusal::NotAProvider) } else { Ok(()) }
}

pub(crate) fn identity_provider_type(
    pools: &Pools,
    provider: &IdentityProvider,
) -> Result<IdentityProviderType, Error> {
    let ProviderSettings { details, mapping, identifiers, acr_mapping } =
        pools.provider_settings(provider)?;
    Ok(IdentityProviderType {
        user_pool_id: Some(provider.pool.clone()),
        provider_name: Some(provider.name.clone()),
        provider_type: Some(provider_type(provider.kind)),
        provider_details: Some(details),
        attribute_mapping: Some(mapping),
        idp_identifiers: Some(identifiers),
        acr_mapping: (!acr_mapping.is_empty()).then_some(acr_mapping),
        last_modified_date: Some(provider.modified_at.into()),
        creation_date: Some(provider.created_at.into()),
    })
}

pub(crate) fn provider_description(provider: &IdentityProvider) -> ProviderDescription {
    ProviderDescription {
        provider_name: Some(provider.name.clone()),
        provider_type: Some(provider_type(provider.kind)),
        last_modified_date: Some(provider.modified_at.into()),
        creation_date: Some(provider.created_at.into()),
    }
}

fn provider_type(kind: ProviderKind) -> IdentityProviderTypeType {
    match kind {
        ProviderKind::Oidc => IdentityProviderTypeType::Oidc,
        ProviderKind::Saml => IdentityProviderTypeType::Saml,
        ProviderKind::Facebook => IdentityProviderTypeType::Facebook,
        ProviderKind::Google => IdentityProviderTypeType::Google,
        ProviderKind::LoginWithAmazon => IdentityProviderTypeType::LoginWithAmazon,
        ProviderKind::SignInWithApple => IdentityProviderTypeType::SignInWithApple,
    }
}

/// The kind of provider that may have this name. Of the social ones there is one each, named as its kind.
pub(crate) fn kind(name: &str, given: IdentityProviderTypeType) -> Result<ProviderKind, Refusal> {
    let kind = match given {
        IdentityProviderTypeType::Oidc => ProviderKind::Oidc,
        IdentityProviderTypeType::Saml => ProviderKind::Saml,
        IdentityProviderTypeType::Facebook => ProviderKind::Facebook,
        IdentityProviderTypeType::Google => ProviderKind::Google,
        IdentityProviderTypeType::LoginWithAmazon => ProviderKind::LoginWithAmazon,
        IdentityProviderTypeType::SignInWithApple => ProviderKind::SignInWithApple,
    };
    let is_named_well = if kind.is_social() {
        name == kind.as_str()
    } else {
        // Names that mean something else where a provider is named.
        let is_ours = name.eq_ignore_ascii_case("cognito");
        !is_ours && !ProviderKind::ALL.iter().any(|it| it.is_social() && it.as_str() == name)
    };
    if !is_named_well {
        let text = format!("Provider {name} cannot be of type {}.", kind.as_str());
        return Err(Refusal::invalid(text));
    }
    if kind == ProviderKind::Saml {
        let text = format!(
            "This version does not verify SAML responses, so {name} cannot be of type SAML."
        );
        return Err(Refusal::Unsupported(text.into()));
    }
    Ok(kind)
}

/// What a pool's owner says of a provider, if it can be.
pub(crate) fn settings(
    pool: &UserPool,
    kind: ProviderKind,
    given: ProviderSettings,
) -> Result<ProviderSettings, Refusal> {
    let ProviderSettings { details, mapping, identifiers, acr_mapping } = given;
    Ok(ProviderSettings {
        details: checked_details(kind, details)?,
        mapping: checked_mapping(pool, kind, mapping)?,
        identifiers: checked_identifiers(identifiers)?,
        acr_mapping,
    })
}

fn checked_details(kind: ProviderKind, mut details: Texts) -> Result<Texts, Refusal> {
    let is_bounded = |(name, value): (&String, &String)| {
        name.len() <= LONGEST_DETAIL && value.len() <= LONGEST_DETAIL
    };
    if details.len() > MOST_DETAILS || !details.iter().all(is_bounded) {
        return Err(Refusal::invalid("ProviderDetails is too long."));
    }
    let required: &[&str] = match kind {
        ProviderKind::Oidc => {
            &["client_id", "attributes_request_method", "oidc_issuer", "authorize_scopes"]
        }
        ProviderKind::Google | ProviderKind::LoginWithAmazon | ProviderKind::Facebook => {
            &["client_id", "client_secret", "authorize_scopes"]
        }
        ProviderKind::SignInWithApple => {
            &["client_id", "team_id", "key_id", "private_key", "authorize_scopes"]
        }
        ProviderKind::Saml => &[],
    };
    let has = |name: &&str| details.get(*name).is_some_and(|value| !value.is_empty());
    if !required.iter().all(has) {
        let (last, others) = required.split_last().unwrap_or((&"", &[]));
        let text = format!("{} and {last} are all required idp details", others.join(", "));
        return Err(Refusal::invalid(text));
    }
    match kind {
        ProviderKind::Oidc => {
            check_oidc(&details)?;
            details.entry("attributes_url_add_attributes".into()).or_insert_with(|| "false".into());
        }
        ProviderKind::Google => {
            // Where Google is does not change; the API tells it back.
            let known = [
                ("attributes_url", "https://people.googleapis.com/v1/people/me?personFields="),
                ("attributes_url_add_attributes", "true"),
                ("authorize_url", "https://accounts.google.com/o/oauth2/v2/auth"),
                ("oidc_issuer", "https://accounts.google.com"),
                ("token_request_method", "POST"),
                ("token_url", "https://www.googleapis.com/oauth2/v4/token"),
            ];
            details.extend(known.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        ProviderKind::Saml
        | ProviderKind::Facebook
        | ProviderKind::LoginWithAmazon
        | ProviderKind::SignInWithApple => {}
    }
    Ok(details)
}

fn check_oidc(details: &Texts) -> Result<(), Refusal> {
    let detail = |name: &str| details.get(name).map(String::as_str).unwrap_or_default();
    if !matches!(detail("attributes_request_method"), "GET" | "POST") {
        return Err(Refusal::invalid("attributes_request_method must be GET or POST."));
    }
    if !detail("authorize_scopes").split_ascii_whitespace().any(|scope| scope == "openid") {
        return Err(Refusal::invalid("authorize_scopes must contain openid."));
    }
    for name in ["oidc_issuer", "authorize_url", "token_url", "attributes_url", "jwks_uri"] {
        let url = detail(name);
        if !url.is_empty() && !is_endpoint(url) {
            return Err(Refusal::invalid(format!("{name} must be an absolute https URL.")));
        }
    }
    Ok(())
}

/// An absolute URL over TLS; without it only one of this machine, which `dev` alone calls.
fn is_endpoint(url: &str) -> bool {
    let is_plain = url.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'#' | b'"' | b'\\'));
    let (rest, is_tls) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if !is_plain || authority.is_empty() || authority.contains('@') {
        return false;
    }
    let (host, _) = authority.rsplit_once(':').unwrap_or((authority, ""));
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare == "localhost"
        || bare.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_tls || is_loopback
}

fn checked_mapping(
    pool: &UserPool,
    kind: ProviderKind,
    mut mapping: Texts,
) -> Result<Texts, Refusal> {
    let is_wrong = |(attribute, claim): &(&String, &String)| {
        let may_be_mapped = attribute.as_str() == USERNAME
            || (!matches!(attribute.as_str(), "sub" | "identities")
                && pool.schema.rule(attribute).is_some());
        !may_be_mapped || claim.is_empty() || claim.len() > 2048
    };
    let wrong: Vec<&str> =
        mapping.iter().filter(is_wrong).map(|(attribute, _)| attribute.as_str()).collect();
    if !wrong.is_empty() {
        let text = format!("AttributeMapping contains invalid mapping: [{}]", wrong.join(", "));
        return Err(Refusal::invalid(text));
    }
    if mapping.len() > MOST_MAPPED {
        return Err(Refusal::invalid("AttributeMapping is too long."));
    }
    let subject = match kind {
        ProviderKind::Facebook => "id",
        ProviderKind::LoginWithAmazon => "user_id",
        ProviderKind::Oidc
        | ProviderKind::Saml
        | ProviderKind::Google
        | ProviderKind::SignInWithApple => "sub",
    };
    // Nothing else says who somebody is, so nothing else may name them.
    match mapping.get(USERNAME) {
        Some(claim) if claim != subject => {
            let text = format!("The attribute username must be mapped to {subject}.");
            Err(Refusal::invalid(text))
        }
        _ => {
            mapping.insert(USERNAME.to_owned(), subject.to_owned());
            Ok(mapping)
        }
    }
}

fn checked_identifiers(identifiers: Vec<String>) -> Result<Vec<String>, Refusal> {
    let mut sorted = identifiers.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != identifiers.len() {
        return Err(Refusal::invalid("IdpIdentifiers names one twice."));
    }
    Ok(identifiers)
}

/// The pool of a request whose shape is looser than the ids of pools.
pub(crate) async fn pool_of(idp: &Idp, id: &str) -> Result<Arc<Kept<UserPool>>, Error> {
    let id = UserPoolId::parse(id).map_err(|_| Refusal::invalid("Invalid user pool id."))?;
    idp.pools.pool(&id).await
}

/// Somebody at a provider, or in the pool, as requests about links name them.
pub(crate) fn elsewhere<'a>(
    given: &'a ProviderUserIdentifierType,
    what: &str,
) -> Result<Elsewhere<'a>, Refusal> {
    let must = |text: &'a Option<String>, name: &str| match text.as_deref() {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(Refusal::invalid(format!("{name} of the {what} is required."))),
    };
    let provider = must(&given.provider_name, "ProviderName")?;
    let value = must(&given.provider_attribute_value, "ProviderAttributeValue")?;
    // Whom a name of the pool means needs no attribute.
    let attribute = given.provider_attribute_name.as_deref().unwrap_or(Elsewhere::SUBJECT);
    Ok(Elsewhere { provider, attribute, value })
}
