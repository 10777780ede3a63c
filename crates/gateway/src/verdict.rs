//! What did a Lambda authorizer decide?
//!
//! The reader is strict: an answer that is not exactly of its form is no verdict, and neither opens the
//! door nor is kept.

use crate::policy::{Call, Rule, Rules};
use events::authorizer::{PolicyResponse, SimpleResponse};
use policies::Ruling;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};
use std::sync::OnceLock;

/// The largest answer of an authorizer (an AWS limit).
const LARGEST: usize = 8 * 1024;

/// The forms in which an authorizer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A policy; the context becomes texts. REST APIs and format 1.0.
    Policy,
    /// A policy; the context keeps its types. Format 2.0.
    TypedPolicy,
    /// `isAuthorized`; the context keeps its types. Format 2.0.
    Simple,
}

/// A decision that may be kept for as long as the authorizer's TTL.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    decision: Decision,
    principal: Option<String>,
    /// What the function behind the route is told.
    context: Map<String, Value>,
    /// The API key that the caller counts as.
    pub(crate) usage_key: Option<String>,
    /// The text that goes into an event in format 1.0 and in format 2.0, once it has gone into one as a verdict
    /// that was kept.
    told: [OnceLock<Box<RawValue>>; 2],
}

#[derive(Debug, Clone, PartialEq)]
enum Decision {
    Rules(Rules),
    Simple(bool),
}

impl Verdict {
    /// Reads an authorizer's answer.
    ///
    /// # Errors
    /// What is wrong with it, without anything from inside it.
    pub(crate) fn read(form: Form, answer: &[u8]) -> Result<Self, String> {
        if answer.len() > LARGEST {
            return Err("it is larger than 8 KiB".to_owned());
        }
        let read = match form {
            Form::Policy => Self::with_texts(answer),
            Form::TypedPolicy => Self::with_types(answer),
            Form::Simple => Self::simple(answer),
        };
        read.map_err(|problem| {
            // The reader's own message may quote what it read.
            format!(
                "{:?} in line {}, column {}",
                problem.classify(),
                problem.line(),
                problem.column()
            )
        })
    }

    fn with_texts(answer: &[u8]) -> serde_json::Result<Self> {
        let answer: PolicyResponse = serde_json::from_slice(answer)?;
        let mut context = Map::new();
        for (key, value) in &answer.context {
            if *value != events::authorizer::Scalar::Null {
                context.insert(key.clone(), Value::String(value.to_string()));
            }
        }
        Ok(Self::policy(answer, context))
    }

    fn with_types(answer: &[u8]) -> serde_json::Result<Self> {
        let mut answer: Map<String, Value> = serde_json::from_slice(answer)?;
        // Taken out first: the shared reader of policies knows only contexts of scalars.
        let context = answer.remove("context").filter(|context| !context.is_null());
        let context: Option<Map<String, Value>> =
            context.map(serde_json::from_value).transpose()?;
        let context = without_claims(context.unwrap_or_default())?;
        let answer = serde_json::from_value(Value::Object(answer))?;
        Ok(Self::policy(answer, context))
    }

    fn simple(answer: &[u8]) -> serde_json::Result<Self> {
        let answer: SimpleResponse = serde_json::from_slice(answer)?;
        Ok(Self {
            decision: Decision::Simple(answer.is_authorized),
            principal: None,
            context: without_claims(answer.context)?,
            usage_key: None,
            told: Default::default(),
        })
    }

    fn policy(answer: PolicyResponse, context: Map<String, Value>) -> Self {
        Self {
            decision: Decision::Rules(Rules::new(&answer.policy_document)),
            principal: Some(answer.principal_id),
            context,
            usage_key: answer.usage_identifier_key,
            told: Default::default(),
        }
    }

    /// What it says about a call, and by which statement. A policy is asked anew for each call; a simple
    /// answer is the same for all.
    pub(crate) fn judge(&self, call: &Call<'_>) -> (Ruling, Option<&Rule>) {
        match &self.decision {
            Decision::Rules(rules) => rules.judge(call),
            Decision::Simple(true) => (Ruling::Allowed, None),
            Decision::Simple(false) => (Ruling::NotAllowed, None),
        }
    }

