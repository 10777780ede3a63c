//! How does a pool's schema look in the API's words?

use pool::{AttributeRequest, AttributeRule, DataType, Refusal};
use wire::cognito_idp::{
    AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType,
    StringAttributeConstraintsType,
};

/// What a pool's owner asks of an attribute.
pub(crate) fn request(given: SchemaAttributeType) -> Result<AttributeRequest, Refusal> {
    let Some(name) = given.name else {
        return Err(Refusal::invalid("Attribute name is required."));
    };
    let text = given.string_attribute_constraints.unwrap_or_default();
    let number = given.number_attribute_constraints.unwrap_or_default();
    Ok(AttributeRequest {
        name,
        data_type: given.attribute_data_type.map(|data_type| match data_type {
            AttributeDataType::String => DataType::String,
            AttributeDataType::Number => DataType::Number,
            AttributeDataType::DateTime => DataType::DateTime,
            AttributeDataType::Boolean => DataType::Boolean,
        }),
        is_required: given.required,
        is_mutable: given.mutable,
        is_developer_only: given.developer_only_attribute,
        min_length: text.min_length,
        max_length: text.max_length,
        min_value: number.min_value,
        max_value: number.max_value,
    })
}

/// An attribute as a description of the pool shows it: constraints of its own kind, and only those.
pub(crate) fn attribute(rule: &AttributeRule) -> SchemaAttributeType {
    let (min, max) = (rule.min.clone(), rule.max.clone());
    let (data_type, text, number) = match rule.data_type {
        DataType::String => {
            let bounds = StringAttributeConstraintsType { min_length: min, max_length: max };
            (AttributeDataType::String, Some(bounds), None)
        }
        DataType::Number => {
            let bounds = NumberAttributeConstraintsType { min_value: min, max_value: max };
            (AttributeDataType::Number, None, Some(bounds))
        }
        DataType::Boolean => (AttributeDataType::Boolean, None, None),
        DataType::DateTime => (AttributeDataType::DateTime, None, None),
    };
    SchemaAttributeType {
        name: Some(rule.name.clone()),
        attribute_data_type: Some(data_type),
        developer_only_attribute: Some(rule.is_developer_only),
        mutable: Some(rule.is_mutable),
        required: Some(rule.is_required),
        number_attribute_constraints: number,
        string_attribute_constraints: text,
    }
}
