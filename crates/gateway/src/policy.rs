//! Does this policy allow this call?
//!
//! A deny that fits wins over everything, then an allow that fits, and otherwise it is no. What cannot be
//! evaluated here (`NotAction`, `NotResource`, `Condition`, policy variables) only ever makes the answer
//! stricter: an allow with such an element allows nothing, and a deny with one denies as if the element
//! were not there.

use crate::path::pattern_in_arn;
use events::authorizer::{Effect, Policy, Statement};

/// What a policy says about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

/// A policy, read once and asked often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rules {
    denies: Vec<Subject>,
    allows: Vec<Subject>,
}

/// The resources a statement is about, of those statements that are about calls at all.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    Everything,
    /// Patterns in the spelling of our method ARNs.
    Resources(Vec<Vec<u8>>),
}

impl Rules {
    pub(crate) fn new(policy: &Policy) -> Self {
        let of =
            |effect| policy.statement.iter().filter(move |statement| statement.effect == effect);
        Self {
            denies: of(Effect::Deny).filter_map(denied).collect(),
            allows: of(Effect::Allow).filter_map(allowed).collect(),
        }
    }

    pub(crate) fn rule(&self, method_arn: &str) -> Ruling {
        if self.denies.iter().any(|subject| subject.covers(method_arn)) {
            Ruling::Denied
        } else if self.allows.iter().any(|subject| subject.covers(method_arn)) {
            Ruling::Allowed
        } else {
            Ruling::NotAllowed
        }
    }

    /// Roughly the bytes it occupies.
    pub(crate) fn size(&self) -> usize {
        let subjects = self.denies.iter().chain(&self.allows);
        subjects
            .map(|subject| match subject {
                Subject::Everything => 0,
                Subject::Resources(patterns) => patterns.iter().map(|text| text.len() + 48).sum(),
            })
            .sum()
    }
}

impl Subject {
    fn covers(&self, method_arn: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Resources(patterns) => {
                patterns.iter().any(|pattern| fits(pattern, method_arn.as_bytes()))
            }
        }
    }
}

/// What an allowing statement opens: only what it says in words that are all understood.
fn allowed(statement: &Statement) -> Option<Subject> {
    let is_understood = statement.not_action.is_empty()
        && statement.not_resource.is_empty()
        && statement.condition.is_none();
    let patterns = statement.resource.iter().filter(|pattern| !has_variable(pattern));
    (is_understood && is_about_calls(statement)).then(|| resources(patterns))
}

/// What a denying statement closes: everything it may mean.
fn denied(statement: &Statement) -> Option<Subject> {
    if !statement.action.is_empty() && !is_about_calls(statement) {
        return None;
    }
    let is_vague = statement.resource.is_empty()
        || statement.resource.iter().any(|pattern| has_variable(pattern));
    Some(if is_vague { Subject::Everything } else { resources(statement.resource.iter()) })
}

fn is_about_calls(statement: &Statement) -> bool {
    let invoke = Policy::INVOKE.to_ascii_lowercase();
    let mut actions = statement.action.iter().map(|action| action.to_ascii_lowercase());
    actions.any(|action| fits(action.as_bytes(), invoke.as_bytes()))
}

fn resources<'a>(patterns: impl Iterator<Item = &'a String>) -> Subject {
    Subject::Resources(patterns.map(|pattern| pattern_in_arn(pattern).into_bytes()).collect())
}

/// `${aws:…}` stands for something that is only known to IAM.
fn has_variable(pattern: &str) -> bool {
    pattern.contains("${")
}

