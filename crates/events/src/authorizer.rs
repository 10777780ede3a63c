//! What does a Lambda authorizer hear and answer?
//!
//! The readers of answers are strict, because an answer opens the door and the function that gives it is
//! not trusted: `isAuthorized` is a JSON boolean, a policy has at least one statement, a statement has no
//! element nobody understands, and the context of a policy holds only scalars. Where IAM itself takes a
//! text or a list, so does the reader; the writer always writes lists.

use crate::{
    lenient::{Object, null_as_default},
    redacted,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        self, DeserializeOwned, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Map, Number, Value, value::RawValue};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

/// A question to an authorizer, in any of its three forms.
///
/// `Context` is the request's context, as a proxy event has it. Whoever does not look at it reads it as
/// [`serde::de::IgnoredAny`], and whoever writes it may have it in any form.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthorizerRequest<Context = Value> {
    /// `TOKEN`: one header of a REST API's request.
    Token(TokenRequest),
    /// `REQUEST` in format 1.0: REST APIs, and HTTP APIs that ask for it.
    V1(Box<RequestV1<Context>>),
    /// `REQUEST` in format 2.0: HTTP APIs.
    V2(Box<RequestV2<Context>>),
}

/// A `TOKEN` question.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRequest {
    /// The header's value as sent, scheme included.
    pub authorization_token: String,
    /// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<VERB>/<path>`.
    pub method_arn: String,
}

/// A `REQUEST` question in format 1.0.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestV1<Context = Value> {
    /// `1.0`, from HTTP APIs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<VERB>/<path>`.
    pub method_arn: String,
    /// The identity sources' values, comma-separated; from HTTP APIs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_source: Option<String>,
    /// The first identity source's value; from HTTP APIs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_token: Option<String>,
    /// The resource as configured, `/items/{id}`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource: String,
    /// The path as asked for, `/items/7`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub path: String,
    /// The verb.
    #[serde(default, deserialize_with = "null_as_default")]
    pub http_method: String,
    /// The headers as sent; of several with one name, the last.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// All values of each header.
    #[serde(default)]
    pub multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    /// The query; of several with one name, the last.
    #[serde(default)]
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// All values of each query parameter.
    #[serde(default)]
    pub multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    /// What stands for the variables of the resource.
    #[serde(default)]
    pub path_parameters: Option<BTreeMap<String, String>>,
    /// The stage's variables.
    #[serde(default)]
    pub stage_variables: Option<BTreeMap<String, String>>,
    /// The request's context, as a proxy event has it.
    #[serde(default)]
    pub request_context: Context,
}

/// A `REQUEST` question in format 2.0. What is empty is left out.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestV2<Context = Value> {
    /// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<VERB>/<path>`.
    pub route_arn: String,
    /// The identity sources' values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_source: Option<Vec<String>>,
    /// The route, `GET /items/{id}`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub route_key: String,
    /// The path as asked for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub raw_path: String,
    /// The query as asked for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub raw_query_string: String,
    /// The cookies, taken out of the headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookies: Option<Vec<String>>,
    /// The headers in lower case, several with one name joined by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// The query, several with one name joined by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_string_parameters: Option<BTreeMap<String, String>>,
    /// The request's context, as a proxy event has it.
    #[serde(default)]
    pub request_context: Context,
    /// What stands for the variables of the route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_parameters: Option<BTreeMap<String, String>>,
    /// The stage's variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage_variables: Option<BTreeMap<String, String>>,
}

/// An answer with a policy.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyResponse {
    /// Who is asking.
    pub principal_id: String,
    /// What they may do.
    pub policy_document: Policy,
    /// What the integration is told about them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, Scalar>,
    /// The API key the call counts against, for APIs that take it from the authorizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_identifier_key: Option<String>,
}

/// A simple answer, in format 2.0.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimpleResponse {
    /// Yes or no, and nothing in between: a JSON boolean.
    pub is_authorized: bool,
    /// What the integration is told; any JSON.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Value>,
}

/// A value of a policy answer's context.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// `2012-10-17`.
    pub version: String,
    /// At least one.
    pub statement: Vec<Statement>,
}

