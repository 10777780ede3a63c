//! Which constraints does this value break, and how does AWS say so?

use super::{Bounds, Member, Pattern, Sensitive, Shape, Structure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

/// More are counted, but not written down.
const LISTED: usize = 100;
/// Characters of a value that are echoed.
const ECHOED: usize = 2048;

/// Why an input is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A member has another JSON type than its shape. AWS notices before it looks at constraints.
    #[error("{0}")]
    Type(String),
    /// One sentence with every broken constraint.
    #[error("{0}")]
    Violations(String),
}

/// Checks a whole input.
///
/// # Errors
/// [`Refused::Type`] if any value is of another type than its shape, otherwise
/// [`Refused::Violations`] if any constraint is broken.
pub fn check(structure: &'static Structure, input: &Value) -> Result<(), Refused> {
    let mut walk = Walk { path: Vec::new(), count: 0, listed: Vec::new() };
    walk.structure(structure, input, false)?;
    walk.outcome()
}

/// A step of the way to a value. Names are turned into AWS's spelling only when a message needs it.
enum Step<'a> {
    Member(&'static str),
    /// 1-based.
    Element(usize),
    Entry(&'a str),
}

struct Walk<'a> {
    path: Vec<Step<'a>>,
    count: usize,
    listed: Vec<String>,
}

impl<'a> Walk<'a> {
    fn structure(
        &mut self,
        structure: &'static Structure,
        value: &'a Value,
        sensitive: Sensitive,
    ) -> Result<(), Refused> {
        let Value::Object(given) = value else { return Err(mismatch(value, "a structure")) };
        let sensitive = sensitive || structure.sensitive;
        for Member { name, required, shape } in structure.members {
            let value = given.get(*name).filter(|value| !value.is_null());
            self.path.push(Step::Member(name));
            match value {
                Some(value) => self.value(shape, value, sensitive)?,
                None if *required => self.missing(),
                None => {}
            }
            self.path.pop();
        }
        Ok(())
    }

