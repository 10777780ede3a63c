//! How does a template put it?
//!
//! CloudFormation's properties are the members of the API's requests, but for a few names. They are held to
//! the same constraints, and what breaks one is told with the property it is about.

use crate::{
    Idp,
    convert::mfa,
    fault,
    provision::{self, Factors},
};
use names::{ClientId, ClientSecret, UserPoolId};
use pool::{
    Client, Domain, Error, Group, IdentityProvider, MfaSettings, PasskeySettings, ResourceServer,
    User, UserPool,
};
use serde_json::{Map, Value};
use std::fmt;
use store::Kept;
use wire::{
    Modelled,
    cognito_idp::{
        AdminAddUserToGroup, AdminCreateUser, CreateGroup, CreateIdentityProvider,
        CreateResourceServer, CreateUserPool, CreateUserPoolClient, CreateUserPoolDomain,
        SetRiskConfiguration,
    },
    constraints::{self, Refused},
};

/// Why a resource could not be made.
#[derive(Debug)]
pub enum Unprovisioned {
    /// Its properties ask for something that cannot be.
    Wrong(Wrong),
    /// Something of ours does not work.
    Broken(pool::Broken),
}

/// What is wrong with the properties of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The path of the property, for example `Schema[0].Name`, where one is to blame.
    pub property: Option<String>,
    /// What is wrong, in words for the author of the template.
    pub text: String,
}

impl fmt::Display for Unprovisioned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(Wrong { property: Some(property), text }) => {
                write!(out, "{property}: {text}")
            }
            Self::Wrong(Wrong { property: None, text }) => out.write_str(text),
            Self::Broken(broken) => broken.fmt(out),
        }
    }
}

impl std::error::Error for Unprovisioned {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Wrong(_) => None,
            Self::Broken(broken) => Some(broken),
        }
    }
}

impl From<Error> for Unprovisioned {
    fn from(error: Error) -> Self {
        match error {
            Error::Broken(broken) => Self::Broken(broken),
            refused @ Error::Refused(_) => {
                let text = fault::fault(refused).message().to_owned();
                Self::Wrong(Wrong { property: None, text })
            }
        }
    }
}

/// A property and the member it is called in the API.
type Renamed = (&'static str, &'static str);

const POOL: &[Renamed] = &[("UserPoolName", "PoolName")];

/// An `AWS::Cognito::UserPool` under this id. Without a name in its properties it has this one.
///
/// `EnabledMfas`, the texts of codes by mail and what is said of passkeys are what the API says in another
/// operation.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn user_pool(
    idp: &Idp,
    id: UserPoolId,
    name: &str,
    mut properties: Map<String, Value>,
) -> Result<Kept<UserPool>, Unprovisioned> {
    let mfa = second_factors(&mut properties)?;
    let factors = Factors { mfa, passkeys: passkeys(&mut properties)? };
    let request = request::<CreateUserPool>(POOL, &[("UserPoolName", name)], properties)?;
    Ok(provision::user_pool(idp, id, request, factors).await?)
}

/// The second factors of a pool, taken out of its properties; none if they do not speak of them.
fn second_factors(
    properties: &mut Map<String, Value>,
) -> Result<Option<MfaSettings>, Unprovisioned> {
    let wrong = |property: &str, text: &str| {
        let (property, text) = (Some(property.to_owned()), text.to_owned());
        Unprovisioned::Wrong(Wrong { property, text })
    };
    let mut text = |name: &str| match properties.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.contains("{####}") || name.ends_with("Subject") => {
            Ok(Some(text))
        }
        Some(_) => Err(wrong(name, "The message must be a text that contains {####}.")),
    };
    let email_message = text("EmailAuthenticationMessage")?;
    let email_subject = text("EmailAuthenticationSubject")?;
    let Some(enabled) = properties.remove("EnabledMfas") else { return Ok(None) };
    let mut mfa = MfaSettings { email_message, email_subject, ..MfaSettings::default() };
    for factor in enabled.as_array().into_iter().flatten() {
        match factor.as_str() {
            Some("SMS_MFA") if properties.contains_key("SmsConfiguration") => mfa.allows_sms = true,
            Some("SMS_MFA") => {
                return Err(wrong("EnabledMfas", "SMS_MFA needs an SmsConfiguration."));
            }
            Some("SOFTWARE_TOKEN_MFA") => mfa.allows_software_token = true,
            Some("EMAIL_OTP") => mfa.allows_email = true,
            _ => {
                let text = "A factor is SMS_MFA, SOFTWARE_TOKEN_MFA or EMAIL_OTP.";
                return Err(wrong("EnabledMfas", text));
            }
        }
    }
    Ok(Some(mfa))
}