/// A statement of a policy. Of `action` and `not_action` exactly one is filled, and likewise of `resource`
/// and `not_resource`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// A name for the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Allow or deny.
    pub effect: Effect,
    /// The actions it is about: `execute-api:Invoke`, `execute-api:*`, `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub action: Vec<String>,
    /// It is about all actions but these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_action: Vec<String>,
    /// The ARNs it is about; `*` stands for any text, `?` for one character.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// It is about all ARNs but these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_resource: Vec<String>,
    /// When it holds. Who evaluates a policy and does not understand this must not allow by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// What a statement does to what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Allows it, unless something else denies it.
    Allow,
    /// Denies it, whatever else allows it.
    Deny,
}

impl<Context> AuthorizerRequest<Context> {
    /// The ARN of the method or route that is asked for.
    #[must_use]
    pub fn method_arn(&self) -> &str {
        match self {
            Self::Token(request) => &request.method_arn,
            Self::V1(request) => &request.method_arn,
            Self::V2(request) => &request.route_arn,
        }
    }
}

impl Policy {
    /// The version of the policy language that is written here.
    pub const VERSION: &str = "2012-10-17";
    /// The action of calling an API.
    pub const INVOKE: &str = "execute-api:Invoke";
    /// The longest resource a statement may name, in characters.
    pub const LONGEST_RESOURCE: usize = 512;

    /// A policy of one statement about calling this resource.
    #[must_use]
    pub fn of(effect: Effect, resource: impl Into<String>) -> Self {
        Self {
            version: Self::VERSION.to_owned(),
            statement: vec![Statement {
                sid: None,
                effect,
                action: vec![Self::INVOKE.to_owned()],
                not_action: Vec::new(),
                resource: vec![resource.into()],
                not_resource: Vec::new(),
                condition: None,
            }],
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// How a REST API hands a context value to the integration: always as text.
impl fmt::Display for Scalar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(value) => write!(out, "{value}"),
            Self::Text(value) => out.write_str(value),
        }
    }
}

