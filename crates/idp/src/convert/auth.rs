//! What does a caller say to sign somebody in, and what is the answer?
//!
//! The parameters are a map without constraints of its own, so each is parsed here, where it is first
//! looked at.

use names::{DeviceKey, Password, SecretHash, Token, Username};
use pool::{
    Attributes, Caller, Challenge, Contact, Error, FirstChoice, Outcome, Refusal, SecondFactor,
    Tokens,
};
use std::collections::BTreeMap;
use wire::cognito_idp::{AuthenticationResultType, ChallengeNameType, NewDeviceMetadataType};

/// The map of `AuthParameters` or `ChallengeResponses`.
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub fn new(given: Option<BTreeMap<String, String>>) -> Self {
        Self(given.unwrap_or_default())
    }

    /// A parameter that may be there.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub fn require(&self, name: &str) -> Result<&str, Refusal> {
        let missing = || Refusal::invalid(format!("Missing required parameter {name}"));
        self.find(name).ok_or_else(missing)
    }

    /// Who is meant. What cannot be a name is told as such: it is nobody's.
    pub fn username(&self) -> Result<Username, Refusal> {
        Username::parse(self.require("USERNAME")?)
            .map_err(|_| Refusal::invalid("USERNAME is not a valid username."))
    }

    /// Who is meant, where it is said and can be somebody's name.
    pub fn find_username(&self) -> Option<Username> {
        Username::parse(self.find("USERNAME")?).ok()
    }

    /// What cannot be a password is nobody's, so it is wrong before anything is computed.
    pub fn password(&self) -> Result<Password, Refusal> {
        Password::parse(self.require("PASSWORD")?).map_err(|_| Refusal::WrongCredentials)
    }

    /// A password that may be there.
    pub fn find_password(&self) -> Result<Option<Password>, Refusal> {
        self.find("PASSWORD").map(|_| self.password()).transpose()
    }

    /// The password that somebody wants from now on.
    pub fn new_password(&self) -> Result<Password, Refusal> {
        Password::parse(self.require("NEW_PASSWORD")?).map_err(|_| {
            Refusal::invalid("NEW_PASSWORD has more than 256 characters, none, or a space.")
        })
    }

    /// The device that the client says it is. What cannot be the key of one is nobody's.
    pub fn device(&self) -> Result<Option<DeviceKey>, Refusal> {
        let given = self.find("DEVICE_KEY").filter(|key| !key.is_empty());
        given.map(|key| DeviceKey::parse(key).map_err(|_| Refusal::NoDevice)).transpose()
    }

    /// The device that a challenge is for.
    pub fn require_device(&self) -> Result<DeviceKey, Refusal> {
        self.require("DEVICE_KEY")?;
        self.device()?.ok_or(Refusal::NoDevice)
    }

    pub fn refresh_token(&self) -> Result<Token, Refusal> {
        Token::parse(self.require("REFRESH_TOKEN")?).map_err(|_| Refusal::InvalidRefreshToken)
    }

    /// The hash by which a client proves that it has its secret.
    pub fn secret_hash(&self, caller: &Caller) -> Result<Option<SecretHash>, Refusal> {
        let Some(given) = self.find("SECRET_HASH") else { return Ok(None) };
        SecretHash::parse(given)
            .map(Some)
            .map_err(|_| Refusal::WrongSecretHash(caller.client.id.clone()))
    }

    /// The attributes that come along with a new password, `userAttributes.<name>`.
    pub fn attributes(&self) -> Attributes {
        let named = self.0.iter().filter_map(|(key, value)| {
            Some((key.strip_prefix("userAttributes.")?.to_owned(), value.clone()))
        });
        named.collect()
    }
}

/// The members that all four operations of a sign-in answer.
pub(crate) struct Answer {
    pub challenge_name: Option<ChallengeNameType>,
    pub session: Option<names::Session>,
    pub challenge_parameters: BTreeMap<String, String>,
    pub authentication_result: Option<AuthenticationResultType>,
    /// What there is to choose from, or what was chosen.
    pub available_challenges: Option<Vec<ChallengeNameType>>,
}

impl Answer {
    /// What a step of a sign-in leads to: tokens or a challenge, never both.
    pub fn of(outcome: Outcome) -> Result<Self, Error> {
        match outcome {
            Outcome::SignedIn(tokens) => Ok(Self {
                challenge_name: None,
                session: None,
                challenge_parameters: BTreeMap::new(),
                authentication_result: Some(result(tokens)),
                available_challenges: None,
            }),
            Outcome::Challenge(challenge) => Self::challenge(challenge),
            Outcome::Proven(_) => Err(Error::internal("a browser's sign-in came to the API")),
        }
    }

