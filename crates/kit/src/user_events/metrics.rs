//! How are events counted?
//!
//! In the Embedded Metric Format of CloudWatch: one line of JSON that says what it counts. On AWS Lambda such
//! a line on the standard output becomes metrics by itself, without a call that could be slow or fail.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, ops::Add};

/// Where lines of metrics go: the standard output on AWS Lambda.
pub trait MetricSink: Send + Sync {
    /// Takes one line, without a line break at its end. Called on the way of a sign-in, so it must not
    /// block.
    fn write(&self, line: &str);
}

/// What is counted. The names are those of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Users who signed up and are confirmed.
    SignUps,
    /// New passwords for forgotten ones.
    PasswordResets,
    /// Sign-ins that were begun.
    SignInAttempts,
    /// Sign-ins that were finished. What lacks to [`Count::SignInAttempts`] failed or was given up.
    SignIns,
    /// Attempts with a name that nobody has; only told of clients that hide who exists.
    UnknownUsers,
    /// Profiles that could not be made or written.
    ProfileFailures,
    /// Events that could not be published.
    PublishFailures,
}

/// How often each happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Count, u32>);

impl Count {
    /// The name of the metric.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUps => "SignUps",
            Self::PasswordResets => "PasswordResets",
            Self::SignInAttempts => "SignInAttempts",
            Self::SignIns => "SignIns",
            Self::UnknownUsers => "UnknownUsers",
            Self::ProfileFailures => "ProfileFailures",
            Self::PublishFailures => "PublishFailures",
        }
    }
}

impl Counts {
    /// This, once.
    #[must_use]
    pub fn of(count: Count) -> Self {
        Self([(count, 1)].into())
    }

    /// The line that counts this for a pool, and for the pool's client. A user is no dimension: every
    /// combination of dimensions is a metric of its own, and is paid for.
    #[must_use]
    pub fn to_emf(&self, namespace: &str, pool: &str, client: &str, at: Timestamp) -> String {
        let metrics: Vec<Value> =
            self.0.keys().map(|count| json!({"Name": count.as_str(), "Unit": "Count"})).collect();
        let mut line = Map::new();
        let about = json!({
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": namespace,
                "Dimensions": [["UserPoolId"], ["UserPoolId", "ClientId"]],
                "Metrics": metrics,
            }],
        });
        line.insert("_aws".to_owned(), about);
        line.insert("UserPoolId".to_owned(), pool.into());
        line.insert("ClientId".to_owned(), client.into());
        line.extend(
            self.0.iter().map(|(count, times)| (count.as_str().to_owned(), (*times).into())),
        );
        Value::Object(line).to_string()
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(mut self, more: Self) -> Self {
        for (count, times) in more.0 {
            *self.0.entry(count).or_default() += times;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_it_counts() {
        let at = "2026-11-21T08:00:00Z".parse().unwrap();
        let counts = Counts::of(Count::SignIns) + Counts::of(Count::PublishFailures);
        let line = counts.to_emf("Poolhouse", "eu-west-1_Ab1", "web", at);
        assert!(!line.contains('\n'));
        let line: Value = serde_json::from_str(&line).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_795_248_000_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Poolhouse",
                    "Dimensions": [["UserPoolId"], ["UserPoolId", "ClientId"]],
                    "Metrics": [
                        {"Name": "SignIns", "Unit": "Count"},
                        {"Name": "PublishFailures", "Unit": "Count"},
                    ],
                }],
            },
            "UserPoolId": "eu-west-1_Ab1",
            "ClientId": "web",
            "SignIns": 1,
            "PublishFailures": 1,
        });
        assert_eq!(line, expected);
    }
}
