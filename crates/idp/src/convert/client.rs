//! How does an app client look in the API's words?

use super::{keep, kept};
use crate::plan;
use names::{ClientSecret, Scope};
use pool::{
    Client, ClientSettings, Error, Flow, OAuthFlow, OAuthSettings, Refusal, Rotation, Schema, Unit,
    UserPool, Validity,
};
use std::collections::BTreeSet;
use wire::cognito_idp::{
    CreateUserPoolClientRequest, ExplicitAuthFlowsType, FeatureType, OAuthFlowType,
    PreventUserExistenceErrorTypes, RefreshTokenRotationType, TimeUnitsType,
    TokenValidityUnitsType, UpdateUserPoolClientRequest, UserPoolClientType,
};

/// The days a refresh token lives when nothing, or 0, is said.
const REFRESH_TOKEN_DAYS: u32 = 30;

/// The scopes that are not of a resource server.
const BUILT_IN_SCOPES: [&str; 5] =
    ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"];

/// An update as the creation of a client that would have the same settings: what is left out has its
/// default again. The name alone has none, and stays; the secret is not a setting.
pub(crate) fn as_creation(
    update: UpdateUserPoolClientRequest,
    name: &str,
) -> CreateUserPoolClientRequest {
    CreateUserPoolClientRequest {
        user_pool_id: update.user_pool_id,
        client_name: update.client_name.unwrap_or_else(|| name.to_owned()),
        generate_secret: None,
        client_secret: None,
        refresh_token_validity: update.refresh_token_validity,
        access_token_validity: update.access_token_validity,
        id_token_validity: update.id_token_validity,
        token_validity_units: update.token_validity_units,
        read_attributes: update.read_attributes,
        write_attributes: update.write_attributes,
        explicit_auth_flows: update.explicit_auth_flows,
        supported_identity_providers: update.supported_identity_providers,
        callback_urls: update.callback_urls,
        logout_urls: update.logout_urls,
        default_redirect_uri: update.default_redirect_uri,
        allowed_oauth_flows: update.allowed_oauth_flows,
        allowed_oauth_scopes: update.allowed_oauth_scopes,
        allowed_oauth_flows_user_pool_client: update.allowed_oauth_flows_user_pool_client,
        analytics_configuration: update.analytics_configuration,
        prevent_user_existence_errors: update.prevent_user_existence_errors,
        enable_token_revocation: update.enable_token_revocation,
        enable_propagate_additional_user_context_data: update
            .enable_propagate_additional_user_context_data,
        auth_session_validity: update.auth_session_validity,
        refresh_token_rotation: update.refresh_token_rotation,
    }
}

/// What is known of a client apart from the request.
pub(crate) struct Known<'a> {
    pub pool: &'a UserPool,
    pub has_secret: bool,
    /// The scopes of the pool's resource servers among those the request names.
    pub custom_scopes: &'a BTreeSet<Scope>,
    /// The pool's identity providers among those the request names.
    pub providers: &'a BTreeSet<String>,
    /// The custom attributes of the day the client was made, if that was before.
    pub default_attributes: Option<&'a BTreeSet<String>>,
}

