//! How do people come in beside a pool of the same store?

use super::{
    Answer, Asked, Denied, Facts, Moment, Progress, Sessions, SignedIn, TokenType, Verdict,
};
use ::events::cognito::Metadata;
use async_trait::async_trait;
use names::{ClientId, Code, Password, Session, Sub, Token, UserPoolId, Username};
use pool::{
    Caller, Challenge, Circumstances, CodeOf, Contact, Error, Flow, NewPasswordAnswer, Outcome,
    Pools, Refusal, Reply, SecondFactor, TokenKind, Tokens, User,
};
use std::{collections::BTreeMap, sync::Arc};

/// Sessions in a pool of this process, through one of its clients.
pub struct SessionsBesidePool {
    pub pools: Pools,
    pub pool: UserPoolId,
    /// A client that a server signs people in with. Its secret, if it has one, is looked up.
    pub client: ClientId,
}

impl SessionsBesidePool {
    async fn caller(&self, moment: Moment, name: Option<&Username>) -> Result<Caller, Denied> {
        let mut caller = self.pools.caller_of(&self.pool, &self.client, Metadata::new()).await?;
        let from = Circumstances { address: moment.address, ..Circumstances::default() };
        caller.circumstances = Arc::new(from);
        if caller.pool.settings.threats.is_on() {
            self.pools.refuse_blocked(&caller, name).await?;
        }
        Ok(caller)
    }

    /// The name that the pool knows somebody by, of whom the `sub` may be known alone.
    async fn pool_name(&self, name: &Username) -> Result<Username, Denied> {
        let Ok(sub) = Sub::parse(name.as_str()) else { return Ok(name.clone()) };
        match self.pools.user_by_sub(&self.pool, &sub).await {
            Ok(user) => Ok(user.username.clone()),
            Err(Error::Refused(Refusal::NoUser)) => Ok(name.clone()),
            Err(error) => Err(error.into()),
        }
    }

    fn progress(&self, outcome: Outcome) -> Result<Progress, Denied> {
        match outcome {
            Outcome::SignedIn(tokens) => Ok(Progress::SignedIn(Box::new(signed_in(tokens)))),
            Outcome::Challenge(challenge) => Ok(Progress::Asked(Box::new(asked(challenge)?))),
            Outcome::Proven(_) => {
                tracing::error!("a browser's sign-in came to the user API");
                Err(Denied::Broken)
            }
        }
    }
}

#[async_trait]
impl Sessions for SessionsBesidePool {
    async fn login(
        &self,
        name: &Username,
        password: &Password,
        moment: Moment,
    ) -> Result<Progress, Denied> {
        let name = self.pool_name(name).await?;
        let caller = self.caller(moment, Some(&name)).await?;
        let hash = self.pools.own_secret_hash(&caller.client, name.as_str())?;
        let flow = if caller.client.allows(Flow::AdminUserPassword) {
            Flow::AdminUserPassword
        } else {
            Flow::UserPassword
        };
        let outcome =
            self.pools.sign_in_with_password(&caller, flow, &name, password, hash.as_ref()).await?;
        self.progress(outcome)
    }