    /// Whether it is a policy, and not a simple answer.
    pub(crate) const fn is_policy(&self) -> bool {
        matches!(self.decision, Decision::Rules(_))
    }

    /// What the function behind the route is told in format 1.0.
    pub(crate) fn told_v1(&self, latency: Option<i64>) -> Told<'_> {
        let [v1, _] = &self.told;
        match latency {
            Some(milliseconds) => Told::Anew { verdict: self, milliseconds },
            None => Told::kept(v1, &Told::Anew { verdict: self, milliseconds: 0 }),
        }
    }

    /// What the function behind the route is told in format 2.0.
    pub(crate) fn told_v2(&self) -> Told<'_> {
        let [_, v2] = &self.told;
        Told::kept(v2, &self.context)
    }

    /// Roughly the bytes it occupies.
    pub(crate) fn size(&self) -> usize {
        let rules = match &self.decision {
            Decision::Rules(rules) => rules.size(),
            Decision::Simple(_) => 0,
        };
        // Once as it is and once for each format.
        let context = self.context.iter().map(|(key, value)| 3 * (key.len() + weight(value)) + 80);
        rules + context.sum::<usize>() + 384
    }
}

/// What a function is told of a verdict.
pub(crate) enum Told<'a> {
    Anew {
        verdict: &'a Verdict,
        milliseconds: i64,
    },
    /// As it was written before.
    Kept(&'a RawValue),
    /// It could not be written, which no verdict that was read leads to.
    Nothing,
}

impl<'a> Told<'a> {
    fn kept(place: &'a OnceLock<Box<RawValue>>, text: &impl Serialize) -> Self {
        if let Some(kept) = place.get() {
            return Self::Kept(kept);
        }
        match to_raw_value(text) {
            Ok(text) => Self::Kept(place.get_or_init(|| text)),
            Err(_) => Self::Nothing,
        }
    }
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (verdict, milliseconds) = match self {
            Self::Anew { verdict, milliseconds } => (verdict, milliseconds),
            Self::Kept(text) => return text.serialize(to),
            Self::Nothing => return Err(serde::ser::Error::custom("a verdict without words")),
        };
        let mut map = to.serialize_map(None)?;
        // Two members are ours, whatever the context contains.
        let is_ours = |name: &str| match name {
            "principalId" => verdict.principal.is_some(),
            name => name == "integrationLatency",
        };
        for (name, value) in verdict.context.iter().filter(|(name, _)| !is_ours(name)) {
            map.serialize_entry(name, value)?;
        }
        if let Some(principal) = &verdict.principal {
            map.serialize_entry("principalId", principal)?;
        }
        map.serialize_entry("integrationLatency", milliseconds)?;
        map.end()
    }
}

