//! How do people come in through a user pool of Amazon Cognito?
//!
//! As through a server of the pool: the calls are an administrator's, under the role of the function, and the
//! secret of the client is read from the pool. Who exists is hidden as the client says.

use crate::{Aws, directory};
use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{
        AuthFlowType, AuthenticationResultType, ChallengeNameType, ContextDataType, FeatureType,
    },
};
use crypto::jwt::Presented;
use jiff::Timestamp;
use kit::authorizer::{KeySource, Keys};
use names::{
    ClientId, ClientSecret, Clock, Code, Password, SecretHash, Session, Token, UserPoolId, Username,
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::{Arc, OnceLock},
};
use users::sessions::{
    Answer, Asked, Denied, Facts, Moment, Progress, Sessions, SignedIn, TokenType, Verdict, subject,
};

/// Sessions in a user pool of Amazon Cognito, through one of its clients.
pub struct PoolSessions {
    client: Client,
    settings: SessionSettings,
    keys: Keys,
    /// Looked up at the first need.
    known: OnceLock<KnownClient>,
}

/// What has to be known of the client.
struct KnownClient {
    secret: Option<ClientSecret>,
    /// Whether a refresh token is good once, and exchanged for the next.
    exchanges: bool,
}

/// Which pool, and through which of its clients.
pub struct SessionSettings {
    pub pool: UserPoolId,
    /// A client with `ALLOW_ADMIN_USER_PASSWORD_AUTH`.
    pub client_id: ClientId,
    /// The `iss` of the pool's tokens.
    pub issuer: String,
}

impl PoolSessions {
    /// Sessions of this pool, whose keys are at this source.
    #[must_use]
    pub fn new(
        aws: &Aws,
        settings: SessionSettings,
        keys: Arc<dyn KeySource>,
        clock: Clock,
    ) -> Self {
        let keys = Keys::new(keys, clock);
        Self { client: directory::client(aws), settings, keys, known: OnceLock::new() }
    }

    async fn known(&self) -> Result<&KnownClient, Denied> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let SessionSettings { pool, client_id, .. } = &self.settings;
        let asked = self.client.describe_user_pool_client().user_pool_id(pool.as_str());
        let asked = asked.client_id(client_id.as_str()).send().await;
        let client = asked.map_err(|error| denied(&error))?.user_pool_client;
        let client = client.ok_or_else(|| broken("the pool says nothing of the client"))?;
        let rotation = client.refresh_token_rotation.map(|rotation| rotation.feature);
        let secret = client.client_secret.map(ClientSecret::parse).transpose();
        let secret = secret.map_err(|_| broken("the secret of the client cannot be read"))?;
        let known = KnownClient { secret, exchanges: rotation == Some(FeatureType::Enabled) };
        Ok(self.known.get_or_init(|| known))
    }

    async fn hash(&self, name: &str) -> Result<Option<SecretHash>, Denied> {
        let secret = self.known().await?.secret.as_ref();
        Ok(secret.map(|secret| crypto::secret_hash(secret, name, &self.settings.client_id)))
    }

    /// New tokens for a refresh token: the one call for it that needs no name of a user.
    async fn exchange(&self, refresh: &Token) -> Result<AuthenticationResultType, Denied> {
        let known = self.known().await?;
        let asked = self.client.get_tokens_from_refresh_token().refresh_token(refresh.reveal());
        let asked = asked.client_id(self.settings.client_id.as_str());
        let secret = known.secret.as_ref().map(|secret| secret.reveal().to_owned());
        let answer = asked.set_client_secret(secret).send().await;
        let answer = answer.map_err(|error| denied(&error))?;
        answer.authentication_result.ok_or_else(|| broken("the pool answers without tokens"))
    }

    /// The claims of a token that one of the pool's keys has signed.
    async fn claims(&self, token: &Token) -> Result<Option<Claims>, Denied> {
        let Ok(presented) = Presented::parse(token.reveal()) else { return Ok(None) };
        let key = self.keys.find(presented.kid()).await.map_err(|unavailable| {
            tracing::error!(cause = %unavailable.cause, "the keys of the pool cannot be had");
            Denied::Busy
        })?;
        let payload = key.and_then(|key| presented.verify(&key).ok());
        Ok(payload.and_then(|payload| serde_json::from_slice(&payload).ok()))
    }

    /// What becomes of a token's user, as far as Cognito says so.
    async fn life(&self, kind: TokenType, token: &Token, claims: &Claims) -> Life {
        if kind == TokenType::Access {
            let asked = self.client.get_user().access_token(token.reveal()).send().await;
            return match asked {
                Ok(_) => Life::GoesOn,
                // Whoever was granted something else may not ask about themselves.
                Err(error) if error.message().is_some_and(|text| text.contains("scope")) => {
                    Life::Unknown
                }
                Err(error) if error.code() == Some("NotAuthorizedException") => Life::Ended,
                Err(error) if error.code() == Some("UserNotFoundException") => Life::Ended,
                Err(_) => Life::Unknown,
            };
        }
        let asked = self.client.admin_get_user().user_pool_id(self.settings.pool.as_str());
        match asked.username(&claims.sub).send().await {
            Ok(user) if !user.enabled => Life::Ended,
            Err(error) if error.code() == Some("UserNotFoundException") => Life::Ended,
            _ => Life::Unknown,
        }
    }

    async fn verify_refresh(&self, token: &Token) -> Result<Verdict, Denied> {
        if self.known().await?.exchanges {
            let words =
                "A refresh token that is good once cannot be looked at without spending it.";
            return Err(Denied::Invalid(words.into()));
        }
        let tokens = match self.exchange(token).await {
            Ok(tokens) => tokens,
            Err(Denied::InvalidToken | Denied::WrongCredentials) => {
                return Ok(Verdict::Bad("invalid"));
            }
            Err(Denied::Disabled) => return Ok(Verdict::Bad("revoked")),
            Err(denied) => return Err(denied),
        };
        let access = tokens.access_token.and_then(|access| Token::parse(access).ok());
        Ok(Verdict::Good(Box::new(Facts {
            subject: access.as_ref().and_then(subject).map(|sub| sub.to_string()),
            client: Some(self.settings.client_id.clone()),
            issued_at: None,
            expires_at: None,
            scopes: Vec::new(),
            groups: Vec::new(),
            is_session_known: true,
        })))
    }
}

