//! What does the text say, before anyone knows what it means? A tree with positions.

use crate::problem::Position;
use serde_json::{Map, Number, Value as Json};

/// A value of the template and where it stands. A list or a map that belongs to a key stands where its
/// key stands, which is where a reader looks for it.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) value: Value,
}

#[derive(Clone)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
    /// Nothing was written, or `null`.
    Null,
    /// `AWS::NoValue`: whoever holds it leaves it out.
    Absent,
    /// A value that could not be made out, after a problem was reported.
    Unknown,
}

/// A text. `plain` says that it was written without quotes, so that it may be a number or a boolean;
/// its source text is kept, because an account id is a text with a leading zero.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) plain: bool,
}

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) at: Position,
}

impl Node {
    pub(crate) fn new(at: Position, value: Value) -> Self {
        Self { at, value }
    }

    pub(crate) fn text(at: Position, text: impl Into<String>) -> Self {
        Self::new(at, Value::Scalar(Scalar { text: text.into(), plain: false }))
    }

    pub(crate) fn plain(at: Position, text: impl Into<String>) -> Self {
        Self::new(at, Value::Scalar(Scalar { text: text.into(), plain: true }))
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&[(Key, Self)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.iter().find(|(name, _)| name.text == key).map(|(_, node)| node)
    }

    /// "a text", "a list": what stands here, for a message.
    pub(crate) fn what(&self) -> String {
        match &self.value {
            Value::Scalar(scalar) => match scalar.as_json() {
                Json::Bool(value) => format!("the boolean {value}"),
                Json::Number(number) => format!("the number {number}"),
                _ => format!("the text {}", crate::problem::quote(&scalar.text)),
            },
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
            Value::Null => "no value".to_owned(),
            Value::Absent => "AWS::NoValue".to_owned(),
            Value::Unknown => "an unknown value".to_owned(),
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Scalar(scalar) => scalar.as_json(),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, node)| (key.text.clone(), node.to_json()))
                    .collect::<Map<_, _>>(),
            ),
            Value::Null | Value::Absent | Value::Unknown => Json::Null,
        }
    }

    /// Whether a problem was reported for this value or something in it.
    pub(crate) fn has_unknown(&self) -> bool {
        match &self.value {
            Value::Unknown => true,
            Value::List(items) => items.iter().any(Self::has_unknown),
            Value::Map(entries) => entries.iter().any(|(_, node)| node.has_unknown()),
            Value::Scalar(_) | Value::Null | Value::Absent => false,
        }
    }

    /// Where the path leads, as far as it leads: a property that is not there is reported at the map
    /// it is missing from. Understands `Schema[0].Name` and `Schema.0.Name`.
    pub(crate) fn position_of(&self, path: &str) -> Position {
        let mut at = self.at;
        let mut node = self;
        for step in path.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
            let below = match &node.value {
                Value::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => node.get(step),
            };
            let Some(below) = below else { break };
            node = below;
            at = below.at;
        }
        at
    }
}

impl Scalar {
    pub(crate) fn as_json(&self) -> Json {
        if self.plain {
            match self.text.as_str() {
                "true" => return Json::Bool(true),
                "false" => return Json::Bool(false),
                text => {
                    if let Some(number) = number(text) {
                        return Json::Number(number);
                    }
                }
            }
        }
        Json::String(self.text.clone())
    }
}

/// The number, if the text is one in JSON's spelling and the number says no less than the text. A
/// leading zero, an octal, a date or a digit too many make it a text.
fn number(text: &str) -> Option<Number> {
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !is_number || digits > 18 { None } else { serde_json::from_str(text).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_json_calls_one() {
        for good in ["0", "-5", "30", "1.5", "1e3"] {
            assert!(number(good).is_some(), "{good}");
        }
        for bad in [
            "012345678901",
            "0x1F",
            "1_000",
            "22:30",
            "2010-09-09",
            "1.",
            "",
            "-",
            "9".repeat(19).as_str(),
        ] {
            assert!(number(bad).is_none(), "{bad}");
        }
    }
}
