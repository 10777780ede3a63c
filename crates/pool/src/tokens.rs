//! What stands in the tokens?
//!
//! An ID token tells an app who the user is, an access token tells an API what the user may do. The
//! function before tokens may add to both, but never says who the user is, who issued the token, for whom
//! and how long.

use crate::{
    Caller, Contact, Ending, Error, Group, Identity, NewDevice, Outcome, Pools, Proven, Refusal,
    Result, User, refresh::RefreshClaims, trigger::TokenChanges,
};
use events::cognito::{
    GroupConfiguration, GroupOverrideDetails, Metadata, PreTokenGenerationRequest, TriggerSource,
};
use jiff::Timestamp;
use names::{DeviceKey, Scope, Token};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use store::Kept;

/// What a sign-in ends with.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: Token,
    /// Not given where `openid` was not granted.
    pub id: Option<Token>,
    /// Not given again when tokens are refreshed.
    pub refresh: Option<Token>,
    /// The device that the sign-in happened on, if it is a new one.
    pub new_device: Option<NewDevice>,
    /// Seconds until the access token expires.
    pub expires_in: i64,
}

/// What the tokens of a session are for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Grant {
    pub scopes: Vec<Scope>,
    /// What the client will look for in its ID token, to know that it asked for it.
    pub nonce: Option<String>,
    /// The one resource that the access token is for, where the client named it.
    pub resource: Option<String>,
}

impl Grant {
    /// Whether an ID token belongs to it.
    #[must_use]
    pub fn has_openid(&self) -> bool {
        self.has("openid")
    }

    /// Whether this scope was granted.
    #[must_use]
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted.as_str() == scope)
    }

    /// Whether the scopes show this attribute. `openid` alone shows all that the client may read; beside
    /// others it is they who say.
    #[must_use]
    pub fn shows(&self, attribute: &str) -> bool {
        let group = match attribute {
            "sub" => return true,
            "email" | "email_verified" => "email",
            "phone_number" | "phone_number_verified" => "phone",
            _ => "profile",
        };
        self.has(group) || !["email", "phone", "profile"].iter().any(|other| self.has(other))
    }

    /// The grant of a session that goes on: a nonce is for the first ID token alone.
    pub(crate) fn without_nonce(self) -> Self {
        Self { nonce: None, ..self }
    }
}

/// What the tokens of a session will say, but for when they expire.
pub(crate) struct Drafts {
    pub id: Map<String, Value>,
    /// Without the scopes.
    pub access: Map<String, Value>,
    pub scopes: Vec<String>,
}

/// What all tokens of one sign-in share.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// A UUIDv7: the moment the session began is readable in it.
    pub origin: String,
    pub auth_time: Timestamp,
    /// The device that it began on, in a pool that knows devices apart.
    pub device: Option<DeviceKey>,
    /// What was granted at the OAuth 2.0 endpoints; none for a sign-in through the API of the pool.
    pub grant: Option<Grant>,
}

/// The device that somebody signed in on.
pub(crate) enum SignInDevice {
    /// The pool does not know devices apart.
    Untold,
    Known(DeviceKey),
    New(NewDevice),
}

/// The scope that lets a token speak for its user at the API of the pool.
pub(crate) const USER_ADMIN: &str = "aws.cognito.signin.user.admin";

/// Claims that no function changes.
const PROTECTED: [&str; 19] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "jti",
    "origin_jti",
    "token_use",
    "event_id",
    "client_id",
    "username",
    "identities",
    "device_key",
    "version",
    "nonce",
    "at_hash",
    "azp",
    "nbf",
];
const PROTECTED_TOO: [&str; 3] = ["acr", "amr", "scope"];

impl Session {
    /// A session that begins now, after everything that ended the user's earlier ones.
    pub(crate) fn begin(pools: &Pools, user: &User, device: Option<DeviceKey>) -> Self {
        let now = pools.now();
        let began = user.next_session(now);
        Self { origin: pools.random().uuid_v7(began), auth_time: now, device, grant: None }
    }

