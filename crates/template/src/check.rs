//! What is wrong with the template whatever its settings are?
//!
//! Every function call is checked in the resources, the conditions and the outputs, in every branch,
//! also in resources that mean nothing here: its shape, and that what it names is there. Resolving then
//! reports only what it alone can see, and passes over what was reported here.

use crate::{
    globals,
    intrinsic::{
        Attribute, FUNCTIONS, Function, Piece, Test, attribute, call, pieces, substitution,
    },
    limits,
    node::{Key, Node, Value},
    problem::{Place, Position, Report, did_you_mean, quote},
    schema,
    sections::Template,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

pub(crate) fn check(template: &mut Template) {
    let mut report = template.report.clone();
    {
        let mut checker = Checker {
            template,
            report: &mut report,
            kinds: template
                .resources
                .iter()
                .map(|one| (one.logical_id.as_str(), one.kind.as_str()))
                .collect(),
            edges: BTreeMap::new(),
            names: BTreeSet::new(),
        };
        checker.names();
        checker.mappings();
        checker.conditions();
        checker.resources();
        checker.outputs();
    }
    template.report = report;
}

struct Checker<'a> {
    template: &'a Template,
    report: &'a mut Report,
    /// The type of each resource, by its logical id.
    kinds: HashMap<&'a str, &'a str>,
    /// Which resource needs which, and where it says so.
    edges: BTreeMap<&'a str, Vec<(&'a str, Position)>>,
    /// What the value under the walk refers to.
    names: BTreeSet<(&'a str, Position)>,
}

/// What a value may do where it stands.
#[derive(Clone, Copy)]
struct Rules {
    /// `Ref` and `Fn::GetAtt` of resources.
    resources: bool,
    /// The value means something here, so what cannot be resolved is refused.
    resolved: bool,
}

impl<'a> Checker<'a> {
    /// A parameter and a resource may not share a name.
    fn names(&mut self) {
        let template = self.template;
        for parameter in &template.parameters {
            if let Some(resource) = template.resource(&parameter.name) {
                let message =
                    format!("a parameter has this name already, in line {}", parameter.at.line);
                self.report.add(resource.at, &Place::Resource(&resource.logical_id), message);
            }
        }
    }

    /// Two levels of names, then texts or lists of texts.
    fn mappings(&mut self) {
        for (name, mapping) in &self.template.mappings {
            let place = Place::Member("Mappings", &name.text);
            let Some(tops) = mapping.as_map() else {
                let message = format!("expected a map of maps, found {}", mapping.what());
                self.report.add(mapping.at, &place, message);
                continue;
            };
            for (top, seconds) in tops {
                let place = place.key(&top.text);
                let Some(seconds) = seconds.as_map() else {
                    let message = format!("expected a map, found {}", seconds.what());
                    self.report.add(seconds.at, &place, message);
                    continue;
                };
                for (second, value) in seconds {
                    let is_text = |node: &Node| node.as_text().is_some();
                    let is_value = is_text(value)
                        || value.as_list().is_some_and(|all| all.iter().all(is_text));
                    if !is_value {
                        let message =
                            format!("expected a text or a list of texts, found {}", value.what());
                        self.report.add(value.at, &place.key(&second.text), message);
                    }
                }
            }
        }
    }

    fn conditions(&mut self) {
        let mut uses = BTreeMap::new();
        for (name, node) in &self.template.conditions {
            let place = Place::Member("Conditions", &name.text);
            let mut used = Vec::new();
            self.test(node, &place, &mut used);
            uses.insert(name.text.as_str(), used);
        }
        let at = |name: &str| {
            let found = self.template.conditions.iter().find(|(key, _)| key.text == name);
            found.map_or(Position::START, |(key, _)| key.at)
        };
        for cycle in cycles(&uses) {
            let first = cycle.first().copied().unwrap_or_default();
            let message = format!("the conditions need each other: {}", chain(&cycle));
            self.report.add(at(first), &Place::Member("Conditions", first), message);
        }
    }

