//! What may somebody do who has this identity policy?
//!
//! A deny that fits wins over everything, then an allow that fits, and otherwise it is no. The policy is read
//! once, before anybody is let in by it, so nothing in it is guessed: an element, a condition or a variable that
//! is not known here makes the whole policy unsound.
//! ([elements](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html))

use crate::{Circumstances, Conditions, Ruling, fits};
use serde::Deserialize;
use serde_json::Value;

/// The most characters of a policy, spaces apart: as many as IAM gives a managed one.
const LONGEST: usize = 6144;
/// The parts of an ARN that colons divide; the last may have some of its own.
const PARTS: usize = 6;

/// An identity policy, read once and asked often.
#[derive(Debug, Clone, PartialEq)]
pub struct IdentityPolicy {
    denies: Vec<Rule>,
    allows: Vec<Rule>,
}

/// Why a policy is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    #[error("it has more than {LONGEST} characters")]
    TooLong,
    #[error("{0}")]
    Form(String),
    #[error("its Version is neither 2012-10-17 nor 2008-10-17")]
    Version,
    #[error("it has no statement")]
    Empty,
    /// A statement by its number, from 1.
    #[error("statement {0}: {1}")]
    Statement(usize, String),
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    action: Choice<String>,
    resource: Choice<Resource>,
    conditions: Option<Conditions>,
}

/// What a statement is about: these, or all but these.
#[derive(Debug, Clone, PartialEq)]
enum Choice<T> {
    Any(Vec<T>),
    AllBut(Vec<T>),
}

#[derive(Debug, Clone, PartialEq)]
enum Resource {
    Everything,
    Arn([String; PARTS]),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    version: Option<String>,
    #[serde(rename = "Id")]
    _id: Option<String>,
    statement: OneOrMany<WrittenStatement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct WrittenStatement {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    condition: Option<Value>,
}

#[derive(Deserialize, PartialEq)]
enum Effect {
    Allow,
    Deny,
}

struct OneOrMany<T>(Vec<T>);

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let many = match Value::deserialize(from)? {
            Value::Array(many) => many,
            one => vec![one],
        };
        let many = many.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
        many.map(Self).map_err(serde::de::Error::custom)
    }
}

impl IdentityPolicy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`Unsound`] for what IAM would not take, and for what is not known here.
    pub fn read(policy: &Value) -> Result<Self, Unsound> {
        if policy.to_string().len() > LONGEST {
            return Err(Unsound::TooLong);
        }
        let Written { version, statement: OneOrMany(statements), .. } =
            Written::deserialize(policy).map_err(|cause| Unsound::Form(cause.to_string()))?;
        if !matches!(version.as_deref(), None | Some("2012-10-17" | "2008-10-17")) {
            return Err(Unsound::Version);
        }
        if statements.is_empty() {
            return Err(Unsound::Empty);
        }
        let mut read = Self { denies: Vec::new(), allows: Vec::new() };
        for (at, statement) in statements.into_iter().enumerate() {
            let is_denying = statement.effect == Effect::Deny;
            let rule = Rule::read(statement).map_err(|text| Unsound::Statement(at + 1, text))?;
            if is_denying { read.denies.push(rule) } else { read.allows.push(rule) }
        }
        Ok(read)
    }

    /// What it says of an action (`service:Operation`) on a resource: an ARN, or `*` for an action that is on no
    /// resource in particular, which only a statement about everything covers.
    #[must_use]
    pub fn judge(&self, action: &str, resource: &str, call: &Circumstances<'_>) -> Ruling {
        // Actions are the same in any case.
        let action = action.to_ascii_lowercase();
        let covers = |rule: &Rule| rule.covers(&action, resource, call);
        if self.denies.iter().any(covers) {
            Ruling::Denied
        } else if self.allows.iter().any(covers) {
            Ruling::Allowed
        } else {
            Ruling::NotAllowed
        }
    }
}

impl Rule {
    fn read(statement: WrittenStatement) -> Result<Self, String> {
        let WrittenStatement { action, not_action, resource, not_resource, condition, .. } =
            statement;
        let action = Choice::read("Action", action, not_action, read_action)?;
        let resource = Choice::read("Resource", resource, not_resource, Resource::read)?;
        let conditions = condition.map(|condition| {
            Conditions::read(&condition).ok_or_else(|| {
                let names = Conditions::names(&condition).join(", ");
                format!(
                    "its Condition ({names}) has an operator, key or value that is not supported"
                )
            })
        });
        Ok(Self { action, resource, conditions: conditions.transpose()? })
    }

    fn covers(&self, action: &str, resource: &str, call: &Circumstances<'_>) -> bool {
        self.action.has(|pattern| fits(pattern.as_bytes(), action.as_bytes()))
            && self.resource.has(|pattern| pattern.fits(resource))
            && self.conditions.as_ref().is_none_or(|conditions| conditions.hold(call))
    }
}