    /// The millisecond in which a session of this origin began.
    pub(crate) fn began_at(origin: &str) -> Option<Timestamp> {
        let digits: String = origin.chars().filter(|c| *c != '-').take(12).collect();
        Timestamp::from_millisecond(i64::from_str_radix(&digits, 16).ok()?).ok()
    }
}

impl Pools {
    /// Ends a sign-in: tells the function after it, then signs the tokens of a new session, unless they are
    /// for later.
    pub(crate) async fn sign_in(
        &self,
        caller: &Caller,
        user: &User,
        source: TriggerSource,
        device: SignInDevice,
    ) -> Result<Outcome> {
        let (key, new_device) = match device {
            SignInDevice::Untold => (None, None),
            SignInDevice::Known(key) => (Some(key), None),
            SignInDevice::New(device) => (Some(device.key.clone()), Some(device)),
        };
        self.tell_post_authentication(caller, user, new_device.is_some()).await?;
        if caller.ending == Ending::Browser {
            let (sub, event_id) = (user.sub.clone(), caller.event_id.clone());
            return Ok(Outcome::Proven(Proven { sub, event_id }));
        }
        let session = Session::begin(self, user, key);
        let metadata = caller.metadata.clone();
        let mut tokens = self.issue(caller, user, &session, source, metadata).await?;
        let claims = RefreshClaims::begin(self, caller, user, &session);
        self.track(&caller.pool, user, &claims).await?;
        tokens.refresh = Some(self.seal_refresh_token(&claims)?);
        tokens.new_device = new_device;
        Ok(Outcome::SignedIn(tokens))
    }

    /// Signs an ID and an access token for a session.
    pub(crate) async fn issue(
        &self,
        caller: &Caller,
        user: &User,
        session: &Session,
        source: TriggerSource,
        metadata: Metadata,
    ) -> Result<Tokens> {
        let drafts = self.draft(caller, user, session, source, metadata).await?;
        let Drafts { mut id, mut access, scopes } = drafts;
        access.insert("scope".to_owned(), scopes.join(" ").into());

        let settings = &caller.client.settings;
        let now = self.now().as_second();
        id.insert("exp".to_owned(), (now + settings.id_token_life().as_secs()).into());
        let expires_in = settings.access_token_life().as_secs();
        access.insert("exp".to_owned(), (now + expires_in).into());

        let keys = self.keys(&caller.pool.id).await?;
        let is_oauth = session.grant.is_some();
        let wants_id_token = session.grant.as_ref().is_none_or(Grant::has_openid);
        let signed = self
            .work(move || {
                let access = keys.access_tokens.sign(&serde_json::to_vec(&access).ok()?).ok()?;
                if !wants_id_token {
                    return Some((None, access));
                }
                if is_oauth {
                    id.insert("at_hash".to_owned(), at_hash(&access).into());
                }
                let id = keys.id_tokens.sign(&serde_json::to_vec(&id).ok()?).ok()?;
                Some((Some(id), access))
            })
            .await?;
        let Some((id, access)) = signed else { return Err(too_large()) };
        Ok(Tokens { access, id, refresh: None, new_device: None, expires_in })
    }