    async fn answer(&self, answer: Answer, moment: Moment) -> Result<Progress, Denied> {
        let responses = Responses(answer.responses);
        let username = responses.username()?;
        let caller = self.caller(moment, Some(&username)).await?;
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let reply = Reply { username: &username, session: &answer.session, hash: hash.as_ref() };
        let code = async |of, name: &str| {
            let code = responses.require(name)?;
            Ok::<_, Denied>(self.pools.answer_code(&caller, &reply, of, code).await?)
        };
        let outcome = match answer.challenge.as_str() {
            "NEW_PASSWORD_REQUIRED" => {
                let chosen = responses.require("NEW_PASSWORD")?;
                let new_password = Password::parse(chosen).map_err(|_| {
                    let words = "It has more than 256 characters, none, or a space.";
                    Denied::PasswordBreaksPolicy(words.into())
                })?;
                let answer = NewPasswordAnswer {
                    username: &username,
                    session: &answer.session,
                    new_password: &new_password,
                    attributes: responses.attributes(),
                    hash: hash.as_ref(),
                };
                self.pools.answer_new_password(&caller, answer).await?
            }
            "SOFTWARE_TOKEN_MFA" => code(CodeOf::SoftwareToken, "SOFTWARE_TOKEN_MFA_CODE").await?,
            "SMS_MFA" => code(CodeOf::SmsMfa, "SMS_MFA_CODE").await?,
            "EMAIL_OTP" => code(CodeOf::Email, "EMAIL_OTP_CODE").await?,
            "SMS_OTP" => code(CodeOf::SmsOtp, "SMS_OTP_CODE").await?,
            "SELECT_MFA_TYPE" => {
                let factor = match responses.require("ANSWER")? {
                    "SMS_MFA" => Some(SecondFactor::Sms),
                    "SOFTWARE_TOKEN_MFA" => Some(SecondFactor::SoftwareToken),
                    "EMAIL_OTP" => Some(SecondFactor::Email),
                    _ => None,
                };
                self.pools.answer_mfa_choice(&caller, &reply, factor).await?
            }
            "MFA_SETUP" => {
                let email = responses.find("EMAIL");
                self.pools.answer_mfa_setup(&caller, &reply, email).await?
            }
            _ => return Err(Denied::Invalid("This challenge is not answered here.".into())),
        };
        self.progress(outcome)
    }

    async fn refresh(&self, refresh: &Token, moment: Moment) -> Result<SignedIn, Denied> {
        let caller = self.caller(moment, None).await?;
        Ok(signed_in(self.pools.refresh_granted(&caller, refresh, None).await?))
    }

    async fn sign_out(&self, refresh: &Token, moment: Moment) -> Result<(), Denied> {
        let caller = self.caller(moment, None).await?;
        Ok(self.pools.revoke(&caller.client, refresh).await?)
    }

    async fn sign_out_everywhere(&self, access: &Token, moment: Moment) -> Result<(), Denied> {
        let bearer = self.pools.bearer(access).await.map_err(|error| match error {
            // Whose token it is may be gone by now.
            Error::Refused(Refusal::NoUserPool(_) | Refusal::NoClient(_) | Refusal::NoUser) => {
                Denied::InvalidToken
            }
            other => other.into(),
        })?;
        // A token of another pool of this house is none of this API's.
        if bearer.pool.id != self.pool {
            return Err(Denied::InvalidToken);
        }
        let change = |user: &mut User| {
            user.sign_out(moment.now);
            Ok(())
        };
        self.pools.change_user(&bearer.pool, &bearer.user.sub, change).await?;
        Ok(())
    }

    async fn verify(
        &self,
        kind: TokenType,
        token: &Token,
        moment: Moment,
    ) -> Result<Verdict, Denied> {
        let caller = self.caller(moment, None).await?;
        let kind = match kind {
            TokenType::Id => TokenKind::Id,
            TokenType::Access => TokenKind::Access,
            TokenType::Refresh => TokenKind::Refresh,
        };
        match self.pools.inspect(&caller, kind, token).await {
            Ok(token) => Ok(Verdict::Good(Box::new(Facts {
                subject: Some(token.subject),
                client: Some(token.client),
                issued_at: token.issued_at,
                expires_at: Some(token.expires_at),
                scopes: token.scopes,
                groups: token.groups,
                is_session_known: true,
            }))),
            Err(Error::Refused(refusal)) => match refusal {
                Refusal::AccessTokenExpired | Refusal::RefreshTokenExpired => {
                    Ok(Verdict::Bad("expired"))
                }
                Refusal::AccessTokenRevoked
                | Refusal::RefreshTokenRevoked
                | Refusal::RefreshTokenReused
                | Refusal::Disabled => Ok(Verdict::Bad("revoked")),
                Refusal::InvalidAccessToken | Refusal::InvalidRefreshToken => {
                    Ok(Verdict::Bad("invalid"))
                }
                other => Err(Error::Refused(other).into()),
            },
            Err(broken) => Err(broken.into()),
        }
    }