/// The settings that a creation, or an update as one, asks for.
pub(crate) fn settings(
    request: CreateUserPoolClientRequest,
    known: &Known<'_>,
) -> Result<ClientSettings, Error> {
    let rotation = request.refresh_token_rotation.as_ref();
    let rotates = rotation.is_some_and(|rotation| rotation.feature == FeatureType::Enabled);
    let mut flows = flows(request.explicit_auth_flows.as_deref().unwrap_or_default())?;
    if rotates {
        let given = request.explicit_auth_flows.as_deref().unwrap_or_default();
        if given.contains(&ExplicitAuthFlowsType::AllowRefreshTokenAuth) {
            return Err(Refusal::invalid(
                "ALLOW_REFRESH_TOKEN_AUTH cannot be enabled together with refresh token rotation.",
            )
            .into());
        }
        // The flow gives no new refresh token, so it would be a way around the rotation.
        flows.remove(&Flow::RefreshToken);
    }
    let propagates = request.enable_propagate_additional_user_context_data;
    if propagates == Some(true) && !known.has_secret {
        return Err(Refusal::invalid(
            "EnablePropagateAdditionalUserContextData needs a client with a secret.",
        )
        .into());
    }
    let schema = &known.pool.schema;
    let units = request.token_validity_units.clone().unwrap_or_default();
    let mut settings = ClientSettings {
        name: request.client_name.clone(),
        flows,
        access_token: validity(request.access_token_validity, units.access_token),
        id_token: validity(request.id_token_validity, units.id_token),
        refresh_token: refresh_validity(request.refresh_token_validity, units.refresh_token),
        rotation: rotation.filter(|_| rotates).map(|rotation| Rotation {
            grace_seconds: rotation
                .retry_grace_period_seconds
                .and_then(|seconds| u8::try_from(seconds).ok())
                .unwrap_or(0),
        }),
        session_minutes: minutes(request.auth_session_validity),
        hides_missing_users: request.prevent_user_existence_errors
            == Some(PreventUserExistenceErrorTypes::Enabled),
        can_revoke: request.enable_token_revocation.unwrap_or(true),
        read_attributes: readable(schema, request.read_attributes.as_deref())?,
        write_attributes: writable(schema, request.write_attributes.as_deref())?,
        default_attributes: known
            .default_attributes
            .cloned()
            .unwrap_or_else(|| schema.client_names()),
        oauth: OAuthSettings::default(),
        inert: serde_json::Map::new(),
    };
    settings.check_validity()?;
    plan::require_of(known.pool, plan::features_of_client(&settings))?;
    let inert = &mut settings.inert;
    keep(inert, "ExplicitAuthFlows", request.explicit_auth_flows.as_ref())?;
    keep(inert, "TokenValidityUnits", request.token_validity_units.as_ref())?;
    keep(inert, "AnalyticsConfiguration", request.analytics_configuration.as_ref())?;
    keep(inert, "RefreshTokenRotation", rotation)?;
    keep(inert, "EnablePropagateAdditionalUserContextData", propagates.as_ref())?;
    settings.oauth = oauth(request, known)?;
    Ok(settings)
}

/// Which sign-ins a client may begin. A list of the old names always leaves refresh tokens, custom
/// challenges and, unless it says otherwise, SRP.
fn flows(given: &[ExplicitAuthFlowsType]) -> Result<BTreeSet<Flow>, Refusal> {
    use ExplicitAuthFlowsType as Given;
    if given.is_empty() {
        return Ok(BTreeSet::from([Flow::RefreshToken, Flow::UserSrp, Flow::Custom]));
    }
    let is_old = |flow: &Given| {
        matches!(flow, Given::AdminNoSrpAuth | Given::CustomAuthFlowOnly | Given::UserPasswordAuth)
    };
    let old = given.iter().filter(|flow| is_old(flow)).count();
    if old != 0 && old != given.len() {
        return Err(Refusal::invalid(
            "Invalid ExplicitAuthFlows: ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY and \
             USER_PASSWORD_AUTH cannot be combined with values that begin with ALLOW_.",
        ));
    }
    let mut flows = BTreeSet::new();
    if old != 0 {
        flows.extend([Flow::RefreshToken, Flow::Custom]);
        if !given.contains(&Given::CustomAuthFlowOnly) {
            flows.insert(Flow::UserSrp);
        }
    }
    flows.extend(given.iter().map(|flow| match flow {
        Given::AdminNoSrpAuth | Given::AllowAdminUserPasswordAuth => Flow::AdminUserPassword,
        Given::CustomAuthFlowOnly | Given::AllowCustomAuth => Flow::Custom,
        Given::UserPasswordAuth | Given::AllowUserPasswordAuth => Flow::UserPassword,
        Given::AllowUserSrpAuth => Flow::UserSrp,
        Given::AllowRefreshTokenAuth => Flow::RefreshToken,
        Given::AllowUserAuth => Flow::UserAuth,
        Given::AllowTokenExchangeDelegation => Flow::TokenExchangeDelegation,
        Given::AllowTokenExchangeImpersonation => Flow::TokenExchangeImpersonation,
    }));
    Ok(flows)
}