/// The properties that speak of passkeys, and the members they are called in the API.
const PASSKEYS: [Renamed; 3] = [
    ("WebAuthnRelyingPartyID", "RelyingPartyId"),
    ("WebAuthnUserVerification", "UserVerification"),
    ("WebAuthnFactorConfiguration", "FactorConfiguration"),
];

/// The passkeys of a pool, taken out of its properties; none if they do not speak of them.
fn passkeys(properties: &mut Map<String, Value>) -> Result<Option<PasskeySettings>, Unprovisioned> {
    let taken = PASSKEYS.iter().filter_map(|(property, member)| {
        properties.remove(*property).map(|value| ((*member).to_owned(), value))
    });
    let taken: Map<_, _> = taken.collect();
    if taken.is_empty() {
        return Ok(None);
    }
    let wrong = |_| {
        let text = "WebAuthnUserVerification is required or preferred, WebAuthnFactorConfiguration \
                    is SINGLE_FACTOR or MULTI_FACTOR_WITH_USER_VERIFICATION.";
        Unprovisioned::Wrong(Wrong { property: None, text: text.to_owned() })
    };
    let given = serde_json::from_value(Value::Object(taken)).map_err(wrong)?;
    Ok(Some(mfa::passkeys(given).map_err(Error::from)?))
}

/// An `AWS::Cognito::UserPoolClient` under this id, with this secret if its properties ask for one.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn client(
    idp: &Idp,
    id: ClientId,
    secret: ClientSecret,
    name: &str,
    properties: Map<String, Value>,
) -> Result<Kept<Client>, Unprovisioned> {
    let request = request::<CreateUserPoolClient>(&[], &[("ClientName", name)], properties)?;
    Ok(provision::client(idp, id, Some(secret), request).await?)
}

/// An `AWS::Cognito::UserPoolGroup`. Without a name in its properties it has this one.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn group(
    idp: &Idp,
    name: &str,
    properties: Map<String, Value>,
) -> Result<Kept<Group>, Unprovisioned> {
    let request = request::<CreateGroup>(&[], &[("GroupName", name)], properties)?;
    Ok(provision::group(idp, request).await?)
}

/// An `AWS::Cognito::UserPoolResourceServer`.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn resource_server(
    idp: &Idp,
    properties: Map<String, Value>,
) -> Result<Kept<ResourceServer>, Unprovisioned> {
    let request = request::<CreateResourceServer>(&[], &[], properties)?;
    Ok(provision::resource_server(idp, request).await?)
}

/// An `AWS::Cognito::UserPoolDomain`.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn domain(
    idp: &Idp,
    properties: Map<String, Value>,
) -> Result<Kept<Domain>, Unprovisioned> {
    let request = request::<CreateUserPoolDomain>(&[], &[], properties)?;
    Ok(provision::domain(idp, request).await?)
}

/// An `AWS::Cognito::UserPoolRiskConfigurationAttachment`.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn risk_configuration(
    idp: &Idp,
    properties: Map<String, Value>,
) -> Result<(), Unprovisioned> {
    let request = request::<SetRiskConfiguration>(&[], &[], properties)?;
    Ok(provision::risk_configuration(idp, &request).await.map(drop)?)
}

/// An `AWS::Cognito::UserPoolIdentityProvider`.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn identity_provider(
    idp: &Idp,
    properties: Map<String, Value>,
) -> Result<Kept<IdentityProvider>, Unprovisioned> {
    let request = request::<CreateIdentityProvider>(&[], &[], properties)?;
    Ok(provision::identity_provider(idp, request).await?)
}