/// What is known of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    GoesOn,
    Ended,
    Unknown,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    iss: String,
    exp: i64,
    iat: i64,
    token_use: String,
    /// Of an ID token, the client.
    aud: Option<ClientId>,
    /// Of an access token.
    client_id: Option<ClientId>,
    #[serde(default)]
    scope: String,
    #[serde(default, rename = "cognito:groups")]
    groups: Vec<String>,
}

#[async_trait]
impl Sessions for PoolSessions {
    async fn login(
        &self,
        name: &Username,
        password: &Password,
        moment: Moment,
    ) -> Result<Progress, Denied> {
        let asked = self
            .client
            .admin_initiate_auth()
            .user_pool_id(self.settings.pool.as_str())
            .client_id(self.settings.client_id.as_str())
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", name.as_str())
            .auth_parameters("PASSWORD", password.reveal())
            .set_context_data(moment.address.map(context).transpose()?);
        let asked = match self.hash(name.as_str()).await? {
            Some(hash) => asked.auth_parameters("SECRET_HASH", hash.reveal()),
            None => asked,
        };
        let answer = asked.send().await.map_err(|error| denied(&error))?;
        let (tokens, challenge) = (answer.authentication_result, answer.challenge_name);
        progress(tokens, challenge, answer.session, answer.challenge_parameters)
    }

    async fn answer(&self, answer: Answer, moment: Moment) -> Result<Progress, Denied> {
        let Answer { challenge, session, mut responses } = answer;
        let missing = || Denied::Invalid("The response USERNAME is missing.".into());
        let name = responses.get("USERNAME").ok_or_else(missing)?.clone();
        if let Some(hash) = self.hash(&name).await? {
            responses.insert("SECRET_HASH".to_owned(), hash.reveal().to_owned());
        }
        let asked = self
            .client
            .admin_respond_to_auth_challenge()
            .user_pool_id(self.settings.pool.as_str())
            .client_id(self.settings.client_id.as_str())
            .challenge_name(ChallengeNameType::from(challenge.as_str()))
            .session(session.reveal())
            .set_challenge_responses(Some(responses.into_iter().collect()))
            .set_context_data(moment.address.map(context).transpose()?);
        let answer = asked.send().await.map_err(|error| denied(&error))?;
        let (tokens, challenge) = (answer.authentication_result, answer.challenge_name);
        progress(tokens, challenge, answer.session, answer.challenge_parameters)
    }

