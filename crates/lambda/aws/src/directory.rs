//! Is somebody known to another user pool?
//!
//! The password is tried as an administrator's server would (`ADMIN_USER_PASSWORD_AUTH`), and the tokens that
//! come back are dropped unseen. A challenge in their place, a second factor for example, says that the
//! password was right. The attributes are asked for by name afterwards.

use crate::{Aws, aws::unavailable};
use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::{
    Client,
    operation::{admin_get_user::AdminGetUserError, admin_initiate_auth::AdminInitiateAuthError},
    types::{AttributeType, AuthFlowType, ChallengeNameType},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kit::{
    Unavailable,
    user_migration::{Directory, Person},
};
use names::{Password, Username};

/// Another user pool as a directory.
pub struct OtherPool {
    client: Client,
    settings: OtherPoolSettings,
}

/// Which pool, and through which of its clients.
pub struct OtherPoolSettings {
    /// The pool.
    pub pool_id: String,
    /// A client with `ALLOW_ADMIN_USER_PASSWORD_AUTH`.
    pub client_id: String,
    /// Its secret, if it has one.
    pub client_secret: Option<String>,
}

const WHAT: &str = "the other user pool";

impl OtherPool {
    /// This pool.
    #[must_use]
    pub fn new(aws: &Aws, settings: OtherPoolSettings) -> Self {
        Self { client: client(aws), settings }
    }

    fn secret_hash(&self, name: &Username) -> Option<String> {
        let secret = self.settings.client_secret.as_deref()?;
        let named = [name.as_str().as_bytes(), self.settings.client_id.as_bytes()];
        Some(STANDARD.encode(crypto::hmac_sha256(secret.as_bytes(), &named)))
    }
}

pub(crate) fn client(aws: &Aws) -> Client {
    let mut config = aws_sdk_cognitoidentityprovider::config::Builder::from(aws.config());
    config.set_endpoint_url(aws.endpoint("COGNITO_IDENTITY_PROVIDER"));
    Client::from_conf(config.build())
}

#[async_trait]
impl Directory for OtherPool {
    async fn authenticate(
        &self,
        name: &Username,
        password: &Password,
    ) -> Result<Option<Person>, Unavailable> {
        let mut asked = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.settings.pool_id)
            .client_id(&self.settings.client_id)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", name.as_str())
            .auth_parameters("PASSWORD", password.reveal());
        if let Some(hash) = self.secret_hash(name) {
            asked = asked.auth_parameters("SECRET_HASH", hash);
        }
        let answered = match asked.send().await {
            Ok(answered) => answered,
            Err(error) => {
                return match error.as_service_error() {
                    Some(
                        AdminInitiateAuthError::NotAuthorizedException(_)
                        | AdminInitiateAuthError::UserNotFoundException(_)
                        | AdminInitiateAuthError::UserNotConfirmedException(_)
                        | AdminInitiateAuthError::PasswordResetRequiredException(_),
                    ) => Ok(None),
                    _ => Err(unavailable(WHAT, error)),
                };
            }
        };
        // A password that was right for once, or a step that asks for something else first, is none that
        // the user chose and knows.
        let is_right = match answered.challenge_name() {
            None => answered.authentication_result().is_some(),
            Some(challenge) => matches!(
                challenge,
                ChallengeNameType::SmsMfa
                    | ChallengeNameType::SoftwareTokenMfa
                    | ChallengeNameType::EmailOtp
                    | ChallengeNameType::SelectMfaType
                    | ChallengeNameType::MfaSetup
            ),
        };
        if is_right { self.find(name).await } else { Ok(None) }
    }

    async fn find(&self, name: &Username) -> Result<Option<Person>, Unavailable> {
        let asked = self.client.admin_get_user().user_pool_id(&self.settings.pool_id);
        let user = match asked.username(name.as_str()).send().await {
            Ok(user) => user,
            Err(error) => {
                return match error.as_service_error() {
                    Some(AdminGetUserError::UserNotFoundException(_)) => Ok(None),
                    _ => Err(unavailable(WHAT, error)),
                };
            }
        };
        // Whom the other pool keeps out is not brought in by a new password.
        if !user.enabled {
            return Ok(None);
        }
        let attributes = user.user_attributes.unwrap_or_default().into_iter();
        let attributes =
            attributes.filter_map(|AttributeType { name, value, .. }| Some((name, value?)));
        Ok(Some(Person { name: user.username, attributes: attributes.collect() }))
    }
}
