//! What does this YAML text say? Short-form intrinsics become their long forms on the way, so that
//! everyone above knows one form only.
//!
//! Aliases and merge keys are understood, as the SAM CLI understands them, and pay for every node they
//! repeat, so that a small text cannot become a large tree. Of YAML 1.1 only `yes`, `no`, `on` and
//! `off` are kept (CloudFormation reads them as booleans); octal numbers, sexagesimal numbers and dates
//! stay texts, which is what people mean by `2010-09-09` and by an account id.

use crate::{
    limits,
    node::{Key, Node, Scalar, Value},
    problem::{Position, Report, did_you_mean, quote},
};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use std::{borrow::Cow, collections::HashMap};

/// The short forms that CloudFormation has; all but two hide an `Fn::`.
const SHORT_FORMS: [&str; 22] = [
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Not",
    "Or",
    "Ref",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// Reads the text. A problem of form (a duplicate key, an unknown tag) is reported and reading goes on;
/// a problem of syntax ends it, and nothing is returned.
pub(crate) fn read(text: &str, report: &mut Report) -> Option<Node> {
    let mut reader = Reader {
        report,
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
        documents: 0,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => reader.take(event, span),
            Err(error) => {
                Err((position(error.marker()), format!("this is not YAML: {}", error.info())))
            }
        };
        if let Err((at, message)) = step {
            reader.problem(at, message);
            return None;
        }
    }
    reader.root
}

/// A problem after which reading on makes no sense.
pub(crate) type Fatal = (Position, String);

struct Reader<'a> {
    report: &'a mut Report,
    open: Vec<Open>,
    /// The finished nodes that have an anchor, and how many nodes each is.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
    documents: usize,
}

/// A list or a map whose end has not come yet.
struct Open {
    at: Position,
    anchor: usize,
    wrapper: Option<&'static str>,
    nodes_before: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Map { entries: Vec<(Key, Node)>, key: Option<Key>, merged: Vec<(Key, Node)> },
}

impl Reader<'_> {
    /// Reports below the keys that are open.
    fn problem(&mut self, at: Position, message: String) {
        let keys = self.keys();
        self.report.add_below(at, &keys, message);
    }

    fn keys(&self) -> Vec<String> {
        let keys = self.open.iter().filter_map(|open| match &open.kind {
            OpenKind::Map { key: Some(key), .. } => Some(key.text.clone()),
            _ => None,
        });
        keys.collect()
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fatal> {
        let at = position(&span.start);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                match self.documents {
                    1 => Ok(()),
                    _ => Err((
                        at,
                        "a template is one YAML document; a second one begins here".to_owned(),
                    )),
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let nodes_before = self.count(at, 1)?;
                let mut node = scalar(at, text, style);
                let wrapper = self.wrapper(at, tag.as_deref(), Some(&mut node));
                let node = wrap(node, wrapper);
                self.keep(anchor, &node, nodes_before);
                self.place(node)
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err((at, "this alias stands inside the value it repeats".to_owned()));
                };
                self.count(at, size)?;
                self.place(node)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(at, anchor, tag, OpenKind::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let kind = OpenKind::Map { entries: Vec::new(), key: None, merged: Vec::new() };
                self.begin(at, anchor, tag, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
        }
    }

    fn begin(
        &mut self,
        at: Position,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        kind: OpenKind,
    ) -> Result<(), Fatal> {
        if self.open.len() >= limits::DEPTH {
            return Err((at, format!("nested deeper than {} levels", limits::DEPTH)));
        }
        let nodes_before = self.count(at, 1)?;
        let wrapper = self.wrapper(at, tag.as_deref(), None);
        // A list or a map is looked for at its key. A short form stands for itself.
        let key = match self.open.last().map(|open| &open.kind) {
            Some(OpenKind::Map { key: Some(key), .. }) if wrapper.is_none() => Some(key.at),
            _ => None,
        };
        self.open.push(Open { at: key.unwrap_or(at), anchor, wrapper, nodes_before, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fatal> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.kind {
            OpenKind::List(items) => Value::List(items),
            OpenKind::Map { mut entries, merged, .. } => {
                // What is written in the map itself wins over what is merged into it.
                for (key, node) in merged {
                    if entries.len() < limits::ENTRIES
                        && !entries.iter().any(|(other, _)| other.text == key.text)
                    {
                        entries.push((key, node));
                    }
                }
                Value::Map(entries)
            }
        };
        let node = wrap(Node::new(open.at, value), open.wrapper);
        self.keep(open.anchor, &node, open.nodes_before);
        self.place(node)
    }

    /// Puts a finished node where it belongs: into the open list, as key or value into the open map, or
    /// at the root.
    fn place(&mut self, node: Node) -> Result<(), Fatal> {
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(OpenKind::List(items)) => items.push(node),
            Some(OpenKind::Map { entries, key, merged }) => match key.take() {
                None => {
                    let text = match node.value {
                        Value::Scalar(scalar) if scalar.text.len() <= limits::KEY => scalar.text,
                        Value::Null => String::new(),
                        _ => {
                            let message = format!(
                                "expected a text of at most {} characters as key",
                                limits::KEY
                            );
                            return Err((node.at, message));
                        }
                    };
                    *key = Some(Key { text, at: node.at });
                }
                Some(key) if key.text == "<<" => match node.value {
                    Value::Map(more) => merged.extend(more),
                    Value::List(items) => {
                        for item in items {
                            match item.value {
                                Value::Map(more) => merged.extend(more),
                                _ => return Err((item.at, "expected a map to merge".to_owned())),
                            }
                        }
                    }
                    _ => return Err((node.at, "expected a map to merge".to_owned())),
                },
                Some(key) => {
                    let name = key.text.clone();
                    if let Some((at, message)) = add_entry(entries, key, node)? {
                        let mut keys = self.keys();
                        keys.push(name);
                        self.report.add_below(at, &keys, message);
                    }
                }
            },
        }
        Ok(())
    }

    fn count(&mut self, at: Position, more: usize) -> Result<usize, Fatal> {
        let before = self.nodes;
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > limits::NODES {
            return Err((at, format!("more than {} values, aliases included", limits::NODES)));
        }
        Ok(before)
    }

    fn keep(&mut self, anchor: usize, node: &Node, nodes_before: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - nodes_before));
        }
    }

    /// The long form's key if the tag is a short form. A tag of YAML itself settles what a scalar is.
    fn wrapper(
        &mut self,
        at: Position,
        tag: Option<&Tag>,
        node: Option<&mut Node>,
    ) -> Option<&'static str> {
        let tag = tag?;
        if tag.handle == "!" && !tag.suffix.is_empty() {
            if let Some(name) = SHORT_FORMS.iter().find(|name| **name == tag.suffix) {
                return Some(long_form(name));
            }
            let hint = did_you_mean(&tag.suffix, SHORT_FORMS);
            let message = format!(
                "unknown function !{}{hint}; expected one of !{}",
                tag.suffix,
                SHORT_FORMS.join(", !")
            );
            self.problem(at, message);
            if let Some(node) = node {
                node.value = Value::Unknown;
            }
            return None;
        }
        let name = tag.suffix.as_str();
        let mut node = node;
        if let Some(node) = &mut node
            && matches!(node.value, Value::Null)
            && name != "null"
        {
            node.value = Value::Scalar(Scalar { text: String::new(), plain: false });
        }
        let scalar = node.and_then(|node| match &mut node.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        });
        match (tag.is_yaml_core_schema(), name, scalar) {
            (true, "str", Some(scalar)) => scalar.plain = false,
            (false, "!", Some(scalar)) if tag.handle.is_empty() => scalar.plain = false,
            (true, "int" | "float" | "bool", Some(scalar)) => scalar.plain = true,
            (true, "map" | "seq" | "null", _) => {}
            _ => {
                let tag = quote(&tag.to_string());
                self.problem(at, format!("the tag {tag} has no meaning in a template"));
            }
        }
        None
    }
}

