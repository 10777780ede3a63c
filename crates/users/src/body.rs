//! What does a request say, and is it something that can be said?
//!
//! A body is measured before it is read, and read once, into values whose types say that they are right. How
//! deep it goes is counted before anything is parsed. What is wrong is told all at once, member by member, and
//! never repeats what was sent.

use crate::{Kind, Problem, problem::FieldError};
use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, header};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::{borrow::Cow, fmt};

/// The most bytes of a body.
pub(crate) const LARGEST: usize = 64 * 1024;

/// How many arrays and objects may stand in each other.
const DEEPEST: usize = 16;

/// The most bytes of a member's name.
const LONGEST_NAME: usize = 256;

/// Names that make something else of an object in the hands of a careless script.
const BAD_NAMES: [&str; 3] = ["__proto__", "constructor", "prototype"];

/// How many errors are told at once.
const MOST_ERRORS: usize = 20;

/// A body of JSON: at most 64 KiB and sixteen levels, no member twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Body(pub Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(Kind::UnsupportedMediaType).saying("The body has to be JSON."));
        }
        let length = request.headers().get(header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if length.is_some_and(|length| length > LARGEST) {
            return Err(Kind::TooLarge.into());
        }
        let body = to_bytes(request.into_body(), LARGEST).await;
        parse(&body.map_err(|_| Problem::from(Kind::TooLarge))?).map(Self)
    }
}

/// `application/json`, and what is JSON under a name of its own, such as a merge patch.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}

/// Reads JSON by the rules of this module.
///
/// # Errors
/// [`Kind::TooLarge`], [`Kind::MalformedBody`].
pub(crate) fn parse(body: &[u8]) -> Result<Value, Problem> {
    if body.len() > LARGEST {
        return Err(Kind::TooLarge.into());
    }
    if depth(body) > DEEPEST {
        return Err(malformed("The body goes deeper than sixteen levels."));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        // The reader's own text may quote the body. Ours, of the visitor below, does not.
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let why = OWN_TEXTS.iter().find(|own| text.starts_with(**own)).copied();
        let why = why.unwrap_or("The body is no JSON");
        malformed(format!("{why}: line {line}, column {column}."))
    })
}

const TWICE: &str = "A member stands in an object twice";
const BAD_NAME: &str = "A member has a name that is not taken";
const OWN_TEXTS: [&str; 2] = [TWICE, BAD_NAME];

fn malformed(detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(Kind::MalformedBody).saying(detail)
}

/// How deep a text goes, whether it is JSON or not.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Reads a value in which no member stands twice.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element_seed(Self)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name.len() > LONGEST_NAME || BAD_NAMES.contains(&name.as_str()) {
                return Err(A::Error::custom(BAD_NAME));
            }
            if object.contains_key(&name) {
                return Err(A::Error::custom(TWICE));
            }
            let value = members.next_value_seed(Self)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// The members of an object, each taken out once. What is left at the end was not asked for.
#[derive(Debug)]
pub struct Fields {
    place: String,
    members: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// What a merge patch says of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch<T> {
    /// Nothing: it stays as it is.
    Keep,
    /// `null`: it goes.
    Remove,
    Set(T),
}

impl<T> Patch<T> {
    /// Changes a member as the patch says. Answers whether it is another now.
    pub fn apply(self, member: &mut Option<T>) -> bool
    where
        T: PartialEq,
    {
        let next = match self {
            Self::Keep => return false,
            Self::Remove => None,
            Self::Set(value) => Some(value),
        };
        let is_other = *member != next;
        *member = next;
        is_other
    }
}

impl Fields {
    /// The members of a body.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`] if it is no object.
    pub fn of(body: Value) -> Result<Self, Problem> {
        match body {
            Value::Object(members) => Ok(Self::at(String::new(), members)),
            _ => Err(Problem::invalid("", "The body has to be an object.")),
        }
    }

    fn at(place: String, members: Map<String, Value>) -> Self {
        Self { place, members, errors: Vec::new() }
    }