    async fn request_reset(&self, name: &Username, moment: Moment) -> Result<(), Denied> {
        let name = self.pool_name(name).await?;
        let caller = self.caller(moment, None).await?;
        let hash = self.pools.own_secret_hash(&caller.client, name.as_str())?;
        match self.pools.forgot_password(&caller, &name, hash.as_ref()).await {
            Ok(_) => Ok(()),
            // Only a client that does not hide who exists is told these; this API hides it always.
            Err(Error::Refused(
                Refusal::NoUserForClient
                | Refusal::NoUser
                | Refusal::Disabled
                | Refusal::NotResettable
                | Refusal::NoRecoveryContact
                | Refusal::AdminMustReset,
            )) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn confirm_reset(
        &self,
        name: &Username,
        code: &Code,
        password: &Password,
        moment: Moment,
    ) -> Result<(), Denied> {
        let name = self.pool_name(name).await?;
        let caller = self.caller(moment, None).await?;
        let hash = self.pools.own_secret_hash(&caller.client, name.as_str())?;
        let set =
            self.pools.confirm_forgot_password(&caller, &name, code, password, hash.as_ref()).await;
        match set {
            Ok(()) => Ok(()),
            Err(Error::Refused(
                Refusal::NoUserForClient
                | Refusal::NoUser
                | Refusal::NotConfirmed
                | Refusal::CodeExpired,
            )) => Err(Denied::WrongCode),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a server answers to a challenge, in Cognito's names.
struct Responses(BTreeMap<String, String>);

impl Responses {
    fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn require(&self, name: &str) -> Result<&str, Denied> {
        let missing = || Denied::Invalid(format!("The response {name} is missing.").into());
        self.find(name).ok_or_else(missing)
    }

    fn username(&self) -> Result<Username, Denied> {
        let name = self.require("USERNAME")?;
        Username::parse(name).map_err(|_| Denied::Invalid("USERNAME is no name.".into()))
    }

    fn attributes(&self) -> pool::Attributes {
        let named = self.0.iter().filter_map(|(key, value)| {
            Some((key.strip_prefix("userAttributes.")?.to_owned(), value.clone()))
        });
        named.collect()
    }
}

fn signed_in(tokens: Tokens) -> SignedIn {
    let Tokens { access, id, refresh, expires_in, .. } = tokens;
    SignedIn { sub: super::subject(&access), access, id, refresh, expires_in }
}

/// What is asked, in Cognito's names.
fn asked(challenge: Challenge) -> Result<Asked, Denied> {
    let of = |name: &str, session: Session, parameters: Vec<(&str, String)>| {
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value));
        let parameters = parameters.collect();
        Asked { challenge: name.to_owned(), session: Some(session), parameters }
    };
    let names = |factors: &[SecondFactor]| {
        let names: Vec<&str> = factors.iter().map(|factor| factor.as_str()).collect();
        serde_json::Value::from(names).to_string()
    };
    let user = |id: Username| ("USERNAME", id.to_string());
    Ok(match challenge {
        Challenge::NewPasswordRequired { session, user_id, required, .. } => of(
            "NEW_PASSWORD_REQUIRED",
            session,
            vec![
                user(user_id),
                ("requiredAttributes", serde_json::Value::from(required).to_string()),
            ],
        ),
        Challenge::Code { session, user_id, delivery, is_first } => {
            let (name, medium) = match (delivery.contact, is_first) {
                (Contact::Email, _) => ("EMAIL_OTP", "EMAIL"),
                (Contact::PhoneNumber, true) => ("SMS_OTP", "SMS"),
                (Contact::PhoneNumber, false) => ("SMS_MFA", "SMS"),
            };
            let parameters = vec![
                ("CODE_DELIVERY_DELIVERY_MEDIUM", medium.to_owned()),
                ("CODE_DELIVERY_DESTINATION", delivery.destination),
                user(user_id),
            ];
            of(name, session, parameters)
        }
        Challenge::SoftwareToken { session, user_id, device_name } => {
            let mut parameters = vec![user(user_id)];
            parameters.extend(device_name.map(|name| ("FRIENDLY_DEVICE_NAME", name)));
            of("SOFTWARE_TOKEN_MFA", session, parameters)
        }
        Challenge::SelectMfa { session, user_id, factors } => of(
            "SELECT_MFA_TYPE",
            session,
            vec![("MFAS_CAN_CHOOSE", names(&factors)), user(user_id)],
        ),
        Challenge::SetUpMfa { session, user_id, factors } => {
            of("MFA_SETUP", session, vec![("MFAS_CAN_SETUP", names(&factors)), user(user_id)])
        }
        Challenge::PasswordVerifier { .. }
        | Challenge::Device { .. }
        | Challenge::DeviceVerifier { .. }
        | Challenge::Select { .. }
        | Challenge::Password { .. }
        | Challenge::PasswordSrp { .. }
        | Challenge::Passkey { .. }
        | Challenge::Custom { .. } => {
            let words = "The user signs in in a way that a server cannot answer for.";
            return Err(Denied::Invalid(words.into()));
        }
    })
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        let refusal = match error {
            Error::Refused(refusal) => refusal,
            Error::Broken(broken) => {
                tracing::error!(cause = %broken, "the pool is broken");
                return Self::Broken;
            }
        };
        match refusal {
            Refusal::WrongCredentials
            | Refusal::NoUser
            | Refusal::NoUserForClient
            | Refusal::NotMigrated(_)
            | Refusal::TemporaryPasswordExpired => Self::WrongCredentials,
            Refusal::LockedOut
            | Refusal::TooManyAttempts
            | Refusal::TooManyGuesses
            | Refusal::TooManyCodes => Self::TooManyAttempts,
            Refusal::Disabled => Self::Disabled,
            Refusal::NotConfirmed => Self::NotConfirmed,
            Refusal::PasswordResetRequired => Self::PasswordResetRequired,
            Refusal::InvalidSession | Refusal::SessionExpired | Refusal::SessionUsed => {
                Self::InvalidSession
            }
            Refusal::CodeMismatch
            | Refusal::WrongFactorCode
            | Refusal::WrongOneTimeCode
            | Refusal::SoftwareTokenUsed => Self::WrongCode,
            Refusal::CodeExpired => Self::CodeExpired,
            Refusal::PasswordBreaksPolicy(words) => Self::PasswordBreaksPolicy(words.into()),
            Refusal::PasswordUsedBefore => Self::PasswordBreaksPolicy("It was used before.".into()),
            Refusal::PasswordCompromised => {
                Self::PasswordBreaksPolicy("It is a password that everybody knows.".into())
            }
            Refusal::InvalidAccessToken
            | Refusal::AccessTokenExpired
            | Refusal::AccessTokenRevoked
            | Refusal::AccessTokenLacksScope
            | Refusal::InvalidRefreshToken
            | Refusal::RefreshTokenExpired
            | Refusal::RefreshTokenRevoked
            | Refusal::RefreshTokenReused
            | Refusal::NotARefreshToken => Self::InvalidToken,
            Refusal::NoSoftwareToken => Self::Invalid("The user has no authenticator.".into()),
            Refusal::NoSecondFactor => Self::Invalid(
                "The user needs a second factor, and has none and can set up none here.".into(),
            ),
            Refusal::RevocationDisabled => {
                Self::Invalid("The client of this API cannot end single sessions.".into())
            }
            Refusal::Blocked => Self::Blocked,
            Refusal::NotDelivered | Refusal::Barred(_) => Self::NotDelivered,
            Refusal::Busy | Refusal::Contended => Self::Busy,
            Refusal::Invalid(words) | Refusal::NotAllowed(words) => Self::Invalid(words),
            Refusal::TriggerThrew { message, .. } => Self::ByFunction(message),
            other => {
                // What is left is about how the pool and its client are set up.
                tracing::error!(refusal = ?other, "the pool does not do what the user API needs");
                Self::Broken
            }
        }
    }
}