/// Adds a key and its value; a key that is there already is a problem, and the first one stays.
pub(crate) fn add_entry(
    entries: &mut Vec<(Key, Node)>,
    key: Key,
    node: Node,
) -> Result<Option<(Position, String)>, Fatal> {
    if entries.len() >= limits::ENTRIES {
        return Err((key.at, format!("more than {} keys in one map", limits::ENTRIES)));
    }
    let first =
        entries.iter().find(|(other, _)| other.text == key.text).map(|(key, _)| key.at.line);
    Ok(match first {
        None => {
            entries.push((key, node));
            None
        }
        Some(line) => {
            let key_text = quote(&key.text);
            Some((key.at, format!("the key {key_text} is there twice, first in line {line}")))
        }
    })
}

fn scalar(at: Position, text: Cow<'_, str>, style: ScalarStyle) -> Node {
    if style != ScalarStyle::Plain {
        return Node::text(at, text);
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Node::new(at, Value::Null),
        "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Node::plain(at, "true"),
        "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Node::plain(at, "false"),
        _ => Node::plain(at, text),
    }
}

fn wrap(node: Node, wrapper: Option<&'static str>) -> Node {
    let Some(name) = wrapper else { return node };
    let at = node.at;
    Node::new(at, Value::Map(vec![(Key { text: name.to_owned(), at }, node)]))
}

fn long_form(short: &str) -> &'static str {
    match short {
        "Ref" => "Ref",
        "Condition" => "Condition",
        "And" => "Fn::And",
        "Base64" => "Fn::Base64",
        "Cidr" => "Fn::Cidr",
        "Contains" => "Fn::Contains",
        "EachMemberEquals" => "Fn::EachMemberEquals",
        "EachMemberIn" => "Fn::EachMemberIn",
        "Equals" => "Fn::Equals",
        "FindInMap" => "Fn::FindInMap",
        "GetAZs" => "Fn::GetAZs",
        "GetAtt" => "Fn::GetAtt",
        "If" => "Fn::If",
        "ImportValue" => "Fn::ImportValue",
        "Join" => "Fn::Join",
        "Not" => "Fn::Not",
        "Or" => "Fn::Or",
        "Select" => "Fn::Select",
        "Split" => "Fn::Split",
        "Sub" => "Fn::Sub",
        "ToJsonString" => "Fn::ToJsonString",
        _ => "Fn::Transform",
    }
}

fn position(marker: &Marker) -> Position {
    let bounded = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position {
        line: bounded(marker.line()).max(1),
        column: bounded(marker.col()).saturating_add(1),
    }
}
