//! Which claims and scopes do a user's tokens get beyond the pool's own?
//!
//! Claims come from the fields of the user's profile, scopes from the groups the user is in. Both are
//! told by the function's environment:
//!
//! * `CLAIM_MAP`, a JSON object with the members `id` and `access`, one per token. Each maps the name of a
//!   claim to the field of the profile it comes from; a dot leads into an object.
//!   `{"id": {"first_name": "firstName"}, "access": {"lang": "profileData.lang"}}`
//! * `GROUP_SCOPES`, a JSON object from the name of a group to its scopes.
//!   `{"readers": ["users/read"], "admins": ["users/read", "users/write"]}`
//! * `PROFILE_TABLE` tells the front which table to hand in; it is not looked at here.
//!
//! Events of version 1 know neither scopes nor the access token, so only the claims under `id` are
//! answered, as texts. Versions 2 and 3 get everything; a machine's token (version 3) is left as it is,
//! since a machine has neither profile nor groups.
//!
//! A user without a profile signs in without its claims, and a field that is missing or `null` leaves out
//! its claim. When the profiles **cannot be read** the function fails, and with it the sign-in: somebody
//! downstream may decide by these claims (a suspended flag, a tenant), and a token lives for an hour. Who
//! signs in again a moment later loses nothing.

use crate::{BadSetting, Environment, Profile, Profiles, Unavailable, environment::find};
use events::cognito::{
    AccessTokenGeneration, ClaimsAndScopeOverrideDetails, ClaimsOverrideDetails, IdTokenGeneration,
    PreTokenGeneration, PreTokenGenerationRequest, PreTokenGenerationV1Response,
    PreTokenGenerationV2Response, TriggerSource,
};
use functions::{InProcess, Thrown};
use names::{GroupName, Scope, Sub};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The function's name.
pub const NAME: &str = "token-customizer";

/// The function.
pub struct TokenCustomizer {
    settings: Settings,
    profiles: Arc<dyn Profiles>,
}

/// What the function is told about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The claims of the ID token.
    pub id: Claims,
    /// The claims of the access token.
    pub access: Claims,
    /// The scopes of each group.
    pub group_scopes: BTreeMap<GroupName, BTreeSet<Scope>>,
}

/// Where each claim comes from.
pub type Claims = BTreeMap<String, FieldPath>;

/// The way to a field of a profile: the names of objects, then that of the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(Vec<String>);

impl TokenCustomizer {
    /// The function with these settings over these profiles.
    #[must_use]
    pub fn new(settings: Settings, profiles: Arc<dyn Profiles>) -> Self {
        Self { settings, profiles }
    }

    /// The function as its environment asks for it.
    ///
    /// # Errors
    /// [`BadSetting`] for what cannot be used.
    pub fn from_environment(
        environment: &Environment,
        profiles: Arc<dyn Profiles>,
    ) -> Result<Self, BadSetting> {
        Ok(Self::new(Settings::parse(environment)?, profiles))
    }

    /// Fills in the answer.
    ///
    /// # Errors
    /// [`Unavailable`] if the profiles cannot be read; no token should be made then.
    pub async fn customize(
        &self,
        event: PreTokenGeneration,
    ) -> Result<PreTokenGeneration, Unavailable> {
        match event {
            PreTokenGeneration::V1(mut event) => {
                let profile = self.profile(&event.request, &[&self.settings.id]).await?;
                event.response = texts(&claims(&self.settings.id, &profile));
                Ok(PreTokenGeneration::V1(event))
            }
            PreTokenGeneration::V2(mut event) => {
                if event.trigger_source == TriggerSource::TokenGenerationClientCredentials {
                    return Ok(PreTokenGeneration::V2(event));
                }
                let Settings { id, access, .. } = &self.settings;
                let profile = self.profile(&event.request, &[id, access]).await?;
                event.response = PreTokenGenerationV2Response {
                    claims_and_scope_override_details: Some(ClaimsAndScopeOverrideDetails {
                        id_token_generation: Some(IdTokenGeneration {
                            claims_to_add_or_override: claims(id, &profile),
                            ..IdTokenGeneration::default()
                        }),
                        access_token_generation: Some(AccessTokenGeneration {
                            claims_to_add_or_override: claims(access, &profile),
                            scopes_to_add: self.scopes(&event.request),
                            ..AccessTokenGeneration::default()
                        }),
                        group_override_details: None,
                    }),
                };
                Ok(PreTokenGeneration::V2(event))
            }
        }
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |event: PreTokenGeneration| {
            let this = this.clone();
            async move {
                this.customize(event).await.map_err(|unavailable| {
                    tracing::error!(
                        cause = unavailable.chain(),
                        "no tokens are made, because the profiles cannot be read"
                    );
                    Thrown::from(unavailable)
                })
            }
        })
    }

    /// The user's profile, or an empty one. Nobody is asked for it when no claim comes from it.
    async fn profile(
        &self,
        request: &PreTokenGenerationRequest,
        wanted: &[&Claims],
    ) -> Result<Profile, Unavailable> {
        if wanted.iter().all(|claims| claims.is_empty()) {
            return Ok(Profile::new());
        }
        let sub = request.user_attributes.get("sub").and_then(|sub| Sub::parse(sub).ok());
        let Some(sub) = sub else {
            tracing::warn!("an event without a usable `sub` gets no claims of a profile");
            return Ok(Profile::new());
        };
        let profile = self.profiles.find(&sub).await?;
        if profile.is_none() {
            tracing::debug!(%sub, "a user without a profile signs in without its claims");
        }
        Ok(profile.unwrap_or_default())
    }

    /// The scopes of all groups of the user: each once, sorted.
    fn scopes(&self, request: &PreTokenGenerationRequest) -> Vec<String> {
        let groups =
            request.group_configuration.iter().flat_map(|groups| &groups.groups_to_override);
        let scopes: BTreeSet<&Scope> = groups
            .filter_map(|group| self.settings.group_scopes.get(group.as_str()))
            .flatten()
            .collect();
        scopes.into_iter().map(Scope::to_string).collect()
    }
}

