//! How does a user pool look in the API's words?
//!
//! Every setting either has its meaning in [`PoolSettings`], or is kept as it was given and told back so,
//! or is refused because ignoring it would make a pool weaker than its owner thinks.

use super::{keep, kept, lambda, mfa, schema, tags, template};
use crate::plan;
use names::AccountId;
use pool::{
    Alias, Contact, DeviceTracking, Error, MailSettings, MfaSettings, PasswordPolicy, PoolSettings,
    Recovery, Refusal, Schema, SignInNames, SmsRole, ThreatMode, ThreatProtection, UserPool,
};
use wire::cognito_idp::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AdvancedSecurityEnabledModeType,
    AdvancedSecurityModeType, AliasAttributeType, CreateUserPoolRequest, DeletionProtectionType,
    DeviceConfigurationType, EmailConfigurationType, EmailSendingAccountType, PasswordPolicyType,
    RecoveryOptionNameType, SignInPolicyType, SmsConfigurationType, UpdateUserPoolRequest,
    UserAttributeUpdateSettingsType, UserPoolAddOnsType, UserPoolDescriptionType,
    UserPoolPolicyType, UserPoolTierType, UserPoolType, UsernameAttributeType,
    UsernameConfigurationType, VerifiedAttributeType,
};

/// Where it is kept as it was given how text messages are sent.
pub(crate) const SMS_CONFIGURATION: &str = "SmsConfiguration";
/// The days a temporary password is good when nothing, or 0, is said.
const TEMPORARY_PASSWORD_DAYS: u16 = 7;

/// An update as the creation of a pool that would have the same settings: what is left out has its default
/// again. The name alone has none, and stays.
pub(crate) fn as_creation(update: UpdateUserPoolRequest, name: &str) -> CreateUserPoolRequest {
    CreateUserPoolRequest {
        pool_name: update.pool_name.unwrap_or_else(|| name.to_owned()),
        policies: update.policies,
        deletion_protection: update.deletion_protection,
        lambda_config: update.lambda_config,
        auto_verified_attributes: update.auto_verified_attributes,
        sms_verification_message: update.sms_verification_message,
        email_verification_message: update.email_verification_message,
        email_verification_subject: update.email_verification_subject,
        verification_message_template: update.verification_message_template,
        sms_authentication_message: update.sms_authentication_message,
        mfa_configuration: update.mfa_configuration,
        user_attribute_update_settings: update.user_attribute_update_settings,
        device_configuration: update.device_configuration,
        email_configuration: update.email_configuration,
        sms_configuration: update.sms_configuration,
        user_pool_tags: update.user_pool_tags,
        admin_create_user_config: update.admin_create_user_config,
        user_pool_add_ons: update.user_pool_add_ons,
        dcr_configuration: update.dcr_configuration,
        account_recovery_setting: update.account_recovery_setting,
        user_pool_tier: update.user_pool_tier,
        key_configuration: update.key_configuration,
        issuer_configuration: update.issuer_configuration,
        acr_configuration: update.acr_configuration,
        // Decided when the pool was made.
        alias_attributes: None,
        username_attributes: None,
        username_configuration: None,
        schema: None,
    }
}

/// By which names people sign in to a new pool.
pub(crate) fn sign_in_names(request: &CreateUserPoolRequest) -> Result<SignInNames, Error> {
    let usernames = request.username_attributes.as_deref().unwrap_or_default();
    let aliases = request.alias_attributes.as_deref().unwrap_or_default();
    if !usernames.is_empty() && !aliases.is_empty() {
        let text =
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.";
        return Err(Refusal::invalid(text).into());
    }
    let username_attributes = usernames.iter().map(|attribute| match attribute {
        UsernameAttributeType::Email => Contact::Email,
        UsernameAttributeType::PhoneNumber => Contact::PhoneNumber,
    });
    let alias_attributes = aliases.iter().map(|attribute| match attribute {
        AliasAttributeType::Email => Alias::Email,
        AliasAttributeType::PhoneNumber => Alias::PhoneNumber,
        AliasAttributeType::PreferredUsername => Alias::PreferredUsername,
    });
    let case_rule = request.username_configuration.as_ref().map(|rule| rule.case_sensitive);
    Ok(SignInNames {
        username_attributes: once_each(username_attributes),
        alias_attributes: once_each(alias_attributes),
        is_case_sensitive: case_rule.unwrap_or(true),
        is_case_rule_given: case_rule.is_some(),
    })
}

