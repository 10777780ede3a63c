//! How do second factors look in the API's words?

use super::{
    kept,
    user_pool::{self, SMS_CONFIGURATION},
};
use crate::plan::{self, Feature};
use pool::{
    Contact, Error, FirstFactor, MfaMode, MfaSettings, PasskeySettings, PoolSettings, Pools,
    Preference, Preferences, Refusal, RelyingParty, SecondFactor, User, UserPool, Verification,
};
use wire::cognito_idp::{
    AuthFactorType, CreateUserPoolRequest, DeliveryMediumType, EmailMfaConfigType,
    EmailMfaSettingsType, MFAOptionType, SMSMfaSettingsType, SetUserPoolMfaConfigRequest,
    SmsConfigurationType, SmsMfaConfigType, SoftwareTokenMfaConfigType,
    SoftwareTokenMfaSettingsType, UserPoolMfaType, UserVerificationType, WebAuthnConfigurationType,
    WebAuthnFactorConfigurationType, WebAuthnMfaSettingsType,
};

/// What somebody wants of each factor. What is not there stays as it is.
pub(crate) struct Wishes {
    pub sms: Option<SMSMfaSettingsType>,
    pub software_token: Option<SoftwareTokenMfaSettingsType>,
    pub email: Option<EmailMfaSettingsType>,
    pub web_authn: Option<WebAuthnMfaSettingsType>,
}

/// What somebody wants, as the house takes it.
pub(crate) fn preferences(wishes: Wishes) -> Preferences {
    let wish = |factor, is_enabled: Option<bool>, is_preferred: Option<bool>| Preference {
        factor,
        is_enabled: is_enabled.unwrap_or(false),
        is_preferred: is_preferred.unwrap_or(false),
    };
    let sms = wishes.sms.map(|it| wish(SecondFactor::Sms, it.enabled, it.preferred_mfa));
    let email = wishes.email.map(|it| wish(SecondFactor::Email, it.enabled, it.preferred_mfa));
    let token = wishes
        .software_token
        .map(|it| wish(SecondFactor::SoftwareToken, it.enabled, it.preferred_mfa));
    Preferences {
        factors: [sms, token, email].into_iter().flatten().collect(),
        passkey_counts_twice: wishes.web_authn.map(|it| it.enabled.unwrap_or(false)),
    }
}

/// What somebody wants of text messages, in the old way.
pub(crate) fn sms_preference(options: &[MFAOptionType]) -> Result<Preferences, Refusal> {
    let is_known = |option: &MFAOptionType| {
        option.delivery_medium == Some(DeliveryMediumType::Sms)
            && option.attribute_name.as_deref() == Some(Contact::PhoneNumber.attribute())
    };
    if !options.iter().all(is_known) {
        return Err(Refusal::invalid("Only SMS to phone_number is supported as MFA option."));
    }
    let is_enabled = !options.is_empty();
    let sms = Preference { factor: SecondFactor::Sms, is_enabled, is_preferred: false };
    Ok(Preferences { factors: vec![sms], ..Preferences::default() })
}

/// The factors that a user turned on; absent if there is none.
pub(crate) fn setting_list(user: &User) -> Option<Vec<String>> {
    let enabled = &user.factors.enabled;
    let list: Vec<_> = enabled.iter().map(|factor| factor.as_str().to_owned()).collect();
    (!list.is_empty()).then_some(list)
}

/// The factor that a user likes best.
pub(crate) fn preferred(user: &User) -> Option<String> {
    user.factors.preferred.map(|factor| factor.as_str().to_owned())
}

/// Codes by text message, in the old way.
pub(crate) fn options(user: &User) -> Option<Vec<MFAOptionType>> {
    let option = MFAOptionType {
        delivery_medium: Some(DeliveryMediumType::Sms),
        attribute_name: Some(Contact::PhoneNumber.attribute().to_owned()),
    };
    user.factors.enabled.contains(&SecondFactor::Sms).then(|| vec![option])
}

/// With what a user can begin a sign-in.
pub(crate) async fn auth_factors(
    pools: &Pools,
    pool: &UserPool,
    user: &User,
) -> Result<Vec<AuthFactorType>, Error> {
    let mut factors = Vec::new();
    if user.password.is_some() {
        factors.push(AuthFactorType::Password);
    }
    for (contact, factor) in
        [(Contact::Email, AuthFactorType::EmailOtp), (Contact::PhoneNumber, AuthFactorType::SmsOtp)]
    {
        let is_allowed = pool.settings.allows_first(FirstFactor::Code(contact));
        if is_allowed && user.is_verified(contact) {
            factors.push(factor);
        }
    }
    if pool.settings.allows_first(FirstFactor::Passkey) && !pools.passkeys(user).await?.is_empty() {
        factors.push(AuthFactorType::WebAuthn);
    }
    Ok(factors)
}