impl Settings {
    /// Reads `CLAIM_MAP` and `GROUP_SCOPES`; what is not there maps nothing.
    ///
    /// # Errors
    /// [`BadSetting`] for text that is not of the described form, for a claim that no trigger may set, and
    /// for what is no group or no scope.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let mut map: BTreeMap<String, BTreeMap<String, String>> = json(environment, CLAIM_MAP)?;
        let id = parse_claims(map.remove("id").unwrap_or_default())?;
        let access = parse_claims(map.remove("access").unwrap_or_default())?;
        if let Some(token) = map.keys().next() {
            let problem = format!("has the member {token:?}; the tokens are `id` and `access`");
            return Err(BadSetting::new(CLAIM_MAP, problem));
        }
        let groups: BTreeMap<String, Vec<String>> = json(environment, GROUP_SCOPES)?;
        let bad_group = |what: &str, text: &str| {
            BadSetting::new(GROUP_SCOPES, format!("names {text:?}, which is no {what}"))
        };
        let group_scopes = groups.into_iter().map(|(group, scopes)| {
            let group = GroupName::parse(&group).map_err(|_| bad_group("group", &group))?;
            let scopes = scopes
                .iter()
                .map(|scope| Scope::parse(scope).map_err(|_| bad_group("scope", scope)));
            Ok((group, scopes.collect::<Result<_, BadSetting>>()?))
        });
        Ok(Self { id, access, group_scopes: group_scopes.collect::<Result<_, BadSetting>>()? })
    }
}

const CLAIM_MAP: &str = "CLAIM_MAP";
const GROUP_SCOPES: &str = "GROUP_SCOPES";

/// What a pool keeps for itself. It would ignore these silently, so whoever writes a map is told.
const RESERVED: &[&str] = &[
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "device_key",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "scope",
    "sub",
    "token_use",
    "username",
    "version",
];

impl FieldPath {
    /// Reads a path: names between dots, none of them empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let names: Vec<String> = text.split('.').map(str::to_owned).collect();
        (!names.iter().any(String::is_empty)).then_some(Self(names))
    }

    /// What the profile has there, if it is anything.
    fn follow<'a>(&self, profile: &'a Profile) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        let found = rest.iter().try_fold(profile.get(first)?, |value, name| value.get(name))?;
        (!found.is_null()).then_some(found)
    }
}

fn parse_claims(map: BTreeMap<String, String>) -> Result<Claims, BadSetting> {
    map.into_iter()
        .map(|(claim, field)| {
            let bad = |problem: String| BadSetting::new(CLAIM_MAP, problem);
            let is_reserved = RESERVED.contains(&claim.as_str())
                || claim.starts_with("cognito:")
                || claim.starts_with("dev:");
            if is_reserved {
                return Err(bad(format!("maps {claim:?}, which only the pool itself may set")));
            }
            if claim.is_empty() {
                return Err(bad("maps a claim without a name".to_owned()));
            }
            let Some(path) = FieldPath::parse(&field) else {
                return Err(bad(format!("maps {claim:?} to {field:?}, which is no field")));
            };
            Ok((claim, path))
        })
        .collect()
}

fn json<T: Default + for<'de> Deserialize<'de>>(
    environment: &Environment,
    variable: &'static str,
) -> Result<T, BadSetting> {
    let Some(text) = find(environment, variable) else { return Ok(T::default()) };
    serde_json::from_str(text).map_err(|cause| {
        BadSetting::new(variable, format!("is not the JSON that is expected: {cause}"))
    })
}

fn claims(wanted: &Claims, profile: &Profile) -> Map<String, Value> {
    wanted
        .iter()
        .filter_map(|(claim, path)| Some((claim.clone(), path.follow(profile)?.clone())))
        .collect()
}

/// Version 1 has texts and nothing else: numbers and booleans are written as such, and what is no scalar
/// is left out.
fn texts(claims: &Map<String, Value>) -> PreTokenGenerationV1Response {
    let texts = claims.iter().filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((name.clone(), Some(text)))
    });
    PreTokenGenerationV1Response {
        claims_override_details: Some(ClaimsOverrideDetails {
            claims_to_add_or_override: texts.collect(),
            ..ClaimsOverrideDetails::default()
        }),
    }
}