    /// What the tokens of a session will say, once the function before them was asked.
    pub(crate) async fn draft(
        &self,
        caller: &Caller,
        user: &User,
        session: &Session,
        source: TriggerSource,
        metadata: Metadata,
    ) -> Result<Drafts> {
        let groups = self.groups_of(user).await?;
        let grant = session.grant.as_ref();
        let mut scopes = match grant {
            None => vec![USER_ADMIN.to_owned()],
            Some(grant) => grant.scopes.iter().map(Scope::to_string).collect(),
        };
        let mut configuration = configuration(&groups);
        let request = PreTokenGenerationRequest {
            group_configuration: Some(configuration.clone()),
            scopes: Some(scopes.clone()),
            client_metadata: (!metadata.is_empty()).then_some(metadata),
            ..PreTokenGenerationRequest::default()
        };
        let changes = self.ask_pre_token_generation(caller, source, user, request).await?;

        let common = self.common_claims(caller, user, session)?;
        let mut id = common.clone();
        let mut access = common;
        self.fill_id_token(&mut id, caller, user, grant);
        self.fill_access_token(&mut access, caller, user, session);
        match changes {
            TokenChanges::None => {
                put_groups(&mut id, &mut access, &configuration);
            }
            TokenChanges::V1(answer) => {
                let details = answer.claims_override_details.unwrap_or_default();
                override_groups(&mut configuration, details.group_override_details);
                put_groups(&mut id, &mut access, &configuration);
                let added = details.claims_to_add_or_override.into_iter();
                let added =
                    added.map(|(name, value)| (name, value.map_or(Value::Null, Value::String)));
                change(&mut id, added.collect(), &details.claims_to_suppress);
            }
            TokenChanges::V2(answer) => {
                let details = answer.claims_and_scope_override_details.unwrap_or_default();
                override_groups(&mut configuration, details.group_override_details);
                put_groups(&mut id, &mut access, &configuration);
                if let Some(token) = details.id_token_generation {
                    change(&mut id, token.claims_to_add_or_override, &token.claims_to_suppress);
                }
                if let Some(token) = details.access_token_generation {
                    // The one audience an access token may be given is its own client.
                    let client = Value::from(caller.client.id.as_str());
                    if token.claims_to_add_or_override.get("aud") == Some(&client) {
                        access.insert("aud".to_owned(), client);
                    }
                    change(&mut access, token.claims_to_add_or_override, &token.claims_to_suppress);
                    change_scopes(&mut scopes, token.scopes_to_add, &token.scopes_to_suppress);
                }
            }
        }
        Ok(Drafts { id, access, scopes })
    }

    /// The groups of a user, first those that count most. A group that was deleted, even if one of the same
    /// name was made since, is none of them.
    pub(crate) async fn groups_of(&self, user: &User) -> Result<Vec<Kept<Group>>> {
        if user.groups.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = user.groups.keys().map(|name| Group::key_of(&user.pool, name)).collect();
        let found = self.records().get_all::<Group>(&keys, self.now()).await?;
        let joined = |group: &Kept<Group>| user.groups.get(&group.name) == Some(&group.generation);
        let mut groups: Vec<Kept<Group>> = found.into_iter().flatten().filter(joined).collect();
        groups.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Ok(groups)
    }

    fn common_claims(
        &self,
        caller: &Caller,
        user: &User,
        session: &Session,
    ) -> Result<Map<String, Value>> {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), user.sub.as_str().into());
        claims.insert("iss".to_owned(), self.issuer(&caller.pool.id)?.as_str().into());
        claims.insert("iat".to_owned(), self.now().as_second().into());
        claims.insert("auth_time".to_owned(), session.auth_time.as_second().into());
        claims.insert("event_id".to_owned(), caller.event_id.as_str().into());
        if caller.client.settings.can_revoke {
            claims.insert("origin_jti".to_owned(), session.origin.as_str().into());
        }
        Ok(claims)
    }

    fn fill_id_token(
        &self,
        claims: &mut Map<String, Value>,
        caller: &Caller,
        user: &User,
        grant: Option<&Grant>,
    ) {
        if let Some(nonce) = grant.and_then(|grant| grant.nonce.as_deref()) {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        claims.insert("jti".to_owned(), self.random().uuid_v4().into());
        claims.insert("token_use".to_owned(), "id".into());
        claims.insert("aud".to_owned(), caller.client.id.as_str().into());
        claims.insert("cognito:username".to_owned(), user.username.as_str().into());
        for (name, value) in &user.attributes {
            let is_shown = grant.is_none_or(|grant| grant.shows(name));
            // Who somebody is elsewhere is told below, in the form that tokens have.
            let is_ours = name.starts_with("dev:") || name == "identities";
            if is_shown && !is_ours && caller.client.settings.may_read(name) {
                claims.insert(name.clone(), attribute_claim(name, value));
            }
        }
        if !user.identities().is_empty() {
            let identities = user.identities().iter().map(Identity::to_claim);
            claims.insert("identities".to_owned(), identities.collect());
        }
    }

    fn fill_access_token(
        &self,
        claims: &mut Map<String, Value>,
        caller: &Caller,
        user: &User,
        session: &Session,
    ) {
        // The id carries the beginning of the session, for clients whose tokens have no `origin_jti`.
        let began = Session::began_at(&session.origin).unwrap_or(session.auth_time);
        claims.insert("jti".to_owned(), self.random().uuid_v7(began).into());
        claims.insert("token_use".to_owned(), "access".into());
        claims.insert("client_id".to_owned(), caller.client.id.as_str().into());
        claims.insert("username".to_owned(), user.username.as_str().into());
        if let Some(device) = &session.device {
            claims.insert("device_key".to_owned(), device.as_str().into());
        }
        if let Some(grant) = &session.grant {
            claims.insert("version".to_owned(), 2.into());
            if let Some(resource) = &grant.resource {
                claims.insert("aud".to_owned(), resource.as_str().into());
            }
        }
    }
}