/// Whether the pattern fits the whole text: `*` is any text, slashes included, `?` is one character.
///
/// A `*` only ever gives up what the latest one took, so the work is bounded by the product of the two
/// lengths, whatever the pattern.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut to) = (0, 0);
    let mut retry = None;
    while let Some(byte) = text.get(to) {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, to));
            }
            Some(wanted) if wanted == byte || *wanted == b'?' => {
                at += 1;
                to += 1;
            }
            _ => {
                let Some((star, taken)) = retry else { return false };
                retry = Some((star, taken + 1));
                at = star;
                to = taken + 1;
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ARN: &str = "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/GET/users/42/posts";

    fn rule(statements: Value, arn: &str) -> Ruling {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        Rules::new(&serde_json::from_value(policy).unwrap()).rule(arn)
    }

    fn allow(resource: &str) -> Value {
        json!({ "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": resource })
    }

    fn deny(resource: &str) -> Value {
        json!({ "Action": "execute-api:Invoke", "Effect": "Deny", "Resource": resource })
    }

    #[test]
    fn wildcards_reach_across_slashes_and_the_rest_is_literal() {
        let stem = "arn:aws:execute-api:eu-west-1:000000000000:abc";
        for (pattern, fits) in [
            (format!("{stem}/prod/GET/*"), true),
            (format!("{stem}/*/GET/users/*"), true),
            (format!("{stem}/prod/*/users/?2/posts"), true),
            ("*".to_owned(), true),
            ("arn:aws:execute-api:*:*:*".to_owned(), true),
            (ARN.to_owned(), true),
            (format!("{ARN}*"), true),
            (format!("{ARN}?"), false),
            (format!("{stem}/prod/GET/users"), false),
            (format!("{stem}/prod/GET/users/"), false),
            (format!("{stem}/prod/get/*"), false),
            (format!("{stem}/prod/*/users/?/posts"), false),
            (format!("{stem}/prod/POST/*"), false),
            (format!("{stem}d/*"), false),
        ] {
            let expected = if fits { Ruling::Allowed } else { Ruling::NotAllowed };
            assert_eq!(rule(json!([allow(&pattern)]), ARN), expected, "{pattern}");
        }
    }

    /// GWA-14.
    #[test]
    fn a_deny_wins_over_any_allow_in_any_order() {
        let posts = "arn:aws:execute-api:*:*:abc/prod/GET/users/42/*";
        assert_eq!(rule(json!([allow("*"), deny(posts)]), ARN), Ruling::Denied);
        assert_eq!(rule(json!([deny(posts), allow("*")]), ARN), Ruling::Denied);
        let other = ARN.replace("/42/", "/43/");
        assert_eq!(rule(json!([deny(posts), allow("*")]), &other), Ruling::Allowed);
        assert_eq!(rule(json!(deny("*")), ARN), Ruling::Denied);
    }

    #[test]
    fn only_actions_that_call_count() {
        for (action, ruling) in [
            (json!("execute-api:Invoke"), Ruling::Allowed),
            (json!("Execute-API:invoke"), Ruling::Allowed),
            (json!("execute-api:*"), Ruling::Allowed),
            (json!("*"), Ruling::Allowed),
            (json!(["s3:GetObject", "execute-api:Inv?ke"]), Ruling::Allowed),
            (json!("execute-api:ManageConnections"), Ruling::NotAllowed),
            (json!("lambda:InvokeFunction"), Ruling::NotAllowed),
        ] {
            let statement = json!([{ "Action": action, "Effect": "Allow", "Resource": "*" }]);
            assert_eq!(rule(statement, ARN), ruling, "{action}");
        }
    }

    #[test]
    fn what_is_not_understood_never_allows() {
        for statement in [
            json!({ "NotAction": "execute-api:ManageConnections", "Resource": "*" }),
            json!({ "Action": "*", "NotResource": "arn:aws:execute-api:*:*:abc/prod/POST/*" }),
            json!({ "Action": "*", "Resource": "*", "Condition": { "Bool": { "aws:x": "true" } } }),
            json!({ "Action": "*", "Resource": "arn:*/${aws:username}" }),
        ] {
            let with = |effect: &str| {
                let mut statement = statement.clone();
                statement["Effect"] = json!(effect);
                statement
            };
            assert_eq!(rule(json!([with("Allow")]), ARN), Ruling::NotAllowed, "{statement}");
            let both = json!([allow("*"), with("Deny")]);
            assert_eq!(rule(both, ARN), Ruling::Denied, "{statement}");
        }
    }

    #[test]
    fn a_deny_about_something_else_denies_nothing() {
        let other = json!({ "Action": "s3:*", "Effect": "Deny", "Resource": "*" });
        assert_eq!(rule(json!([allow("*"), other]), ARN), Ruling::Allowed);
    }

    #[test]
    fn a_pattern_in_another_alphabet_fits_the_escaped_arn() {
        let arn = "arn:aws:execute-api:r:1:abc/prod/GET/caf%C3%A9";
        let pattern = "arn:aws:execute-api:*:*:abc/prod/GET/café";
        assert_eq!(rule(json!([allow("*"), deny(pattern)]), arn), Ruling::Denied);
    }

    #[test]
    fn many_stars_do_not_make_it_slow() {
        let pattern = "*a".repeat(250) + "b";
        let text = "a".repeat(1600);
        assert!(!fits(pattern.as_bytes(), text.as_bytes()));
        assert!(fits(b"**a***", b"xa"));
        assert!(fits(b"", b"") && !fits(b"", b"a") && fits(b"*", b""));
    }

    proptest::proptest! {
        #[test]
        fn a_pattern_fits_as_the_same_expression_would(pattern in "[ab*?/]{0,12}", text in "[ab/]{0,12}") {
            let expression = pattern.replace('*', ".*").replace('?', ".");
            let expression = regex::Regex::new(&format!("^{expression}$")).unwrap();
            let fits = fits(pattern.as_bytes(), text.as_bytes());
            proptest::prop_assert_eq!(fits, expression.is_match(&text));
        }
    }
}