/// An `AWS::Cognito::UserPoolUser`.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn user(
    idp: &Idp,
    name: &str,
    properties: Map<String, Value>,
) -> Result<Kept<User>, Unprovisioned> {
    let request = request::<AdminCreateUser>(&[], &[("Username", name)], properties)?;
    Ok(provision::user(idp, request).await?)
}

/// An `AWS::Cognito::UserPoolUserToGroupAttachment`.
///
/// # Errors
/// [`Unprovisioned`].
pub async fn membership(idp: &Idp, properties: Map<String, Value>) -> Result<(), Unprovisioned> {
    let request = request::<AdminAddUserToGroup>(&[], &[], properties)?;
    Ok(provision::membership(idp, request).await?)
}

fn request<O: Modelled>(
    renamed: &[Renamed],
    defaults: &[(&str, &str)],
    mut properties: Map<String, Value>,
) -> Result<O::Input, Unprovisioned> {
    for (property, default) in defaults {
        properties.entry(*property).or_insert_with(|| Value::from(*default));
    }
    for (property, member) in renamed {
        if let Some(value) = properties.remove(*property) {
            properties.insert((*member).to_owned(), value);
        }
    }
    let input = Value::Object(properties);
    constraints::check(O::INPUT, &input).map_err(|refused| match refused {
        Refused::Type(text) => Unprovisioned::Wrong(Wrong { property: None, text }),
        Refused::Violations(text) => {
            let property = blamed(&text).map(|path| property(path, renamed));
            Unprovisioned::Wrong(Wrong { property, text })
        }
    })?;
    serde_json::from_value(input).map_err(|_| {
        let text = "A property has a value that is not accepted.".to_owned();
        Unprovisioned::Wrong(Wrong { property: None, text })
    })
}

/// The path that the first violation names: `… at 'policies.passwordPolicy.minimumLength' failed …`.
fn blamed(text: &str) -> Option<&str> {
    let (before, _) = text.split_once("' failed to satisfy constraint")?;
    before.rsplit_once(" at '").map(|(_, path)| path)
}

/// A path of the API's message as a path of the template: `schema.1.member.name` is `Schema[0].Name`.
fn property(path: &str, renamed: &[Renamed]) -> String {
    let mut property = String::new();
    for step in path.split('.').filter(|step| *step != "member") {
        if let Ok(place) = step.parse::<usize>() {
            property.push_str(&format!("[{}]", place.saturating_sub(1)));
            continue;
        }
        let mut letters = step.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let member: String = first.into_iter().chain(letters).collect();
        let original = renamed.iter().find(|(_, to)| *to == member && property.is_empty());
        if !property.is_empty() {
            property.push('.');
        }
        property.push_str(original.map_or(member.as_str(), |(from, _)| *from));
    }
    property
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(properties: Value) -> Wrong {
        let Value::Object(properties) = properties else { panic!("properties are an object") };
        match request::<CreateUserPool>(POOL, &[("UserPoolName", "people")], properties) {
            Err(Unprovisioned::Wrong(wrong)) => wrong,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("nothing is wrong"),
        }
    }

    #[test]
    fn a_broken_constraint_is_told_with_its_property() {
        let short = json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 5 } } });
        assert_eq!(wrong(short).property.as_deref(), Some("Policies.PasswordPolicy.MinimumLength"));
        let long = json!({ "Schema": [{ "Name": "fine" }, { "Name": "x".repeat(21) }] });
        assert_eq!(wrong(long).property.as_deref(), Some("Schema[1].Name"));
        let name = json!({ "UserPoolName": "a/b" });
        assert_eq!(wrong(name).property.as_deref(), Some("UserPoolName"));
    }

    #[test]
    fn a_pool_without_a_name_has_the_default_one() {
        let request = request::<CreateUserPool>(POOL, &[("UserPoolName", "people")], Map::new());
        assert_eq!(request.map(|request| request.pool_name).ok().as_deref(), Some("people"));
    }
}