fn validity(count: Option<i32>, unit: Option<TimeUnitsType>) -> Validity {
    let unit = unit.map(|unit| match unit {
        TimeUnitsType::Seconds => Unit::Seconds,
        TimeUnitsType::Minutes => Unit::Minutes,
        TimeUnitsType::Hours => Unit::Hours,
        TimeUnitsType::Days => Unit::Days,
    });
    Validity { count: count.and_then(|count| u32::try_from(count).ok()), unit }
}

/// A refresh token of no validity has the default one, whatever its unit.
fn refresh_validity(count: Option<i32>, unit: Option<TimeUnitsType>) -> Validity {
    let given = validity(count, unit);
    Validity { count: given.count.filter(|count| *count > 0), ..given }
}

fn minutes(given: Option<i32>) -> u8 {
    given.and_then(|minutes| u8::try_from(minutes).ok()).unwrap_or(3)
}

fn readable(
    schema: &Schema,
    given: Option<&[String]>,
) -> Result<Option<BTreeSet<String>>, Refusal> {
    let Some(given) = given else { return Ok(None) };
    let known = schema.client_names();
    if given.iter().any(|name| !known.contains(name)) {
        return Err(Refusal::invalid("Invalid read attributes specified while creating a client"));
    }
    Ok(Some(given.iter().cloned().collect()))
}

fn writable(
    schema: &Schema,
    given: Option<&[String]>,
) -> Result<Option<BTreeSet<String>>, Refusal> {
    const OURS: [&str; 4] = ["sub", "identities", "email_verified", "phone_number_verified"];
    let Some(given) = given else { return Ok(None) };
    let known = schema.client_names();
    let is_writable = |name: &String| known.contains(name) && !OURS.contains(&name.as_str());
    let writable: BTreeSet<String> = given.iter().cloned().collect();
    // Nobody could sign up through a client that may not write what every user must have.
    let mut required = schema.rules.iter().filter(|rule| rule.is_required && rule.name != "sub");
    if !given.iter().all(is_writable) || required.any(|rule| !writable.contains(&rule.name)) {
        return Err(Refusal::invalid("Invalid write attributes specified while creating a client"));
    }
    Ok(Some(writable))
}