/// `claims` is what a token authorizer found out, so a function must not speak in its name.
fn without_claims(context: Map<String, Value>) -> serde_json::Result<Map<String, Value>> {
    if context.contains_key("claims") {
        return Err(serde::de::Error::custom("the context has the reserved key `claims`"));
    }
    Ok(context)
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
        Value::String(text) => text.len() + 32,
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + 32,
        Value::Object(members) => {
            members.iter().map(|(key, value)| key.len() + weight(value) + 64).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use policies::Circumstances;
    use serde_json::json;

    fn read(form: Form, answer: &Value) -> Result<Verdict, String> {
        Verdict::read(form, answer.to_string().as_bytes())
    }

    fn rule(verdict: &Verdict) -> Ruling {
        let circumstances = Circumstances::at(jiff::Timestamp::UNIX_EPOCH);
        let call = Call { method_arn: "x", circumstances };
        verdict.judge(&call).0
    }

    fn policy() -> Value {
        json!({
            "principalId": "user|ann",
            "policyDocument": { "Version": "2012-10-17", "Statement": [
                { "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*" }
            ] },
        })
    }

    fn policy_with(key: &str, value: Value) -> Value {
        let mut answer = policy();
        answer[key] = value;
        answer
    }

    #[test]
    fn the_context_of_a_policy_becomes_texts_where_rest_wants_them() {
        let context = json!({ "s": "x", "n": 1, "f": 1.5, "b": true, "z": null });
        let answer = policy_with("context", context.clone());
        let verdict = read(Form::Policy, &answer).unwrap();
        let texts = json!({ "s": "x", "n": "1", "f": "1.5", "b": "true" });
        assert_eq!(Value::Object(verdict.context), texts);
        assert_eq!(verdict.principal.as_deref(), Some("user|ann"));
        let verdict = read(Form::TypedPolicy, &answer).unwrap();
        assert_eq!(Value::Object(verdict.context), context);
    }

    /// GWA-06.
    #[test]
    fn half_an_answer_is_no_verdict() {
        let mut without_principal = policy();
        without_principal.as_object_mut().unwrap().remove("principalId");
        let mut without_policy = policy();
        without_policy.as_object_mut().unwrap().remove("policyDocument");
        for answer in [
            without_principal,
            without_policy,
            policy_with("policyDocument", json!({ "Statement": [] })),
            policy_with("policyDocument", json!({ "Version": "2012-10-17" })),
            policy_with("policyDocument", json!({ "Statement": [{ "Effect": "Allow" }] })),
            policy_with(
                "policyDocument",
                json!({ "Statement": [{ "Effect": "allow", "Action": "*", "Resource": "*" }] }),
            ),
            policy_with("principalId", json!(7)),
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!("Allow"),
        ] {
            assert!(read(Form::Policy, &answer).is_err(), "{answer}");
            assert!(read(Form::TypedPolicy, &answer).is_err(), "{answer}");
        }
        for context in [json!({ "a": { "b": 1 } }), json!({ "a": [] }), json!({ "claims": "x" })] {
            assert!(read(Form::Policy, &policy_with("context", context)).is_err());
        }
        let claims = json!({ "claims": {} });
        assert!(read(Form::TypedPolicy, &policy_with("context", claims.clone())).is_err());
        assert!(read(Form::Simple, &json!({ "isAuthorized": true, "context": claims })).is_err());
        assert!(read(Form::TypedPolicy, &policy_with("context", json!([1]))).is_err());
    }

    /// GWA-05.
    #[test]
    fn only_a_boolean_is_a_simple_answer() {
        for answer in [
            json!({ "isAuthorized": "true" }),
            json!({ "isAuthorized": "false" }),
            json!({ "isAuthorized": 1 }),
            json!({ "isAuthorized": null }),
            json!({}),
            json!([true]),
            policy(),
        ] {
            assert!(read(Form::Simple, &answer).is_err(), "{answer}");
        }
        let yes = read(Form::Simple, &json!({ "isAuthorized": true, "context": { "a": [1] } }));
        let yes = yes.unwrap();
        assert_eq!(rule(&yes), Ruling::Allowed);
        assert_eq!(Value::Object(yes.context), json!({ "a": [1] }));
        let no = read(Form::Simple, &json!({ "isAuthorized": false })).unwrap();
        assert_eq!(rule(&no), Ruling::NotAllowed);
    }

    /// GWA-07.
    #[test]
    fn a_huge_answer_is_no_verdict() {
        let answer = policy_with("context", json!({ "a": "x".repeat(9000) }));
        assert!(read(Form::Policy, &answer).unwrap_err().contains("8 KiB"));
    }

    #[test]
    fn a_resource_has_512_characters_at_most() {
        let with = |resource: String| {
            let mut answer = policy();
            answer["policyDocument"]["Statement"][0]["Resource"] = json!(["*", resource]);
            answer
        };
        assert!(read(Form::Policy, &with("é".repeat(512))).is_ok());
        for form in [Form::Policy, Form::TypedPolicy] {
            assert!(read(form, &with("x".repeat(513))).is_err());
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_quoting() {
        let problem = read(Form::Simple, &json!({ "isAuthorized": "s3cret" })).unwrap_err();
        assert!(!problem.contains("s3cret"), "{problem}");
    }
}
