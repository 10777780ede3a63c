//! Which functions does a pool ask?
//!
//! A function that would be configured and never called could be a gate that does not stand, so the
//! triggers that are not asked here are refused when they are configured.

use names::FunctionArn;
use pool::{PreTokenForm, PreTokenGeneration, Refusal, TokenEventVersion, Triggers};
use wire::cognito_idp::{
    CustomEmailLambdaVersionConfigType, CustomEmailSenderLambdaVersionType,
    CustomSMSLambdaVersionConfigType, CustomSMSSenderLambdaVersionType,
    InboundFederationLambdaType, InboundFederationLambdaVersionType, LambdaConfigType,
    PreTokenGenerationLambdaVersionType as Version, PreTokenGenerationVersionConfigType,
};

/// The functions of a `LambdaConfig`.
pub(crate) fn triggers(given: &LambdaConfigType) -> Result<Triggers, Refusal> {
    let inbound = given.inbound_federation.as_ref().map(|it| it.lambda_arn.as_str());
    let email = given.custom_email_sender.as_ref().map(|it| it.lambda_arn.as_str());
    let sms = given.custom_sms_sender.as_ref().map(|it| it.lambda_arn.as_str());
    if (email.is_some() || sms.is_some()) && given.kms_key_id.is_none() {
        let text = "KMSKeyID is required with a CustomEmailSender or CustomSMSSender.";
        return Err(Refusal::invalid(text));
    }
    Ok(Triggers {
        pre_sign_up: function("PreSignUp", given.pre_sign_up.as_deref())?,
        post_confirmation: function("PostConfirmation", given.post_confirmation.as_deref())?,
        pre_authentication: function("PreAuthentication", given.pre_authentication.as_deref())?,
        post_authentication: function("PostAuthentication", given.post_authentication.as_deref())?,
        pre_token_generation: pre_token_generation(given)?,
        custom_message: function("CustomMessage", given.custom_message.as_deref())?,
        custom_email_sender: function("CustomEmailSender", email)?,
        custom_sms_sender: function("CustomSMSSender", sms)?,
        sender_key: given.kms_key_id.clone(),
        user_migration: function("UserMigration", given.user_migration.as_deref())?,
        define_auth_challenge: function(
            "DefineAuthChallenge",
            given.define_auth_challenge.as_deref(),
        )?,
        create_auth_challenge: function(
            "CreateAuthChallenge",
            given.create_auth_challenge.as_deref(),
        )?,
        verify_auth_challenge_response: function(
            "VerifyAuthChallengeResponse",
            given.verify_auth_challenge_response.as_deref(),
        )?,
        inbound_federation: function("InboundFederation", inbound)?,
    })
}

fn function(name: &str, given: Option<&str>) -> Result<Option<FunctionArn>, Refusal> {
    let parse = |arn| {
        FunctionArn::parse(arn)
            .map_err(|_| Refusal::invalid(format!("{name} is not the ARN of a Lambda function.")))
    };
    given.map(parse).transpose()
}

fn pre_token_generation(given: &LambdaConfigType) -> Result<Option<PreTokenGeneration>, Refusal> {
    let plain = function("PreTokenGeneration", given.pre_token_generation.as_deref())?;
    let Some(config) = &given.pre_token_generation_config else {
        let (version, form) = (TokenEventVersion::V1, PreTokenForm::Plain);
        return Ok(plain.map(|function| PreTokenGeneration { function, version, form }));
    };
    let Some(function) = function("PreTokenGenerationConfig", Some(&config.lambda_arn))? else {
        return Ok(None);
    };
    if plain.as_ref().is_some_and(|plain| *plain != function) {
        return Err(Refusal::invalid(
            "PreTokenGeneration and PreTokenGenerationConfig must name the same function.",
        ));
    }
    let version = match config.lambda_version {
        Version::V1_0 => TokenEventVersion::V1,
        Version::V2_0 => TokenEventVersion::V2,
        Version::V3_0 => TokenEventVersion::V3,
    };
    let form = if plain.is_some() { PreTokenForm::Both } else { PreTokenForm::Versioned };
    Ok(Some(PreTokenGeneration { function, version, form }))
}

/// The `LambdaConfig` of a pool, as it was given.
pub(crate) fn lambda_config(triggers: &Triggers) -> LambdaConfigType {
    let text = |arn: &Option<FunctionArn>| arn.as_ref().map(FunctionArn::to_string);
    let mut config = LambdaConfigType {
        pre_sign_up: text(&triggers.pre_sign_up),
        post_confirmation: text(&triggers.post_confirmation),
        pre_authentication: text(&triggers.pre_authentication),
        post_authentication: text(&triggers.post_authentication),
        custom_message: text(&triggers.custom_message),
        user_migration: text(&triggers.user_migration),
        define_auth_challenge: text(&triggers.define_auth_challenge),
        create_auth_challenge: text(&triggers.create_auth_challenge),
        verify_auth_challenge_response: text(&triggers.verify_auth_challenge_response),
        custom_email_sender: text(&triggers.custom_email_sender).map(|lambda_arn| {
            CustomEmailLambdaVersionConfigType {
                lambda_version: CustomEmailSenderLambdaVersionType::V1_0,
                lambda_arn,
            }
        }),
        custom_sms_sender: text(&triggers.custom_sms_sender).map(|lambda_arn| {
            CustomSMSLambdaVersionConfigType {
                lambda_version: CustomSMSSenderLambdaVersionType::V1_0,
                lambda_arn,
            }
        }),
        inbound_federation: text(&triggers.inbound_federation).map(|lambda_arn| {
            InboundFederationLambdaType {
                lambda_version: InboundFederationLambdaVersionType::V1_0,
                lambda_arn,
            }
        }),
        kms_key_id: triggers.sender_key.clone(),
        ..LambdaConfigType::default()
    };
    if let Some(PreTokenGeneration { function, version, form }) = &triggers.pre_token_generation {
        let lambda_version = match version {
            TokenEventVersion::V1 => Version::V1_0,
            TokenEventVersion::V2 => Version::V2_0,
            TokenEventVersion::V3 => Version::V3_0,
        };
        let lambda_arn = function.to_string();
        if *form != PreTokenForm::Versioned {
            config.pre_token_generation = Some(lambda_arn.clone());
        }
        if *form != PreTokenForm::Plain {
            config.pre_token_generation_config =
                Some(PreTokenGenerationVersionConfigType { lambda_version, lambda_arn });
        }
    }
    config
}
