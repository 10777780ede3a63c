//! What does the template ask for, with every value resolved?

use crate::{
    apis::{self, Api},
    evaluate::Evaluator,
    functions::{self, Function},
    globals,
    node::{Key, Node, Value},
    physical::{ApiAddress, Home, PhysicalIds},
    problem::{Place, Position, Problem, Problems, did_you_mean},
    schema,
    sections::Template,
    tables::{self, Table},
};
use names::{AccountId, Region};
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// What a template does not say itself.
#[derive(Clone)]
pub struct Settings<'a> {
    /// `AWS::Region`.
    pub region: Region,
    /// `AWS::AccountId`.
    pub account_id: AccountId,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// The values of parameters; the others keep their `Default`.
    pub parameters: BTreeMap<String, String>,
    /// Who names the resources.
    pub ids: &'a dyn PhysicalIds,
}

/// A resolved template.
pub struct Stack {
    pub(crate) file: Arc<str>,
    /// The resources that mean something here, in the template's order, `Condition`s obeyed.
    pub resources: Vec<Resource>,
    /// The `Outputs`.
    pub outputs: BTreeMap<String, String>,
    /// What has no meaning here, to be named in one line at start.
    pub ignored: Vec<Ignored>,
    functions: Vec<Function>,
    apis: Vec<Api>,
    tables: Vec<Table>,
}

/// A resource, an event of a function or a property of an API that has no meaning here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// `AlarmTopic`, `Cleanup.Nightly` for an event, `Api.GatewayResponses` for a property.
    pub logical_id: String,
    /// `AWS::SNS::Topic`, or `Schedule` for an event.
    pub kind: String,
    /// The line it stands in.
    pub line: u32,
    /// Whether it would change what an API answers, so that somebody may miss it: a part of an API such as
    /// a domain name, or a property such as `CanarySetting`.
    pub is_part_of_an_api: bool,
}

/// A resource with its values resolved.
#[derive(Clone)]
pub struct Resource {
    /// The name it has in the template.
    pub logical_id: String,
    /// `AWS::Cognito::UserPool`.
    pub kind: String,
    /// What `Ref` gives.
    pub physical_id: String,
    /// The line its logical id stands in.
    pub line: u32,
    /// The properties in the form the specification asks for: numbers are numbers and booleans are
    /// booleans, however the template wrote them.
    pub properties: serde_json::Value,
    pub(crate) file: Arc<str>,
    pub(crate) node: Node,
}

impl fmt::Debug for Resource {
    /// Without the properties, which may hold what a `NoEcho` parameter hid.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}) in line {}", self.logical_id, self.kind, self.line)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stack")
            .field("resources", &self.resources)
            .field("ignored", &self.ignored)
            .finish_non_exhaustive()
    }
}

impl Resource {
    /// A problem with a property, for example `Policies.PasswordPolicy.MinimumLength` or
    /// `Schema[0].Name`. It is reported where the property stands; of a property that is missing, where
    /// the map stands that it is missing from.
    #[must_use]
    pub fn problem(&self, property: &str, message: impl Into<String>) -> Problem {
        let at = self.node.position_of(property);
        Problem {
            file: self.file.clone(),
            line: at.line,
            column: at.column,
            resource: Some(self.logical_id.clone()),
            property: Some(property.to_owned()).filter(|property| !property.is_empty()),
            message: message.into(),
        }
    }

    /// The properties as a type of the caller.
    ///
    /// # Errors
    /// A [`Problem`] that says what the type expected.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        T::deserialize(&self.properties).map_err(|error| self.problem("", error.to_string()))
    }
}

