//! What does SAM add to the resources that are written? The Globals, the implicit APIs, and the names of
//! the resources it makes.

use crate::{
    node::{Key, Node, Value},
    problem::{Place, Report, did_you_mean},
    sections::{Declared, Generated, Template},
};

/// The Globals that are merged, with the type each is for.
const MERGED: [(&str, &str); 4] = [
    ("Api", "AWS::Serverless::Api"),
    ("Function", "AWS::Serverless::Function"),
    ("HttpApi", "AWS::Serverless::HttpApi"),
    ("SimpleTable", "AWS::Serverless::SimpleTable"),
];

/// The Globals of types that mean nothing here.
const IGNORED: [&str; 3] = ["CapacityProvider", "LayerVersion", "StateMachine"];

pub(crate) const IMPLICIT_REST: &str = "ServerlessRestApi";
pub(crate) const IMPLICIT_HTTP: &str = "ServerlessHttpApi";

/// The properties that resources of one type share.
pub(crate) struct Globals(Vec<(&'static str, Node)>);

impl Globals {
    pub(crate) fn read(members: Vec<(Key, Node)>, is_sam: bool, report: &mut Report) -> Self {
        let mut globals = Vec::new();
        for (key, node) in members {
            let place = Place::Member("Globals", &key.text);
            if !is_sam {
                let message = "Globals are of SAM: expected Transform: AWS::Serverless-2016-10-31";
                report.add(key.at, &place, message);
            }
            match MERGED.iter().find(|(name, _)| *name == key.text) {
                Some((_, kind)) if node.as_map().is_some() => globals.push((*kind, node)),
                Some(_) => {
                    report.add(node.at, &place, format!("expected a map, found {}", node.what()));
                }
                None if IGNORED.contains(&key.text.as_str()) => {}
                None => {
                    let names = MERGED.iter().map(|(name, _)| *name).chain(IGNORED);
                    let hint = did_you_mean(&key.text, names.clone());
                    let names = names.collect::<Vec<_>>().join(", ");
                    let message = format!("unknown member{hint}; expected one of {names}");
                    report.add(key.at, &place, message);
                }
            }
        }
        Self(globals)
    }

    /// The properties with the Globals of the type in them. `ignores` is the resource's
    /// `IgnoreGlobals`: `*` or a list of properties.
    pub(crate) fn merge(&self, kind: &str, properties: Node, ignores: Option<&Node>) -> Node {
        let Some((_, globals)) = self.0.iter().find(|(name, _)| *name == kind) else {
            return properties;
        };
        let is_ignored = |key: &Key| match ignores {
            None => false,
            Some(node) => node.as_list().map_or_else(
                || node.as_text() == Some("*"),
                |names| names.iter().any(|name| name.as_text() == Some(&key.text)),
            ),
        };
        let kept = globals.as_map().unwrap_or_default().iter();
        let kept = kept.filter(|(key, _)| !is_ignored(key)).cloned().collect();
        merge(Node::new(globals.at, Value::Map(kept)), properties)
    }
}

/// SAM's rule: maps are merged, lists are added (the shared items first), anything else is replaced. A
/// function call is one value.
fn merge(global: Node, own: Node) -> Node {
    let is_call = |node: &Node| crate::intrinsic::call(node).is_some();
    if is_call(&global) || is_call(&own) {
        return own;
    }
    let at = own.at;
    match (global.value, own.value) {
        (Value::Map(shared), Value::Map(mut own)) => {
            for (key, node) in shared {
                match own.iter().position(|(other, _)| other.text == key.text) {
                    None => own.push((key, node)),
                    Some(index) => {
                        let (other, mine) = own.swap_remove(index);
                        own.push((other, merge(node, mine)));
                    }
                }
            }
            Node::new(at, Value::Map(own))
        }
        (Value::List(mut shared), Value::List(own)) => {
            shared.extend(own);
            Node::new(at, Value::List(shared))
        }
        (_, own) => Node::new(at, own),
    }
}

/// The events of a function as they are written: name, type and properties.
pub(crate) fn events(properties: &Node) -> impl Iterator<Item = (&Key, &str, Option<&Node>)> {
    let events = properties.get("Events").and_then(Node::as_map).unwrap_or_default();
    events.iter().filter_map(|(key, event)| {
        Some((key, event.get("Type")?.as_text()?, event.get("Properties")))
    })
}

/// A route that names no API belongs to an API that SAM makes.
pub(crate) fn add_implicit_apis(template: &mut Template, globals: &Globals) {
    for (logical_id, kind, event, property, stage) in [
        (IMPLICIT_REST, "AWS::Serverless::Api", "Api", "RestApiId", Some("Prod")),
        (IMPLICIT_HTTP, "AWS::Serverless::HttpApi", "HttpApi", "ApiId", None),
    ] {
        let functions =
            template.resources.iter().filter(|one| one.kind == "AWS::Serverless::Function");
        let first = functions.flat_map(|function| events(&function.properties)).find(
            |(_, kind, properties)| {
                *kind == event && properties.is_none_or(|all| all.get(property).is_none())
            },
        );
        let Some(at) = first.map(|(key, _, _)| key.at) else { continue };
        if template.resource(logical_id).is_some() {
            continue;
        }
        let stage =
            stage.map(|stage| (Key { text: "StageName".to_owned(), at }, Node::text(at, stage)));
        let properties = Node::new(at, Value::Map(stage.into_iter().collect()));
        template.resources.push(Declared {
            logical_id: logical_id.to_owned(),
            at,
            kind: kind.to_owned(),
            properties: globals.merge(kind, properties, None),
            condition: None,
            depends_on: Vec::new(),
        });
    }
}

/// The names of what SAM makes, so that a template may refer to it.
pub(crate) fn add_generated(template: &mut Template) {
    let mut made = Vec::new();
    for resource in &template.resources {
        let id = &resource.logical_id;
        let has = |property: &str| resource.properties.get(property).is_some();
        match resource.kind.as_str() {
            "AWS::Serverless::Function" => {
                if !has("Role") {
                    made.push((format!("{id}Role"), "AWS::IAM::Role", id));
                }
                if let Some(alias) = resource.properties.get("AutoPublishAlias") {
                    made.push((format!("{id}.Version"), "AWS::Lambda::Version", id));
                    made.push((format!("{id}.Alias"), "AWS::Lambda::Alias", id));
                    let alias = alias.as_text().unwrap_or_default();
                    made.push((format!("{id}Alias{alias}"), "AWS::Lambda::Alias", id));
                }
            }
            "AWS::Serverless::Api" => {
                let stage = resource.properties.get("StageName").and_then(Node::as_text);
                made.push((format!("{id}.Stage"), "AWS::ApiGateway::Stage", id));
                made.push((format!("{id}.Deployment"), "AWS::ApiGateway::Deployment", id));
                made.push((format!("{id}Deployment"), "AWS::ApiGateway::Deployment", id));
                if let Some(stage) = stage {
                    made.push((format!("{id}{stage}Stage"), "AWS::ApiGateway::Stage", id));
                }
                if resource.properties.get("Auth").and_then(|auth| auth.get("UsagePlan")).is_some()
                {
                    made.push((format!("{id}ApiKey"), "AWS::ApiGateway::ApiKey", id));
                    made.push((format!("{id}UsagePlan"), "AWS::ApiGateway::UsagePlan", id));
                }
            }
            "AWS::Serverless::HttpApi" => {
                made.push((format!("{id}.Stage"), "AWS::ApiGatewayV2::Stage", id));
                made.push((format!("{id}ApiGatewayDefaultStage"), "AWS::ApiGatewayV2::Stage", id));
            }
            _ => {}
        }
    }
    let made = made
        .into_iter()
        .map(|(name, kind, of)| (name, Generated { kind, of: of.clone() }))
        .collect::<Vec<_>>();
    for (name, generated) in made {
        if template.resource(&name).is_none() {
            template.generated.insert(name, generated);
        }
    }
}

/// The resource that an event of a function makes need the function, as far as it can be told before
/// anything is resolved: the API of a route, the pool of a trigger.
pub(crate) fn woken_by<'a>(kind: &str, properties: Option<&'a Node>) -> Option<&'a str> {
    let (property, implicit) = match kind {
        "Api" => ("RestApiId", Some(IMPLICIT_REST)),
        "HttpApi" => ("ApiId", Some(IMPLICIT_HTTP)),
        "Cognito" => ("UserPool", None),
        _ => return None,
    };
    match properties.and_then(|all| all.get(property)) {
        None => implicit,
        Some(node) => node.get("Ref").and_then(Node::as_text),
    }
}