impl<T> Choice<T> {
    fn read(
        name: &str,
        these: Option<OneOrMany<String>>,
        all_but: Option<OneOrMany<String>>,
        read: impl Fn(String) -> Result<T, String>,
    ) -> Result<Self, String> {
        let list = |OneOrMany(texts): OneOrMany<String>| {
            if texts.is_empty() {
                return Err(format!("its list of {name} is empty"));
            }
            texts.into_iter().map(&read).collect()
        };
        match (these, all_but) {
            (Some(these), None) => list(these).map(Self::Any),
            (None, Some(all_but)) => list(all_but).map(Self::AllBut),
            _ => Err(format!("it has either {name} or Not{name}")),
        }
    }

    fn has(&self, fits: impl FnMut(&T) -> bool) -> bool {
        match self {
            Self::Any(these) => these.iter().any(fits),
            Self::AllBut(these) => !these.iter().any(fits),
        }
    }
}

/// `service:Operation` in lower case, or `*`.
fn read_action(text: String) -> Result<String, String> {
    let is_name = |name: &str, more: &[u8]| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
        !name.is_empty() && name.bytes().all(is_known)
    };
    let is_action = match text.split_once(':') {
        Some((service, operation)) => is_name(service, b"-") && is_name(operation, b"*?"),
        None => text == "*",
    };
    if !is_action {
        return Err(format!("`{text}` is no action, which is `*` or `service:Operation`"));
    }
    Ok(text.to_ascii_lowercase())
}

impl Resource {
    fn read(text: String) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Everything);
        }
        if text.contains("${") {
            return Err(format!("`{text}` has a policy variable, which is not supported"));
        }
        // ARNs of paths are compared as they are written in a request.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        match parts(&text) {
            Some(["arn", ..]) if !is_plain => {
                Err(format!("`{text}` has characters that are percent-encoded in an ARN"))
            }
            Some(parts @ ["arn", ..]) => Ok(Self::Arn(parts.map(str::to_owned))),
            _ => Err(format!(
                "`{text}` is no resource, which is `*` or an ARN with all of its {PARTS} parts"
            )),
        }
    }

    /// Part by part: a wildcard does not reach over a colon into the next.
    fn fits(&self, resource: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Arn(patterns) => parts(resource).is_some_and(|parts| {
                let mut pairs = patterns.iter().zip(parts);
                pairs.all(|(pattern, part)| fits(pattern.as_bytes(), part.as_bytes()))
            }),
        }
    }
}