fn oauth(
    request: CreateUserPoolClientRequest,
    known: &Known<'_>,
) -> Result<OAuthSettings, Refusal> {
    let flows = request.allowed_oauth_flows.unwrap_or_default();
    let is_for_machines = flows.contains(&OAuthFlowType::ClientCredentials);
    if is_for_machines && flows.len() > 1 {
        return Err(Refusal::OAuthFlow(
            "client_credentials flow can not be selected along with code flow or implicit flow"
                .into(),
        ));
    }
    if is_for_machines && !known.has_secret {
        return Err(Refusal::OAuthFlow(
            "client_credentials flow can not be selected if client does not have a client secret"
                .into(),
        ));
    }
    let scopes = request.allowed_oauth_scopes.unwrap_or_default();
    let is_enabled = request.allowed_oauth_flows_user_pool_client.unwrap_or(false);
    if is_enabled && (flows.is_empty() || scopes.is_empty()) {
        return Err(Refusal::invalid(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth \
             flows.",
        ));
    }
    let is_known = |scope: &Scope| {
        BUILT_IN_SCOPES.contains(&scope.as_str()) || known.custom_scopes.contains(scope)
    };
    if let Some(unknown) = scopes.iter().find(|scope| !is_known(scope)) {
        return Err(Refusal::ScopeDoesNotExist(unknown.to_string()));
    }
    let identity_providers = request.supported_identity_providers.unwrap_or_default();
    if let Some(unknown) = identity_providers
        .iter()
        .find(|name| *name != "COGNITO" && !known.providers.contains(*name))
    {
        return Err(Refusal::invalid(format!(
            "The provider {unknown} does not exist for User Pool {}.",
            known.pool.id
        )));
    }
    let callback_urls = request.callback_urls.unwrap_or_default();
    let logout_urls = request.logout_urls.unwrap_or_default();
    if let Some(bad) = callback_urls.iter().chain(&logout_urls).find(|url| !is_redirect(url)) {
        return Err(Refusal::invalid(format!("{bad} is not a valid redirect URL.")));
    }
    let default_redirect_uri = request.default_redirect_uri;
    if default_redirect_uri.as_ref().is_some_and(|uri| !callback_urls.contains(uri)) {
        return Err(Refusal::invalid("Default redirect URI is not one of the callback URLs."));
    }
    let flow = |flow| match flow {
        OAuthFlowType::Code => OAuthFlow::Code,
        OAuthFlowType::Implicit => OAuthFlow::Implicit,
        OAuthFlowType::ClientCredentials => OAuthFlow::ClientCredentials,
    };
    Ok(OAuthSettings {
        is_enabled,
        flows: flows.into_iter().map(flow).collect(),
        scopes,
        callback_urls,
        logout_urls,
        default_redirect_uri,
        identity_providers,
    })
}

