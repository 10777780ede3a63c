//! Which properties does a resource have, and of what kind is each?
//!
//! The tables follow the CloudFormation resource specification and the SAM specification. They say
//! what *form* a property has; whether its value is allowed is for the one who uses it. CloudFormation
//! takes `"5"` for 5 and `5` for `"5"`, so a scalar is brought into the form its property asks for.

use crate::{
    node::{Node, Scalar, Value},
    problem::{Place, Report, did_you_mean},
};

mod apis;
mod cognito;
mod functions;
mod tables;

/// What a value has to look like.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Integer,
    Number,
    Boolean,
    /// Anything: a policy document, a property that has no meaning here.
    Any,
    List(&'static Shape),
    /// A map whose keys are the writer's.
    Map(&'static Shape),
    Object(&'static [Field]),
    /// The shape depends on what is written.
    Choice(fn(&Node) -> Shape),
}

#[derive(Clone, Copy)]
pub(crate) enum Field {
    May(&'static str, Shape),
    Must(&'static str, Shape),
}

use Field::{May, Must};

impl Field {
    fn name(self) -> &'static str {
        match self {
            May(name, _) | Must(name, _) => name,
        }
    }

    fn shape(self) -> Shape {
        match self {
            May(_, shape) | Must(_, shape) => shape,
        }
    }
}

/// A type of resource that means something here.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [Field],
    /// What `Fn::GetAtt` may ask for.
    pub(crate) attributes: &'static [&'static str],
}

const TEXT: Shape = Shape::Text;
const INTEGER: Shape = Shape::Integer;
const NUMBER: Shape = Shape::Number;
const BOOLEAN: Shape = Shape::Boolean;
const ANY: Shape = Shape::Any;
const TEXTS: Shape = Shape::List(&Shape::Text);
/// `[{Key, Value}]`, as CloudFormation's own resources have it.
const TAGS: Shape = Shape::List(&Shape::Object(&[Must("Key", TEXT), May("Value", TEXT)]));

/// A text, or else a list of texts.
const TEXT_OR_TEXTS: Shape = Shape::Choice(|node| match node.value {
    Value::List(_) => TEXTS,
    _ => TEXT,
});

static KINDS: [Kind; 33] = [
    cognito::USER_POOL,
    cognito::USER_POOL_CLIENT,
    cognito::USER_POOL_DOMAIN,
    cognito::USER_POOL_GROUP,
    cognito::USER_POOL_IDENTITY_PROVIDER,
    cognito::USER_POOL_RESOURCE_SERVER,
    cognito::USER_POOL_RISK_CONFIGURATION_ATTACHMENT,
    cognito::USER_POOL_USER,
    cognito::USER_POOL_USER_TO_GROUP_ATTACHMENT,
    functions::SERVERLESS_FUNCTION,
    functions::LAMBDA_FUNCTION,
    apis::SERVERLESS_API,
    apis::SERVERLESS_HTTP_API,
    apis::REST_API,
    apis::REST_RESOURCE,
    apis::REST_METHOD,
    apis::REST_AUTHORIZER,
    apis::REST_DEPLOYMENT,
    apis::REST_STAGE,
    apis::GATEWAY_RESPONSE,
    apis::REQUEST_VALIDATOR,
    apis::MODEL,
    apis::HTTP_API,
    apis::HTTP_ROUTE,
    apis::HTTP_INTEGRATION,
    apis::HTTP_AUTHORIZER,
    apis::HTTP_DEPLOYMENT,
    apis::HTTP_STAGE,
    apis::API_KEY,
    apis::USAGE_PLAN,
    apis::USAGE_PLAN_KEY,
    tables::TABLE,
    tables::SIMPLE_TABLE,
];

/// The type of a resource, if it means something here.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The names of all types that mean something here.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name)
}