impl Stack {
    /// The resources of one type, in the template's order.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// The resource of a logical id.
    #[must_use]
    pub fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }

    /// The Lambda functions.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The APIs with their routes, the implicit ones included.
    #[must_use]
    pub fn apis(&self) -> &[Api] {
        &self.apis
    }

    /// The DynamoDB tables.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The name the template was given when it was parsed.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl Template {
    /// Resolves the template under settings.
    ///
    /// # Errors
    /// Everything that is wrong with the template, in the order of its lines: whatever is known without
    /// the settings, and what the settings bring to light.
    pub fn resolve(&self, settings: &Settings<'_>) -> Result<Stack, Problems> {
        let home = Home {
            region: &settings.region,
            account: &settings.account_id,
            stack: &settings.stack_name,
        };
        let mut report = self.report.clone();
        for name in settings.parameters.keys() {
            if self.parameter(name).is_none() {
                let names = self.parameters.iter().map(|parameter| parameter.name.as_str());
                let message = format!(
                    "a value was given for {name}, but there is no such parameter{}",
                    did_you_mean(name, names)
                );
                report.add(Position::START, &Place::Nowhere, message);
            }
        }
        let mut parameters = BTreeMap::new();
        for parameter in &self.parameters {
            let given = settings.parameters.get(&parameter.name).map(String::as_str);
            parameters.insert(parameter.name.as_str(), parameter.resolve(given, &mut report));
        }
        let mut evaluator = Evaluator::new(self, home, settings.ids, parameters, report);
        let addresses = self.addresses(&mut evaluator);

        let mut resources = Vec::new();
        let mut ignored = Vec::new();
        for declared in &self.resources {
            if !evaluator.exists(declared.condition.as_ref()) {
                continue;
            }
            let Some(kind) = schema::kind(&declared.kind) else {
                ignored.push(Ignored {
                    logical_id: declared.logical_id.clone(),
                    kind: declared.kind.clone(),
                    line: declared.at.line,
                    is_part_of_an_api: is_plain_api(&declared.kind),
                });
                continue;
            };
            let place = Place::Resource(&declared.logical_id);
            let physical_id = evaluator.physical_id(&declared.logical_id, declared.at, &place);
            let node = evaluator.value(&declared.properties, &place);
            let node = evaluator.finish(node, &addresses, &place);
            let shape = schema::Shape::Object(kind.properties);
            let node = schema::conform(node, shape, &place, &mut evaluator.report);
            for (key, event, _) in globals::events(&node) {
                if !matches!(event, "Api" | "HttpApi" | "Cognito") {
                    ignored.push(Ignored {
                        logical_id: format!("{}.{}", declared.logical_id, key.text),
                        kind: event.to_owned(),
                        line: key.at.line,
                        is_part_of_an_api: false,
                    });
                }
            }
            for (key, _) in node.as_map().unwrap_or_default() {
                if is_passed_over(&declared.kind, &key.text) {
                    ignored.push(Ignored {
                        logical_id: format!("{}.{}", declared.logical_id, key.text),
                        kind: declared.kind.clone(),
                        line: key.at.line,
                        is_part_of_an_api: true,
                    });
                }
            }
            for (key, body) in apis::without_meaning(&node) {
                ignored.push(Ignored {
                    logical_id: format!("{}.{body}.{}", declared.logical_id, key.text),
                    kind: declared.kind.clone(),
                    line: key.at.line,
                    is_part_of_an_api: false,
                });
            }
            resources.push(Resource {
                logical_id: declared.logical_id.clone(),
                kind: declared.kind.clone(),
                physical_id: physical_id.unwrap_or_default(),
                line: declared.at.line,
                properties: serde_json::Value::Null,
                file: self.file.clone(),
                node,
            });
        }

        let mut outputs = BTreeMap::new();
        for output in &self.outputs {
            let Some(value) = output.value.as_ref() else { continue };
            if !evaluator.exists(output.condition.as_ref()) {
                continue;
            }
            let place = Place::Member("Outputs", &output.name);
            let place = place.key("Value");
            if let Some(text) = evaluator.text(value, &place) {
                let node = evaluator.finish(Node::text(output.at, text), &addresses, &place);
                let text = node.as_text().unwrap_or_default().to_owned();
                outputs.insert(output.name.clone(), text);
            }
        }

        let mut arns = BTreeMap::new();
        for resource in resources.iter().filter(|one| functions::is_function(&one.kind)) {
            let at = resource.node.at;
            let place = Place::Resource(&resource.logical_id);
            if let Some(arn) = evaluator.attribute(&resource.logical_id, "Arn", at, &place) {
                arns.insert(resource.logical_id.clone(), arn);
            }
        }
        let mut roots = BTreeMap::new();
        for resource in resources.iter().filter(|one| one.kind == "AWS::ApiGateway::RestApi") {
            let (id, at) = (&resource.logical_id, resource.node.at);
            if let Some(root) = evaluator.attribute(id, "RootResourceId", at, &Place::Resource(id))
            {
                roots.insert(id.clone(), root);
            }
        }
        let mut report = evaluator.report;
        for problem in add_triggers(&mut resources, &arns) {
            report.push(problem);
        }
        for resource in &mut resources {
            resource.properties = resource.node.to_json();
        }
        let mut problems = Vec::new();
        let functions = functions::read(&resources, &arns, &mut problems);
        let apis = apis::read(&resources, &functions, &roots, &mut problems);
        let tables = tables::read(&resources, home, settings.ids, &mut problems);
        for problem in problems {
            report.push(problem);
        }
        report.verdict()?;
        Ok(Stack { file: self.file.clone(), resources, outputs, ignored, functions, apis, tables })
    }

    /// The addresses of the APIs, by which they are recognised in a text.
    fn addresses<'a>(&'a self, evaluator: &mut Evaluator<'a>) -> Vec<ApiAddress> {
        let mut found = Vec::new();
        for (kind, stage_kinds, api_id) in [
            ("AWS::Serverless::", &[][..], ""),
            (
                "AWS::ApiGateway::RestApi",
                &["AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"][..],
                "RestApiId",
            ),
            ("AWS::ApiGatewayV2::Api", &["AWS::ApiGatewayV2::Stage"][..], "ApiId"),
        ] {
            for resource in &self.resources {
                let is_meant = match resource.kind.as_str() {
                    "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => stage_kinds.is_empty(),
                    other => other == kind,
                };
                if !is_meant || !evaluator.exists(resource.condition.as_ref()) {
                    continue;
                }
                let place = Place::Resource(&resource.logical_id);
                let id = evaluator.physical_id(&resource.logical_id, resource.at, &place);
                let Some(id) = id else { continue };
                let mut stages = Vec::new();
                match resource.properties.get("StageName") {
                    Some(stage) => {
                        stages.extend(evaluator.text(stage, &place.key("StageName")));
                    }
                    None if stage_kinds.is_empty() => stages.push("$default".to_owned()),
                    None => {}
                }
                // A quick create makes the stage as well.
                if resource.properties.get("Target").is_some() {
                    stages.push("$default".to_owned());
                }
                let of_api = self.resources.iter().filter(|one| {
                    stage_kinds.contains(&one.kind.as_str())
                        && one.properties.get("StageName").is_some()
                });
                for one in of_api {
                    let place = Place::Resource(&one.logical_id);
                    let (Some(owner), Some(stage)) =
                        (one.properties.get(api_id), one.properties.get("StageName"))
                    else {
                        continue;
                    };
                    let exists = evaluator.exists(one.condition.as_ref());
                    if exists && evaluator.text(owner, &place.key(api_id)).as_ref() == Some(&id) {
                        let stage = evaluator.text(stage, &place.key("StageName"));
                        stages.extend(stage.filter(|stage| !stages.contains(stage)));
                    }
                }
                for stage in stages {
                    found.push((resource.logical_id.clone(), id.clone(), stage));
                }
            }
        }
        let mut addresses: Vec<ApiAddress> = Vec::with_capacity(found.len());
        for (logical_id, id, stage) in found {
            let has_sibling = addresses.iter().any(|other| other.logical_id == logical_id);
            let mount = apis::mount(addresses.len(), &logical_id, &stage, has_sibling);
            addresses.push(ApiAddress { logical_id, id, stage, mount });
        }
        addresses
    }
}

