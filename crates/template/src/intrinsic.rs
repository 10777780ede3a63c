//! Which values are function calls, and what do they ask for?

use crate::node::{Node, Value};

/// The functions that are resolved. The others CloudFormation has are refused by name.
pub(crate) const FUNCTIONS: [&str; 15] = [
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::Join",
    "Fn::If",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::Base64",
    "Fn::GetAZs",
    "Fn::Equals",
    "Fn::And",
    "Fn::Or",
    "Fn::Not",
    "Condition",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Ref,
    GetAtt,
    Sub,
    Join,
    If,
    Select,
    Split,
    FindInMap,
    Base64,
    GetAzs,
    /// A condition function: it has a place in `Conditions` only.
    Condition(Test),
    /// CloudFormation has it, and Poolhouse says why it does not.
    Refused(&'static str),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    Equals,
    And,
    Or,
    Not,
}

/// The function and its argument, if the value is a call: a map with the one key `Ref` or `Fn::…`.
pub(crate) fn call(node: &Node) -> Option<(Function, &str, &Node)> {
    let [(key, argument)] = node.as_map()? else { return None };
    let function = match key.text.as_str() {
        "Ref" => Function::Ref,
        name if !name.starts_with("Fn::") => return None,
        "Fn::GetAtt" => Function::GetAtt,
        "Fn::Sub" => Function::Sub,
        "Fn::Join" => Function::Join,
        "Fn::If" => Function::If,
        "Fn::Select" => Function::Select,
        "Fn::Split" => Function::Split,
        "Fn::FindInMap" => Function::FindInMap,
        "Fn::Base64" => Function::Base64,
        "Fn::GetAZs" => Function::GetAzs,
        "Fn::Equals" => Function::Condition(Test::Equals),
        "Fn::And" => Function::Condition(Test::And),
        "Fn::Or" => Function::Condition(Test::Or),
        "Fn::Not" => Function::Condition(Test::Not),
        "Fn::ImportValue" => Function::Refused(
            "Fn::ImportValue reads another stack, and there is none here: use a parameter",
        ),
        "Fn::Transform" => Function::Refused(
            "Fn::Transform runs a macro in the cloud, which cannot be done here: write its result",
        ),
        "Fn::Cidr" => Function::Refused("Fn::Cidr is not resolved here: write the blocks out"),
        "Fn::ForEach" | "Fn::Length" | "Fn::ToJsonString" => Function::Refused(
            "the functions of AWS::LanguageExtensions are not resolved here: write the result",
        ),
        "Fn::Contains"
        | "Fn::EachMemberEquals"
        | "Fn::EachMemberIn"
        | "Fn::RefAll"
        | "Fn::ValueOf"
        | "Fn::ValueOfAll" => Function::Refused("this function has a place in Rules only"),
        name if name.starts_with("Fn::ForEach::") => Function::Refused(
            "the functions of AWS::LanguageExtensions are not resolved here: write the result",
        ),
        _ => Function::Unknown,
    };
    Some((function, &key.text, argument))
}

/// The logical id and the attribute of `Fn::GetAtt`, in either form. The attribute of the list form
/// may itself be a `Ref` to a parameter.
pub(crate) fn attribute(argument: &Node) -> Option<(&str, Attribute<'_>)> {
    match &argument.value {
        Value::Scalar(scalar) => {
            let (logical, attribute) = scalar.text.split_once('.')?;
            let complete = !logical.is_empty() && !attribute.is_empty();
            complete.then_some((logical, Attribute::Name(attribute)))
        }
        Value::List(items) => match items.as_slice() {
            [logical, attribute] => {
                let attribute = attribute.as_text().map_or_else(
                    || call(attribute).map(|_| Attribute::Computed(attribute)),
                    |name| Some(Attribute::Name(name)),
                );
                Some((logical.as_text()?, attribute?))
            }
            _ => None,
        },
        _ => None,
    }
}

pub(crate) enum Attribute<'a> {
    Name(&'a str),
    Computed(&'a Node),
}

/// A piece of the text of `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// The name between the braces: a parameter, a resource, `Resource.Attribute` or a key of the map.
    Name(&'a str),
}

/// The pieces of the text of `Fn::Sub`; `${!X}` stands for `${X}` itself.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            return Err("expected a } after ${".to_owned());
        };
        pieces.push(Piece::Text(before));
        if let Some(literal) = name.strip_prefix('!') {
            pieces.extend([Piece::Text("${"), Piece::Text(literal), Piece::Text("}")]);
        } else {
            let name = name.trim();
            let is_name = !name.is_empty()
                && name.chars().all(|next| next.is_ascii_alphanumeric() || ":._-".contains(next));
            if !is_name {
                return Err(format!(
                    "expected a name in ${{{name}}} (write ${{!{name}}} for the text itself)"
                ));
            }
            pieces.push(Piece::Name(name));
        }
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// The text and the map of `Fn::Sub`, in either form.
pub(crate) fn substitution(argument: &Node) -> Option<(&Node, &[(crate::node::Key, Node)])> {
    match &argument.value {
        Value::Scalar(_) => Some((argument, &[])),
        Value::List(items) => match items.as_slice() {
            [text, map] if text.as_text().is_some() => Some((text, map.as_map()?)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_names() {
        assert_eq!(
            pieces("a${B}c${!D}").unwrap(),
            [
                Piece::Text("a"),
                Piece::Name("B"),
                Piece::Text("c"),
                Piece::Text("${"),
                Piece::Text("D"),
                Piece::Text("}"),
                Piece::Text("")
            ]
        );
        assert!(pieces("${").is_err());
        assert!(pieces("${a b}").is_err());
        assert_eq!(pieces("$a {b}").unwrap(), [Piece::Text("$a {b}")]);
    }
}
