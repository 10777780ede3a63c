//! Which sections does the template have, and what is declared in each?

use crate::{
    check, globals,
    include::{Files, Includer},
    json, limits,
    node::{Key, Node, Value},
    parameters::Parameter,
    problem::{Place, Position, Problems, Report, did_you_mean, nearest, quote},
    schema, yaml,
};
use std::{collections::BTreeMap, sync::Arc};

const SECTIONS: [&str; 12] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

const RESOURCE_ATTRIBUTES: [&str; 11] = [
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

const OUTPUT_ATTRIBUTES: [&str; 4] = ["Condition", "Description", "Export", "Value"];

/// A template that could be read. What it means is said by [`Template::resolve`].
pub struct Template {
    pub(crate) file: Arc<str>,
    /// What is wrong without knowing any setting; told together with what resolving finds.
    pub(crate) report: Report,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) mappings: Vec<(Key, Node)>,
    pub(crate) conditions: Vec<(Key, Node)>,
    pub(crate) resources: Vec<Declared>,
    pub(crate) outputs: Vec<Output>,
    /// The resources that SAM makes out of others, by the names one may refer to them, with their type.
    pub(crate) generated: BTreeMap<String, Generated>,
}

/// A resource as it is written, with the Globals in it.
pub(crate) struct Declared {
    pub(crate) logical_id: String,
    pub(crate) at: Position,
    pub(crate) kind: String,
    pub(crate) properties: Node,
    pub(crate) condition: Option<(String, Position)>,
    pub(crate) depends_on: Vec<(String, Position)>,
}

/// A resource that SAM makes.
pub(crate) struct Generated {
    pub(crate) kind: &'static str,
    /// The resource it is made of.
    pub(crate) of: String,
}

pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) at: Position,
    pub(crate) value: Option<Node>,
    pub(crate) condition: Option<(String, Position)>,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Template")
            .field("file", &self.file)
            .field("resources", &self.resources.len())
            .finish_non_exhaustive()
    }
}