    fn value(
        &mut self,
        shape: &'static Shape,
        value: &'a Value,
        sensitive: Sensitive,
    ) -> Result<(), Refused> {
        match shape {
            Shape::Structure(structure) => self.structure(structure, value, sensitive)?,
            Shape::List(bounds, element, own) => {
                self.list(*bounds, element, value, sensitive || *own)?;
            }
            Shape::Map(bounds, key, entry, own) => {
                self.map(*bounds, (key, entry), value, sensitive || *own)?;
            }
            _ => {
                let broken = broken(shape, value)?;
                let hidden = sensitive || is_sensitive(shape);
                for rule in broken.iter().flatten() {
                    self.violation(&echo(value), hidden, rule);
                }
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        bounds: Bounds,
        element: &'static Shape,
        value: &'a Value,
        sensitive: Sensitive,
    ) -> Result<(), Refused> {
        let Value::Array(elements) = value else { return Err(mismatch(value, "a list")) };
        let hidden = sensitive || !is_scalar(element) || is_sensitive(element);
        for rule in size(bounds, elements.len()) {
            self.violation(&echo(value), hidden, &rule);
        }
        let mut is_broken = false;
        for (at, one) in elements.iter().enumerate() {
            self.path.push(Step::Element(at + 1));
            if one.is_null() {
                self.missing();
            } else if is_scalar(element) {
                is_broken |= broken(element, one)?.iter().any(Option::is_some);
            } else {
                self.value(element, one, sensitive)?;
            }
            self.path.pop();
        }
        if is_broken {
            let rule = format!("Member must satisfy constraint: [{}]", all_rules(element));
            self.violation(&echo(value), hidden, &rule);
        }
        Ok(())
    }

    fn map(
        &mut self,
        bounds: Bounds,
        (key, entry): (&'static Shape, &'static Shape),
        value: &'a Value,
        sensitive: Sensitive,
    ) -> Result<(), Refused> {
        let Value::Object(entries) = value else { return Err(mismatch(value, "a map")) };
        let hidden = sensitive || !is_scalar(entry) || is_sensitive(entry) || is_sensitive(key);
        for rule in size(bounds, entries.len()) {
            self.violation(&echo(value), hidden, &rule);
        }
        let (mut is_key_broken, mut is_entry_broken) = (false, false);
        for (name, one) in entries {
            is_key_broken |= broken_text(key, name).iter().any(Option::is_some);
            self.path.push(Step::Entry(name));
            if is_scalar(entry) {
                is_entry_broken |= broken(entry, one)?.iter().any(Option::is_some);
            } else {
                self.value(entry, one, sensitive)?;
            }
            self.path.pop();
        }
        if is_key_broken {
            let rule = format!("Map keys must satisfy constraint: [{}]", all_rules(key));
            self.violation(&echo(value), hidden, &rule);
        }
        if is_entry_broken {
            let rule = format!("Map value must satisfy constraint: [{}]", all_rules(entry));
            self.violation(&echo(value), hidden, &rule);
        }
        Ok(())
    }

    fn missing(&mut self) {
        self.note(|path| {
            format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
        });
    }

    fn violation(&mut self, echo: &str, hidden: bool, rule: &str) {
        self.note(|path| match hidden {
            true => format!("Value at '{path}' failed to satisfy constraint: {rule}"),
            false => format!("Value '{echo}' at '{path}' failed to satisfy constraint: {rule}"),
        });
    }

    fn note(&mut self, sentence: impl FnOnce(&str) -> String) {
        self.count += 1;
        if self.listed.len() < LISTED {
            let path = self.spelled();
            self.listed.push(sentence(&path));
        }
    }

    /// `userAttributes.1.member.name`
    fn spelled(&self) -> String {
        let mut out = String::new();
        for step in &self.path {
            if !out.is_empty() {
                out.push('.');
            }
            match step {
                Step::Member(name) => {
                    let mut letters = name.chars();
                    out.extend(letters.next().map(|letter| letter.to_ascii_lowercase()));
                    out.push_str(letters.as_str());
                }
                Step::Element(at) => {
                    out.push_str(&at.to_string());
                    out.push_str(".member");
                }
                Step::Entry(name) => {
                    out.extend(name.chars().take(ECHOED));
                    out.push_str(".member");
                }
            }
        }
        out
    }

    fn outcome(self) -> Result<(), Refused> {
        let errors = match self.count {
            0 => return Ok(()),
            1 => "error",
            _ => "errors",
        };
        let list = self.listed.join("; ");
        Err(Refused::Violations(format!("{} validation {errors} detected: {list}", self.count)))
    }
}

/// The rules of a scalar, each if it is broken: pattern, smallest, largest (the order AWS lists them
/// in for one value).
type Broken = [Option<String>; 3];

const UNBROKEN: Broken = [None, None, None];

fn broken(shape: &'static Shape, value: &Value) -> Result<Broken, Refused> {
    match (shape, value) {
        (Shape::Text(..) | Shape::OneOf(_), Value::String(text)) => Ok(broken_text(shape, text)),
        (Shape::Text(..) | Shape::OneOf(_), _) => Err(mismatch(value, "String")),
        (Shape::Integer(bounds), _) => {
            let number = value.as_i64().filter(|number| i32::try_from(*number).is_ok());
            range(*bounds, number.ok_or_else(|| mismatch(value, "Integer"))?)
        }
        (Shape::Long(bounds), _) => {
            range(*bounds, value.as_i64().ok_or_else(|| mismatch(value, "Long"))?)
        }
        (Shape::Boolean, Value::Bool(_)) | (Shape::Document, _) => Ok(UNBROKEN),
        (Shape::Boolean, _) => Err(mismatch(value, "Boolean")),
        (Shape::Timestamp, Value::Number(_)) => {
            match serde_json::from_value::<crate::Timestamp>(value.clone()) {
                Ok(_) => Ok(UNBROKEN),
                Err(_) => Err(mismatch(value, "Timestamp")),
            }
        }
        (Shape::Timestamp, _) => Err(mismatch(value, "Timestamp")),
        (Shape::Blob(bounds), Value::String(text)) => {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| mismatch(value, "Blob"))?;
            let [min, max] = sizes(*bounds, bytes.len());
            Ok([None, min, max])
        }
        (Shape::Blob(_), _) => Err(mismatch(value, "Blob")),
        (Shape::List(..) | Shape::Map(..) | Shape::Structure(_), _) => Ok(UNBROKEN),
    }
}

fn broken_text(shape: &'static Shape, text: &str) -> Broken {
    match shape {
        Shape::Text(bounds, pattern, _) => {
            let length = if text.is_ascii() { text.len() } else { text.chars().count() };
            let [min, max] = sizes(*bounds, length);
            let pattern = pattern.filter(|pattern| !pattern.matches(text)).map(pattern_rule);
            [pattern, min, max]
        }
        Shape::OneOf(values) if !values.contains(&text) => [Some(set_rule(values)), None, None],
        _ => UNBROKEN,
    }
}

fn range(Bounds { min, max }: Bounds, number: i64) -> Result<Broken, Refused> {
    let min = min.filter(|min| number < *min);
    let max = max.filter(|max| number > *max);
    Ok([
        None,
        min.map(|min| format!("Member must have value greater than or equal to {min}")),
        max.map(|max| format!("Member must have value less than or equal to {max}")),
    ])
}

fn sizes(Bounds { min, max }: Bounds, length: usize) -> [Option<String>; 2] {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    [
        min.filter(|min| length < *min).map(shortest_rule),
        max.filter(|max| length > *max).map(longest_rule),
    ]
}

fn size(bounds: Bounds, length: usize) -> impl Iterator<Item = String> {
    sizes(bounds, length).into_iter().flatten()
}

fn shortest_rule(min: i64) -> String {
    format!("Member must have length greater than or equal to {min}")
}

fn longest_rule(max: i64) -> String {
    format!("Member must have length less than or equal to {max}")
}

fn pattern_rule(pattern: &Pattern) -> String {
    format!("Member must satisfy regular expression pattern: {}", pattern.as_str())
}

fn set_rule(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

/// What AWS puts into brackets when an element or entry breaks any rule: all the rules there are.
fn all_rules(shape: &'static Shape) -> String {
    let rules: Vec<String> = match shape {
        Shape::Text(Bounds { min, max }, pattern, _) => {
            let pattern = pattern.map(pattern_rule);
            max.map(longest_rule).into_iter().chain(min.map(shortest_rule)).chain(pattern).collect()
        }
        Shape::OneOf(values) => vec![set_rule(values)],
        Shape::Integer(Bounds { min, max }) | Shape::Long(Bounds { min, max }) => {
            let max = max.map(|max| format!("Member must have value less than or equal to {max}"));
            let min =
                min.map(|min| format!("Member must have value greater than or equal to {min}"));
            max.into_iter().chain(min).collect()
        }
        _ => Vec::new(),
    };
    rules.join(", ")
}

const fn is_scalar(shape: &Shape) -> bool {
    !matches!(shape, Shape::List(..) | Shape::Map(..) | Shape::Structure(_) | Shape::Document)
}

const fn is_sensitive(shape: &Shape) -> bool {
    matches!(shape, Shape::Text(_, _, true))
}

/// A value as Java prints it: `a`, `[a, b]`, `{a=b, c=d}`.
fn echo(value: &Value) -> String {
    let mut out = String::new();
    print(value, &mut out);
    if out.chars().nth(ECHOED).is_some() {
        out = out.chars().take(ECHOED).collect();
        out.push('…');
    }
    out
}

fn print(value: &Value, out: &mut String) {
    if out.len() > ECHOED * 4 {
        return;
    }
    match value {
        Value::String(text) => out.push_str(text),
        Value::Array(elements) => {
            out.push('[');
            for (at, one) in elements.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                print(one, out);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (at, (name, one)) in entries.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                out.push_str(name);
                out.push('=');
                print(one, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// AWS's parser names the token it met and the type it wanted.
fn mismatch(value: &Value, wanted: &str) -> Refused {
    let wants_scalar = !matches!(wanted, "a structure" | "a list" | "a map");
    Refused::Type(match value {
        Value::Object(_) => "Start of structure or map found where not expected.".to_owned(),
        Value::Array(_) => "Start of list found where not expected.".to_owned(),
        _ if !wants_scalar => "Unexpected value type in payload".to_owned(),
        Value::String(_) => format!("STRING_VALUE cannot be converted to {wanted}"),
        Value::Number(_) => format!("NUMBER_VALUE cannot be converted to {wanted}"),
        Value::Bool(true) => format!("TRUE_VALUE cannot be converted to {wanted}"),
        Value::Bool(false) => format!("FALSE_VALUE cannot be converted to {wanted}"),
        Value::Null => format!("NULL_VALUE cannot be converted to {wanted}"),
    })
}
