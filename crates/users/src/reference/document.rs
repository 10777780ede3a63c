//! What of the OpenAPI document does the page show?

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub struct Document {
    pub info: Info,
    pub tags: Vec<Tag>,
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
    pub components: Components,
}

#[derive(Deserialize)]
pub struct Info {
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub version: String,
}

#[derive(Deserialize)]
pub struct Tag {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    #[serde(default)]
    pub tags: Vec<String>,
    pub operation_id: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    pub request_body: Option<RequestBody>,
    pub responses: BTreeMap<String, Response>,
    /// Any of these will do; all schemes within one are needed together.
    #[serde(default)]
    pub security: Vec<BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "in")]
    pub place: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub schema: Value,
}

#[derive(Deserialize)]
pub struct RequestBody {
    pub content: BTreeMap<String, Content>,
}

/// An answer, or the name of one among the components.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Response {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    pub description: String,
    pub content: BTreeMap<String, Content>,
    pub headers: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub struct Content {
    #[serde(default)]
    pub schema: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Components {
    pub schemas: BTreeMap<String, Value>,
    responses: BTreeMap<String, Response>,
}

impl Document {
    /// Every operation with its path and its method.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Operation)> {
        self.paths.iter().flat_map(|(path, item)| {
            item.iter().map(|(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    /// The answer itself, wherever it stands.
    pub fn response<'a>(&'a self, response: &'a Response) -> &'a Response {
        let name = response.reference.as_deref().and_then(last);
        name.and_then(|name| self.components.responses.get(name)).unwrap_or(response)
    }
}

/// The name of the type that a schema points to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str).and_then(last)
}

/// What a schema says of itself.
pub fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

fn last(reference: &str) -> Option<&str> {
    reference.rsplit('/').next()
}