    fn challenge(challenge: Challenge) -> Result<Self, Error> {
        let mut available_challenges = None;
        let (challenge_name, session, parameters) = match challenge {
            Challenge::Code { session, user_id, delivery, is_first } => {
                let name = match (delivery.contact, is_first) {
                    (Contact::Email, _) => ChallengeNameType::EmailOtp,
                    (Contact::PhoneNumber, true) => ChallengeNameType::SmsOtp,
                    (Contact::PhoneNumber, false) => ChallengeNameType::SmsMfa,
                };
                let medium = match delivery.contact {
                    Contact::Email => "EMAIL",
                    Contact::PhoneNumber => "SMS",
                };
                if is_first {
                    available_challenges = Some(vec![name]);
                }
                let parameters = vec![
                    ("CODE_DELIVERY_DELIVERY_MEDIUM", medium.to_owned()),
                    ("CODE_DELIVERY_DESTINATION", delivery.destination),
                    ("USER_ID_FOR_SRP", user_id.to_string()),
                ];
                (name, Some(session), parameters)
            }
            Challenge::SoftwareToken { session, user_id, device_name } => {
                let device_name = device_name.map(|name| ("FRIENDLY_DEVICE_NAME", name));
                let user_id = ("USER_ID_FOR_SRP", user_id.to_string());
                let parameters = std::iter::once(user_id).chain(device_name).collect();
                (ChallengeNameType::SoftwareTokenMfa, Some(session), parameters)
            }
            Challenge::SelectMfa { session, user_id, factors } => (
                ChallengeNameType::SelectMfaType,
                Some(session),
                vec![
                    ("MFAS_CAN_CHOOSE", text(&names(&factors))?),
                    ("USER_ID_FOR_SRP", user_id.to_string()),
                ],
            ),
            Challenge::SetUpMfa { session, user_id, factors } => (
                ChallengeNameType::MfaSetup,
                Some(session),
                vec![
                    ("MFAS_CAN_SETUP", text(&names(&factors))?),
                    ("USER_ID_FOR_SRP", user_id.to_string()),
                ],
            ),
            Challenge::Select { session, available, passkey } => {
                let name = |choice: &FirstChoice| match choice {
                    FirstChoice::PasswordSrp => ChallengeNameType::PasswordSrp,
                    FirstChoice::Password => ChallengeNameType::Password,
                    FirstChoice::EmailCode => ChallengeNameType::EmailOtp,
                    FirstChoice::SmsCode => ChallengeNameType::SmsOtp,
                    FirstChoice::Passkey => ChallengeNameType::WebAuthn,
                };
                available_challenges = Some(available.iter().map(name).collect());
                let passkey = passkey.map(|options| request_options(&options));
                let parameters = passkey.into_iter().collect();
                (ChallengeNameType::SelectChallenge, Some(session), parameters)
            }
            Challenge::Password { session } => {
                available_challenges = Some(vec![ChallengeNameType::Password]);
                (ChallengeNameType::Password, Some(session), Vec::new())
            }
            Challenge::PasswordSrp { session } => {
                available_challenges = Some(vec![ChallengeNameType::PasswordSrp]);
                (ChallengeNameType::PasswordSrp, Some(session), Vec::new())
            }
            Challenge::Passkey { session, options } => {
                available_challenges = Some(vec![ChallengeNameType::WebAuthn]);
                (ChallengeNameType::WebAuthn, Some(session), vec![request_options(&options)])
            }
            Challenge::Custom { session, parameters } => {
                return Ok(Self {
                    challenge_name: Some(ChallengeNameType::CustomChallenge),
                    session: Some(session),
                    challenge_parameters: parameters,
                    authentication_result: None,
                    available_challenges: None,
                });
            }
            Challenge::PasswordVerifier { salt, secret_block, srp_b, user_id } => (
                ChallengeNameType::PasswordVerifier,
                None,
                vec![
                    ("SALT", salt),
                    ("SECRET_BLOCK", secret_block),
                    ("SRP_B", srp_b),
                    ("USERNAME", user_id.to_string()),
                    ("USER_ID_FOR_SRP", user_id.to_string()),
                ],
            ),
            Challenge::Device { session } => {
                (ChallengeNameType::DeviceSrpAuth, Some(session), Vec::new())
            }
            Challenge::DeviceVerifier { salt, secret_block, srp_b, device, user_id } => (
                ChallengeNameType::DevicePasswordVerifier,
                None,
                vec![
                    ("SALT", salt),
                    ("SECRET_BLOCK", secret_block),
                    ("SRP_B", srp_b),
                    ("DEVICE_KEY", device.to_string()),
                    ("USERNAME", user_id.to_string()),
                ],
            ),
            Challenge::NewPasswordRequired { session, user_id, attributes, required } => (
                ChallengeNameType::NewPasswordRequired,
                Some(session),
                vec![
                    ("USER_ID_FOR_SRP", user_id.to_string()),
                    ("userAttributes", text(&attributes)?),
                    ("requiredAttributes", text(&required)?),
                ],
            ),
        };
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(Self {
            challenge_name: Some(challenge_name),
            session,
            challenge_parameters: parameters.collect(),
            authentication_result: None,
            available_challenges,
        })
    }
}

/// What a page needs to use a passkey.
fn request_options(options: &serde_json::Value) -> (&'static str, String) {
    ("CREDENTIAL_REQUEST_OPTIONS", options.to_string())
}

fn names(factors: &[SecondFactor]) -> Vec<&'static str> {
    factors.iter().map(|factor| factor.as_str()).collect()
}

/// The values of challenge parameters are texts, so what is more is JSON in one.
fn text(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|_| Error::internal("a challenge parameter does not serialise"))
}

pub(crate) fn result(tokens: Tokens) -> AuthenticationResultType {
    AuthenticationResultType {
        access_token: Some(tokens.access),
        expires_in: Some(i32::try_from(tokens.expires_in).unwrap_or(i32::MAX)),
        token_type: Some("Bearer".to_owned()),
        refresh_token: tokens.refresh,
        id_token: tokens.id,
        new_device_metadata: tokens.new_device.map(|device| NewDeviceMetadataType {
            device_key: Some(device.key.as_str().to_owned()),
            device_group_key: Some(device.group),
        }),
    }
}