fn parts(arn: &str) -> Option<[&str; PARTS]> {
    let mut parts = arn.splitn(PARTS, ':');
    let all = [(); PARTS].map(|()| parts.next().unwrap_or_default());
    // The last is there when the others are, and a resource has a name.
    all.last().is_some_and(|last| !last.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const POOL: &str = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_Ab1Cd2Ef3";
    const OTHER: &str = "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_Xx1Xx2Xx3";
    const GET: &str = "cognito-idp:AdminGetUser";

    fn read(statements: &Value) -> Result<IdentityPolicy, Unsound> {
        IdentityPolicy::read(&json!({ "Version": "2012-10-17", "Statement": statements }))
    }

    fn judge(statements: &Value, action: &str, resource: &str) -> Ruling {
        let call = Circumstances {
            source_ip: Some("203.0.113.9".parse().unwrap()),
            ..Circumstances::at(jiff::Timestamp::UNIX_EPOCH)
        };
        read(statements).unwrap().judge(action, resource, &call)
    }

    fn statement(effect: &str, action: &str, resource: &str) -> Value {
        json!({ "Effect": effect, "Action": action, "Resource": resource })
    }

    #[test]
    fn an_action_fits_in_any_case_and_by_wildcards() {
        for (action, fits) in [
            ("cognito-idp:AdminGetUser", true),
            ("Cognito-IDP:admingetuser", true),
            ("cognito-idp:Admin*", true),
            ("cognito-idp:*", true),
            ("cognito-idp:AdminGetUse?", true),
            ("*", true),
            ("cognito-idp:AdminGet", false),
            ("cognito-idp:AdminGetUser?", false),
            ("cognito-identity:*", false),
            ("lambda:InvokeFunction", false),
        ] {
            let expected = if fits { Ruling::Allowed } else { Ruling::NotAllowed };
            assert_eq!(judge(&statement("Allow", action, "*"), GET, POOL), expected, "{action}");
            let both = json!([statement("Allow", "*", "*"), statement("Deny", action, "*")]);
            let expected = if fits { Ruling::Denied } else { Ruling::Allowed };
            assert_eq!(judge(&both, GET, POOL), expected, "{action}");
        }
    }

    #[test]
    fn a_resource_fits_part_by_part() {
        for (resource, fits) in [
            (POOL, true),
            ("arn:aws:cognito-idp:*:*:userpool/eu-west-1_Ab1Cd2Ef3", true),
            ("arn:aws:cognito-idp:eu-west-?:*:userpool/*", true),
            ("arn:*:*:*:*:*", true),
            ("*", true),
            (OTHER, false),
            ("arn:aws:cognito-idp:us-east-1:*:userpool/*", false),
            // A wildcard does not take a colon, so this is the name of a pool in no region.
            ("arn:aws:cognito-idp:*:userpool/*:*", false),
            ("arn:aws:cognito-idp:*:*:USERPOOL/*", false),
            ("arn:aws:lambda:*:*:*", false),
        ] {
            let expected = if fits { Ruling::Allowed } else { Ruling::NotAllowed };
            let allow = statement("Allow", "*", resource);
            assert_eq!(judge(&allow, GET, POOL), expected, "{resource}");
        }
    }

    #[test]
    fn what_is_on_no_resource_is_for_statements_about_everything() {
        let list = |resource| judge(&statement("Allow", "*", resource), "cognito-idp:List", "*");
        assert_eq!(list("*"), Ruling::Allowed);
        for resource in [POOL, "arn:*:*:*:*:*", "arn:aws:cognito-idp:*:*:*"] {
            assert_eq!(list(resource), Ruling::NotAllowed);
        }
    }

    #[test]
    fn a_deny_wins_in_any_order() {
        let (allow, deny) = (statement("Allow", "*", "*"), statement("Deny", "*", POOL));
        for both in [json!([allow, deny]), json!([deny, allow])] {
            assert_eq!(judge(&both, GET, POOL), Ruling::Denied);
            assert_eq!(judge(&both, GET, OTHER), Ruling::Allowed);
        }
        assert_eq!(judge(&deny, GET, OTHER), Ruling::NotAllowed);
    }

    #[test]
    fn all_but_something_is_everything_else() {
        let but = json!({ "Effect": "Allow", "NotAction": ["lambda:*", GET], "NotResource": POOL });
        assert_eq!(judge(&but, GET, OTHER), Ruling::NotAllowed);
        assert_eq!(judge(&but, "cognito-idp:ListUsers", POOL), Ruling::NotAllowed);
        assert_eq!(judge(&but, "cognito-idp:ListUsers", OTHER), Ruling::Allowed);
    }

    #[test]
    fn a_statement_counts_where_its_conditions_hold() {
        let from = |network: &str| {
            json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
                    "Condition": { "IpAddress": { "aws:SourceIp": network } } })
        };
        assert_eq!(judge(&from("203.0.113.0/24"), GET, POOL), Ruling::Allowed);
        assert_eq!(judge(&from("192.0.2.0/24"), GET, POOL), Ruling::NotAllowed);
    }

    #[test]
    fn what_is_not_known_is_refused_with_its_place() {
        let with = |name: &str, value: Value| {
            let mut one = statement("Allow", "*", "*");
            one[name] = value;
            read(&json!([statement("Allow", "*", "*"), one])).unwrap_err().to_string()
        };
        for (name, value, told) in [
            ("Action", json!("AdminGetUser"), "statement 2: `AdminGetUser` is no action"),
            ("Action", json!("cognito*:Get"), "statement 2: `cognito*:Get` is no action"),
            ("Action", json!([]), "statement 2: its list of Action is empty"),
            ("NotAction", json!("*"), "statement 2: it has either Action or NotAction"),
            ("NotResource", json!("*"), "statement 2: it has either Resource or NotResource"),
            ("Resource", json!("eu-west-1_Ab1"), "statement 2: `eu-west-1_Ab1` is no resource"),
            ("Resource", json!("arn:aws:cognito-idp:*"), "statement 2: `arn:aws:cognito-idp:*`"),
            ("Resource", json!("arn:a:b:c:d:${aws:username}"), "statement 2: `arn:a:b:c:d:$"),
            ("Resource", json!("arn:a:b:c:d:café"), "statement 2: `arn:a:b:c:d:café` has"),
            (
                "Condition",
                json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
                "statement 2: its Condition (Bool aws:MultiFactorAuthPresent) has",
            ),
            ("Principal", json!("*"), "unknown field `Principal`"),
            ("Effect", json!("allow"), "unknown variant `allow`"),
            ("Action", json!(7), "invalid type"),
        ] {
            let refused = with(name, value);
            assert!(refused.starts_with(told), "{refused}");
        }
        assert_eq!(read(&json!([])), Err(Unsound::Empty));
        assert!(read(&json!({ "Effect": "Allow", "Action": "*" })).is_err());
        let version = json!({ "Version": "2012-10-18", "Statement": statement("Allow", "*", "*") });
        assert_eq!(IdentityPolicy::read(&version), Err(Unsound::Version));
        let many = vec![statement("Allow", "*", "*"); 200];
        assert_eq!(read(&json!(many)), Err(Unsound::TooLong));
    }
}