/// Whether a second factor is needed, as the API puts it.
pub(crate) fn mode_type(mode: MfaMode) -> UserPoolMfaType {
    match mode {
        MfaMode::Off => UserPoolMfaType::Off,
        MfaMode::Optional => UserPoolMfaType::Optional,
        MfaMode::On => UserPoolMfaType::On,
    }
}

fn mode(given: UserPoolMfaType) -> MfaMode {
    match given {
        UserPoolMfaType::Off => MfaMode::Off,
        UserPoolMfaType::Optional => MfaMode::Optional,
        UserPoolMfaType::On => MfaMode::On,
    }
}

/// The settings after a pool was made or updated. Those operations know text messages only: what else the
/// pool takes stays.
pub(crate) fn updated(
    before: &MfaSettings,
    request: &CreateUserPoolRequest,
) -> Result<MfaSettings, Refusal> {
    let has_sms = request.sms_configuration.is_some();
    let mut mfa = MfaSettings {
        mode: request.mfa_configuration.map_or(MfaMode::Off, mode),
        sms_message: request.sms_authentication_message.clone(),
        allows_sms: before.allows_sms && has_sms,
        ..before.clone()
    };
    let has_factor = mfa.allows_sms || mfa.allows_software_token || mfa.allows_email;
    if mfa.mode != MfaMode::Off && !has_factor {
        if !has_sms {
            return Err(Refusal::invalid(format!(
                "SMS configuration and Auto verification for phone_number are required when MFA is {}",
                if mfa.mode == MfaMode::On { "required" } else { "optional" }
            )));
        }
        mfa.allows_sms = true;
    }
    Ok(mfa)
}

