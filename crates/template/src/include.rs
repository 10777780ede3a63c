//! Which parts of the template are in files of their own?
//!
//! `Fn::Transform` of `AWS::Include` brings in a piece of template, whose function calls are resolved as those
//! around it. `DefinitionUri`, `BodyS3Location` and their like bring in a document that is uploaded as it is:
//! no function call in it would be resolved on AWS. What was brought in stands where it was asked for.

use crate::{
    intrinsic::call,
    json, limits,
    node::{Key, Node, Value},
    problem::{Position, Report, quote},
    yaml,
};
use std::sync::Arc;

/// Reads a file by the path that stands in the template, or says why it cannot be read.
pub type Files<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// How many files a template may bring in.
const FILES: usize = 32;

/// The properties that name a document, the properties the document could stand in, and whose they are.
const DOCUMENTS: [(&str, &str, &str); 4] = [
    ("AWS::Serverless::Api", "DefinitionUri", "DefinitionBody"),
    ("AWS::Serverless::HttpApi", "DefinitionUri", "DefinitionBody"),
    ("AWS::ApiGateway::RestApi", "BodyS3Location", "Body"),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", "Body"),
];

pub(crate) struct Includer<'a> {
    pub(crate) files: &'a Files<'a>,
    pub(crate) report: &'a mut Report,
    read: usize,
    path: Vec<String>,
}

impl<'a> Includer<'a> {
    pub(crate) fn new(files: &'a Files<'a>, report: &'a mut Report) -> Self {
        Self { files, report, read: 0, path: Vec::new() }
    }

    /// Brings everything in.
    pub(crate) fn template(&mut self, root: &mut Node) {
        self.pieces(root);
        let Value::Map(sections) = &mut root.value else { return };
        let resources = sections.iter_mut().find(|(key, _)| key.text == "Resources");
        let Some((_, Node { value: Value::Map(resources), .. })) = resources else { return };
        for (id, resource) in resources {
            let kind = resource.get("Type").and_then(Node::as_text);
            let found = DOCUMENTS.iter().find(|(name, ..)| Some(*name) == kind);
            let Some((_, property, body)) = found else { continue };
            let Value::Map(attributes) = &mut resource.value else { continue };
            let properties = attributes.iter_mut().find(|(key, _)| key.text == "Properties");
            let Some((_, Node { value: Value::Map(properties), .. })) = properties else {
                continue;
            };
            let entry = properties.iter_mut().find(|(key, _)| key.text == *property);
            let Some((key, node)) = entry else { continue };
            // A place in a bucket is reported by who reads the API.
            let location = node.as_text().filter(|text| !text.starts_with("s3://"));
            let Some(location) = location.map(str::to_owned) else {
                continue;
            };
            self.path = vec!["Resources".to_owned(), id.text.clone(), (*property).to_owned()];
            let Some(document) = self.file(&location, node.at) else {
                node.value = Value::Unknown;
                continue;
            };
            if has_call(&document) {
                let message = "the document is uploaded as it is, with its function calls: use \
                               DefinitionBody with Fn::Transform and AWS::Include to resolve them";
                self.report.add_below(node.at, &self.path, message);
                node.value = Value::Unknown;
                continue;
            }
            (*body).clone_into(&mut key.text);
            *node = document;
        }
    }

    /// Pieces of template, wherever they stand.
    fn pieces(&mut self, node: &mut Node) {
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.pieces(item)),
            Value::Map(entries) => {
                for (key, below) in entries.iter_mut() {
                    self.path.push(key.text.clone());
                    self.pieces(below);
                    self.path.pop();
                }
                let asked = entries.iter().position(|(key, _)| key.text == "Fn::Transform");
                let Some(index) = asked else { return };
                let location = entries.get(index).and_then(|(key, asked)| {
                    let is_include = asked.get("Name")?.as_text()? == "AWS::Include";
                    let location = asked.get("Parameters")?.get("Location")?.as_text()?;
                    Some((location.to_owned(), key.at)).filter(|_| is_include)
                });
                let Some((location, at)) = location else { return };
                let Some(piece) = self.file(&location, at) else { return };
                entries.remove(index);
                let is_alone = entries.is_empty();
                match piece.value {
                    Value::Map(brought) => {
                        // What is written in the template itself wins.
                        for (key, node) in brought {
                            if !entries.iter().any(|(other, _)| other.text == key.text) {
                                entries.push((key, node));
                            }
                        }
                    }
                    other if is_alone => node.value = other,
                    _ => self.report.add_below(at, &self.path, "expected a map in the file"),
                }
            }
            Value::Scalar(_) | Value::Null | Value::Absent | Value::Unknown => {}
        }
    }

    fn file(&mut self, location: &str, at: Position) -> Option<Node> {
        self.read += 1;
        let read = if self.read > FILES {
            Err(format!("more than {FILES} files are brought in"))
        } else if location.starts_with("s3://") {
            Err("expected a file beside the template".to_owned())
        } else {
            (self.files)(location)
        };
        let read = read.and_then(|text| {
            let fits = text.len() <= limits::TEMPLATE;
            fits.then_some(text).ok_or_else(|| format!("more than {} bytes", limits::TEMPLATE))
        });
        let text = match read {
            Ok(text) => text,
            Err(message) => {
                let message = format!("{}: {message}", quote(location));
                self.report.add_below(at, &self.path, message);
                return None;
            }
        };
        let mut report = Report::new(&Arc::from(location));
        let is_json = text.trim_start().starts_with('{') && json::check(&text).is_ok();
        let node =
            if is_json { json::read(&text, &mut report) } else { yaml::read(&text, &mut report) };
        if report.count() > 0 {
            for problem in &report.found() {
                self.report.push(problem.clone());
            }
            return None;
        }
        let mut node = node?;
        stand_at(&mut node, at);
        Some(node)
    }
}

/// Its own lines are of another file.
fn stand_at(node: &mut Node, at: Position) {
    node.at = at;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| stand_at(item, at)),
        Value::Map(entries) => {
            for (Key { at: key, .. }, below) in entries {
                *key = at;
                stand_at(below, at);
            }
        }
        Value::Scalar(_) | Value::Null | Value::Absent | Value::Unknown => {}
    }
}

fn has_call(node: &Node) -> bool {
    call(node).is_some()
        || match &node.value {
            Value::List(items) => items.iter().any(has_call),
            Value::Map(entries) => entries.iter().any(|(_, below)| has_call(below)),
            Value::Scalar(_) | Value::Null | Value::Absent | Value::Unknown => false,
        }
}