    /// A condition: a test over texts or over other conditions.
    fn test(&mut self, node: &'a Node, place: &Place<'_>, used: &mut Vec<(&'a str, Position)>) {
        const EXPECTED: &str = "expected Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition";
        if let Some([(key, argument)]) = node.as_map()
            && key.text == "Condition"
        {
            match argument.as_text() {
                Some(name) => {
                    self.condition_exists(name, argument.at, place);
                    used.push((name, argument.at));
                }
                None => {
                    let found = argument.what();
                    let message = format!("expected the name of a condition, found {found}");
                    self.report.add(argument.at, place, message);
                }
            }
            return;
        }
        let Some((Function::Condition(test), name, argument)) = call(node) else {
            if !matches!(node.value, Value::Unknown) {
                self.report.add(node.at, place, format!("{EXPECTED}, found {}", node.what()));
            }
            return;
        };
        let items = argument.as_list().unwrap_or_default();
        let (fits, expected) = match test {
            Test::Equals => (items.len() == 2, "a list of two values"),
            Test::And | Test::Or => {
                ((2..=10).contains(&items.len()), "a list of 2 to 10 conditions")
            }
            Test::Not => (items.len() == 1, "a list of one condition"),
        };
        if !fits {
            let message = format!("{name}: expected {expected}, found {}", count(argument));
            self.report.add(argument.at, place, message);
            return;
        }
        for item in items {
            if test == Test::Equals {
                self.value(item, place, Rules { resources: false, resolved: true });
            } else {
                self.test(item, place, used);
            }
        }
    }

    fn resources(&mut self) {
        let template = self.template;
        for resource in &template.resources {
            let id = resource.logical_id.as_str();
            let place = Place::Resource(id);
            if let Some((name, at)) = &resource.condition {
                self.condition_exists(name, *at, &place.key("Condition"));
            }
            self.names.clear();
            let resolved = schema::kind(&resource.kind).is_some();
            self.value(&resource.properties, &place, Rules { resources: true, resolved });
            for (name, at) in &resource.depends_on {
                if self.kinds.contains_key(name.as_str()) {
                    self.names.insert((name, *at));
                } else if !template.generated.contains_key(name) {
                    let hint = did_you_mean(name, self.kinds.keys());
                    let message = format!("there is no resource {name}{hint}");
                    self.report.add(*at, &place.key("DependsOn"), message);
                }
            }
            let names = std::mem::take(&mut self.names);
            self.edges.entry(id).or_default().extend(names);
            // An API names the functions behind its routes, a pool its triggers.
            for (key, kind, properties) in globals::events(&resource.properties) {
                let source = globals::woken_by(kind, properties);
                let source = source.and_then(|source| self.kinds.get_key_value(source));
                if let (Some((source, _)), "AWS::Serverless::Function") =
                    (source, resource.kind.as_str())
                {
                    self.edges.entry(source).or_default().push((id, key.at));
                }
            }
        }
        // An event that names its API is no need of the function: SAM makes the permission a resource
        // of its own.
        self.forget_event_references();
        for cycle in cycles(&self.edges) {
            let first = cycle.first().copied().unwrap_or_default();
            let at = template.resource(first).map_or(Position::START, |resource| resource.at);
            let message = format!("the resources need each other: {}", chain(&cycle));
            self.report.add(at, &Place::Resource(first), message);
        }
    }

    fn forget_event_references(&mut self) {
        for resource in &self.template.resources {
            let Some(edges) = self.edges.get_mut(resource.logical_id.as_str()) else { continue };
            let mut own = BTreeSet::new();
            for (_, _, properties) in globals::events(&resource.properties) {
                for property in ["RestApiId", "ApiId", "UserPool"] {
                    let node = properties.and_then(|all| all.get(property));
                    let name = node.and_then(|node| node.get("Ref"));
                    if let Some(name) = name {
                        own.insert(name.at);
                    }
                }
            }
            edges.retain(|(_, at)| !own.contains(at));
        }
    }

    fn outputs(&mut self) {
        for output in &self.template.outputs {
            let place = Place::Member("Outputs", &output.name);
            if let Some((name, at)) = &output.condition {
                self.condition_exists(name, *at, &place.key("Condition"));
            }
            if let Some(value) = &output.value {
                let place = place.key("Value");
                self.value(value, &place, Rules { resources: true, resolved: true });
            }
        }
    }

    fn value(&mut self, node: &'a Node, place: &Place<'_>, rules: Rules) {
        if let Some((function, name, argument)) = call(node) {
            self.call(node.at, function, name, argument, place, rules);
            return;
        }
        match &node.value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &place.index(index), rules);
                }
            }
            Value::Map(entries) => {
                for (key, node) in entries {
                    if key.text.starts_with("Fn::") {
                        let message = format!(
                            "{} has to stand alone in its map, beside no other key",
                            key.text
                        );
                        self.report.add(key.at, place, message);
                    }
                    self.value(node, &place.key(&key.text), rules);
                }
            }
            Value::Scalar(_) | Value::Null | Value::Absent | Value::Unknown => {}
        }
    }

    fn call(
        &mut self,
        at: Position,
        function: Function,
        name: &str,
        argument: &'a Node,
        place: &Place<'_>,
        rules: Rules,
    ) {
        let items = argument.as_list().unwrap_or_default();
        let expected = match function {
            Function::Ref => match argument.as_text() {
                Some(name) => {
                    self.exists(name, argument.at, place, rules);
                    return;
                }
                None => "the name of a parameter or a resource",
            },
            Function::GetAtt => match attribute(argument) {
                Some((logical, attribute)) => {
                    self.attribute_exists(logical, &attribute, argument.at, place, rules);
                    return;
                }
                None => "Resource.Attribute, or a list of the two",
            },
            Function::Sub => match substitution(argument) {
                Some((text, map)) => {
                    self.substitution(text, map, place, rules);
                    return;
                }
                None => "a text, or a list of a text and a map",
            },
            Function::Join | Function::Split => match items {
                [first, second] if first.as_text().is_some() && could_be(second, function) => {
                    self.value(second, place, rules);
                    return;
                }
                _ if function == Function::Join => "a list of a delimiter and a list of values",
                _ => "a list of a delimiter and a text",
            },
            Function::If => match items {
                [condition, yes, no] if condition.as_text().is_some() => {
                    let name = condition.as_text().unwrap_or_default();
                    self.condition_exists(name, condition.at, place);
                    self.value(yes, place, rules);
                    self.value(no, place, rules);
                    return;
                }
                _ => "a list of the name of a condition and two values",
            },
            Function::Select => match items {
                [index, list] if could_be(list, Function::Join) => {
                    self.value(index, place, rules);
                    self.value(list, place, rules);
                    return;
                }
                _ => "a list of an index and a list",
            },
            Function::FindInMap => match items {
                [map, top, second] => {
                    self.mapping_has([map, top, second], false, place, rules);
                    return;
                }
                [map, top, second, otherwise] if otherwise.get("DefaultValue").is_some() => {
                    self.mapping_has([map, top, second], true, place, rules);
                    self.value(otherwise, place, rules);
                    return;
                }
                _ => "a list of a mapping, a key and a second key",
            },
            Function::Base64 | Function::GetAzs => match &argument.value {
                Value::Scalar(_) | Value::Map(_) => {
                    self.value(argument, place, rules);
                    return;
                }
                _ => "a text",
            },
            Function::Condition(_) => {
                let message = format!("{name} has a place in Conditions only; use Fn::If here");
                self.report.add(at, place, message);
                return;
            }
            Function::Refused(reason) => {
                if rules.resolved {
                    self.report.add(at, place, reason);
                }
                return;
            }
            Function::Unknown => {
                let hint = did_you_mean(name, FUNCTIONS);
                let message = format!(
                    "unknown function {}{hint}; expected one of {}",
                    quote(name),
                    FUNCTIONS.join(", ")
                );
                self.report.add(at, place, message);
                return;
            }
        };
        if !matches!(argument.value, Value::Unknown) {
            let message = format!("{name}: expected {expected}, found {}", count(argument));
            self.report.add(argument.at, place, message);
        }
    }

    fn substitution(
        &mut self,
        text: &'a Node,
        map: &'a [(Key, Node)],
        place: &Place<'_>,
        rules: Rules,
    ) {
        for (_, node) in map {
            self.value(node, place, rules);
        }
        match pieces(text.as_text().unwrap_or_default()) {
            Err(reason) => self.report.add(text.at, place, format!("Fn::Sub: {reason}")),
            Ok(pieces) => {
                for piece in pieces {
                    let Piece::Name(name) = piece else { continue };
                    if map.iter().any(|(key, _)| key.text == name) {
                        continue;
                    }
                    match name.split_once('.') {
                        Some((logical, attribute)) if !self.is_name(name) => {
                            let attribute = Attribute::Name(attribute);
                            self.attribute_exists(logical, &attribute, text.at, place, rules);
                        }
                        _ => self.exists(name, text.at, place, rules),
                    }
                }
            }
        }
    }

    fn is_name(&self, name: &str) -> bool {
        PSEUDO_PARAMETERS.contains(&name)
            || self.template.parameter(name).is_some()
            || self.kinds.contains_key(name)
            || self.template.generated.contains_key(name)
    }

    /// What `Ref` and `${…}` may name.
    fn exists(&mut self, name: &'a str, at: Position, place: &Place<'_>, rules: Rules) {
        let template = self.template;
        if PSEUDO_PARAMETERS.contains(&name) || template.parameter(name).is_some() {
            return;
        }
        if !self.is_name(name) {
            let parameters = template.parameters.iter().map(|one| one.name.as_str());
            let known = self.kinds.keys().copied().chain(parameters).chain(PSEUDO_PARAMETERS);
            let hint = did_you_mean(name, known);
            let message = format!("there is no parameter or resource {}{hint}", quote(name));
            self.report.add(at, place, message);
        } else if !rules.resources {
            let message = format!("expected a parameter: the resource {name} cannot be used here");
            self.report.add(at, place, message);
        } else {
            self.needs(name, at);
        }
    }

    fn needs(&mut self, name: &'a str, at: Position) {
        let owner = self.template.generated.get(name).map_or(name, |made| made.of.as_str());
        self.names.insert((owner, at));
    }

    fn attribute_exists(
        &mut self,
        logical: &'a str,
        attribute: &Attribute<'a>,
        at: Position,
        place: &Place<'_>,
        rules: Rules,
    ) {
        let made = self.template.generated.get(logical).map(|made| made.kind);
        let Some(kind) = self.kinds.get(logical).copied().or(made) else {
            let hint = did_you_mean(logical, self.kinds.keys());
            let message = format!("there is no resource {}{hint}", quote(logical));
            self.report.add(at, place, message);
            return;
        };
        if !rules.resources {
            let message =
                format!("expected a parameter: the resource {logical} cannot be used here");
            self.report.add(at, place, message);
            return;
        }
        self.needs(logical, at);
        match attribute {
            Attribute::Computed(node) => {
                self.value(node, place, Rules { resources: false, ..rules });
            }
            Attribute::Name(name) => {
                let Some(known) = schema::attributes(kind) else { return };
                if !known.contains(name) {
                    let hint = did_you_mean(name, known);
                    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                    let message = format!(
                        "{logical} ({kind}) has no attribute {}{hint}; it has {known}",
                        quote(name)
                    );
                    self.report.add(at, place, message);
                }
            }
        }
    }

    fn mapping_has(
        &mut self,
        [map, top, second]: [&'a Node; 3],
        has_default: bool,
        place: &Place<'_>,
        rules: Rules,
    ) {
        for node in [map, top, second] {
            self.value(node, place, Rules { resources: false, ..rules });
        }
        let Some(name) = map.as_text() else { return };
        let Some(mapping) = self.template.mapping(name) else {
            let names = self.template.mappings.iter().map(|(key, _)| key.text.as_str());
            let hint = did_you_mean(name, names);
            self.report.add(map.at, place, format!("there is no mapping {}{hint}", quote(name)));
            return;
        };
        if let Some(name) = top.as_text()
            && !has_default
            && mapping.as_map().is_some()
            && mapping.get(name).is_none()
        {
            let message = format!("the mapping has no key {}", quote(name));
            self.report.add(top.at, place, message);
        }
    }

    fn condition_exists(&mut self, name: &str, at: Position, place: &Place<'_>) {
        if self.template.condition(name).is_none() {
            let names = self.template.conditions.iter().map(|(key, _)| key.text.as_str());
            let hint = did_you_mean(name, names);
            let message = format!("there is no condition {}{hint}", quote(name));
            self.report.add(at, place, message);
        }
    }
}

