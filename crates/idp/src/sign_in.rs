//! What do the public and the administrators' sign-in have in common?

use crate::{
    Idp,
    convert::auth::Parameters,
    plan::{self, Feature},
};
use names::{SecretHash, Session, Token, Username};
use pool::{
    BeginByChoice, Caller, Chosen, CodeOf, CustomAnswer, DeviceAnswer, DeviceProof, Error,
    FirstChoice, Flow, NewPasswordAnswer, Outcome, Refusal, Reply, SecondFactor, SrpAnswer,
};
use wire::cognito_idp::{AuthFlowType, ChallengeNameType};

/// Begins a sign-in by a password that the caller was told.
pub(crate) async fn by_password(
    idp: &Idp,
    caller: &Caller,
    flow: Flow,
    parameters: &Parameters,
) -> Result<Outcome, Error> {
    caller.require(flow)?;
    let (name, password) = (parameters.username()?, parameters.password()?);
    let hash = parameters.secret_hash(caller)?;
    idp.pools.sign_in_with_password(caller, flow, &name, &password, hash.as_ref()).await
}

/// Begins a sign-in in one of the ways that are open to both sides.
pub(crate) async fn begin(
    idp: &Idp,
    caller: &Caller,
    flow: AuthFlowType,
    session: Option<Session>,
    parameters: &Parameters,
) -> Result<Outcome, Error> {
    match flow {
        AuthFlowType::UserSrpAuth => {
            caller.require(Flow::UserSrp)?;
            let (name, srp_a) = (parameters.username()?, parameters.require("SRP_A")?);
            let hash = parameters.secret_hash(caller)?;
            idp.pools.begin_srp(caller, &name, srp_a, hash.as_ref()).await
        }
        AuthFlowType::RefreshToken | AuthFlowType::RefreshTokenAuth => {
            caller.require(Flow::RefreshToken)?;
            let token = parameters.refresh_token()?;
            let hash = parameters.secret_hash(caller)?;
            idp.pools.refresh(caller, &token, hash.as_ref(), parameters.find("USERNAME")).await
        }
        AuthFlowType::CustomAuth => {
            caller.require_custom()?;
            let name = parameters.username()?;
            let srp_a = match parameters.find("CHALLENGE_NAME") {
                None => None,
                Some("SRP_A") => Some(parameters.require("SRP_A")?),
                Some(_) => {
                    return Err(Refusal::invalid("CHALLENGE_NAME must be SRP_A.").into());
                }
            };
            let hash = parameters.secret_hash(caller)?;
            idp.pools.begin_custom(caller, &name, srp_a, hash.as_ref()).await
        }
        AuthFlowType::UserAuth => {
            let level = parameters.find("TARGET_ACR_VALUES").map(|_| Feature::StepUp);
            let features = [Feature::ChoiceBasedSignIn].into_iter().chain(level);
            plan::require_of(&caller.pool, features)?;
            caller.require(Flow::UserAuth)?;
            let username = &parameters.username()?;
            let hash = parameters.secret_hash(caller)?;
            let hash = hash.as_ref();
            if let Some(session) = &session {
                let reply = Reply { username, session, hash };
                return idp.pools.sign_in_after_sign_up(caller, &reply).await;
            }
            let preferred = parameters.find("PREFERRED_CHALLENGE").map(first_choice).transpose()?;
            let password = parameters.find_password()?;
            let begin = BeginByChoice {
                username,
                preferred,
                password: password.as_ref(),
                srp_a: parameters.find("SRP_A"),
                hash,
            };
            idp.pools.begin_by_choice(caller, &begin).await
        }
        AuthFlowType::UserPasswordAuth
        | AuthFlowType::AdminUserPasswordAuth
        | AuthFlowType::AdminNoSrpAuth => Err(wrong_side()),
    }
}

/// A flow of the other side: the public one for administrators, or theirs for everybody.
pub(crate) fn wrong_side() -> Error {
    Refusal::invalid("Initiate Auth method not supported").into()
}