    async fn refresh(&self, refresh: &Token, _: Moment) -> Result<SignedIn, Denied> {
        let tokens = self.exchange(refresh).await.map_err(|denied| match denied {
            // What is wrong about a call with a token is the token.
            Denied::WrongCredentials => Denied::InvalidToken,
            other => other,
        });
        signed_in(tokens?)
    }

    async fn sign_out(&self, refresh: &Token, _: Moment) -> Result<(), Denied> {
        let known = self.known().await?;
        let asked = self.client.revoke_token().token(refresh.reveal());
        let asked = asked.client_id(self.settings.client_id.as_str());
        let secret = known.secret.as_ref().map(|secret| secret.reveal().to_owned());
        match asked.set_client_secret(secret).send().await {
            Ok(_) => Ok(()),
            // A session that is over is over.
            Err(error) if error.code() == Some("UnauthorizedException") => Ok(()),
            Err(error) => Err(denied(&error)),
        }
    }

    async fn sign_out_everywhere(&self, access: &Token, _: Moment) -> Result<(), Denied> {
        let claims = self.claims(access).await?.ok_or(Denied::InvalidToken)?;
        if claims.iss != self.settings.issuer {
            return Err(Denied::InvalidToken);
        }
        let asked = self.client.global_sign_out().access_token(access.reveal()).send().await;
        asked.map(drop).map_err(|error| match denied(&error) {
            Denied::WrongCredentials => Denied::InvalidToken,
            other => other,
        })
    }

    async fn verify(
        &self,
        kind: TokenType,
        token: &Token,
        moment: Moment,
    ) -> Result<Verdict, Denied> {
        if kind == TokenType::Refresh {
            return self.verify_refresh(token).await;
        }
        let Some(claims) = self.claims(token).await? else { return Ok(Verdict::Bad("invalid")) };
        let now = moment.now.as_second();
        let client = match kind {
            TokenType::Id => claims.aud.clone(),
            _ => claims.client_id.clone(),
        };
        let is_ours = claims.iss == self.settings.issuer
            && claims.token_use == kind.as_str()
            && claims.iat <= now + 60;
        let Some(client) = client.filter(|_| is_ours) else { return Ok(Verdict::Bad("invalid")) };
        if now >= claims.exp {
            return Ok(Verdict::Bad("expired"));
        }
        // A client that speaks for itself has no session that could end.
        let life = match claims.sub == client.as_str() {
            true => Life::GoesOn,
            false => self.life(kind, token, &claims).await,
        };
        if life == Life::Ended {
            return Ok(Verdict::Bad("revoked"));
        }
        Ok(Verdict::Good(Box::new(Facts {
            subject: Some(claims.sub),
            client: Some(client),
            issued_at: Timestamp::from_second(claims.iat).ok(),
            expires_at: Timestamp::from_second(claims.exp).ok(),
            scopes: claims.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            groups: claims.groups,
            is_session_known: life == Life::GoesOn,
        })))
    }

    async fn request_reset(&self, name: &Username, _: Moment) -> Result<(), Denied> {
        let hash = self.hash(name.as_str()).await?;
        let asked = self.client.forgot_password().client_id(self.settings.client_id.as_str());
        let asked = asked.username(name.as_str());
        let asked = asked.set_secret_hash(hash.map(|hash| hash.reveal().to_owned()));
        let Err(error) = asked.send().await else { return Ok(()) };
        match error.code() {
            // Said of who does not exist, may not come in, or has no proven contact.
            Some(
                "UserNotFoundException" | "NotAuthorizedException" | "InvalidParameterException",
            ) => Ok(()),
            _ => Err(denied(&error)),
        }
    }

    async fn confirm_reset(
        &self,
        name: &Username,
        code: &Code,
        password: &Password,
        _: Moment,
    ) -> Result<(), Denied> {
        let hash = self.hash(name.as_str()).await?;
        let asked = self.client.confirm_forgot_password();
        let asked = asked.client_id(self.settings.client_id.as_str()).username(name.as_str());
        let asked = asked.confirmation_code(code.reveal()).password(password.reveal());
        let asked = asked.set_secret_hash(hash.map(|hash| hash.reveal().to_owned()));
        let Err(error) = asked.send().await else { return Ok(()) };
        match error.code() {
            Some("UserNotFoundException" | "NotAuthorizedException" | "ExpiredCodeException") => {
                Err(Denied::WrongCode)
            }
            _ => Err(denied(&error)),
        }
    }
}

