//! Does this policy allow this call?
//!
//! A deny that fits wins over everything, then an allow that fits, and otherwise it is no. What cannot be
//! evaluated here (a condition about something else than calls, policy variables) only ever makes the answer
//! stricter: an allow with such an element allows nothing, and a deny with one denies as if the element
//! were not there.

use crate::path::pattern_in_arn;
use events::authorizer::{Effect, Policy, Statement};
use policies::{Circumstances, Conditions, Ruling, fits};

/// What a policy is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) method_arn: &'a str,
    pub(crate) circumstances: Circumstances<'a>,
}

/// A policy, read once and asked often.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rules {
    denies: Vec<Rule>,
    allows: Vec<Rule>,
}

/// A statement about calls.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    /// Its place in the policy, from 1, and its `Sid`.
    pub(crate) number: usize,
    pub(crate) sid: Option<String>,
    /// The operators and keys of its conditions.
    pub(crate) conditions: Vec<String>,
    /// Whether something in it is not understood.
    pub(crate) is_vague: bool,
    subject: Subject,
    when: When,
}

/// The resources a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    Everything,
    /// Patterns in the spelling of our method ARNs.
    Resources(Vec<Vec<u8>>),
    /// All but these.
    AllBut(Vec<Vec<u8>>),
}

#[derive(Debug, Clone, PartialEq)]
enum When {
    Always,
    Never,
    Holding(Conditions),
}

impl Rules {
    pub(crate) fn new(policy: &Policy) -> Self {
        let mut rules = Self { denies: Vec::new(), allows: Vec::new() };
        for (at, statement) in policy.statement.iter().enumerate() {
            let is_denying = statement.effect == Effect::Deny;
            let Some(rule) = Rule::new(at + 1, statement, is_denying) else { continue };
            if is_denying { rules.denies.push(rule) } else { rules.allows.push(rule) }
        }
        rules
    }

    /// What is decided, and which statement decided it.
    pub(crate) fn judge(&self, call: &Call<'_>) -> (Ruling, Option<&Rule>) {
        if let Some(rule) = self.denies.iter().find(|rule| rule.covers(call)) {
            return (Ruling::Denied, Some(rule));
        }
        match self.allows.iter().find(|rule| rule.covers(call)) {
            Some(rule) => (Ruling::Allowed, Some(rule)),
            None => (Ruling::NotAllowed, None),
        }
    }

    /// Roughly the bytes it occupies.
    pub(crate) fn size(&self) -> usize {
        self.denies.iter().chain(&self.allows).map(Rule::size).sum()
    }
}

impl Rule {
    fn new(number: usize, statement: &Statement, is_denying: bool) -> Option<Self> {
        if !is_about_calls(statement, is_denying) {
            return None;
        }
        let (subject, is_subject_vague) = subject(statement, is_denying);
        let conditions = statement.condition.as_ref().filter(|condition| !condition.is_null());
        let (when, is_condition_vague) = match conditions.map(Conditions::read) {
            None => (When::Always, false),
            Some(Some(conditions)) => (When::Holding(conditions), false),
            // An allow under a condition that nobody understands allows nothing, and a deny always
            // denies.
            Some(None) if is_denying => (When::Always, true),
            Some(None) => (When::Never, true),
        };
        Some(Self {
            number,
            sid: statement.sid.clone(),
            conditions: conditions.map(Conditions::names).unwrap_or_default(),
            is_vague: is_subject_vague || is_condition_vague,
            subject,
            when,
        })
    }

    fn covers(&self, call: &Call<'_>) -> bool {
        let is_now = match &self.when {
            When::Always => true,
            When::Never => false,
            When::Holding(conditions) => conditions.hold(&call.circumstances),
        };
        is_now && self.subject.covers(call.method_arn)
    }

    fn size(&self) -> usize {
        let patterns = match &self.subject {
            Subject::Everything => 0,
            Subject::Resources(patterns) | Subject::AllBut(patterns) => {
                patterns.iter().map(|text| text.len() + 48).sum()
            }
        };
        let when = match &self.when {
            When::Always | When::Never => 0,
            When::Holding(conditions) => conditions.size(),
        };
        let names = self.conditions.iter().map(|name| name.len() + 48).sum::<usize>();
        let sid = self.sid.as_ref().map_or(0, String::len);
        patterns + when + names + sid + size_of::<Self>()
    }
}

impl Subject {
    fn covers(&self, method_arn: &str) -> bool {
        let is_any = |patterns: &[Vec<u8>]| {
            patterns.iter().any(|pattern| fits(pattern, method_arn.as_bytes()))
        };
        match self {
            Self::Everything => true,
            Self::Resources(patterns) => is_any(patterns),
            Self::AllBut(patterns) => !is_any(patterns),
        }
    }
}

