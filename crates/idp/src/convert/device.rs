//! How does a device look in the API's words?

use names::{AccountId, DeviceKey};
use pool::{Device, Error, Refusal, User};
use wire::cognito_idp::{AttributeType, DeviceRememberedStatusType, DeviceType};

/// The key of a device, as an operation's input has it.
pub(crate) fn key(given: &str) -> Result<DeviceKey, Refusal> {
    DeviceKey::parse(given).map_err(|_| Refusal::NoDevice)
}

/// Whether a device is to be remembered.
pub(crate) fn is_remembered(given: Option<DeviceRememberedStatusType>) -> Option<bool> {
    given.map(|status| status == DeviceRememberedStatusType::Remembered)
}

/// For operations that have no word for a user who is missing.
pub(crate) fn without_no_user(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::NoUser) => Refusal::invalid("User does not exist.").into(),
        other => other,
    }
}

/// A device as its user sees it.
pub(crate) fn device_type(device: &Device) -> DeviceType {
    described(device, Vec::new())
}

/// A device as administrators see it: with what the user need not know.
pub(crate) fn device_type_for_admin(
    device: &Device,
    user: &User,
    account: &AccountId,
) -> DeviceType {
    let owner = format!("{}.{}", user.username, device.pool);
    let (region, key) = (device.pool.region(), &device.key);
    let arn = format!("arn:aws:cognito-idp:{region}:{account}:owner/{owner}/device/{key}");
    described(
        device,
        vec![attribute("dev:device_arn", &arn), attribute("dev:device_owner", &owner)],
    )
}

fn described(device: &Device, more: Vec<AttributeType>) -> DeviceType {
    let remembered = if device.is_remembered { "remembered" } else { "not_remembered" };
    let mut attributes = vec![attribute("device_status", "valid")];
    attributes.extend(device.name.iter().map(|name| attribute("device_name", name)));
    attributes.extend(more);
    attributes.push(attribute("dev:device_remembered_status", remembered));
    DeviceType {
        device_key: Some(device.key.as_str().to_owned()),
        device_attributes: Some(attributes),
        device_create_date: Some(device.created_at.into()),
        device_last_modified_date: Some(device.modified_at.into()),
        device_last_authenticated_date: Some(device.authenticated_at.into()),
    }
}

fn attribute(name: &str, value: &str) -> AttributeType {
    AttributeType { name: name.to_owned(), value: Some(value.to_owned()) }
}