/// The left half of the access token's digest, by which a client knows that the two tokens belong together
/// (OpenID Connect Core, 3.1.3.6).
fn at_hash(access: &Token) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let digest = crypto::sha256(access.reveal().as_bytes());
    URL_SAFE_NO_PAD.encode(digest.split_at(16).0)
}

/// Attributes are text, but for those that OpenID Connect gives another type.
fn attribute_claim(name: &str, value: &str) -> Value {
    let is_flag = [Contact::Email, Contact::PhoneNumber]
        .iter()
        .any(|contact| contact.verified_attribute() == name);
    match name {
        _ if is_flag => Value::Bool(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<i64>().map_or_else(|_| value.into(), Value::from),
        _ => value.into(),
    }
}

fn configuration(groups: &[Kept<Group>]) -> GroupConfiguration {
    let mut roles: Vec<String> = Vec::new();
    for role in groups.iter().filter_map(|group| group.role_arn.clone()) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    GroupConfiguration {
        groups_to_override: groups.iter().map(|group| group.name.to_string()).collect(),
        preferred_role: preferred_role(groups, &roles),
        iam_roles_to_override: roles,
    }
}

/// The role of the group with the lowest precedence; none if groups of that precedence disagree.
fn preferred_role(groups: &[Kept<Group>], roles: &[String]) -> Option<String> {
    if let [only] = roles {
        return Some(only.clone());
    }
    let best =
        groups.iter().filter(|group| group.role_arn.is_some()).map(|group| group.rank().0).min()?;
    let candidates: BTreeSet<&String> = groups
        .iter()
        .filter(|group| group.rank().0 == best)
        .filter_map(|group| group.role_arn.as_ref())
        .collect();
    match candidates.into_iter().collect::<Vec<_>>().as_slice() {
        [one] => Some((*one).clone()),
        _ => None,
    }
}

fn override_groups(configuration: &mut GroupConfiguration, details: Option<GroupOverrideDetails>) {
    let Some(details) = details else { return };
    if let Some(groups) = details.groups_to_override {
        configuration.groups_to_override = groups;
    }
    if let Some(roles) = details.iam_roles_to_override {
        configuration.iam_roles_to_override = roles;
    }
    if let Some(role) = details.preferred_role {
        configuration.preferred_role = Some(role);
    }
}

fn put_groups(
    id: &mut Map<String, Value>,
    access: &mut Map<String, Value>,
    groups: &GroupConfiguration,
) {
    let list = |texts: &[String]| Value::from(texts.to_vec());
    if !groups.groups_to_override.is_empty() {
        id.insert("cognito:groups".to_owned(), list(&groups.groups_to_override));
        access.insert("cognito:groups".to_owned(), list(&groups.groups_to_override));
    }
    if !groups.iam_roles_to_override.is_empty() {
        id.insert("cognito:roles".to_owned(), list(&groups.iam_roles_to_override));
        if let Some(role) = &groups.preferred_role {
            id.insert("cognito:preferred_role".to_owned(), role.as_str().into());
        }
    }
}

/// Only what a function added makes a token too large.
pub(crate) fn too_large() -> Error {
    let reason = "the claims are too large for a token".to_owned();
    Refusal::TriggerAnswer { trigger: "PreTokenGeneration", reason }.into()
}

/// Adds and suppresses claims as a function asked, but for those that are not its to change. A name in both
/// lists is suppressed.
pub(crate) fn change(
    claims: &mut Map<String, Value>,
    added: Map<String, Value>,
    suppressed: &[String],
) {
    for (name, value) in added {
        let is_ours =
            is_protected(&name) || name.starts_with("cognito:") || name.starts_with("dev:");
        let must_be_plain = matches!(
            name.as_str(),
            "email_verified" | "phone_number_verified" | "updated_at" | "address"
        );
        let is_complex = value.is_array() || value.is_object();
        if is_ours || (must_be_plain && is_complex) {
            continue;
        }
        if value.is_null() {
            claims.remove(&name);
        } else {
            claims.insert(name, value);
        }
    }
    for name in suppressed {
        if name == "cognito:groups" {
            for name in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                claims.remove(name);
            }
        } else if !is_protected(name) && !name.starts_with("cognito:") {
            claims.remove(name);
        }
    }
}

