//! The user pool and what belongs to it.

use super::{
    BOOLEAN,
    Field::{May, Must},
    INTEGER, Kind, Shape, TEXT, TEXTS,
};

/// A trigger with the version of its event.
const VERSIONED_TRIGGER: Shape =
    Shape::Object(&[Must("LambdaArn", TEXT), Must("LambdaVersion", TEXT)]);

const ATTRIBUTES: Shape = Shape::List(&Shape::Object(&[Must("Name", TEXT), May("Value", TEXT)]));

pub(super) const USER_POOL: Kind = Kind {
    name: "AWS::Cognito::UserPool",
    properties: &[
        May(
            "AccountRecoverySetting",
            Shape::Object(&[May(
                "RecoveryMechanisms",
                Shape::List(&Shape::Object(&[Must("Name", TEXT), Must("Priority", INTEGER)])),
            )]),
        ),
        May(
            "AdminCreateUserConfig",
            Shape::Object(&[
                May("AllowAdminCreateUserOnly", BOOLEAN),
                May(
                    "InviteMessageTemplate",
                    Shape::Object(&[
                        May("EmailMessage", TEXT),
                        May("EmailSubject", TEXT),
                        May("SMSMessage", TEXT),
                    ]),
                ),
                May("UnusedAccountValidityDays", INTEGER),
            ]),
        ),
        May("AliasAttributes", TEXTS),
        May("AutoVerifiedAttributes", TEXTS),
        May("DeletionProtection", TEXT),
        May(
            "DeviceConfiguration",
            Shape::Object(&[
                May("ChallengeRequiredOnNewDevice", BOOLEAN),
                May("DeviceOnlyRememberedOnUserPrompt", BOOLEAN),
            ]),
        ),
        May("EmailAuthenticationMessage", TEXT),
        May("EmailAuthenticationSubject", TEXT),
        May(
            "EmailConfiguration",
            Shape::Object(&[
                May("ConfigurationSet", TEXT),
                May("EmailSendingAccount", TEXT),
                May("From", TEXT),
                May("ReplyToEmailAddress", TEXT),
                May("SourceArn", TEXT),
            ]),
        ),
        May("EmailVerificationMessage", TEXT),
        May("EmailVerificationSubject", TEXT),
        May("EnabledMfas", TEXTS),
        May("IssuerConfiguration", Shape::Object(&[May("Type", TEXT)])),
        May("KeyConfiguration", Shape::Object(&[May("KeyType", TEXT), May("KmsKeyArn", TEXT)])),
        May(
            "LambdaConfig",
            Shape::Object(&[
                May("CreateAuthChallenge", TEXT),
                May("CustomEmailSender", VERSIONED_TRIGGER),
                May("CustomMessage", TEXT),
                May("CustomSMSSender", VERSIONED_TRIGGER),
                May("DefineAuthChallenge", TEXT),
                May("InboundFederation", VERSIONED_TRIGGER),
                May("KMSKeyID", TEXT),
                May("PostAuthentication", TEXT),
                May("PostConfirmation", TEXT),
                May("PreAuthentication", TEXT),
                May("PreSignUp", TEXT),
                May("PreTokenGeneration", TEXT),
                May("PreTokenGenerationConfig", VERSIONED_TRIGGER),
                May("UserMigration", TEXT),
                May("VerifyAuthChallengeResponse", TEXT),
            ]),
        ),
        May("MfaConfiguration", TEXT),
        May(
            "Policies",
            Shape::Object(&[
                May(
                    "PasswordPolicy",
                    Shape::Object(&[
                        May("MinimumLength", INTEGER),
                        May("PasswordHistorySize", INTEGER),
                        May("RequireLowercase", BOOLEAN),
                        May("RequireNumbers", BOOLEAN),
                        May("RequireSymbols", BOOLEAN),
                        May("RequireUppercase", BOOLEAN),
                        May("TemporaryPasswordValidityDays", INTEGER),
                    ]),
                ),
                May("SignInPolicy", Shape::Object(&[May("AllowedFirstAuthFactors", TEXTS)])),
            ]),
        ),
        May(
            "Schema",
            Shape::List(&Shape::Object(&[
                May("AttributeDataType", TEXT),
                May("DeveloperOnlyAttribute", BOOLEAN),
                May("Mutable", BOOLEAN),
                May("Name", TEXT),
                May(
                    "NumberAttributeConstraints",
                    Shape::Object(&[May("MaxValue", TEXT), May("MinValue", TEXT)]),
                ),
                May("Required", BOOLEAN),
                May(
                    "StringAttributeConstraints",
                    Shape::Object(&[May("MaxLength", TEXT), May("MinLength", TEXT)]),
                ),
            ])),
        ),
        May("SmsAuthenticationMessage", TEXT),
        May(
            "SmsConfiguration",
            Shape::Object(&[
                May("EumsSms", Shape::Any),
                May("ExternalId", TEXT),
                May("SnsCallerArn", TEXT),
                May("SnsRegion", TEXT),
            ]),
        ),
        May("SmsVerificationMessage", TEXT),
        May(
            "UserAttributeUpdateSettings",
            Shape::Object(&[Must("AttributesRequireVerificationBeforeUpdate", TEXTS)]),
        ),
        May(
            "UserPoolAddOns",
            Shape::Object(&[
                May(
                    "AdvancedSecurityAdditionalFlows",
                    Shape::Object(&[May("CustomAuthMode", TEXT)]),
                ),
                May("AdvancedSecurityMode", TEXT),
            ]),
        ),
        May("UserPoolName", TEXT),
        May("UserPoolTags", Shape::Map(&TEXT)),
        May("UserPoolTier", TEXT),
        May("UsernameAttributes", TEXTS),
        May("UsernameConfiguration", Shape::Object(&[May("CaseSensitive", BOOLEAN)])),
        May(
            "VerificationMessageTemplate",
            Shape::Object(&[
                May("DefaultEmailOption", TEXT),
                May("EmailMessage", TEXT),
                May("EmailMessageByLink", TEXT),
                May("EmailSubject", TEXT),
                May("EmailSubjectByLink", TEXT),
                May("SmsMessage", TEXT),
            ]),
        ),
        May("WebAuthnFactorConfiguration", TEXT),
        May("WebAuthnRelyingPartyID", TEXT),
        May("WebAuthnUserVerification", TEXT),
    ],
    attributes: &["Arn", "ProviderName", "ProviderURL", "UserPoolId"],
};