impl Template {
    /// Reads a template in YAML or JSON. `file_name` is what problems are reported under.
    ///
    /// # Errors
    /// The text is larger than [`limits::TEMPLATE`], is neither YAML nor JSON, or is no map of sections.
    /// Whatever else is wrong is told by [`Template::resolve`], all at once.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Problems> {
        Self::parse_with(file_name, text, &|_| Err("no other file can be read here".to_owned()))
    }

    /// The same for a template that brings in files: pieces of itself by `AWS::Include`, OpenAPI documents by
    /// `DefinitionUri`. `files` reads one by the path that stands in the template.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_with(file_name: &str, text: &str, files: &Files<'_>) -> Result<Self, Problems> {
        let file = Arc::from(file_name);
        let mut report = Report::new(&file);
        let mut root = read(file_name, text, &mut report);
        if let Some(root) = &mut root {
            Includer::new(files, &mut report).template(root);
        }
        let Some(Node { value: Value::Map(sections), .. }) = root else {
            if report.count() == 0 {
                let message = "expected a map of sections with at least Resources";
                report.add(Position::START, &Place::Nowhere, message);
            }
            return Err(report.found());
        };
        let mut template = Self {
            file,
            report,
            parameters: Vec::new(),
            mappings: Vec::new(),
            conditions: Vec::new(),
            resources: Vec::new(),
            outputs: Vec::new(),
            generated: BTreeMap::new(),
        };
        template.take_sections(sections);
        check::check(&mut template);
        Ok(template)
    }

    fn take_sections(&mut self, sections: Vec<(Key, Node)>) {
        let mut resources = None;
        let mut is_sam = false;
        let mut globals = Vec::new();
        for (key, node) in sections {
            let place = Place::Section(&key.text);
            match key.text.as_str() {
                "AWSTemplateFormatVersion" => {
                    if node.as_text() != Some("2010-09-09") {
                        let message = format!("expected 2010-09-09, found {}", node.what());
                        self.report.add(node.at, &place, message);
                    }
                }
                "Description" => {
                    if node.as_text().is_none() {
                        let message = format!("expected a text, found {}", node.what());
                        self.report.add(node.at, &place, message);
                    }
                }
                "Transform" => is_sam = self.take_transform(&node, &place),
                // Rules are assertions over parameters and Hooks are for deployments in the cloud.
                "Metadata" | "Rules" | "Hooks" => {}
                "Parameters" => {
                    for (key, node) in self.members(node, &place) {
                        if let Some(parameter) = Parameter::read(key, &node, &mut self.report) {
                            self.parameters.push(parameter);
                        }
                    }
                }
                "Mappings" => self.mappings = self.members(node, &place),
                "Conditions" => self.conditions = self.members(node, &place),
                "Globals" => globals = self.members(node, &place),
                "Resources" => resources = Some((node, key.at)),
                "Outputs" => {
                    for (key, node) in self.members(node, &place) {
                        self.take_output(key, node);
                    }
                }
                unknown => {
                    let hint = did_you_mean(unknown, SECTIONS);
                    let message = format!(
                        "unknown section {}{hint}; expected one of {}",
                        quote(unknown),
                        SECTIONS.join(", ")
                    );
                    self.report.add(key.at, &Place::Nowhere, message);
                }
            }
        }
        let Some((resources, at)) = resources else {
            let message = "the section Resources is missing";
            self.report.add(Position::START, &Place::Nowhere, message);
            return;
        };
        let resources = self.members(resources, &Place::Section("Resources"));
        if resources.is_empty() {
            self.report.add(at, &Place::Nowhere, "expected at least one resource in Resources");
        }
        let globals = globals::Globals::read(globals, is_sam, &mut self.report);
        for (key, node) in resources {
            self.take_resource(key, node, is_sam, &globals);
        }
        globals::add_implicit_apis(self, &globals);
        globals::add_generated(self);
    }

    /// Whether the template is one of SAM.
    fn take_transform(&mut self, node: &Node, place: &Place<'_>) -> bool {
        let mut is_sam = false;
        let names = node.as_list().unwrap_or(std::slice::from_ref(node));
        for name in names {
            match name.as_text() {
                Some("AWS::Serverless-2016-10-31") => is_sam = true,
                // Its functions are refused one by one, where they are used.
                Some("AWS::LanguageExtensions") => {}
                _ => {
                    let message = format!(
                        "expected AWS::Serverless-2016-10-31, found {}: macros run in the cloud only",
                        name.what()
                    );
                    self.report.add(name.at, place, message);
                }
            }
        }
        is_sam
    }

    /// The members of a section, whose names are letters and digits.
    fn members(&mut self, node: Node, place: &Place<'_>) -> Vec<(Key, Node)> {
        let at = node.at;
        match node.value {
            Value::Map(entries) => {
                for (key, _) in &entries {
                    let is_name = !key.text.is_empty()
                        && key.text.len() <= 255
                        && key.text.bytes().all(|next| next.is_ascii_alphanumeric());
                    if !is_name {
                        let message = format!(
                            "expected a name of letters and digits, found {}",
                            quote(&key.text)
                        );
                        self.report.add(key.at, place, message);
                    }
                }
                entries
            }
            Value::Unknown => Vec::new(),
            _ => {
                let found = Node::new(at, node.value).what();
                self.report.add(at, place, format!("expected a map, found {found}"));
                Vec::new()
            }
        }
    }

    fn take_resource(&mut self, key: Key, node: Node, is_sam: bool, globals: &globals::Globals) {
        let place = Place::Resource(&key.text);
        let Value::Map(attributes) = node.value else {
            let message = format!("expected a map with Type and Properties, found {}", node.what());
            self.report.add(key.at, &place, message);
            return;
        };
        let mut kind = None;
        let mut properties = None;
        let mut condition = None;
        let mut depends_on = Vec::new();
        let mut ignores = None;
        for (attribute, node) in attributes {
            let place = place.key(&attribute.text);
            match attribute.text.as_str() {
                "Type" => match node.as_text() {
                    Some(text) if is_kind(text) => kind = Some((text.to_owned(), node.at)),
                    _ => {
                        let message = format!(
                            "expected a type such as AWS::Cognito::UserPool, found {}",
                            node.what()
                        );
                        self.report.add(node.at, &place, message);
                        return;
                    }
                },
                "Properties" => match &node.value {
                    Value::Map(_) => properties = Some(node),
                    _ => {
                        let message = format!("expected a map, found {}", node.what());
                        self.report.add(node.at, &place, message);
                    }
                },
                "Condition" => match node.as_text() {
                    Some(name) => condition = Some((name.to_owned(), node.at)),
                    None => {
                        let message =
                            format!("expected the name of a condition, found {}", node.what());
                        self.report.add(node.at, &place, message);
                    }
                },
                "DependsOn" => {
                    for name in node.as_list().unwrap_or(std::slice::from_ref(&node)) {
                        match name.as_text() {
                            Some(text) => depends_on.push((text.to_owned(), name.at)),
                            None => {
                                let message = format!(
                                    "expected the logical id of a resource, found {}",
                                    name.what()
                                );
                                self.report.add(name.at, &place, message);
                            }
                        }
                    }
                }
                "IgnoreGlobals" => ignores = Some(node),
                known if RESOURCE_ATTRIBUTES.contains(&known) => {}
                unknown => {
                    let hint = did_you_mean(unknown, RESOURCE_ATTRIBUTES);
                    let message = format!(
                        "unknown attribute{hint}; expected one of {}",
                        RESOURCE_ATTRIBUTES.join(", ")
                    );
                    self.report.add(attribute.at, &place, message);
                }
            }
        }
        let Some((kind, kind_at)) = kind else {
            let message = "Type is missing: expected a type such as AWS::Cognito::UserPool";
            self.report.add(key.at, &place, message);
            return;
        };
        let place = place.key("Type");
        if kind.starts_with("AWS::Serverless::") && !is_sam {
            let message = format!(
                "{kind} is a type of SAM: expected Transform: AWS::Serverless-2016-10-31 at the top"
            );
            self.report.add(kind_at, &place, message);
        }
        // A slip of the pen would otherwise be passed over as a type that means nothing here.
        if schema::kind(&kind).is_none()
            && kind != "AWS::ApiGatewayV2::Model"
            && let Some(near) = nearest(&kind, schema::names(), 2)
        {
            let message = format!("unknown type {kind} (did you mean {near}?)");
            self.report.add(kind_at, &place, message);
        }
        let properties = properties.unwrap_or_else(|| Node::new(key.at, Value::Map(Vec::new())));
        let properties = globals.merge(&kind, properties, ignores.as_ref());
        self.resources.push(Declared {
            logical_id: key.text,
            at: key.at,
            kind,
            properties,
            condition,
            depends_on,
        });
    }

    fn take_output(&mut self, key: Key, node: Node) {
        let place = Place::Member("Outputs", &key.text);
        let Value::Map(attributes) = node.value else {
            let message = format!("expected a map with Value, found {}", node.what());
            self.report.add(key.at, &place, message);
            return;
        };
        let mut value = None;
        let mut condition = None;
        for (attribute, node) in attributes {
            match attribute.text.as_str() {
                "Value" => value = Some(node),
                "Condition" => {
                    condition = node.as_text().map(|name| (name.to_owned(), node.at));
                }
                known if OUTPUT_ATTRIBUTES.contains(&known) => {}
                unknown => {
                    let hint = did_you_mean(unknown, OUTPUT_ATTRIBUTES);
                    let message = format!(
                        "unknown attribute{hint}; expected one of {}",
                        OUTPUT_ATTRIBUTES.join(", ")
                    );
                    self.report.add(attribute.at, &place.key(unknown), message);
                }
            }
        }
        if value.is_none() {
            self.report.add(key.at, &place, "Value is missing: expected a text");
        }
        self.outputs.push(Output { name: key.text, at: key.at, value, condition });
    }

    pub(crate) fn resource(&self, logical_id: &str) -> Option<&Declared> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    pub(crate) fn condition(&self, name: &str) -> Option<&Node> {
        self.conditions.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }

    pub(crate) fn mapping(&self, name: &str) -> Option<&Node> {
        self.mappings.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }
}

fn read(file_name: &str, text: &str, report: &mut Report) -> Option<Node> {
    if text.len() > limits::TEMPLATE {
        let message =
            format!("the template has {} bytes; expected at most {}", text.len(), limits::TEMPLATE);
        report.add(Position::START, &Place::Nowhere, message);
        return None;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // YAML takes nearly all JSON, but neither its long keys nor its surrogate pairs.
    let is_named_json =
        std::path::Path::new(file_name).extension().is_some_and(|extension| extension == "json");
    let is_json =
        is_named_json || (text.trim_start().starts_with('{') && json::check(text).is_ok());
    if is_json { json::read(text, report) } else { yaml::read(text, report) }
}

/// `AWS::Cognito::UserPool`, `Custom::Anything`, `My::Module::Here::MODULE`.
fn is_kind(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|next| next.is_ascii_alphanumeric() || b"@-_".contains(&next))
    };
    text.len() <= 255 && text.contains("::") && text.split("::").all(is_word)
}