fn is_protected(name: &str) -> bool {
    PROTECTED.contains(&name) || PROTECTED_TOO.contains(&name)
}

pub(crate) fn change_scopes(scopes: &mut Vec<String>, added: Vec<String>, suppressed: &[String]) {
    for scope in added {
        if Scope::parse(&scope).is_err() {
            tracing::warn!("a pre-token function asked for a scope that is none");
        } else if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes.retain(|scope| !suppressed.contains(scope));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_does_not_say_who_the_user_is() {
        let mut claims = Map::new();
        for name in PROTECTED {
            claims.insert(name.to_owned(), "ours".into());
        }
        let before = claims.clone();
        let theirs: Map<String, Value> = PROTECTED
            .iter()
            .chain(&PROTECTED_TOO)
            .map(|name| ((*name).to_owned(), "theirs".into()))
            .collect();
        let all: Vec<String> = PROTECTED.iter().map(|name| (*name).to_owned()).collect();
        change(&mut claims, theirs, &all);
        assert_eq!(claims, before);
    }

    #[test]
    fn a_name_that_is_added_and_suppressed_is_suppressed() {
        let mut claims = Map::new();
        let added = Map::from_iter([
            ("tier".to_owned(), json!({ "plan": ["gold", 1] })),
            ("nick".to_owned(), json!("x")),
        ]);
        change(&mut claims, added, &["nick".to_owned()]);
        assert_eq!(Value::Object(claims), json!({ "tier": { "plan": ["gold", 1] } }));
    }

    #[test]
    fn a_session_knows_when_it_began() {
        let at = Timestamp::from_millisecond(1_790_000_000_123).unwrap();
        let random: &dyn crypto::Random = &crypto::SystemRandom;
        assert_eq!(Session::began_at(&random.uuid_v7(at)), Some(at));
        assert_eq!(Session::began_at("nonsense"), None);
    }

    #[test]
    fn a_scope_with_a_space_is_no_scope() {
        let mut scopes = vec![USER_ADMIN.to_owned()];
        change_scopes(
            &mut scopes,
            vec!["users/read".into(), "a b".into(), "users/read".into()],
            &[],
        );
        assert_eq!(scopes, [USER_ADMIN, "users/read"]);
    }
}