/// The schema of a new pool.
pub(crate) fn new_schema(request: &CreateUserPoolRequest) -> Result<Schema, Error> {
    let given = request.schema.iter().flatten().cloned();
    let requests: Vec<_> = given.map(schema::request).collect::<Result<_, _>>()?;
    Schema::new(&requests)
}

/// The settings that a creation, or an update as one, asks for.
pub(crate) fn settings(
    request: CreateUserPoolRequest,
    mfa: &MfaSettings,
) -> Result<PoolSettings, Error> {
    let tier = request.user_pool_tier.unwrap_or(UserPoolTierType::Essentials);
    let mfa = mfa::updated(mfa, &request)?;
    let policies = request.policies.unwrap_or_default();
    let sign_in = policies.sign_in_policy.unwrap_or_default();
    let first = sign_in.allowed_first_auth_factors.as_deref();
    let first_factors = mfa::first_factors(first, &mfa)?;
    let admin = request.admin_create_user_config.unwrap_or_default();
    let password_policy = password_policy(policies.password_policy, &admin)?;
    let lambda_config = request.lambda_config.unwrap_or_default();
    let auto_verified = contacts(request.auto_verified_attributes.as_deref());
    let updates = request.user_attribute_update_settings.as_ref();
    let verified_before_update = contacts(
        updates.and_then(|it| it.attributes_require_verification_before_update.as_deref()),
    );
    if verified_before_update.iter().any(|contact| !auto_verified.contains(contact)) {
        return Err(Refusal::invalid(
            "Attributes that require verification before update must be auto verified attributes.",
        )
        .into());
    }
    let mut settings = PoolSettings {
        name: request.pool_name,
        password_policy,
        is_deletion_protected: request.deletion_protection == Some(DeletionProtectionType::Active),
        triggers: lambda::triggers(&lambda_config)?,
        auto_verified,
        verified_before_update,
        only_admins_create_users: admin.allow_admin_create_user_only.unwrap_or(false),
        recovery: recovery(request.account_recovery_setting.as_ref())?,
        messages: template::messages(
            template::Verification {
                sms: request.sms_verification_message,
                email: request.email_verification_message,
                subject: request.email_verification_subject,
                template: request.verification_message_template.clone(),
            },
            admin.invite_message_template,
        )?,
        devices: devices(request.device_configuration.as_ref()),
        mfa,
        first_factors,
        threats: threats(request.user_pool_add_ons.as_ref()),
        mail: mail(request.email_configuration.as_ref()),
        sms_region: None,
        sms_role: None,
        inert: serde_json::Map::new(),
    };
    if let Some(sms) = &request.sms_configuration {
        set_sms(&mut settings, sms)?;
    }
    tags::set_tags(&mut settings, &request.user_pool_tags.unwrap_or_default())?;
    let inert = &mut settings.inert;
    keep(inert, "UserPoolTier", Some(&tier))?;
    keep(inert, "UserAttributeUpdateSettings", updates)?;
    keep(inert, "AccountRecoverySetting", request.account_recovery_setting.as_ref())?;
    keep(inert, "VerificationMessageTemplate", request.verification_message_template.as_ref())?;
    let devices = request.device_configuration.as_ref();
    keep(inert, "DeviceConfiguration", devices.filter(|it| **it != Default::default()))?;
    keep(inert, "EmailConfiguration", request.email_configuration.as_ref())?;
    keep(inert, "UserPoolAddOns", request.user_pool_add_ons.as_ref())?;
    keep(inert, "DcrConfiguration", request.dcr_configuration.as_ref())?;
    keep(inert, "KeyConfiguration", request.key_configuration.as_ref())?;
    keep(inert, "IssuerConfiguration", request.issuer_configuration.as_ref())?;
    keep(inert, "AcrConfiguration", request.acr_configuration.as_ref())?;
    plan::require(tier, plan::features_of(&settings)?)?;
    Ok(settings)
}

