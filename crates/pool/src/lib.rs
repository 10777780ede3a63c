//! What is a user pool, and what happens in it?
//!
//! Pools, clients, groups and users; sign-up, sign-in, recovery, tokens; the functions that are asked on
//! the way. `pool` knows no HTTP, no JSON field name of an API, and no way a function is called. It reads
//! no clock, no environment and no random source: [`Setup`] hands it all of them.
//!
//! A door finds a pool or client ([`Pools::client`]), asks for something to happen
//! ([`Pools::sign_up`], [`Pools::sign_in_with_password`], …) and says in its own words what came of it.

mod account;
mod after_first_factor;
mod attempts;
mod attributes;
mod auth_event;
mod authorization;
mod background;
mod bearer;
mod branding;
mod browser;
mod certificate;
mod challenge;
mod circumstances;
mod client;
mod code;
mod compromised;
mod consent;
mod create_user;
mod custom_auth;
mod device;
mod device_sign_in;
mod domain;
mod error;
mod exchange;
mod factors;
mod federated;
mod group;
mod habits;
mod identity_provider;
mod import;
mod import_row;
mod import_walk;
mod inspection;
mod keys;
mod link;
mod linking;
mod listing;
mod log_delivery;
mod machine;
mod membership;
mod message;
mod mfa;
mod migration;
mod notice;
mod password_policy;
mod pieces;
mod pools;
mod provisioned_limit;
mod quota;
mod recovery;
mod refresh;
mod removal;
mod replica;
mod request_rates;
mod resource_server;
mod risk;
mod rotation;
mod schema;
mod secret;
mod sender;
mod session;
mod sign_in;
mod sign_up;
mod site;
mod software_token;
mod sources;
mod stylesheet;
mod terms;
mod threats;
mod tokens;
mod trigger;
mod user;
mod user_agent;
mod user_auth;
mod user_info;
mod user_pool;
mod webauthn;
mod webauthn_options;
mod webauthn_sign_in;

pub use account::{CreateAccount, NotKept};
pub use attempts::Allowance;
pub use attributes::AttributeChange;
pub use auth_event::{
    AuthChallenge, AuthEvent, AuthEventKind, AuthEventResult, Feedback, FeedbackBy, RiskDecision,
};
pub use authorization::{Ask, CodeFor};
pub use bearer::{Bearer, IdTokenHint};
pub use branding::{Asset, Branding, NewBranding, Style, UiContent, UiCustomization, logo_name};
pub use browser::{BrowserSession, SignedInAt};
pub use certificate::SigningCertificate;
pub use challenge::{Challenge, Outcome, Proven};
pub use circumstances::{AddressRange, Circumstances};
pub use client::{
    Client, ClientSettings, Flow, OAuthFlow, OAuthSettings, Rotation, SealedSecret, Unit, Validity,
};
pub use code::Purpose;
pub use compromised::CompromisedPasswords;
pub use create_user::{CreateUser, Invitation};
pub use custom_auth::CustomAnswer;
pub use device::{Device, DeviceTracking, DeviceVerifier, NewDevice};
pub use device_sign_in::{DeviceAnswer, DeviceProof};
pub use domain::{Domain, DomainKind};
pub use error::{Broken, Error, Refusal, Result, Taken};
pub use events::cognito::FederatedAttributes;
pub use exchange::{DerivedToken, Exchange, Shown, Target};
pub use factors::{Preference, Preferences, SecondFactor, SecondFactors, SoftwareToken};
pub use federated::{Federated, Identity, PendingLink};
pub use group::Group;
pub use identity_provider::{IdentityProvider, ProviderKind, ProviderSecret, ProviderSettings};
pub use import::{ImportJob, ImportStatus, Upload};
pub use inspection::{Inspected, TokenKind};
pub use keys::{LoadedKeys, Use};
pub use linking::Elsewhere;
pub use listing::{Filter, PageOf};
pub use log_delivery::LogDelivery;
pub use machine::MachineToken;
pub use message::{Body, Channel, Delivery, Message, Post, Undelivered};
pub use mfa::{CodeOf, Reply};
pub use password_policy::PasswordPolicy;
pub use pools::{IssuerForm, Pools, Setup};
pub use provisioned_limit::ProvisionedLimit;
pub use quota::{Quota, Quotas, Room};
pub use replica::{Need, Replica, ReplicaStatus};
pub use request_rates::{Asked, Category, RequestRates};
pub use resource_server::{ResourceScope, ResourceServer};
pub use risk::{
    NoticeText, Notices, PasswordMoment, RiskConfiguration, RiskLevel, RiskSettings,
    TakeoverAction, TakeoverAnswer, ThreatMode, ThreatProtection,
};
pub use schema::{
    AttributeRequest, AttributeRule, Attributes, DataType, Schema, is_email, is_phone_number,
};
pub use sender::{Barred, SmsRole, SmsSettings};
pub use session::{SessionTracking, TrackedSession};
pub use sign_in::{Caller, Ending, NewPasswordAnswer, SrpAnswer};
pub use sign_up::{SignUp, SignedUp};
pub use site::{Site, split_port};
pub use software_token::GivenSecret;
pub use stylesheet::{BadCss, Stylesheet};
pub use terms::Terms;
pub use tokens::{Grant, Tokens};
pub use user::{SealedPassword, User, UserStatus};
pub use user_auth::{BeginByChoice, Chosen, FirstChoice};
pub use user_pool::{
    Alias, ByLink, Contact, FirstFactor, MailSettings, MessageTemplates, MfaMode, MfaSettings,
    PoolSettings, PreTokenForm, PreTokenGeneration, Recovery, SignInNames, TokenEventVersion,
    Triggers, UserPool,
};
pub use webauthn::{Passkey, PasskeySettings, RelyingParty, Verification};
pub use webauthn_sign_in::PasskeyOffer;
