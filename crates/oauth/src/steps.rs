//! The steps that somebody takes on the pages, one file each.

mod account;
mod confirm;
mod consent;
mod factors;
mod first;
mod link;
mod login;
mod new_password;
pub(crate) mod passkey;
mod recovery;
mod sign_up;

use crate::{
    asked::Asked,
    pages::{AttributeField, AttributeKind, Identifier, PasswordRules},
};
use pool::{Alias, AttributeRule, Contact, DataType, UserPool};

/// What people are asked for when they say who they are.
fn identifier(pool: &UserPool) -> Identifier {
    let has = |contact| pool.names.username_attributes.contains(&contact);
    let is_alias = |alias| pool.names.alias_attributes.contains(&alias);
    if pool.has_username_attributes() {
        return match (has(Contact::Email), has(Contact::PhoneNumber)) {
            (true, true) => Identifier::EmailOrPhoneNumber,
            (false, true) => Identifier::PhoneNumber,
            _ => Identifier::Email,
        };
    }
    match (is_alias(Alias::Email), is_alias(Alias::PhoneNumber)) {
        (true, true) => Identifier::UsernameOrContact,
        (true, false) => Identifier::UsernameOrEmail,
        (false, true) => Identifier::UsernameOrPhoneNumber,
        (false, false) => Identifier::Username,
    }
}

fn rules(pool: &UserPool) -> PasswordRules {
    let policy = &pool.settings.password_policy;
    PasswordRules {
        minimum_length: policy.minimum_length,
        needs_lowercase: policy.needs_lowercase,
        needs_uppercase: policy.needs_uppercase,
        needs_numbers: policy.needs_numbers,
        needs_symbols: policy.needs_symbols,
    }
}

/// The field of an attribute, filled as it was sent.
fn field(rule: &AttributeRule, is_required: bool, value: &str) -> AttributeField {
    let kind = match (rule.name.as_str(), rule.data_type) {
        ("email", _) => AttributeKind::Email,
        ("phone_number", _) => AttributeKind::PhoneNumber,
        ("birthdate", _) => AttributeKind::Date,
        ("address", _) => AttributeKind::Address,
        (_, DataType::Number) => AttributeKind::Number,
        (_, DataType::Boolean) => AttributeKind::Boolean,
        (_, DataType::String | DataType::DateTime) => AttributeKind::Text,
    };
    let length = |bound: &Option<String>| {
        let is_text = rule.data_type == DataType::String;
        bound.as_ref().filter(|_| is_text).and_then(|bound| bound.parse().ok())
    };
    AttributeField {
        name: rule.name.clone(),
        kind,
        is_required,
        min_length: length(&rule.min).filter(|_| is_required),
        max_length: length(&rule.max),
        value: value.to_owned(),
    }
}

/// The application's name.
fn client(asked: &Asked) -> Option<String> {
    Some(asked.caller.client.settings.name.clone())
}