/// Where somebody is, as the pool's protection against threats wants to hear it.
fn context(address: IpAddr) -> Result<ContextDataType, Denied> {
    ContextDataType::builder()
        .ip_address(address.to_string())
        .server_name("user-api")
        .server_path("/auth/login")
        .set_http_headers(Some(Vec::new()))
        .build()
        .map_err(|_| broken("the circumstances of a sign-in cannot be said"))
}

fn progress(
    tokens: Option<AuthenticationResultType>,
    challenge: Option<ChallengeNameType>,
    session: Option<String>,
    parameters: Option<HashMap<String, String>>,
) -> Result<Progress, Denied> {
    if let Some(tokens) = tokens {
        return Ok(Progress::SignedIn(Box::new(signed_in(tokens)?)));
    }
    let challenge = challenge.ok_or_else(|| broken("the pool answers with nothing"))?;
    let mut parameters: BTreeMap<String, String> =
        parameters.unwrap_or_default().into_iter().collect();
    // The same as beside a pool: who it is under one name, and nothing of the user's attributes.
    if let Some(name) = parameters.remove("USER_ID_FOR_SRP") {
        parameters.entry("USERNAME".to_owned()).or_insert(name);
    }
    parameters.remove("userAttributes");
    let session = session.map(Session::parse).transpose();
    let session = session.map_err(|_| broken("a session of the pool cannot be read"))?;
    let challenge = challenge.as_str().to_owned();
    Ok(Progress::Asked(Box::new(Asked { challenge, session, parameters })))
}

fn signed_in(tokens: AuthenticationResultType) -> Result<SignedIn, Denied> {
    let unread = |_| broken("a token of the pool cannot be read");
    let expires_in = i64::from(tokens.expires_in);
    let access = tokens.access_token.unwrap_or_default();
    let access = Token::parse(access).map_err(unread)?;
    let id = tokens.id_token.map(Token::parse).transpose().map_err(unread)?;
    let refresh = tokens.refresh_token.map(Token::parse).transpose().map_err(unread)?;
    Ok(SignedIn { sub: subject(&access), access, id, refresh, expires_in })
}

fn broken(what: &'static str) -> Denied {
    tracing::error!("{what}");
    Denied::Broken
}

/// What Amazon Cognito says no with.
fn denied<E, R>(error: &SdkError<E, R>) -> Denied
where
    SdkError<E, R>: ProvideErrorMetadata,
{
    let Some(code) = error.code() else {
        tracing::error!("the user pool does not answer");
        return Denied::Busy;
    };
    let words = error.message().unwrap_or_default().to_owned();
    let says = |part: &str| words.contains(part);
    match code {
        "NotAuthorizedException" if says("disabled") => Denied::Disabled,
        "NotAuthorizedException" if says("attempts exceeded") => Denied::TooManyAttempts,
        "NotAuthorizedException" if says("nvalid session") => Denied::InvalidSession,
        "NotAuthorizedException" if says("Refresh Token") || says("Access Token") => {
            Denied::InvalidToken
        }
        "NotAuthorizedException" | "UserNotFoundException" => Denied::WrongCredentials,
        "UserNotConfirmedException" => Denied::NotConfirmed,
        "PasswordResetRequiredException" => Denied::PasswordResetRequired,
        "CodeMismatchException" => Denied::WrongCode,
        "ExpiredCodeException" => Denied::CodeExpired,
        "InvalidPasswordException" => Denied::PasswordBreaksPolicy(words.into()),
        "PasswordHistoryPolicyViolationException" => {
            Denied::PasswordBreaksPolicy("It was used before.".into())
        }
        "TooManyRequestsException"
        | "LimitExceededException"
        | "TooManyFailedAttemptsException" => Denied::TooManyAttempts,
        "RefreshTokenReuseException" | "UnsupportedTokenTypeException" => Denied::InvalidToken,
        "UserLambdaValidationException" => Denied::ByFunction(words),
        "CodeDeliveryFailureException"
        | "InvalidSmsRoleTrustRelationshipException"
        | "InvalidSmsRoleAccessPolicyException"
        | "InvalidEmailRoleAccessPolicyException" => Denied::NotDelivered,
        "ForbiddenException" => Denied::Blocked,
        "InvalidParameterException" => Denied::Invalid(words.into()),
        other => {
            tracing::error!(code = other, "the user pool does not do what the user API needs");
            Denied::Broken
        }
    }
}