pub(super) const USER_POOL_CLIENT: Kind = Kind {
    name: "AWS::Cognito::UserPoolClient",
    properties: &[
        May("AccessTokenValidity", INTEGER),
        May("AllowedOAuthFlows", TEXTS),
        May("AllowedOAuthFlowsUserPoolClient", BOOLEAN),
        May("AllowedOAuthScopes", TEXTS),
        May(
            "AnalyticsConfiguration",
            Shape::Object(&[
                May("ApplicationArn", TEXT),
                May("ApplicationId", TEXT),
                May("ExternalId", TEXT),
                May("RoleArn", TEXT),
                May("UserDataShared", BOOLEAN),
            ]),
        ),
        May("AuthSessionValidity", INTEGER),
        May("CallbackURLs", TEXTS),
        May("ClientName", TEXT),
        May("DefaultRedirectURI", TEXT),
        May("EnablePropagateAdditionalUserContextData", BOOLEAN),
        May("EnableTokenRevocation", BOOLEAN),
        May("ExplicitAuthFlows", TEXTS),
        May("GenerateSecret", BOOLEAN),
        May("IdTokenValidity", INTEGER),
        May("LogoutURLs", TEXTS),
        May("PreventUserExistenceErrors", TEXT),
        May("ReadAttributes", TEXTS),
        May(
            "RefreshTokenRotation",
            Shape::Object(&[May("Feature", TEXT), May("RetryGracePeriodSeconds", INTEGER)]),
        ),
        May("RefreshTokenValidity", INTEGER),
        May("SupportedIdentityProviders", TEXTS),
        May(
            "TokenValidityUnits",
            Shape::Object(&[
                May("AccessToken", TEXT),
                May("IdToken", TEXT),
                May("RefreshToken", TEXT),
            ]),
        ),
        Must("UserPoolId", TEXT),
        May("WriteAttributes", TEXTS),
    ],
    attributes: &["ClientId", "ClientSecret", "Name"],
};

