//! How does a user look in the API's words?

use super::mfa;
use pool::{Attributes, Contact, Delivery, User, UserStatus};
use wire::cognito_idp::{
    AttributeType, CodeDeliveryDetailsType, DeliveryMediumType, UserStatusType, UserType,
};

/// Attributes by name, as they were sent. The last of two values for one name counts; a name without a
/// value is an empty one.
pub(crate) fn attributes(given: Vec<AttributeType>) -> Attributes {
    given
        .into_iter()
        .map(|attribute| (attribute.name, attribute.value.unwrap_or_default()))
        .collect()
}

/// All attributes of a user, `sub` first.
pub(crate) fn attribute_list(user: &User) -> Vec<AttributeType> {
    attribute_list_of(user, |_| true)
}

/// The attributes of a user that are asked for, `sub` first.
pub(crate) fn attribute_list_of(
    user: &User,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<AttributeType> {
    let all = std::iter::once(("sub", user.sub.as_str()))
        .chain(user.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    all.filter(|(name, _)| is_wanted(name))
        .map(|(name, value)| AttributeType { name: name.to_owned(), value: Some(value.to_owned()) })
        .collect()
}

/// A user as listings show one.
pub(crate) fn user_type(user: &User, attributes: Vec<AttributeType>) -> UserType {
    UserType {
        username: Some(user.username.clone()),
        attributes: Some(attributes),
        user_create_date: Some(user.created_at.into()),
        user_last_modified_date: Some(user.modified_at.into()),
        enabled: Some(user.is_enabled),
        user_status: Some(status(user.status)),
        mfa_options: mfa::options(user),
    }
}

/// Where a user is in life.
pub(crate) fn status(status: UserStatus) -> UserStatusType {
    match status {
        UserStatus::Unconfirmed => UserStatusType::Unconfirmed,
        UserStatus::Confirmed => UserStatusType::Confirmed,
        UserStatus::ResetRequired => UserStatusType::ResetRequired,
        UserStatus::ForceChangePassword => UserStatusType::ForceChangePassword,
        UserStatus::ExternalProvider => UserStatusType::ExternalProvider,
    }
}

/// Where a code went.
pub(crate) fn delivery(delivery: Delivery) -> CodeDeliveryDetailsType {
    let medium = match delivery.contact {
        Contact::Email => DeliveryMediumType::Email,
        Contact::PhoneNumber => DeliveryMediumType::Sms,
    };
    CodeDeliveryDetailsType {
        destination: Some(delivery.destination),
        delivery_medium: Some(medium),
        attribute_name: Some(delivery.contact.attribute().to_owned()),
    }
}

/// The contact that a medium reaches.
pub(crate) fn contact(medium: DeliveryMediumType) -> Contact {
    match medium {
        DeliveryMediumType::Email => Contact::Email,
        DeliveryMediumType::Sms => Contact::PhoneNumber,
    }
}
