//! What would a value of this schema be, for instance?

use super::document::reference;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How deep examples go. No type of ours is as deep; one that holds itself would be endless.
const DEEPEST: usize = 8;

/// An example of a schema: the one that it gives, or one that is put together of its parts.
pub fn of(schema: &Value, types: &BTreeMap<String, Value>) -> Value {
    example(schema, types, DEEPEST)
}

fn example(schema: &Value, types: &BTreeMap<String, Value>, deep: usize) -> Value {
    if deep == 0 {
        return Value::Null;
    }
    let given = schema
        .get("example")
        .or_else(|| schema.get("examples").and_then(|examples| examples.get(0)))
        .or_else(|| schema.get("const"))
        .or_else(|| schema.get("enum").and_then(|values| values.get(0)));
    if let Some(given) = given {
        return given.clone();
    }
    if let Some(named) = reference(schema).and_then(|name| types.get(name)) {
        return example(named, types, deep - 1);
    }
    for word in ["oneOf", "anyOf"] {
        let choices = schema.get(word).and_then(Value::as_array).into_iter().flatten();
        for choice in choices {
            if choice.get("type").and_then(Value::as_str) != Some("null") {
                return example(choice, types, deep - 1);
            }
        }
    }
    let name = match schema.get("type") {
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null")
        }
        Some(Value::String(name)) => Some(name.as_str()),
        _ => None,
    };
    match name {
        Some("string") => json!(text(schema)),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("array") => {
            let item = schema.get("items").map(|item| example(item, types, deep - 1));
            Value::Array(item.into_iter().collect())
        }
        _ => {
            let mut members = Map::new();
            for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                if let Value::Object(part) = example(part, types, deep - 1) {
                    members.extend(part);
                }
            }
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                members.insert(name.clone(), example(property, types, deep - 1));
            }
            Value::Object(members)
        }
    }
}

fn text(schema: &Value) -> &'static str {
    match schema.get("format").and_then(Value::as_str) {
        Some("email" | "idn-email") => "ann@example.com",
        Some("uuid") => "0197c3f2-6a5e-7cc1-9a40-1f6f3a0d8a11",
        Some("date-time") => "2026-11-21T12:00:00Z",
        Some("uri" | "uri-reference") => "https://example.com/",
        Some("password") => "Correct-Horse-7!",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_put_together_of_the_parts() {
        let types = BTreeMap::from([(
            "Badge".to_owned(),
            json!({ "type": "object", "properties": { "name": { "type": "string", "example": "early" } } }),
        )]);
        let schema = json!({ "type": "object", "properties": {
            "email": { "type": "string", "format": "idn-email" },
            "badges": { "type": "array", "items": { "$ref": "#/components/schemas/Badge" } },
            "of": { "oneOf": [{ "type": "null" }, { "type": "integer", "minimum": 3 }] },
        } });
        let example = of(&schema, &types);
        assert_eq!(
            example,
            json!({ "email": "ann@example.com", "badges": [{ "name": "early" }], "of": 3 })
        );
    }

    #[test]
    fn a_type_that_holds_itself_has_an_end() {
        let own = json!({ "type": "object", "properties": { "own": { "$ref": "#/x/Own" } } });
        let types = BTreeMap::from([("Own".to_owned(), own.clone())]);
        assert!(of(&own, &types).is_object());
    }
}
