//! How does a limit of requests look in the API's words?

use pool::{ProvisionedLimit, Refusal};
use wire::cognito_idp::{LimitDefinitionType, LimitType};

/// The category that a definition names, and it has to name nothing else.
pub(crate) fn category(definition: &LimitDefinitionType) -> Result<&str, Refusal> {
    match definition.attributes.get("Category") {
        Some(category) if definition.attributes.len() == 1 => Ok(category),
        _ => Err(Refusal::invalid("Attributes of an API_CATEGORY limit are a Category.")),
    }
}

pub(crate) fn limit_type(limit: &ProvisionedLimit, definition: LimitDefinitionType) -> LimitType {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    LimitType {
        limit_definition: definition,
        provisioned_limit_value: number(limit.value),
        free_limit_value: number(limit.free),
    }
}