/// The settings after an update. What the update leaves out has its default again, but for one setting that
/// Cognito keeps, and what is not an update's to say.
pub(crate) fn updated(
    pool: &UserPool,
    request: CreateUserPoolRequest,
    mfa: &MfaSettings,
) -> Result<PoolSettings, Error> {
    let mut settings = settings(request, mfa)?;
    let name = "DcrConfiguration";
    if let (None, Some(before)) = (settings.inert.get(name), pool.settings.inert.get(name)) {
        settings.inert.insert(name.to_owned(), before.clone());
    }
    Ok(settings)
}

/// Says how the pool's text messages are sent.
pub(crate) fn set_sms(
    settings: &mut PoolSettings,
    given: &SmsConfigurationType,
) -> Result<(), Error> {
    let SmsConfigurationType { sns_caller_arn, external_id, sns_region, .. } = given;
    settings.sms_region = sns_region.clone();
    settings.sms_role =
        sns_caller_arn.clone().map(|arn| SmsRole { arn, external_id: external_id.clone() });
    keep(&mut settings.inert, SMS_CONFIGURATION, Some(given))
}

/// Who the pool's mails are from.
fn mail(given: Option<&EmailConfigurationType>) -> MailSettings {
    let Some(given) = given else { return MailSettings::default() };
    MailSettings {
        from: given.from.clone(),
        reply_to: given.reply_to_email_address.clone(),
        identity: given.source_arn.clone(),
        configuration_set: given.configuration_set.clone(),
    }
}

/// Whether the pool looks for threats.
fn threats(add_ons: Option<&UserPoolAddOnsType>) -> ThreatProtection {
    let Some(add_ons) = add_ons else { return ThreatProtection::default() };
    let mode = match add_ons.advanced_security_mode {
        AdvancedSecurityModeType::Off => ThreatMode::Off,
        AdvancedSecurityModeType::Audit => ThreatMode::Audit,
        AdvancedSecurityModeType::Enforced => ThreatMode::Enforced,
    };
    let flows = add_ons.advanced_security_additional_flows.as_ref();
    let custom = match flows.and_then(|flows| flows.custom_auth_mode) {
        _ if mode == ThreatMode::Off => ThreatMode::Off,
        None => ThreatMode::Off,
        Some(AdvancedSecurityEnabledModeType::Audit) => ThreatMode::Audit,
        Some(AdvancedSecurityEnabledModeType::Enforced) => ThreatMode::Enforced,
    };
    ThreatProtection { mode, custom }
}

fn password_policy(
    given: Option<PasswordPolicyType>,
    admin: &AdminCreateUserConfigType,
) -> Result<PasswordPolicy, Refusal> {
    let days = |given: Option<i32>| {
        given.and_then(|days| u16::try_from(days).ok()).filter(|days| *days > 0)
    };
    let unused_account_days = days(admin.unused_account_validity_days);
    let Some(policy) = given else {
        return Ok(PasswordPolicy {
            temporary_password_validity_days: unused_account_days
                .unwrap_or(TEMPORARY_PASSWORD_DAYS),
            ..PasswordPolicy::default()
        });
    };
    let temporary_password_days = days(policy.temporary_password_validity_days);
    if let (Some(old), Some(new)) = (unused_account_days, temporary_password_days)
        && old != new
    {
        return Err(Refusal::invalid(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of \
             UnusedAccountValidityDays",
        ));
    }
    let minimum_length = policy.minimum_length.and_then(|length| u16::try_from(length).ok());
    // In a policy that was given, what it does not ask for is not needed.
    Ok(PasswordPolicy {
        minimum_length: minimum_length.unwrap_or(PasswordPolicy::default().minimum_length),
        needs_uppercase: policy.require_uppercase.unwrap_or(false),
        needs_lowercase: policy.require_lowercase.unwrap_or(false),
        needs_numbers: policy.require_numbers.unwrap_or(false),
        needs_symbols: policy.require_symbols.unwrap_or(false),
        history_size: policy
            .password_history_size
            .and_then(|size| u8::try_from(size).ok())
            .unwrap_or(0),
        temporary_password_validity_days: temporary_password_days
            .or(unused_account_days)
            .unwrap_or(TEMPORARY_PASSWORD_DAYS),
    })
}