pub(super) const USER_POOL_DOMAIN: Kind = Kind {
    name: "AWS::Cognito::UserPoolDomain",
    properties: &[
        May(
            "CustomDomainConfig",
            Shape::Object(&[May("CertificateArn", TEXT), May("SecurityPolicy", TEXT)]),
        ),
        Must("Domain", TEXT),
        May("ManagedLoginVersion", INTEGER),
        May("Routing", Shape::Any),
        Must("UserPoolId", TEXT),
    ],
    attributes: &["CloudFrontDistribution"],
};

pub(super) const USER_POOL_GROUP: Kind = Kind {
    name: "AWS::Cognito::UserPoolGroup",
    properties: &[
        May("Description", TEXT),
        May("GroupName", TEXT),
        May("Precedence", INTEGER),
        May("RoleArn", TEXT),
        Must("UserPoolId", TEXT),
    ],
    attributes: &[],
};

pub(super) const USER_POOL_IDENTITY_PROVIDER: Kind = Kind {
    name: "AWS::Cognito::UserPoolIdentityProvider",
    properties: &[
        May("AcrMapping", Shape::Map(&TEXT)),
        May("AttributeMapping", Shape::Map(&TEXT)),
        May("IdpIdentifiers", TEXTS),
        Must("ProviderDetails", Shape::Map(&TEXT)),
        Must("ProviderName", TEXT),
        Must("ProviderType", TEXT),
        Must("UserPoolId", TEXT),
    ],
    attributes: &[],
};

pub(super) const USER_POOL_RESOURCE_SERVER: Kind = Kind {
    name: "AWS::Cognito::UserPoolResourceServer",
    properties: &[
        Must("Identifier", TEXT),
        Must("Name", TEXT),
        May(
            "Scopes",
            Shape::List(&Shape::Object(&[Must("ScopeDescription", TEXT), Must("ScopeName", TEXT)])),
        ),
        Must("UserPoolId", TEXT),
    ],
    attributes: &[],
};

const RISK_ACTION: Shape = Shape::Object(&[Must("EventAction", TEXT), Must("Notify", BOOLEAN)]);

const NOTICE: Shape =
    Shape::Object(&[May("HtmlBody", TEXT), Must("Subject", TEXT), May("TextBody", TEXT)]);

pub(super) const USER_POOL_RISK_CONFIGURATION_ATTACHMENT: Kind = Kind {
    name: "AWS::Cognito::UserPoolRiskConfigurationAttachment",
    properties: &[
        May(
            "AccountTakeoverRiskConfiguration",
            Shape::Object(&[
                Must(
                    "Actions",
                    Shape::Object(&[
                        May("HighAction", RISK_ACTION),
                        May("LowAction", RISK_ACTION),
                        May("MediumAction", RISK_ACTION),
                    ]),
                ),
                May(
                    "NotifyConfiguration",
                    Shape::Object(&[
                        May("BlockEmail", NOTICE),
                        May("From", TEXT),
                        May("MfaEmail", NOTICE),
                        May("NoActionEmail", NOTICE),
                        May("ReplyTo", TEXT),
                        Must("SourceArn", TEXT),
                    ]),
                ),
            ]),
        ),
        Must("ClientId", TEXT),
        May(
            "CompromisedCredentialsRiskConfiguration",
            Shape::Object(&[
                Must("Actions", Shape::Object(&[Must("EventAction", TEXT)])),
                May("EventFilter", TEXTS),
            ]),
        ),
        May(
            "RiskExceptionConfiguration",
            Shape::Object(&[May("BlockedIPRangeList", TEXTS), May("SkippedIPRangeList", TEXTS)]),
        ),
        Must("UserPoolId", TEXT),
    ],
    attributes: &[],
};

pub(super) const USER_POOL_USER: Kind = Kind {
    name: "AWS::Cognito::UserPoolUser",
    properties: &[
        May("ClientMetadata", Shape::Map(&TEXT)),
        May("DesiredDeliveryMediums", TEXTS),
        May("ForceAliasCreation", BOOLEAN),
        May("MessageAction", TEXT),
        May("UserAttributes", ATTRIBUTES),
        Must("UserPoolId", TEXT),
        May("Username", TEXT),
        May("ValidationData", ATTRIBUTES),
    ],
    attributes: &[],
};

pub(super) const USER_POOL_USER_TO_GROUP_ATTACHMENT: Kind = Kind {
    name: "AWS::Cognito::UserPoolUserToGroupAttachment",
    properties: &[Must("GroupName", TEXT), Must("UserPoolId", TEXT), Must("Username", TEXT)],
    attributes: &[],
};