/// A way to begin by its name.
fn first_choice(name: &str) -> Result<FirstChoice, Refusal> {
    match name {
        "PASSWORD" => Ok(FirstChoice::Password),
        "PASSWORD_SRP" => Ok(FirstChoice::PasswordSrp),
        "EMAIL_OTP" => Ok(FirstChoice::EmailCode),
        "SMS_OTP" => Ok(FirstChoice::SmsCode),
        "WEB_AUTHN" => Ok(FirstChoice::Passkey),
        _ => Err(Refusal::invalid(
            "The challenge is not PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP or WEB_AUTHN.",
        )),
    }
}

/// Who calls an operation that takes an access token or a session.
pub(crate) enum Either<'a> {
    Bearer(&'a Token),
    SigningIn(&'a Session),
}

impl<'a> Either<'a> {
    /// The one that was given.
    pub fn of(token: Option<&'a Token>, session: Option<&'a Session>) -> Result<Self, Refusal> {
        match (token, session) {
            (Some(token), None) => Ok(Self::Bearer(token)),
            (None, Some(session)) => Ok(Self::SigningIn(session)),
            (None, None) => Err(Refusal::invalid("Either AccessToken or Session is required.")),
            (Some(_), Some(_)) => {
                Err(Refusal::invalid("Only one of AccessToken and Session can be given."))
            }
        }
    }
}

fn required(session: Option<Session>) -> Result<Session, Refusal> {
    session.ok_or_else(|| Refusal::invalid("Missing required parameter Session"))
}

/// Goes on with a sign-in.
pub(crate) async fn answer(
    idp: &Idp,
    caller: &Caller,
    challenge: ChallengeNameType,
    session: Option<Session>,
    responses: &Parameters,
) -> Result<Outcome, Error> {
    match challenge {
        ChallengeNameType::PasswordVerifier => {
            let username = responses.username()?;
            let hash = responses.secret_hash(caller)?;
            let answer = SrpAnswer {
                username: &username,
                secret_block: responses.require("PASSWORD_CLAIM_SECRET_BLOCK")?,
                signature: responses.require("PASSWORD_CLAIM_SIGNATURE")?,
                timestamp: responses.require("TIMESTAMP")?,
                hash: hash.as_ref(),
            };
            idp.pools.answer_srp(caller, &answer).await
        }
        ChallengeNameType::DeviceSrpAuth => {
            let username = responses.username()?;
            let device = responses.require_device()?;
            let hash = responses.secret_hash(caller)?;
            let answer = DeviceAnswer {
                username: &username,
                session: session.as_ref(),
                device: &device,
                srp_a: responses.require("SRP_A")?,
                hash: hash.as_ref(),
            };
            idp.pools.begin_device_srp(caller, answer).await
        }
        ChallengeNameType::DevicePasswordVerifier => {
            let username = responses.username()?;
            let device = responses.require_device()?;
            let hash = responses.secret_hash(caller)?;
            let proof = DeviceProof {
                username: &username,
                device: &device,
                secret_block: responses.require("PASSWORD_CLAIM_SECRET_BLOCK")?,
                signature: responses.require("PASSWORD_CLAIM_SIGNATURE")?,
                timestamp: responses.require("TIMESTAMP")?,
                hash: hash.as_ref(),
            };
            idp.pools.answer_device_srp(caller, &proof).await
        }
        ChallengeNameType::CustomChallenge => {
            let username = responses.username()?;
            let answer = responses.require("ANSWER")?;
            if answer.is_empty() {
                return Err(Refusal::invalid("Missing required parameter ANSWER").into());
            }
            let hash = responses.secret_hash(caller)?;
            let session = required(session)?;
            let hash = hash.as_ref();
            let answer = CustomAnswer { username: &username, session: &session, answer, hash };
            idp.pools.answer_custom(caller, answer).await
        }
        ChallengeNameType::NewPasswordRequired => {
            let username = responses.username()?;
            let new_password = responses.new_password()?;
            let hash = responses.secret_hash(caller)?;
            let session = required(session)?;
            let answer = NewPasswordAnswer {
                username: &username,
                session: &session,
                new_password: &new_password,
                attributes: responses.attributes(),
                hash: hash.as_ref(),
            };
            idp.pools.answer_new_password(caller, answer).await
        }
        ChallengeNameType::SoftwareTokenMfa => {
            code(idp, caller, session, responses, CodeOf::SoftwareToken, "SOFTWARE_TOKEN_MFA_CODE")
                .await
        }
        ChallengeNameType::SmsMfa => {
            code(idp, caller, session, responses, CodeOf::SmsMfa, "SMS_MFA_CODE").await
        }
        ChallengeNameType::EmailOtp => {
            code(idp, caller, session, responses, CodeOf::Email, "EMAIL_OTP_CODE").await
        }
        ChallengeNameType::SmsOtp => {
            code(idp, caller, session, responses, CodeOf::SmsOtp, "SMS_OTP_CODE").await
        }
        ChallengeNameType::SelectMfaType => {
            let factor = match responses.require("ANSWER")? {
                "SMS_MFA" => Some(SecondFactor::Sms),
                "SOFTWARE_TOKEN_MFA" => Some(SecondFactor::SoftwareToken),
                "EMAIL_OTP" | "EMAIL_MFA" => Some(SecondFactor::Email),
                _ => None,
            };
            let replying = Replying::of(caller, session, responses)?;
            idp.pools.answer_mfa_choice(caller, &replying.reply(), factor).await
        }
        ChallengeNameType::MfaSetup => {
            let email = responses.find("email").or_else(|| responses.find("EMAIL"));
            let replying = Replying::of(caller, session, responses)?;
            idp.pools.answer_mfa_setup(caller, &replying.reply(), email).await
        }
        ChallengeNameType::SelectChallenge => {
            let choice = first_choice(responses.require("ANSWER")?).ok();
            let password = responses.find_password()?;
            let with = Chosen {
                password: password.as_ref(),
                srp_a: responses.find("SRP_A"),
                credential: responses.find("CREDENTIAL"),
            };
            let replying = Replying::of(caller, session, responses)?;
            idp.pools.answer_first_choice(caller, &replying.reply(), choice, &with).await
        }
        ChallengeNameType::Password => {
            let password = responses.password()?;
            let replying = Replying::of(caller, session, responses)?;
            idp.pools.answer_password(caller, &replying.reply(), &password).await
        }
        ChallengeNameType::PasswordSrp => {
            let srp_a = responses.require("SRP_A")?;
            let replying = Replying::of(caller, session, responses)?;
            idp.pools.answer_password_srp(caller, &replying.reply(), srp_a).await
        }
        ChallengeNameType::WebAuthn => {
            let credential = responses.require("CREDENTIAL")?;
            let replying = Replying::of(caller, session, responses)?;
            idp.pools.answer_passkey(caller, &replying.reply(), credential).await
        }
        // This is never asked here, so whatever session comes along is not one of its.
        ChallengeNameType::AdminNoSrpAuth => Err(Refusal::InvalidSession.into()),
    }
}

/// Takes a code.
async fn code(
    idp: &Idp,
    caller: &Caller,
    session: Option<Session>,
    responses: &Parameters,
    of: CodeOf,
    name: &str,
) -> Result<Outcome, Error> {
    let code = responses.require(name)?;
    let replying = Replying::of(caller, session, responses)?;
    idp.pools.answer_code(caller, &replying.reply(), of, code).await
}

/// Who replies, parsed.
struct Replying {
    username: Username,
    session: Session,
    hash: Option<SecretHash>,
}

impl Replying {
    fn of(
        caller: &Caller,
        session: Option<Session>,
        responses: &Parameters,
    ) -> Result<Self, Refusal> {
        let (username, hash) = (responses.username()?, responses.secret_hash(caller)?);
        Ok(Self { username, session: required(session)?, hash })
    }

    fn reply(&self) -> Reply<'_> {
        Reply { username: &self.username, session: &self.session, hash: self.hash.as_ref() }
    }
}