fn recovery(given: Option<&AccountRecoverySettingType>) -> Result<Option<Vec<Recovery>>, Refusal> {
    let Some(mechanisms) = given.and_then(|setting| setting.recovery_mechanisms.as_ref()) else {
        return Ok(None);
    };
    let is_admin = |name| name == RecoveryOptionNameType::AdminOnly;
    if mechanisms.len() > 1 && mechanisms.iter().any(|mechanism| is_admin(mechanism.name)) {
        return Err(Refusal::invalid(
            "Invalid account recovery setting parameter. admin_only cannot be used with other \
             recovery options.",
        ));
    }
    if let [first, second] = mechanisms.as_slice()
        && (first.priority == second.priority || first.name == second.name)
    {
        return Err(Refusal::invalid(
            "Invalid account recovery setting parameter. Names and priorities must differ.",
        ));
    }
    let mut sorted: Vec<_> = mechanisms.iter().collect();
    sorted.sort_by_key(|mechanism| mechanism.priority);
    let way = |name| match name {
        RecoveryOptionNameType::VerifiedEmail => Recovery::Verified(Contact::Email),
        RecoveryOptionNameType::VerifiedPhoneNumber => Recovery::Verified(Contact::PhoneNumber),
        RecoveryOptionNameType::AdminOnly => Recovery::AdminOnly,
    };
    Ok(Some(sorted.into_iter().map(|mechanism| way(mechanism.name)).collect()))
}

/// Devices are known apart as soon as one of the two settings is given.
fn devices(given: Option<&DeviceConfigurationType>) -> Option<DeviceTracking> {
    let given = given.filter(|given| **given != DeviceConfigurationType::default())?;
    Some(DeviceTracking {
        replaces_second_factor: given.challenge_required_on_new_device.unwrap_or(false),
        is_remembered_on_prompt: given.device_only_remembered_on_user_prompt.unwrap_or(false),
    })
}

fn contacts(given: Option<&[VerifiedAttributeType]>) -> Vec<Contact> {
    once_each(given.unwrap_or_default().iter().map(|attribute| match attribute {
        VerifiedAttributeType::Email => Contact::Email,
        VerifiedAttributeType::PhoneNumber => Contact::PhoneNumber,
    }))
}