/// With what a sign-in may begin where the user has the choice.
pub(crate) fn first_factors(
    given: Option<&[AuthFactorType]>,
    mfa: &MfaSettings,
) -> Result<Vec<FirstFactor>, Refusal> {
    let mut factors = Vec::new();
    for factor in given.unwrap_or_default() {
        let factor = match factor {
            AuthFactorType::Password => FirstFactor::Password,
            AuthFactorType::EmailOtp => FirstFactor::Code(Contact::Email),
            AuthFactorType::SmsOtp => FirstFactor::Code(Contact::PhoneNumber),
            AuthFactorType::WebAuthn => FirstFactor::Passkey,
            AuthFactorType::SoftwareToken => {
                return Err(Refusal::invalid("SOFTWARE_TOKEN is not a first factor."));
            }
        };
        if !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    if factors == [FirstFactor::Passkey] {
        return Err(Refusal::invalid("WEB_AUTHN cannot be the only first factor."));
    }
    check_first_factors(&factors, mfa)?;
    Ok(factors)
}

fn check_first_factors(factors: &[FirstFactor], mfa: &MfaSettings) -> Result<(), Refusal> {
    if mfa.mode != MfaMode::On {
        return Ok(());
    }
    if factors.iter().any(|factor| matches!(factor, FirstFactor::Code(_))) {
        return Err(Refusal::invalid(
            "EMAIL_OTP and SMS_OTP cannot be first factors of a user pool that requires MFA.",
        ));
    }
    // What nobody could use is a mistake: a passkey would be one factor where two are needed.
    if factors.contains(&FirstFactor::Passkey) && mfa.passkeys.counts_twice != Some(true) {
        return Err(Refusal::invalid(
            "WEB_AUTHN can be a first factor of a user pool that requires MFA only with \
             FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION.",
        ));
    }
    Ok(())
}

/// With what a sign-in may begin, as the API puts it.
pub(crate) fn first_factor_types(settings: &PoolSettings) -> Vec<AuthFactorType> {
    if settings.first_factors.is_empty() {
        return vec![AuthFactorType::Password];
    }
    let factors = settings.first_factors.iter().map(|factor| match factor {
        FirstFactor::Password => AuthFactorType::Password,
        FirstFactor::Code(Contact::Email) => AuthFactorType::EmailOtp,
        FirstFactor::Code(Contact::PhoneNumber) => AuthFactorType::SmsOtp,
        FirstFactor::Passkey => AuthFactorType::WebAuthn,
    });
    factors.collect()
}

/// Says with what people prove a second time who they are. A call that says how it is with second factors
/// says it of all of them; one that does not, of those that it names.
pub(crate) fn configure(
    settings: &mut PoolSettings,
    request: SetUserPoolMfaConfigRequest,
) -> Result<(), Error> {
    let SetUserPoolMfaConfigRequest {
        sms_mfa_configuration: sms,
        software_token_mfa_configuration: software_token,
        email_mfa_configuration: email,
        mfa_configuration,
        web_authn_configuration: web_authn,
        user_pool_id: _,
    } = request;
    let is_whole = mfa_configuration.is_some();
    let mut mfa = settings.mfa.clone();
    mfa.mode = mfa_configuration.map_or(mfa.mode, mode);
    let by_mail = email.is_some().then_some(Feature::EmailMfa);
    let passwordless = web_authn.is_some().then_some(Feature::PasswordlessSignIn);
    plan::require(plan::tier_of(settings)?, by_mail.into_iter().chain(passwordless))?;
    if sms.is_some() || is_whole {
        mfa.allows_sms = sms.is_some();
    }
    if let Some(sms) = sms {
        if sms.sms_configuration.is_none() && !settings.inert.contains_key(SMS_CONFIGURATION) {
            return Err(Refusal::invalid("SmsConfiguration is required for SMS MFA.").into());
        }
        if let Some(given) = &sms.sms_configuration {
            user_pool::set_sms(settings, given)?;
        }
        mfa.sms_message = sms.sms_authentication_message;
    }
    if software_token.is_some() || is_whole {
        mfa.allows_software_token = software_token.and_then(|it| it.enabled).unwrap_or(false);
    }
    if email.is_some() || is_whole {
        mfa.allows_email = email.is_some();
        let email = email.unwrap_or_default();
        (mfa.email_subject, mfa.email_message) = (email.subject, email.message);
    }
    let has_factor = mfa.allows_sms || mfa.allows_software_token || mfa.allows_email;
    if mfa.mode != MfaMode::Off && !has_factor {
        return Err(Refusal::invalid(
            "At least one of [SmsMfaConfiguration] or [SoftwareTokenMfaConfiguration] must be provided.",
        )
        .into());
    }
    if let Some(web_authn) = web_authn {
        mfa.passkeys = passkeys(web_authn)?;
    }
    check_first_factors(&settings.first_factors, &mfa)?;
    settings.mfa = mfa;
    Ok(())
}

/// Codes by text message, if the pool takes them.
pub(crate) fn sms_configuration(
    settings: &PoolSettings,
) -> Result<Option<SmsMfaConfigType>, Error> {
    if !settings.mfa.allows_sms {
        return Ok(None);
    }
    Ok(Some(SmsMfaConfigType {
        sms_authentication_message: settings.mfa.sms_message.clone(),
        sms_configuration: kept::<SmsConfigurationType>(&settings.inert, SMS_CONFIGURATION)?,
    }))
}

/// Authenticators, unless nobody ever spoke of second factors.
pub(crate) fn software_token_configuration(
    settings: &PoolSettings,
) -> Option<SoftwareTokenMfaConfigType> {
    let MfaSettings { mode, allows_software_token, .. } = settings.mfa;
    (allows_software_token || mode != MfaMode::Off)
        .then_some(SoftwareTokenMfaConfigType { enabled: Some(allows_software_token) })
}

/// Codes by mail, if the pool takes them.
pub(crate) fn email_configuration(settings: &PoolSettings) -> Option<EmailMfaConfigType> {
    let mfa = &settings.mfa;
    mfa.allows_email.then(|| EmailMfaConfigType {
        message: mfa.email_message.clone(),
        subject: mfa.email_subject.clone(),
    })
}

/// Passkeys, as somebody wants them.
pub(crate) fn passkeys(given: WebAuthnConfigurationType) -> Result<PasskeySettings, Refusal> {
    let relying_party = given.relying_party_id.as_deref().map(RelyingParty::parse).transpose()?;
    let settings = PasskeySettings {
        relying_party,
        verification: given.user_verification.map(|it| match it {
            UserVerificationType::Required => Verification::Required,
            UserVerificationType::Preferred => Verification::Preferred,
        }),
        counts_twice: given.factor_configuration.map(|it| match it {
            WebAuthnFactorConfigurationType::SingleFactor => false,
            WebAuthnFactorConfigurationType::MultiFactorWithUserVerification => true,
        }),
    };
    Ok(settings)
}

/// Passkeys, as they were set up.
pub(crate) fn web_authn_configuration(
    settings: &PoolSettings,
) -> Option<WebAuthnConfigurationType> {
    let passkeys = &settings.mfa.passkeys;
    let configuration = WebAuthnConfigurationType {
        relying_party_id: passkeys.relying_party.as_ref().map(|it| it.as_str().to_owned()),
        user_verification: passkeys.verification.map(|it| match it {
            Verification::Required => UserVerificationType::Required,
            Verification::Preferred => UserVerificationType::Preferred,
        }),
        factor_configuration: passkeys.counts_twice.map(|counts_twice| match counts_twice {
            false => WebAuthnFactorConfigurationType::SingleFactor,
            true => WebAuthnFactorConfigurationType::MultiFactorWithUserVerification,
        }),
    };
    (*passkeys != PasskeySettings::default()).then_some(configuration)
}