    /// A text that has to be there.
    pub fn required<T, E>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        detail: &'static str,
    ) -> Option<T> {
        match self.members.remove(name) {
            Some(value) => self.parse(name, &value, parse, detail),
            None => {
                self.refuse(name, "It is missing.");
                None
            }
        }
    }

    /// A text that may be missing, or `null`.
    pub fn optional<T, E>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        detail: &'static str,
    ) -> Option<T> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.parse(name, &value, parse, detail),
        }
    }

    /// A text that a merge patch sets, removes or leaves.
    pub fn patch<T, E>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        detail: &'static str,
    ) -> Patch<T> {
        match self.members.remove(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Remove,
            Some(value) => self.parse(name, &value, parse, detail).map_or(Patch::Keep, Patch::Set),
        }
    }

    fn parse<T, E>(
        &mut self,
        name: &str,
        value: &Value,
        parse: impl FnOnce(&str) -> Result<T, E>,
        detail: &'static str,
    ) -> Option<T> {
        let parsed = value.as_str().and_then(|text| parse(text).ok());
        if parsed.is_none() {
            self.refuse(name, detail);
        }
        parsed
    }

    /// The members of an object inside, for this closure; none if it is missing or `null`.
    pub fn inside<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let members = match self.members.remove(name) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(members)) => members,
            Some(_) => {
                self.refuse(name, "It has to be an object.");
                Map::new()
            }
        };
        let mut inside = Self::at(self.pointer(name), members);
        let outcome = read(&mut inside);
        inside.refuse_rest();
        self.errors.append(&mut inside.errors);
        outcome
    }

    /// An object as it is; an empty one if it is missing or `null`.
    pub fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(members)) => members,
            Some(_) => {
                self.refuse(name, "It has to be an object.");
                Map::new()
            }
        }
    }

    /// An object that a merge patch changes, removes or leaves.
    pub fn patch_object(&mut self, name: &str) -> Patch<Map<String, Value>> {
        match self.members.remove(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Remove,
            Some(Value::Object(members)) => Patch::Set(members),
            Some(_) => {
                self.refuse(name, "It has to be an object.");
                Patch::Keep
            }
        }
    }

    /// Says that a member is not what it should be.
    pub fn refuse(&mut self, name: &str, detail: impl Into<Cow<'static, str>>) {
        let pointer = self.pointer(name);
        self.errors.push(FieldError { pointer, detail: detail.into() });
    }

    /// The end: everything was right, and there was nothing else.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`] with everything that was not.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.refuse_rest();
        if self.errors.is_empty() {
            return Ok(());
        }
        self.errors.truncate(MOST_ERRORS);
        Err(Problem::new(Kind::InvalidRequest).with_errors(self.errors))
    }

    fn refuse_rest(&mut self) {
        for name in std::mem::take(&mut self.members).keys() {
            self.refuse(name, "There is no such member.");
        }
    }

    fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.place, name.replace('~', "~0").replace('/', "~1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EmailAddress;
    use serde_json::json;

    fn refused(body: &[u8]) -> Kind {
        parse(body).unwrap_err().kind()
    }

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,1.5,true,null,"ü \"{[\\"],"b":{"c":{}}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    /// USR-04: bombs and names that mean something to scripts.
    #[test]
    fn usr_04_deep_large_doubled_and_loaded_bodies_are_refused() {
        let nested = |levels: usize| {
            [b"{\"a\":".repeat(levels).as_slice(), b"1", &b"}".repeat(levels)].concat()
        };
        assert!(parse(&nested(16)).is_ok());
        for levels in [17, 5_000] {
            assert_eq!(refused(&nested(levels)), Kind::MalformedBody);
        }
        assert_eq!(refused(&nested(100_000)), Kind::TooLarge);
        assert_eq!(refused(&b"[".repeat(60_000)), Kind::MalformedBody);
        assert_eq!(refused(&vec![b' '; LARGEST + 1]), Kind::TooLarge);
        let long = format!("{{\"{}\":1}}", "k".repeat(10 * 1024));
        for bad in [
            r#"{"a":1,"a":2}"#,
            r#"{"x":{"a":1,"\u0061":2}}"#,
            r#"{"__proto__":{"admin":true}}"#,
            r#"{"x":[{"constructor":1}]}"#,
            &long,
            "",
            "{",
            "{}x",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":1e999}",
            "nul",
            "\"\u{1}\"",
        ] {
            assert_eq!(refused(bad.as_bytes()), Kind::MalformedBody, "{bad}");
        }
        assert_eq!(refused(b"{\"a\":\"\xff\"}"), Kind::MalformedBody);
    }

    #[test]
    fn what_is_told_of_a_bad_body_does_not_repeat_it() {
        let problem = parse(br#"{"password":"Secret7!" "x"}"#).unwrap_err();
        assert!(!format!("{problem:?}").contains("Secret7!"));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let body = json!({ "email": "nobody", "a/b~": 1, "in": { "x": 1, "z": "a" }, "list": [] });
        let mut fields = Fields::of(body).unwrap();
        fields.required("email", EmailAddress::parse, "It is no e-mail address.");
        fields.required("name", |text| Ok::<_, ()>(text.to_owned()), "It is no name.");
        fields.inside("in", |fields| {
            fields.optional("z", |text| text.parse::<u8>(), "It is no number.")
        });
        fields.object("list");
        let problem = format!("{:?}", fields.finish().unwrap_err());
        for pointer in
            ["\"/email\"", "\"/name\"", "\"/in/z\"", "\"/in/x\"", "\"/a~1b~0\"", "\"/list\""]
        {
            assert!(problem.contains(pointer), "{pointer} in {problem}");
        }
        assert!(Fields::of(json!([])).is_err());
    }

    #[test]
    fn a_body_says_that_it_is_json() {
        let says_json = |kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            is_json(&headers)
        };
        for good in
            ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
        {
            assert!(says_json(good), "{good}");
        }
        for bad in ["text/json", "text/plain", "application/x-www-form-urlencoded", "json"] {
            assert!(!says_json(bad), "{bad}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
