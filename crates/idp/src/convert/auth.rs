//! What does a caller say to sign somebody in, and what is the answer?
//!
//! The parameters are a map without constraints of its own, so each is parsed here, where it is first
//! looked at.

use names::{Password, SecretHash, Token, Username};
use pool::{Attributes, Caller, Challenge, Error, Outcome, Refusal, Tokens};
use std::collections::BTreeMap;
use wire::cognito_idp::{AuthenticationResultType, ChallengeNameType};

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

    /// What cannot be a password is nobody's, so it is wrong before anything is computed.
    pub fn password(&self) -> Result<Password, Refusal> {
        Password::parse(self.require("PASSWORD")?).map_err(|_| Refusal::WrongCredentials)
    }

    /// The password that somebody wants from now on.
    pub fn new_password(&self) -> Result<Password, Refusal> {
        Password::parse(self.require("NEW_PASSWORD")?).map_err(|_| {
            Refusal::invalid("NEW_PASSWORD has more than 256 characters, none, or a space.")
        })
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
            }),
            Outcome::Challenge(challenge) => Self::challenge(challenge),
            Outcome::Proven(_) => Err(Error::internal("a browser's sign-in came to the API")),
        }
    }

    fn challenge(challenge: Challenge) -> Result<Self, Error> {
        let (challenge_name, session, parameters) = match challenge {
            Challenge::Custom { session, parameters } => {
                return Ok(Self {
                    challenge_name: Some(ChallengeNameType::CustomChallenge),
                    session: Some(session),
                    challenge_parameters: parameters,
                    authentication_result: None,
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
        })
    }
}

/// The values of challenge parameters are texts, so what is more is JSON in one.
fn text(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|_| Error::internal("a challenge parameter does not serialise"))
}

fn result(tokens: Tokens) -> AuthenticationResultType {
    AuthenticationResultType {
        access_token: Some(tokens.access),
        expires_in: Some(i32::try_from(tokens.expires_in).unwrap_or(i32::MAX)),
        token_type: Some("Bearer".to_owned()),
        refresh_token: tokens.refresh,
        id_token: tokens.id,
        new_device_metadata: None,
    }
}
