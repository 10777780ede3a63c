//! How is a schema put into words?

use super::{
    document::{description, reference},
    prose,
};
use serde_json::Value;

/// What a value is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// What comes before the name of the type, or all there is to say.
    pub text: String,
    /// The type with a name that this is, or is made of.
    pub link: Option<String>,
    /// What limits it.
    pub limits: String,
}

/// A member of an object, wherever it lies in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// With the names of the objects it lies in before it.
    pub name: String,
    pub kind: Kind,
    pub is_required: bool,
    pub description: String,
}

/// What a schema says that a value is.
pub fn kind(schema: &Value) -> Kind {
    if let Some(name) = reference(schema) {
        return Kind { link: Some(name.to_owned()), ..Kind::default() };
    }
    if let Some(choices) = choices(schema) {
        let is_null = |choice: &&Value| choice.get("type").and_then(Value::as_str) == Some("null");
        let mut is_optional = false;
        let mut kinds: Vec<Kind> = Vec::new();
        for choice in choices {
            if is_null(&choice) {
                is_optional = true;
            } else {
                kinds.push(kind(choice));
            }
        }
        let mut only = match (kinds.len(), kinds.pop()) {
            (1, Some(only)) => only,
            _ => return Kind { text: "one of several".to_owned(), ..Kind::default() },
        };
        if is_optional {
            only.limits = joined(&only.limits, "or null");
        }
        return only;
    }
    let names = types(schema);
    let is_optional = names.contains(&"null");
    let name = names.into_iter().find(|name| *name != "null").unwrap_or("any JSON value");
    let mut kind = if name == "array" {
        let of = schema.get("items").map(kind).unwrap_or_default();
        Kind { text: format!("array of {}", of.text), link: of.link, limits: of.limits }
    } else {
        Kind { text: name.to_owned(), ..Kind::default() }
    };
    kind.limits = joined(&kind.limits, &limits(schema));
    if is_optional {
        kind.limits = joined(&kind.limits, "or null");
    }
    kind
}

/// The members of an object, those of objects without a name among them.
pub fn members(schema: &Value) -> Vec<Member> {
    let mut found = Vec::new();
    collect(schema, "", &mut found);
    found
}

fn collect(schema: &Value, before: &str, found: &mut Vec<Member>) {
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        collect(part, before, found);
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let path = format!("{before}{name}");
        found.push(Member {
            kind: kind(property),
            is_required: required.contains(&name.as_str()),
            description: prose::html(description(property)),
            name: path.clone(),
        });
        // How deep an object without a name may lie is for whoever wrote the types; theirs are not many.
        collect(property, &format!("{path}."), found);
        if let Some(items) = property.get("items") {
            collect(items, &format!("{path}[]."), found);
        }
    }
}

fn choices(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn limits(schema: &Value) -> String {
    let number = |name: &str| schema.get(name).filter(|value| value.is_number());
    let between = |least: Option<&Value>, most: Option<&Value>, of: &str| match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}{of}"),
        (Some(least), None) => format!("at least {least}{of}"),
        (None, Some(most)) => format!("at most {most}{of}"),
        (None, None) => String::new(),
    };
    let mut text = String::new();
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        // How wide a number is in Rust says nothing to whoever writes JSON.
        if !format.starts_with("int") && !format.starts_with("uint") {
            text = joined(&text, format);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = values.iter().map(|value| value.to_string()).collect();
        text = joined(&text, &words.join(", "));
    }
    text = joined(&text, &between(number("minLength"), number("maxLength"), " characters"));
    text = joined(&text, &between(number("minimum"), number("maximum"), ""));
    text = joined(&text, &between(number("minItems"), number("maxItems"), " items"));
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        text = joined(&text, pattern);
    }
    text
}

fn joined(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first.to_owned(),
        (true, _) => second.to_owned(),
        _ => format!("{first}, {second}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: &Value) -> String {
        let kind = kind(schema);
        format!("{}|{}|{}", kind.text, kind.link.unwrap_or_default(), kind.limits)
    }

    #[test]
    fn a_schema_is_put_into_words() {
        for (schema, words) in [
            (
                json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
                "string||1 to 64 characters",
            ),
            (json!({ "type": ["string", "null"], "format": "uuid" }), "string||uuid, or null"),
            (json!({ "type": "integer", "format": "int32", "minimum": 0 }), "integer||at least 0"),
            (json!({ "type": "string", "enum": ["a", "b"] }), "string||\"a\", \"b\""),
            (json!({ "$ref": "#/components/schemas/Badge" }), "|Badge|"),
            (
                json!({ "type": "array", "items": { "$ref": "#/x/Badge" }, "maxItems": 9 }),
                "array of |Badge|at most 9 items",
            ),
            (json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/x/Badge" }] }), "|Badge|or null"),
            (json!({}), "any JSON value||"),
        ] {
            assert_eq!(said(&schema), words);
        }
    }

    #[test]
    fn members_of_objects_without_a_name_are_found() {
        let schema = json!({ "type": "object", "required": ["a"], "properties": {
            "a": { "type": "object", "properties": { "b": { "type": "string", "description": "Deep." } } },
        } });
        let names: Vec<(String, bool)> =
            members(&schema).into_iter().map(|member| (member.name, member.is_required)).collect();
        assert_eq!(names, [("a".to_owned(), true), ("a.b".to_owned(), false)]);
    }
}