/// What a statement is about, and whether some of it is not understood: then an allow opens less and a deny
/// closes more than it may say.
fn subject(statement: &Statement, is_denying: bool) -> (Subject, bool) {
    let Statement { resource, not_resource, .. } = statement;
    let is_vague = resource.iter().chain(not_resource).any(|pattern| has_variable(pattern));
    let of = |patterns: &[String]| {
        let plain = patterns.iter().filter(|pattern| !has_variable(pattern));
        plain.map(|pattern| pattern_in_arn(pattern).into_bytes()).collect()
    };
    let subject = match (resource.is_empty(), not_resource.is_empty()) {
        (_, _) if is_denying && is_vague => Subject::Everything,
        (false, true) => Subject::Resources(of(resource)),
        (true, false) if !is_vague => Subject::AllBut(of(not_resource)),
        _ if is_denying => Subject::Everything,
        _ => Subject::Resources(Vec::new()),
    };
    (subject, is_vague)
}

fn is_about_calls(statement: &Statement, is_denying: bool) -> bool {
    let invoke = Policy::INVOKE.to_ascii_lowercase();
    let has_it = |actions: &[String]| {
        let mut actions = actions.iter().map(|action| action.to_ascii_lowercase());
        actions.any(|action| fits(action.as_bytes(), invoke.as_bytes()))
    };
    match (statement.action.is_empty(), statement.not_action.is_empty()) {
        (false, true) => has_it(&statement.action),
        (true, false) => !has_it(&statement.not_action),
        // Neither is no statement, and both are none either.
        _ => is_denying,
    }
}

/// `${aws:…}` stands for something that is only known to IAM.
fn has_variable(pattern: &str) -> bool {
    pattern.split('$').skip(1).any(|after| after.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ARN: &str = "arn:aws:execute-api:eu-west-1:000000000000:abc/prod/GET/users/42/posts";

    fn rule(statements: Value, arn: &str) -> Ruling {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        let call = Call {
            method_arn: arn,
            circumstances: Circumstances {
                source_ip: Some("203.0.113.9".parse().unwrap()),
                ..Circumstances::at(jiff::Timestamp::UNIX_EPOCH)
            },
        };
        Rules::new(&serde_json::from_value(policy).unwrap()).judge(&call).0
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
            json!({ "Action": "*", "Resource": "*", "Condition": { "Bool": { "aws:x": "true" } } }),
            json!({ "Action": "*", "Resource": "*", "Condition": "x" }),
            json!({ "Action": "*", "Resource": "arn:*/${aws:username}" }),
            json!({ "Action": "*", "NotResource": "arn:*/${aws:username}" }),
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
    fn all_but_something_is_everything_else() {
        let posts = "arn:aws:execute-api:*:*:abc/prod/POST/*";
        for (statement, fits) in [
            (json!({ "NotAction": "execute-api:ManageConnections", "Resource": "*" }), true),
            (json!({ "NotAction": ["s3:*", "execute-api:*"], "Resource": "*" }), false),
            (json!({ "NotAction": "*", "Resource": "*" }), false),
            (json!({ "Action": "*", "NotResource": posts }), true),
            (json!({ "Action": "*", "NotResource": [posts, ARN] }), false),
            (json!({ "NotAction": "s3:*", "NotResource": posts }), true),
        ] {
            let with = |effect: &str| {
                let mut statement = statement.clone();
                statement["Effect"] = json!(effect);
                statement
            };
            let expected = if fits { Ruling::Allowed } else { Ruling::NotAllowed };
            assert_eq!(rule(json!([with("Allow")]), ARN), expected, "{statement}");
            let expected = if fits { Ruling::Denied } else { Ruling::Allowed };
            assert_eq!(rule(json!([allow("*"), with("Deny")]), ARN), expected, "{statement}");
        }
    }

    #[test]
    fn a_statement_counts_where_its_conditions_hold() {
        let from = |effect: &str, network: &str| {
            json!({ "Effect": effect, "Action": "*", "Resource": "*",
                    "Condition": { "IpAddress": { "aws:SourceIp": network } } })
        };
        let (here, elsewhere) = ("203.0.113.0/24", "192.0.2.0/24");
        assert_eq!(rule(json!([from("Allow", here)]), ARN), Ruling::Allowed);
        assert_eq!(rule(json!([from("Allow", elsewhere)]), ARN), Ruling::NotAllowed);
        assert_eq!(rule(json!([allow("*"), from("Deny", here)]), ARN), Ruling::Denied);
        assert_eq!(rule(json!([allow("*"), from("Deny", elsewhere)]), ARN), Ruling::Allowed);
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
}
