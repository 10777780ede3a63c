//! What do the public and the administrators' sign-in have in common?

use crate::{Idp, convert::auth::Parameters};
use names::Session;
use pool::{Caller, CustomAnswer, Error, Flow, NewPasswordAnswer, Outcome, Refusal, SrpAnswer};
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
            caller.require(Flow::UserAuth)?;
            Err(Refusal::Unsupported("This version has no USER_AUTH flow.".into()).into())
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
        // None of these was ever asked here, so whatever session comes along is not one of theirs.
        ChallengeNameType::SmsMfa
        | ChallengeNameType::EmailOtp
        | ChallengeNameType::SoftwareTokenMfa
        | ChallengeNameType::SelectMfaType
        | ChallengeNameType::MfaSetup
        | ChallengeNameType::SelectChallenge
        | ChallengeNameType::DeviceSrpAuth
        | ChallengeNameType::DevicePasswordVerifier
        | ChallengeNameType::AdminNoSrpAuth
        | ChallengeNameType::SmsOtp
        | ChallengeNameType::Password
        | ChallengeNameType::WebAuthn
        | ChallengeNameType::PasswordSrp => Err(Refusal::InvalidSession.into()),
    }
}