fn once_each<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// A pool as `DescribeUserPool` shows it.
pub(crate) fn user_pool_type(
    pool: &UserPool,
    users: u64,
    account: &AccountId,
) -> Result<UserPoolType, Error> {
    let PoolSettings { messages, inert, .. } = &pool.settings;
    let verified = |contacts: &[Contact]| {
        let attribute = |contact: &Contact| match contact {
            Contact::Email => VerifiedAttributeType::Email,
            Contact::PhoneNumber => VerifiedAttributeType::PhoneNumber,
        };
        some(contacts.iter().map(attribute).collect())
    };
    let aliases = pool.names.alias_attributes.iter().map(|alias| match alias {
        Alias::Email => AliasAttributeType::Email,
        Alias::PhoneNumber => AliasAttributeType::PhoneNumber,
        Alias::PreferredUsername => AliasAttributeType::PreferredUsername,
    });
    let usernames = pool.names.username_attributes.iter().map(|contact| match contact {
        Contact::Email => UsernameAttributeType::Email,
        Contact::PhoneNumber => UsernameAttributeType::PhoneNumber,
    });
    let deletion_protection = if pool.settings.is_deletion_protected {
        DeletionProtectionType::Active
    } else {
        DeletionProtectionType::Inactive
    };
    let mut email: EmailConfigurationType = kept(inert, "EmailConfiguration")?.unwrap_or_default();
    email.email_sending_account =
        email.email_sending_account.or(Some(EmailSendingAccountType::CognitoDefault));
    Ok(UserPoolType {
        id: Some(pool.id.clone()),
        name: Some(pool.settings.name.clone()),
        arn: Some(pool.id.arn(account)),
        creation_date: Some(pool.created_at.into()),
        last_modified_date: Some(pool.modified_at.into()),
        policies: Some(policies(&pool.settings)),
        deletion_protection: Some(deletion_protection),
        lambda_config: Some(lambda::lambda_config(&pool.settings.triggers)),
        schema_attributes: Some(pool.schema.rules.iter().map(schema::attribute).collect()),
        auto_verified_attributes: verified(&pool.settings.auto_verified),
        alias_attributes: some(aliases.collect()),
        username_attributes: some(usernames.collect()),
        username_configuration: pool
            .names
            .is_case_rule_given
            .then_some(UsernameConfigurationType { case_sensitive: pool.names.is_case_sensitive }),
        sms_verification_message: messages.verification_sms.clone(),
        email_verification_message: messages.verification_email.clone(),
        email_verification_subject: messages.verification_subject.clone(),
        verification_message_template: Some(template::verification_template(
            messages,
            kept(inert, "VerificationMessageTemplate")?,
        )),
        sms_authentication_message: pool.settings.mfa.sms_message.clone(),
        user_attribute_update_settings: kept::<UserAttributeUpdateSettingsType>(
            inert,
            "UserAttributeUpdateSettings",
        )?,
        mfa_configuration: Some(mfa::mode_type(pool.settings.mfa.mode)),
        estimated_number_of_users: Some(i32::try_from(users).unwrap_or(i32::MAX)),
        device_configuration: kept(inert, "DeviceConfiguration")?,
        email_configuration: Some(email),
        sms_configuration: kept(inert, SMS_CONFIGURATION)?,
        user_pool_tags: kept(inert, "UserPoolTags")?,
        admin_create_user_config: Some(AdminCreateUserConfigType {
            allow_admin_create_user_only: Some(pool.settings.only_admins_create_users),
            unused_account_validity_days: Some(i32::from(
                pool.settings.password_policy.temporary_password_validity_days,
            )),
            invite_message_template: template::invite_template(messages),
        }),
        user_pool_add_ons: kept(inert, "UserPoolAddOns")?,
        dcr_configuration: kept(inert, "DcrConfiguration")?,
        account_recovery_setting: kept(inert, "AccountRecoverySetting")?,
        user_pool_tier: kept(inert, "UserPoolTier")?,
        key_configuration: kept(inert, "KeyConfiguration")?,
        issuer_configuration: kept(inert, "IssuerConfiguration")?,
        acr_configuration: kept(inert, "AcrConfiguration")?,
        ..UserPoolType::default()
    })
}

/// A pool as `ListUserPools` shows it.
pub(crate) fn description(pool: &UserPool) -> Result<UserPoolDescriptionType, Error> {
    Ok(UserPoolDescriptionType {
        id: Some(pool.id.clone()),
        name: Some(pool.settings.name.clone()),
        lambda_config: Some(lambda::lambda_config(&pool.settings.triggers)),
        creation_date: Some(pool.created_at.into()),
        last_modified_date: Some(pool.modified_at.into()),
        ..UserPoolDescriptionType::default()
    })
}

fn policies(settings: &PoolSettings) -> UserPoolPolicyType {
    let policy = &settings.password_policy;
    UserPoolPolicyType {
        password_policy: Some(PasswordPolicyType {
            minimum_length: Some(i32::from(policy.minimum_length)),
            require_uppercase: Some(policy.needs_uppercase),
            require_lowercase: Some(policy.needs_lowercase),
            require_numbers: Some(policy.needs_numbers),
            require_symbols: Some(policy.needs_symbols),
            // A history of none is not told, as Cognito does not.
            password_history_size: (policy.history_size > 0)
                .then(|| i32::from(policy.history_size)),
            temporary_password_validity_days: Some(i32::from(
                policy.temporary_password_validity_days,
            )),
        }),
        sign_in_policy: Some(SignInPolicyType {
            allowed_first_auth_factors: Some(mfa::first_factor_types(settings)),
        }),
    }
}

/// A list, unless it is empty: an absent setting stays absent.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