/// Whether the value can become what the function wants: for `Fn::Join` a list, for `Fn::Split` a text.
fn could_be(node: &Node, function: Function) -> bool {
    match &node.value {
        Value::List(_) => function == Function::Join,
        Value::Scalar(_) => function == Function::Split,
        Value::Map(_) => call(node).is_some(),
        Value::Unknown => true,
        Value::Null | Value::Absent => false,
    }
}

/// What stands here, with the number of a list's items.
fn count(node: &Node) -> String {
    node.as_list().map_or_else(|| node.what(), |items| format!("a list of {}", items.len()))
}

fn chain(cycle: &[&str]) -> String {
    let mut names = cycle.to_vec();
    names.extend(cycle.first());
    names.join(" → ")
}

/// The circles in a graph, each once and as short as the walk meets it.
fn cycles<'a>(edges: &BTreeMap<&'a str, Vec<(&'a str, Position)>>) -> Vec<Vec<&'a str>> {
    let mut done = BTreeSet::new();
    let mut found = Vec::new();
    for start in edges.keys() {
        // A stack of our own: a chain may be as long as the template has resources.
        let mut path = vec![*start];
        let mut open = vec![0];
        while let (Some(name), Some(next)) = (path.last().copied(), open.last_mut()) {
            let target = edges.get(name).and_then(|targets| targets.get(*next));
            *next += 1;
            match target {
                _ if done.contains(name) => {
                    path.pop();
                    open.pop();
                }
                None => {
                    done.insert(name);
                    path.pop();
                    open.pop();
                }
                Some((target, _)) => {
                    if let Some(from) = path.iter().position(|one| one == target) {
                        let cycle = path.get(from..).unwrap_or_default().to_vec();
                        if found.len() < limits::DEPTH && !found.contains(&cycle) {
                            found.push(cycle);
                        }
                    } else if !done.contains(target) {
                        path.push(target);
                        open.push(0);
                    }
                }
            }
        }
    }
    found
}