impl<Context: Serialize> Serialize for AuthorizerRequest<Context> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tagged<'a, T> {
            #[serde(skip_serializing_if = "Option::is_none")]
            version: Option<&'static str>,
            r#type: &'static str,
            #[serde(flatten)]
            request: &'a T,
        }
        match self {
            Self::Token(request) => {
                Tagged { version: None, r#type: "TOKEN", request }.serialize(to)
            }
            Self::V1(request) => {
                Tagged { version: None, r#type: "REQUEST", request: request.as_ref() }.serialize(to)
            }
            Self::V2(request) => {
                Tagged { version: Some("2.0"), r#type: "REQUEST", request: request.as_ref() }
                    .serialize(to)
            }
        }
    }
}

impl<'de, Context> Deserialize<'de> for AuthorizerRequest<Context>
where
    Context: DeserializeOwned + Default,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(default, borrow)]
            r#type: Option<&'a RawValue>,
            #[serde(default, borrow)]
            version: Option<&'a RawValue>,
        }
        // Looked at twice as a text, which is less work than once as a tree.
        let event = Box::<RawValue>::deserialize(from)?;
        let event = event.get();
        let unknown = || de::Error::custom("an unknown kind of authorizer event");
        let kind = serde_json::from_str::<Object<Kind<'_>>>(event);
        let Object(kind) = kind.map_err(|_| unknown())?;
        let read = match (kind.r#type.map(RawValue::get), kind.version.map(RawValue::get)) {
            (Some(r#""TOKEN""#), _) => serde_json::from_str(event).map(Self::Token),
            (Some(r#""REQUEST""#), Some(r#""2.0""#)) => serde_json::from_str(event).map(Self::V2),
            (Some(r#""REQUEST""#), None | Some(r#""1.0""#)) => {
                serde_json::from_str(event).map(Self::V1)
            }
            _ => return Err(unknown()),
        };
        read.map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for PolicyResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            principal_id: String,
            policy_document: Policy,
            #[serde(default, deserialize_with = "null_as_default")]
            context: BTreeMap<String, Scalar>,
            #[serde(default)]
            usage_identifier_key: Option<String>,
        }
        let Object(read) = Object::<Read>::deserialize(from)?;
        // The gateway's own word for what its Cognito authorizer found out: a function must not be able
        // to speak in its name.
        if read.context.contains_key("claims") {
            return Err(de::Error::custom("a context must not have the key `claims`"));
        }
        Ok(Self {
            principal_id: read.principal_id,
            policy_document: read.policy_document,
            context: read.context,
            usage_identifier_key: read.usage_identifier_key,
        })
    }
}

impl<'de> Deserialize<'de> for SimpleResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            is_authorized: bool,
            #[serde(default, deserialize_with = "null_as_default")]
            context: Map<String, Value>,
        }
        let Object(read) = Object::<Read>::deserialize(from)?;
        Ok(Self { is_authorized: read.is_authorized, context: read.context })
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        struct Read {
            #[serde(default)]
            version: Option<String>,
            #[serde(default, rename = "Id")]
            _id: Option<String>,
            statement: OneOrMany<Statement>,
        }
        let Object(read) = Object::<Read>::deserialize(from)?;
        let statement = Vec::from(read.statement);
        if statement.is_empty() {
            return Err(de::Error::custom("a policy without a statement"));
        }
        Ok(Self { version: read.version.unwrap_or_else(|| Self::VERSION.to_owned()), statement })
    }
}

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        struct Read {
            #[serde(default)]
            sid: Option<String>,
            effect: Effect,
            #[serde(default)]
            action: Option<OneOrMany<String>>,
            #[serde(default)]
            not_action: Option<OneOrMany<String>>,
            #[serde(default)]
            resource: Option<OneOrMany<String>>,
            #[serde(default)]
            not_resource: Option<OneOrMany<String>>,
            #[serde(default)]
            condition: Option<Value>,
        }
        let Object(read) = Object::<Read>::deserialize(from)?;
        let statement = Self {
            sid: read.sid,
            effect: read.effect,
            action: read.action.map(Vec::from).unwrap_or_default(),
            not_action: read.not_action.map(Vec::from).unwrap_or_default(),
            resource: read.resource.map(Vec::from).unwrap_or_default(),
            not_resource: read.not_resource.map(Vec::from).unwrap_or_default(),
            condition: read.condition,
        };
        if statement.action.is_empty() == statement.not_action.is_empty() {
            return Err(de::Error::custom("a statement needs actions, said in one way"));
        }
        if statement.resource.is_empty() == statement.not_resource.is_empty() {
            return Err(de::Error::custom("a statement needs resources, said in one way"));
        }
        let mut resources = statement.resource.iter().chain(&statement.not_resource);
        if resources.any(|resource| resource.chars().count() > Policy::LONGEST_RESOURCE) {
            return Err(de::Error::custom("a resource that is too long"));
        }
        Ok(statement)
    }
}

// The next two readers ask what is there, where a derived reader of an untagged enum would try one variant after the
// other, and put into words why each of them does not fit: that took as long as the rest of an answer.

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct AnyScalar;

        impl Visitor<'_> for AnyScalar {
            type Value = Scalar;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("null, a boolean, a number or a text")
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value.into()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
                let number = Number::from_f64(value);
                number.map(Scalar::Number).ok_or_else(|| E::custom("a number without end"))
            }

            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(value.into())
            }

            fn visit_string<E>(self, value: String) -> Result<Scalar, E> {
                Ok(value.into())
            }
        }

        from.deserialize_any(AnyScalar)
    }
}

/// IAM takes one thing where it takes a list of things.
struct OneOrMany<T>(Vec<T>);

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(OneOrMany(all): OneOrMany<T>) -> Self {
        all
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("one thing or a list of them")
            }

            fn visit_str<E: de::Error>(self, one: &str) -> Result<OneOrMany<T>, E> {
                T::deserialize(one.into_deserializer()).map(|one| OneOrMany(vec![one]))
            }

            fn visit_map<A: MapAccess<'de>>(self, one: A) -> Result<OneOrMany<T>, A::Error> {
                let one = T::deserialize(MapAccessDeserializer::new(one))?;
                Ok(OneOrMany(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<OneOrMany<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(many)).map(OneOrMany)
            }
        }

        from.deserialize_any(Either(PhantomData))
    }
}

redacted!(TokenRequest, RequestV1<Context>, RequestV2<Context>, PolicyResponse, SimpleResponse);
