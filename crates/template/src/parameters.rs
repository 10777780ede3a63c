//! Which values does the template ask for, and is a given value one of them?

use crate::{
    node::{Key, Node, Scalar, Value},
    problem::{Place, Position, Report, did_you_mean, quote},
};
use regex::{Regex, RegexBuilder};

const ATTRIBUTES: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// A parameter as it is declared.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) at: Position,
    kind: Kind,
    default: Option<String>,
    allowed: Vec<String>,
    pattern: Option<Regex>,
    description: Option<String>,
    length: (Option<f64>, Option<f64>),
    value: (Option<f64>, Option<f64>),
    is_secret: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Texts,
    Numbers,
    /// The value is the name of an entry of the Parameter Store, which is in the cloud.
    Stored,
}

impl Parameter {
    pub(crate) fn read(key: Key, node: &Node, report: &mut Report) -> Option<Self> {
        let place = Place::Member("Parameters", &key.text);
        let Some(attributes) = node.as_map() else {
            let message = format!("expected a map with Type, found {}", node.what());
            report.add(key.at, &place, message);
            return None;
        };
        let mut parameter = Self {
            name: key.text.clone(),
            at: key.at,
            kind: Kind::Text,
            default: None,
            allowed: Vec::new(),
            pattern: None,
            description: None,
            length: (None, None),
            value: (None, None),
            is_secret: false,
        };
        let mut has_type = false;
        for (attribute, node) in attributes {
            let place = place.key(&attribute.text);
            let mut expect = |what: &str| {
                report.add(node.at, &place, format!("expected {what}, found {}", node.what()));
            };
            let number = || node.as_text().and_then(|text| text.parse::<f64>().ok());
            match attribute.text.as_str() {
                "Type" => {
                    has_type = true;
                    match node.as_text().and_then(Kind::parse) {
                        Some(kind) => parameter.kind = kind,
                        None => expect(
                            "String, Number, CommaDelimitedList, List<Number> or a type of AWS",
                        ),
                    }
                }
                "Default" => match node.as_text() {
                    Some(text) => parameter.default = Some(text.to_owned()),
                    None => expect("a text"),
                },
                "AllowedValues" => match node.as_list() {
                    Some(values) => {
                        let texts = values.iter().filter_map(Node::as_text).map(str::to_owned);
                        parameter.allowed = texts.collect();
                    }
                    None => expect("a list"),
                },
                "AllowedPattern" => match node.as_text().map(pattern) {
                    Some(Some(pattern)) => parameter.pattern = Some(pattern),
                    _ => expect("a regular expression without look-around or back-references"),
                },
                "ConstraintDescription" => {
                    parameter.description = node.as_text().map(str::to_owned);
                }
                "NoEcho" => match node.as_text() {
                    Some("true" | "True") => parameter.is_secret = true,
                    Some("false" | "False") => {}
                    _ => expect("true or false"),
                },
                bound @ ("MinLength" | "MaxLength" | "MinValue" | "MaxValue") => {
                    match (number(), bound) {
                        (None, _) => expect("a number"),
                        (number, "MinLength") => parameter.length.0 = number,
                        (number, "MaxLength") => parameter.length.1 = number,
                        (number, "MinValue") => parameter.value.0 = number,
                        (number, _) => parameter.value.1 = number,
                    }
                }
                "Description" => {}
                unknown => {
                    let hint = did_you_mean(unknown, ATTRIBUTES);
                    let message = format!(
                        "unknown attribute{hint}; expected one of {}",
                        ATTRIBUTES.join(", ")
                    );
                    report.add(attribute.at, &place, message);
                }
            }
        }
        if !has_type {
            let message = "Type is missing: expected String, Number or CommaDelimitedList";
            report.add(key.at, &place, message);
        }
        Some(parameter)
    }

    /// The value of the parameter: the given one or the default.
    pub(crate) fn resolve(&self, given: Option<&str>, report: &mut Report) -> Node {
        let place = Place::Member("Parameters", &self.name);
        let unknown = Node::new(self.at, Value::Unknown);
        let value = match (given, &self.default) {
            (Some(value), _) => value,
            (None, Some(_)) if self.kind == Kind::Stored => {
                let message = "the Parameter Store is in the cloud: expected a value to be given";
                report.add(self.at, &place, message);
                return unknown;
            }
            (None, Some(value)) => value,
            (None, None) => {
                report.add(
                    self.at,
                    &place,
                    "the parameter has no value: none was given, and it has no Default",
                );
                return unknown;
            }
        };
        let items = match self.kind {
            Kind::Text | Kind::Number | Kind::Stored => vec![value],
            Kind::Texts | Kind::Numbers => value.split(',').map(str::trim).collect(),
        };
        for item in &items {
            if let Some(reason) = self.refuses(item) {
                let found =
                    if self.is_secret { String::new() } else { format!(": {}", quote(item)) };
                let reason = self.description.as_ref().map_or(reason, |text| text.clone());
                report.add(self.at, &place, format!("the value is not allowed{found}; {reason}"));
                return unknown;
            }
        }
        let is_number = matches!(self.kind, Kind::Number | Kind::Numbers);
        let scalar = |text: &str| {
            let scalar = Scalar { text: text.to_owned(), plain: is_number };
            Node::new(self.at, Value::Scalar(scalar))
        };
        match self.kind {
            Kind::Text | Kind::Number | Kind::Stored => scalar(value),
            Kind::Texts | Kind::Numbers => {
                Node::new(self.at, Value::List(items.into_iter().map(scalar).collect()))
            }
        }
    }

    /// What was expected instead, if the value is refused.
    fn refuses(&self, item: &str) -> Option<String> {
        if matches!(self.kind, Kind::Number | Kind::Numbers) {
            let Ok(number) = item.parse::<f64>() else {
                return Some("expected a number".to_owned());
            };
            if let Some(least) = self.value.0.filter(|least| number < *least) {
                return Some(format!("expected at least {least}"));
            }
            if let Some(most) = self.value.1.filter(|most| number > *most) {
                return Some(format!("expected at most {most}"));
            }
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| allowed == item) {
            return Some(format!("expected one of {}", self.allowed.join(", ")));
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(item)) {
            return Some("expected a text that matches AllowedPattern".to_owned());
        }
        let length = u32::try_from(item.chars().count()).map_or(f64::MAX, f64::from);
        if let Some(least) = self.length.0.filter(|least| length < *least) {
            return Some(format!("expected at least {least} characters"));
        }
        self.length
            .1
            .filter(|most| length > *most)
            .map(|most| format!("expected at most {most} characters"))
    }
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "String" => Some(Self::Text),
            "Number" => Some(Self::Number),
            "CommaDelimitedList" => Some(Self::Texts),
            "List<Number>" => Some(Self::Numbers),
            _ if text.starts_with("AWS::SSM::Parameter::Value<") => Some(Self::Stored),
            _ if text.starts_with("List<AWS::") => Some(Self::Texts),
            _ if text.starts_with("AWS::") => Some(Self::Text),
            _ => None,
        }
    }
}

/// CloudFormation matches the whole value.
fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(1 << 20).build().ok()
}