/// The attributes of types that mean nothing here but are referred to.
pub(crate) fn attributes(name: &str) -> Option<&'static [&'static str]> {
    let attributes: &[&str] = match name {
        "AWS::CloudWatch::Alarm" | "AWS::Logs::LogGroup" => &["Arn"],
        "AWS::IAM::Role" => &["Arn", "RoleId"],
        "AWS::KMS::Key" => &["Arn", "KeyId"],
        "AWS::SNS::Topic" => &["TopicArn", "TopicName"],
        "AWS::SQS::Queue" => &["Arn", "QueueName", "QueueUrl"],
        "AWS::SecretsManager::Secret" => &["Id"],
        _ => return kind(name).map(|kind| kind.attributes),
    };
    Some(attributes)
}

/// Brings a resolved value into its shape, and reports what cannot be brought there.
pub(crate) fn conform(node: Node, shape: Shape, place: &Place<'_>, report: &mut Report) -> Node {
    let at = node.at;
    match (shape, node.value) {
        (_, value @ (Value::Unknown | Value::Absent)) => Node::new(at, value),
        (_, Value::Null) => {
            report.add(at, place, "expected a value, found nothing");
            Node::new(at, Value::Unknown)
        }
        (Shape::Any, value) => Node::new(at, value),
        (Shape::Choice(choose), value) => {
            let node = Node::new(at, value);
            let shape = choose(&node);
            conform(node, shape, place, report)
        }
        (Shape::Text, Value::Scalar(scalar)) => Node::text(at, scalar.text),
        (Shape::Integer | Shape::Number | Shape::Boolean, Value::Scalar(scalar))
            if normal(shape, &scalar.text).is_some() =>
        {
            Node::plain(at, normal(shape, &scalar.text).unwrap_or_default())
        }
        (Shape::List(shape), Value::List(items)) => {
            let items = items.into_iter().enumerate();
            let items =
                items.map(|(index, item)| conform(item, *shape, &place.index(index), report));
            Node::new(at, Value::List(items.collect()))
        }
        (Shape::Map(shape), Value::Map(entries)) => {
            let entries = entries.into_iter().map(|(key, node)| {
                let node = conform(node, *shape, &place.key(&key.text), report);
                (key, node)
            });
            Node::new(at, Value::Map(entries.collect()))
        }
        (Shape::Object(fields), Value::Map(entries)) => {
            for field in fields {
                let Must(name, shape) = field else { continue };
                if !entries.iter().any(|(key, _)| key.text == *name) {
                    let message = format!("{name} is missing: expected {}", expected(*shape));
                    report.add(at, place, message);
                }
            }
            let mut known = Vec::with_capacity(entries.len());
            for (key, node) in entries {
                if let Some(field) = fields.iter().find(|field| field.name() == key.text) {
                    let node = conform(node, field.shape(), &place.key(&key.text), report);
                    known.push((key, node));
                } else {
                    let names = fields.iter().map(|field| field.name());
                    let hint = did_you_mean(&key.text, names.clone());
                    let names = names.collect::<Vec<_>>().join(", ");
                    let message = if hint.is_empty() {
                        format!("unknown property; expected one of {names}")
                    } else {
                        format!("unknown property{hint}")
                    };
                    report.add(key.at, &place.key(&key.text), message);
                    known.push((key, Node::new(node.at, Value::Unknown)));
                }
            }
            Node::new(at, Value::Map(known))
        }
        (shape, value) => {
            let found = Node::new(at, value);
            let message = format!("expected {}, found {}", expected(shape), found.what());
            report.add(at, place, message);
            Node::new(at, Value::Unknown)
        }
    }
}

/// The scalar as JSON spells it, if it is one of the shape.
fn normal(shape: Shape, text: &str) -> Option<String> {
    match shape {
        Shape::Integer => text.parse::<i64>().ok().map(|number| number.to_string()),
        Shape::Number => {
            let scalar = Scalar { text: text.to_owned(), plain: true };
            scalar.as_json().is_number().then_some(scalar.text)
        }
        _ => match text {
            "true" | "True" | "TRUE" => Some("true".to_owned()),
            "false" | "False" | "FALSE" => Some("false".to_owned()),
            _ => None,
        },
    }
}

fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "a text",
        Shape::Integer => "a whole number",
        Shape::Number => "a number",
        Shape::Boolean => "true or false",
        Shape::List(_) => "a list",
        Shape::Map(_) | Shape::Object(_) => "a map",
        Shape::Any | Shape::Choice(_) => "a value",
    }
}
