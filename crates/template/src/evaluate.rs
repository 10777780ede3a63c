//! What is a value once the settings are known?

use crate::{
    check::PSEUDO_PARAMETERS,
    intrinsic::{Attribute, Function, Piece, Test, attribute, call, pieces, substitution},
    limits,
    node::{Key, Node, Value},
    physical::{ApiAddress, Home, PhysicalIds, localise},
    problem::{Place, Position, Report, quote},
    sections::{Declared, Template},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::collections::{BTreeMap, BTreeSet};

/// How deep values may be evaluated within each other, names included.
const DEPTH: usize = 256;

/// How many names may be made of each other, and conditions of conditions. CloudFormation has no such
/// bound, and nobody has written a template that comes near.
const STEPS: usize = 48;

/// How a text begins that CloudFormation looks up when it creates the resource.
const LOOK_UP: &str = "{{resolve:";

pub(crate) struct Evaluator<'a> {
    template: &'a Template,
    home: Home<'a>,
    ids: &'a dyn PhysicalIds,
    parameters: BTreeMap<&'a str, Node>,
    conditions: BTreeMap<&'a str, Option<bool>>,
    references: BTreeMap<String, Option<String>>,
    /// The names and conditions that are being made out, against circles.
    open: BTreeSet<String>,
    produced: usize,
    depth: usize,
    pub(crate) report: Report,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        template: &'a Template,
        home: Home<'a>,
        ids: &'a dyn PhysicalIds,
        parameters: BTreeMap<&'a str, Node>,
        report: Report,
    ) -> Self {
        Self {
            template,
            home,
            ids,
            parameters,
            conditions: BTreeMap::new(),
            references: BTreeMap::new(),
            open: BTreeSet::new(),
            produced: 0,
            depth: 0,
            report,
        }
    }

    /// Whether the resource or output exists under these settings. What cannot be made out does, since
    /// its problem is reported already.
    pub(crate) fn exists(&mut self, condition: Option<&'a (String, Position)>) -> bool {
        condition.is_none_or(|(name, _)| self.condition(name).unwrap_or(true))
    }

    /// The value with every function call in it resolved. Maps and lists lose what is `AWS::NoValue`.
    pub(crate) fn value(&mut self, node: &'a Node, place: &Place<'_>) -> Node {
        if !self.pay(1, node.at, place) {
            return Node::new(node.at, Value::Unknown);
        }
        if self.depth >= DEPTH {
            let message = format!("values are nested deeper than {DEPTH} levels once resolved");
            self.report.add(node.at, place, message);
            return Node::new(node.at, Value::Unknown);
        }
        self.depth += 1;
        let value = self.resolved(node, place);
        self.depth -= 1;
        Node::new(node.at, value)
    }

    fn resolved(&mut self, node: &'a Node, place: &Place<'_>) -> Value {
        if let Some((function, _, argument)) = call(node) {
            return self.call(function, argument, node.at, place).unwrap_or(Value::Unknown);
        }
        let is_there = |node: &Node| !matches!(node.value, Value::Absent);
        match &node.value {
            Value::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.value(item, &place.index(index)));
                Value::List(items.filter(is_there).collect())
            }
            Value::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, node)| (key.clone(), self.value(node, &place.key(&key.text))));
                Value::Map(entries.filter(|(_, node)| is_there(node)).collect())
            }
            Value::Scalar(scalar) => {
                self.pay(scalar.text.len(), node.at, place);
                Value::Scalar(scalar.clone())
            }
            other => other.clone(),
        }
    }

    /// The result of a call; `None` after a problem.
    fn call(
        &mut self,
        function: Function,
        argument: &'a Node,
        at: Position,
        place: &Place<'_>,
    ) -> Option<Value> {
        let items = argument.as_list().unwrap_or_default();
        match (function, items) {
            (Function::Ref, _) => self.reference(argument.as_text()?, argument.at, place),
            (Function::GetAtt, _) => {
                let (logical, attribute) = attribute(argument)?;
                let attribute = match attribute {
                    Attribute::Name(name) => name.to_owned(),
                    Attribute::Computed(node) => self.text(node, place)?,
                };
                self.attribute(logical, &attribute, argument.at, place).map(text)
            }
            (Function::Sub, _) => {
                let (text, map) = substitution(argument)?;
                self.substitute(text, map, place)
            }
            (Function::Join, [delimiter, list]) => {
                let delimiter = delimiter.as_text()?;
                let parts = self.texts(list, place)?;
                self.bounded(parts.join(delimiter), at, place)
            }
            (Function::Split, [delimiter, whole]) => {
                let delimiter = delimiter.as_text()?;
                let whole = self.text(whole, place)?;
                if delimiter.is_empty() {
                    self.report.add(at, place, "Fn::Split: expected a delimiter that is not empty");
                    return None;
                }
                let parts =
                    whole.split(delimiter).map(|part| Node::text(at, part)).collect::<Vec<_>>();
                self.pay(parts.len() * 16 + whole.len(), at, place).then_some(Value::List(parts))
            }
            (Function::If, [condition, yes, no]) => {
                let chosen = if self.condition(condition.as_text()?)? { yes } else { no };
                Some(self.value(chosen, place).value)
            }
            (Function::Select, [index, list]) => {
                let index = self.text(index, place)?;
                let list = self.list(list, place)?;
                let length = list.len();
                let found =
                    index.parse::<usize>().ok().and_then(|index| list.into_iter().nth(index));
                if found.is_none() {
                    let message = format!(
                        "Fn::Select: there is no item {} in a list of {length}; the first is 0",
                        quote(&index)
                    );
                    self.report.add(at, place, message);
                }
                found.map(|node| node.value)
            }
            (Function::FindInMap, [map, top, second, rest @ ..]) => {
                self.find_in_map([map, top, second], rest.first(), place)
            }
            (Function::Base64, _) => {
                let encoded = STANDARD.encode(self.text(argument, place)?);
                self.bounded(encoded, at, place)
            }
            (Function::GetAzs, _) => {
                let given = self.text(argument, place)?;
                let region = if given.is_empty() { self.home.region.as_str() } else { &given };
                let zones = ["a", "b", "c"].map(|zone| Node::text(at, format!("{region}{zone}")));
                Some(Value::List(zones.to_vec()))
            }
            // A wrong shape, an unknown function: the check has said so. What is refused where it would
            // matter is only passed over here.
            _ => None,
        }
    }

    /// A text, or a problem.
    pub(crate) fn text(&mut self, node: &'a Node, place: &Place<'_>) -> Option<String> {
        let found = self.value(node, place);
        self.as_text(found, place)
    }

    fn as_text(&mut self, found: Node, place: &Place<'_>) -> Option<String> {
        match found.value {
            Value::Scalar(scalar) => Some(scalar.text),
            Value::Unknown => None,
            _ => {
                let message = format!("expected a text, found {}", found.what());
                self.report.add(found.at, place, message);
                None
            }
        }
    }

    fn list(&mut self, node: &'a Node, place: &Place<'_>) -> Option<Vec<Node>> {
        let found = self.value(node, place);
        match found.value {
            Value::List(items) => Some(items),
            Value::Unknown => None,
            _ => {
                let message = format!("expected a list, found {}", found.what());
                self.report.add(found.at, place, message);
                None
            }
        }
    }

    fn texts(&mut self, node: &'a Node, place: &Place<'_>) -> Option<Vec<String>> {
        self.list(node, place)?.into_iter().map(|item| self.as_text(item, place)).collect()
    }

    fn reference(&mut self, name: &str, at: Position, place: &Place<'_>) -> Option<Value> {
        if PSEUDO_PARAMETERS.contains(&name) {
            return Some(match name {
                "AWS::NoValue" => Value::Absent,
                "AWS::NotificationARNs" => Value::List(Vec::new()),
                "AWS::Region" => text(self.home.region.to_string()),
                "AWS::AccountId" => text(self.home.account.to_string()),
                "AWS::StackName" => text(self.home.stack.to_owned()),
                "AWS::StackId" => text(self.home.stack_id()),
                "AWS::Partition" => text(self.home.partition().to_owned()),
                _ => text(self.home.url_suffix().to_owned()),
            });
        }
        if let Some(node) = self.parameters.get(name) {
            return match &node.value {
                Value::Unknown => None,
                value => {
                    let value = value.clone();
                    let size = node.as_list().map_or(0, |items| items.len() * 16);
                    self.pay(size, at, place).then_some(value)
                }
            };
        }
        self.physical_id(name, at, place).map(text)
    }

    /// The `Ref` of a resource, or of one that SAM makes.
    pub(crate) fn physical_id(
        &mut self,
        logical: &str,
        at: Position,
        place: &Place<'_>,
    ) -> Option<String> {
        let template = self.template;
        if let Some(made) = template.generated.get(logical) {
            return self.generated_id(logical, made.kind, &made.of, at, place);
        }
        let resource = template.resource(logical)?;
        if let Some((condition, _)) = &resource.condition
            && self.condition(condition) == Some(false)
        {
            let message = format!("{logical} does not exist, because {condition} is false");
            self.report.add(at, place, message);
            return None;
        }
        if let Some(known) = self.references.get(logical) {
            return known.clone();
        }
        if !self.enter(format!("resource {logical}"), at, place) {
            return None;
        }
        let named = self.given_name(resource);
        self.open.remove(&format!("resource {logical}"));
        let reference = named.map(|named| {
            let kind = resource.kind.as_str();
            let named = named.as_deref();
            self.ids
                .reference(logical, kind, named)
                .unwrap_or_else(|| self.home.reference(logical, kind, named))
        });
        self.references.insert(logical.to_owned(), reference.clone());
        reference
    }

    /// The name that the template gives to the resource, if it gives one; `None` after a problem.
    fn given_name(&mut self, resource: &'a Declared) -> Option<Option<String>> {
        let Some((property, node)) = name_property(resource) else { return Some(None) };
        let place = Place::Resource(&resource.logical_id);
        let place = place.key(property);
        let problems = self.report.count();
        let found = self.value(node, &place);
        match found.value {
            Value::Scalar(scalar) => Some(Some(scalar.text)),
            Value::Absent => Some(None),
            // Of a type that means nothing here, some functions are passed over: any name will do.
            Value::Unknown if self.report.count() == problems => Some(None),
            _ => None,
        }
    }

    fn generated_id(
        &mut self,
        name: &str,
        kind: &str,
        of: &str,
        at: Position,
        place: &Place<'_>,
    ) -> Option<String> {
        let owner = self.template.resource(of)?;
        let property = |name: &str| owner.properties.get(name);
        match kind {
            "AWS::ApiGateway::Stage" | "AWS::ApiGatewayV2::Stage" => match property("StageName") {
                Some(stage) => self.text(stage, place),
                None => Some("$default".to_owned()),
            },
            "AWS::Lambda::Version" | "AWS::Lambda::Alias" => {
                let arn = self.attribute(of, "Arn", at, place)?;
                let alias = match property("AutoPublishAlias") {
                    Some(alias) if kind == "AWS::Lambda::Alias" => self.text(alias, place)?,
                    _ => "1".to_owned(),
                };
                Some(format!("{arn}:{alias}"))
            }
            _ => Some(
                self.ids
                    .reference(name, kind, None)
                    .unwrap_or_else(|| self.home.reference(name, kind, None)),
            ),
        }
    }

    pub(crate) fn attribute(
        &mut self,
        logical: &str,
        attribute: &str,
        at: Position,
        place: &Place<'_>,
    ) -> Option<String> {
        let reference = self.physical_id(logical, at, place)?;
        let made = self.template.generated.get(logical).map(|made| made.kind);
        let kind = self.template.resource(logical).map(|one| one.kind.as_str()).or(made)?;
        let found = self
            .ids
            .attribute(logical, kind, attribute)
            .or_else(|| self.home.attribute(logical, kind, attribute, &reference));
        if found.is_none() {
            let message = format!("{logical}.{attribute} is not known before {logical} exists");
            self.report.add(at, place, message);
        }
        found
    }

    fn substitute(
        &mut self,
        pattern: &'a Node,
        map: &'a [(Key, Node)],
        place: &Place<'_>,
    ) -> Option<Value> {
        let mut whole = String::new();
        for piece in pieces(pattern.as_text()?).ok()? {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Name(name) => {
                    let given = map.iter().find(|(key, _)| key.text == name);
                    let is_resource = self.template.resource(name).is_some()
                        || self.template.generated.contains_key(name);
                    let part = match (given, name.split_once('.')) {
                        (Some((_, node)), _) => self.text(node, place)?,
                        (None, Some((logical, attribute))) if !is_resource => {
                            self.attribute(logical, attribute, pattern.at, place)?
                        }
                        (None, _) => {
                            let value = self.reference(name, pattern.at, place)?;
                            self.as_text(Node::new(pattern.at, value), place)?
                        }
                    };
                    whole.push_str(&part);
                }
            }
            if whole.len() > limits::TEXT {
                break;
            }
        }
        self.bounded(whole, pattern.at, place)
    }

    fn find_in_map(
        &mut self,
        [map, top, second]: [&'a Node; 3],
        otherwise: Option<&'a Node>,
        place: &Place<'_>,
    ) -> Option<Value> {
        let at = top.at;
        let are_written = (map.as_text().is_some(), top.as_text().is_some());
        let name = self.text(map, place)?;
        let top = self.text(top, place)?;
        let second = self.text(second, place)?;
        let template = self.template;
        let found = template
            .mapping(&name)
            .and_then(|mapping| mapping.get(&top))
            .and_then(|seconds| seconds.get(&second));
        match (found, otherwise.and_then(|node| node.get("DefaultValue"))) {
            (Some(node), _) | (None, Some(node)) => Some(self.value(node, place).value),
            // A mapping or a key that is written out and not there is reported by the check.
            (None, None)
                if are_written.0
                    && template
                        .mapping(&name)
                        .is_none_or(|tops| are_written.1 && tops.get(&top).is_none()) =>
            {
                None
            }
            (None, None) => {
                let message = format!(
                    "the mapping {} has no value for {} and {}",
                    quote(&name),
                    quote(&top),
                    quote(&second)
                );
                self.report.add(at, place, message);
                None
            }
        }
    }

    fn condition(&mut self, name: &str) -> Option<bool> {
        let template = self.template;
        let (key, node) = template.conditions.iter().find(|(key, _)| key.text == name)?;
        if let Some(known) = self.conditions.get(name) {
            return *known;
        }
        let place = Place::Member("Conditions", &key.text);
        if !self.enter(format!("condition {name}"), key.at, &place) {
            return None;
        }
        let verdict = self.test(node, &place);
        self.open.remove(&format!("condition {name}"));
        self.conditions.insert(&key.text, verdict);
        verdict
    }

    fn test(&mut self, node: &'a Node, place: &Place<'_>) -> Option<bool> {
        if let Some([(key, argument)]) = node.as_map()
            && key.text == "Condition"
        {
            return self.condition(argument.as_text()?);
        }
        let (Function::Condition(test), _, argument) = call(node)? else { return None };
        let items = argument.as_list()?;
        let mut verdicts = Vec::with_capacity(items.len());
        match (test, items) {
            (Test::Equals, [left, right]) => {
                let left = self.value(left, place);
                let right = self.value(right, place);
                let is_known = !left.has_unknown() && !right.has_unknown();
                return is_known.then(|| match (left.as_text(), right.as_text()) {
                    (Some(left), Some(right)) => left == right,
                    _ => left.to_json() == right.to_json(),
                });
            }
            (Test::Equals, _) => return None,
            _ => {
                for item in items {
                    verdicts.push(self.test(item, place)?);
                }
            }
        }
        match test {
            Test::Not => verdicts.first().map(|verdict| !verdict),
            Test::And => Some(verdicts.iter().all(|verdict| *verdict)),
            _ => Some(verdicts.iter().any(|verdict| *verdict)),
        }
    }

    /// Begins something that may need itself. A circle is a problem that the check has reported.
    fn enter(&mut self, what: String, at: Position, place: &Place<'_>) -> bool {
        if self.open.len() >= STEPS {
            let message = format!("more than {STEPS} names or conditions are made of each other");
            self.report.add(at, place, message);
            return false;
        }
        self.open.insert(what)
    }

    fn bounded(&mut self, whole: String, at: Position, place: &Place<'_>) -> Option<Value> {
        if whole.len() > limits::TEXT {
            let message = format!("the resolved text is longer than {} bytes", limits::TEXT);
            self.report.add(at, place, message);
            return None;
        }
        self.pay(whole.len(), at, place).then_some(text(whole))
    }

    /// Counts what resolving produces: a name that repeats a name that repeats a name grows fast.
    fn pay(&mut self, bytes: usize, at: Position, place: &Place<'_>) -> bool {
        let before = self.produced;
        self.produced = self.produced.saturating_add(bytes).saturating_add(16);
        if self.produced <= limits::RESOLVED {
            return true;
        }
        if before <= limits::RESOLVED {
            let message =
                format!("the resolved template is larger than {} bytes", limits::RESOLVED);
            self.report.add(at, place, message);
        }
        false
    }

    /// The last step for what leaves: addresses of AWS become local, and what only AWS could look up is
    /// refused.
    pub(crate) fn finish(&mut self, node: Node, apis: &[ApiAddress], place: &Place<'_>) -> Node {
        let at = node.at;
        let value = match node.value {
            Value::Scalar(mut scalar) => {
                if scalar.text.contains(LOOK_UP) {
                    let Some(text) = self.looked_up(&scalar.text, place) else {
                        let message = format!(
                            "expected a value that is known here; {} is looked up by CloudFormation: use \
                             a parameter, or a secret that this template lets be generated",
                            quote(&scalar.text)
                        );
                        self.report.add(at, place, message);
                        return Node::new(at, Value::Unknown);
                    };
                    return Node::new(at, self::text(text));
                }
                scalar.text = localise(scalar.text, &self.home, apis, self.ids);
                Value::Scalar(scalar)
            }
            Value::List(items) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(index, item)| self.finish(item, apis, &place.index(index)));
                Value::List(items.collect())
            }
            Value::Map(entries) => {
                let entries = entries.into_iter().map(|(key, node)| {
                    let node = self.finish(node, apis, &place.key(&key.text));
                    (key, node)
                });
                Value::Map(entries.collect())
            }
            other => other,
        };
        Node::new(at, value)
    }

    /// The text with the secrets of this template in it, where it has CloudFormation look them up.
    fn looked_up(&mut self, text: &str, place: &Place<'_>) -> Option<String> {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(LOOK_UP) {
            let (reference, after) = after.split_once("}}")?;
            done.push_str(before);
            done.push_str(&self.secret(reference, place)?);
            rest = after;
        }
        done.push_str(rest);
        Some(done)
    }

    /// The text of a secret by `secretsmanager:id` or `secretsmanager:id:SecretString`. Members of a
    /// secret that is JSON, and versions, are for CloudFormation.
    fn secret(&mut self, reference: &str, place: &Place<'_>) -> Option<String> {
        let id = reference.strip_prefix("secretsmanager:")?;
        let id = id.strip_suffix(":SecretString").unwrap_or(id);
        let template = self.template;
        let mut secrets =
            template.resources.iter().filter(|one| one.kind == "AWS::SecretsManager::Secret");
        let secret = secrets.find(|one| {
            self.exists(one.condition.as_ref())
                && self.physical_id(&one.logical_id, one.at, place).as_deref() == Some(id)
        })?;
        if let Some(written) = secret.properties.get("SecretString") {
            let place = Place::Resource(&secret.logical_id);
            let written = self.text(written, &place.key("SecretString"))?;
            return Some(written).filter(|text| !text.contains(LOOK_UP));
        }
        let generated = secret.properties.get("GenerateSecretString")?;
        if generated.get("GenerateStringKey").is_some() {
            return None;
        }
        self.ids.generated_secret(&secret.logical_id)
    }
}

fn text(text: String) -> Value {
    Value::Scalar(crate::node::Scalar { text, plain: false })
}

/// The property that names the resource, and its value if there is one.
fn name_property(resource: &Declared) -> Option<(&str, &Node)> {
    let kind = resource.kind.as_str();
    let by_rule = format!("{}Name", kind.rsplit("::").next().unwrap_or_default());
    let name = match kind {
        "AWS::Cognito::UserPoolResourceServer" => "Identifier",
        "AWS::Cognito::UserPoolDomain" => "Domain",
        "AWS::Cognito::UserPoolIdentityProvider" => "ProviderName",
        "AWS::Cognito::UserPoolUser" => "Username",
        "AWS::Cognito::UserPoolClient" => "ClientName",
        "AWS::Cognito::UserPoolGroup" => "GroupName",
        "AWS::Serverless::SimpleTable" => "TableName",
        // `FunctionName`, `TopicName`, `RoleName`: nearly every type follows this rule.
        _ => by_rule.as_str(),
    };
    let entries = resource.properties.as_map()?;
    let is_name = |key: &str| key == name || (key == "Name" && name == by_rule);
    entries.iter().find(|(key, _)| is_name(&key.text)).map(|(key, node)| (key.text.as_str(), node))
}