/// Parts of an API that are written without SAM.
fn is_plain_api(kind: &str) -> bool {
    kind.starts_with("AWS::ApiGateway::") || kind.starts_with("AWS::ApiGatewayV2::")
}

/// Properties of an API that say how it answers and are not obeyed yet.
fn is_passed_over(kind: &str, property: &str) -> bool {
    match kind {
        "AWS::Serverless::Api" => matches!(property, "CanarySetting" | "Policy"),
        "AWS::ApiGateway::Stage" => property == "CanarySetting",
        _ => false,
    }
}

/// SAM writes the triggers that functions name as events into the pool.
fn add_triggers(resources: &mut [Resource], arns: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut triggers = Vec::new();
    for resource in resources.iter() {
        let Some(arn) = arns.get(&resource.logical_id) else { continue };
        for (key, kind, properties) in globals::events(&resource.node) {
            let pool = properties.and_then(|all| all.get("UserPool")).and_then(Node::as_text);
            let (Some(pool), "Cognito") = (pool, kind) else { continue };
            let Some(pool) = resources
                .iter()
                .position(|one| one.kind == "AWS::Cognito::UserPool" && one.physical_id == pool)
            else {
                let path = format!("Events.{}.Properties.UserPool", key.text);
                problems.push(resource.problem(&path, "expected a Ref to a pool of this template"));
                continue;
            };
            let trigger = properties.and_then(|all| all.get("Trigger"));
            let names = trigger.map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)));
            for name in names.into_iter().flatten().filter_map(Node::as_text) {
                triggers.push((pool, name.to_owned(), key.at, arn.clone()));
            }
        }
    }
    for (pool, name, at, arn) in triggers {
        let Some(pool) = resources.get_mut(pool) else { continue };
        let entry = (Key { text: name.clone(), at }, Node::text(at, arn));
        let Value::Map(properties) = &mut pool.node.value else { continue };
        let config = properties.iter().position(|(key, _)| key.text == "LambdaConfig");
        let config = config.unwrap_or_else(|| {
            let key = Key { text: "LambdaConfig".to_owned(), at };
            properties.push((key, Node::new(at, Value::Map(Vec::new()))));
            properties.len() - 1
        });
        let Some((_, Node { value: Value::Map(config), .. })) = properties.get_mut(config) else {
            continue;
        };
        if config.iter().any(|(key, _)| key.text == name) {
            let path = format!("LambdaConfig.{name}");
            problems
                .push(pool.problem(&path, "the trigger is set here and by an event of a function"));
        } else {
            config.push(entry);
        }
    }
    problems
}