/// Whether a browser may be sent there: an absolute URL without fragment, over TLS unless to this machine,
/// or one of an app's own scheme.
fn is_redirect(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme || rest.is_empty() || url.contains('#') {
        return false;
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => has_host(rest),
        "http" => is_local(rest),
        // Such a URL would run in the browser, or read this machine.
        "javascript" | "data" | "file" | "vbscript" => false,
        _ => true,
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn has_host(rest: &str) -> bool {
    let authority = authority(rest);
    !authority.is_empty() && !authority.contains('@') && !authority.starts_with(':')
}

/// Names below `localhost`, which are this machine's like itself (RFC 6761, 6.3), are those of pools' domains.
fn is_local(rest: &str) -> bool {
    let authority = authority(rest);
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => authority,
    };
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match host.strip_suffix(".localhost") {
        Some(below) => below.split('.').all(is_label),
        None => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
    }
}

/// A client as `DescribeUserPoolClient` shows it.
pub(crate) fn client_type(
    client: &Client,
    secret: Option<ClientSecret>,
) -> Result<UserPoolClientType, Error> {
    let ClientSettings { oauth, inert, .. } = &client.settings;
    let count = |validity: Validity| validity.count.and_then(|count| i32::try_from(count).ok());
    let refresh_token_validity = match client.settings.refresh_token.count {
        None => i32::try_from(REFRESH_TOKEN_DAYS).ok(),
        Some(_) => count(client.settings.refresh_token),
    };
    let names = |set: &Option<BTreeSet<String>>| {
        set.as_ref().map(|names| names.iter().cloned().collect::<Vec<_>>())
    };
    let flows: Option<Vec<ExplicitAuthFlowsType>> = kept(inert, "ExplicitAuthFlows")?;
    let flow = |flow: &OAuthFlow| match flow {
        OAuthFlow::Code => OAuthFlowType::Code,
        OAuthFlow::Implicit => OAuthFlowType::Implicit,
        OAuthFlow::ClientCredentials => OAuthFlowType::ClientCredentials,
    };
    let hides = if client.settings.hides_missing_users {
        PreventUserExistenceErrorTypes::Enabled
    } else {
        PreventUserExistenceErrorTypes::Legacy
    };
    Ok(UserPoolClientType {
        user_pool_id: Some(client.pool.clone()),
        client_name: Some(client.settings.name.clone()),
        client_id: Some(client.id.clone()),
        client_secret: secret,
        last_modified_date: Some(client.modified_at.into()),
        creation_date: Some(client.created_at.into()),
        refresh_token_validity,
        access_token_validity: count(client.settings.access_token),
        id_token_validity: count(client.settings.id_token),
        token_validity_units: kept::<TokenValidityUnitsType>(inert, "TokenValidityUnits")?,
        read_attributes: names(&client.settings.read_attributes),
        write_attributes: names(&client.settings.write_attributes),
        explicit_auth_flows: Some(flows.filter(|flows| !flows.is_empty()).unwrap_or_else(|| {
            let mut flows = vec![
                ExplicitAuthFlowsType::AllowRefreshTokenAuth,
                ExplicitAuthFlowsType::AllowUserSrpAuth,
                ExplicitAuthFlowsType::AllowCustomAuth,
            ];
            let refreshes = client.settings.rotation.is_none();
            flows.retain(|flow| refreshes || *flow != ExplicitAuthFlowsType::AllowRefreshTokenAuth);
            flows
        })),
        supported_identity_providers: some(oauth.identity_providers.clone()),
        callback_urls: some(oauth.callback_urls.clone()),
        logout_urls: some(oauth.logout_urls.clone()),
        default_redirect_uri: oauth.default_redirect_uri.clone(),
        allowed_oauth_flows: some(oauth.flows.iter().map(flow).collect()),
        allowed_oauth_scopes: some(oauth.scopes.clone()),
        allowed_oauth_flows_user_pool_client: Some(oauth.is_enabled),
        analytics_configuration: kept(inert, "AnalyticsConfiguration")?,
        prevent_user_existence_errors: Some(hides),
        enable_token_revocation: Some(client.settings.can_revoke),
        enable_propagate_additional_user_context_data: Some(
            kept(inert, "EnablePropagateAdditionalUserContextData")?.unwrap_or(false),
        ),
        auth_session_validity: Some(i32::from(client.settings.session_minutes.max(3))),
        refresh_token_rotation: kept::<RefreshTokenRotationType>(inert, "RefreshTokenRotation")?,
        client_type: None,
    })
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_over_tls_or_to_this_machine() {
        for good in [
            "https://example.com/cb",
            "http://localhost",
            "http://localhost:3000/cb",
            "http://127.0.0.1:8080/cb?x=y",
            "http://people.auth.localhost:9229/oauth2/idpresponse",
            "http://[::1]:80/",
            "myapp://callback",
        ] {
            assert!(is_redirect(good), "{good}");
        }
        for bad in [
            "http://example.com/cb",
            "http://localhost.evil.example/",
            "http://localhost:80@evil.example",
            "http://localhost:port/",
            "http://evil.example@people.localhost/",
            "http://evil.example:1@.localhost/",
            "http://.localhost/",
            "https://example.com/cb#there",
            "https:///path",
            "https://a@b.example/",
            "/relative",
            "javascript://x",
            "data://x",
            "1x://y",
        ] {
            assert!(!is_redirect(bad), "{bad}");
        }
    }

    #[test]
    fn old_and_new_names_of_flows_do_not_mix() {
        use ExplicitAuthFlowsType as Given;
        assert!(flows(&[Given::UserPasswordAuth, Given::AllowRefreshTokenAuth]).is_err());
        let old = flows(&[Given::AdminNoSrpAuth]).unwrap();
        assert!(old.contains(&Flow::AdminUserPassword) && old.contains(&Flow::UserSrp));
        assert!(!flows(&[Given::CustomAuthFlowOnly]).unwrap().contains(&Flow::UserSrp));
        assert_eq!(
            flows(&[Given::AllowUserSrpAuth]).unwrap(),
            BTreeSet::from([Flow::UserSrp]),
            "nothing is added to the new names"
        );
    }
}
