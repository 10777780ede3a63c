//! Which access keys may sign admin calls, and what may each do?

use crate::{Problem, files};
use crypto::{Random, SystemRandom};
use names::AccountId;
use policies::{Circumstances, IdentityPolicy, Ruling};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};
use wire::sigv4::{AccessKey, AccessKeys, Act, Denied};

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ANY: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The most keys of a file.
const MOST: usize = 100;
/// The most characters of a user's name, as in IAM.
const LONGEST_NAME: usize = 64;

/// An access key as a file holds it, by the names that the AWS CLI prints.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(alias = "AccessKeyId", rename = "accessKeyId")]
    id: String,
    #[serde(alias = "SecretAccessKey", rename = "secretAccessKey")]
    secret: String,
    /// Whose it is.
    #[serde(alias = "UserName", rename = "userName", skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// What they may do; everything, if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Value>,
    // What the AWS CLI prints beside them. Anything else is a mistake: a policy whose name is misspelt would be none.
    #[serde(rename = "Version", skip_serializing)]
    _version: Option<Value>,
    #[serde(rename = "Status", skip_serializing)]
    _status: Option<Value>,
    #[serde(rename = "CreateDate", skip_serializing)]
    _created: Option<Value>,
}

/// Several of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRing {
    keys: Vec<Written>,
}

/// The access keys of a file.
#[derive(Debug)]
pub struct KeyRing {
    /// In the order of the file.
    keys: Vec<AccessKey>,
    policies: BTreeMap<String, IdentityPolicy>,
    account: AccountId,
    /// Whether clients come over TLS.
    is_secure: bool,
}

impl KeyRing {
    /// The access keys of this file. It is made now, with one key, if it is not there: a fresh install knows no other.
    pub fn from_file(path: &Path, account: &AccountId, is_secure: bool) -> Result<Self, Problem> {
        let made = || {
            let random: &dyn Random = &SystemRandom;
            let key = Written {
                id: format!("AKIA{}", random.text(UPPER, 16)),
                secret: random.text(ANY, 40),
                user: None,
                policy: None,
                _version: None,
                _status: None,
                _created: None,
            };
            serde_json::to_string_pretty(&key).unwrap_or_default() + "\n"
        };
        Self::read(&files::secret(path, made)?, account, is_secure)
            .map_err(|problem| at(path, &problem))
    }

    fn read(text: &str, account: &AccountId, is_secure: bool) -> Result<Self, String> {
        let (keys, policies) = Self::sound(text)?;
        Ok(Self { keys, policies, account: account.clone(), is_secure })
    }

    /// The keys of a file in their order, and the policies of those that have one.
    fn sound(text: &str) -> Result<(Vec<AccessKey>, BTreeMap<String, IdentityPolicy>), String> {
        let (mut keys, mut policies) = (Vec::<AccessKey>::new(), BTreeMap::new());
        for (number, Written { id, secret, user, policy, .. }) in (1..).zip(written(text)?) {
            let name = user
                .as_ref()
                .map_or_else(|| format!("key {number}"), |user| format!("the key of {user}"));
            let problem = |what: &str| Err(format!("{name}: {what}"));
            if id.len() < 16 || secret.len() < 16 {
                return problem("the access key is too short");
            }
            if keys.find(&id).is_some() {
                return problem("its id is another's too");
            }
            if user.as_deref().is_some_and(|user| !is_name(user)) {
                return problem(
                    "the name is not one of a user, which is letters, digits and _+=,.@-",
                );
            }
            match policy.as_ref().map(IdentityPolicy::read) {
                None => {}
                Some(Ok(_)) if user.is_none() => {
                    return problem("a key with a policy has a userName");
                }
                Some(Ok(policy)) => {
                    policies.insert(id.clone(), policy);
                }
                Some(Err(unsound)) => return problem(&format!("the policy: {unsound}")),
            }
            let key = AccessKey::permanent(id, secret);
            keys.push(match user {
                Some(user) => key.of_user(user),
                None => key,
            });
        }
        Ok((keys, policies))
    }
}

impl AccessKeys for KeyRing {
    fn find(&self, id: &str) -> Option<AccessKey> {
        self.keys.find(id)
    }

    fn permit(&self, id: &str, act: &Act<'_>) -> Result<(), Denied> {
        let Some(policy) = self.policies.get(id) else { return Ok(()) };
        let circumstances = Circumstances {
            source_ip: act.peer,
            now: act.now,
            user_agent: act.user_agent(),
            referer: act.referer(),
            is_secure: self.is_secure,
        };
        let ruling = policy.judge(act.action, act.resource, &circumstances);
        if ruling == Ruling::Allowed {
            return Ok(());
        }
        let user = self.find(id).and_then(|key| key.user().map(str::to_owned));
        Err(Denied {
            user_arn: user_arn(&self.account, user.as_deref()),
            action: act.action.to_owned(),
            resource: act.resource.to_owned(),
            is_explicit: ruling == Ruling::Denied,
        })
    }
}

/// Who somebody with an access key is: a user, or the root user of the account, whose keys may do everything.
pub fn user_arn(account: &AccountId, user: Option<&str>) -> String {
    match user {
        Some(user) => format!("arn:aws:iam::{account}:user/{user}"),
        None => format!("arn:aws:iam::{account}:root"),
    }
}

/// The first access key of this file, which is there: whoever signs with a file of several has it first.
pub fn of_file(path: &Path) -> Result<AccessKey, Problem> {
    let (keys, _) = KeyRing::sound(&files::read(path)?).map_err(|problem| at(path, &problem))?;
    keys.into_iter().next().ok_or_else(|| at(path, "it has no key"))
}

/// One key, or those under `keys`.
fn written(text: &str) -> Result<Vec<Written>, String> {
    let document = policies::parse(text).map_err(|cause| cause.to_string())?;
    if document.get("keys").is_none() {
        return Ok(vec![serde_json::from_value(document).map_err(|cause| cause.to_string())?]);
    }
    let WrittenRing { keys } =
        serde_json::from_value(document).map_err(|cause| cause.to_string())?;
    if keys.is_empty() || keys.len() > MOST {
        return Err(format!("it has 1 to {MOST} keys"));
    }
    if let Some(number) = keys.iter().position(|key| key.user.is_none()) {
        return Err(format!("key {}: each of several keys has a userName", number + 1));
    }
    Ok(keys)
}

fn is_name(user: &str) -> bool {
    (1..=LONGEST_NAME).contains(&user.len())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn at(path: &Path, problem: &str) -> Problem {
    Problem::text(format!("{}: {problem}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use serde_json::json;

    const ID: &str = "AKIAABCDEFGHIJKLMNOP";

    fn read(document: &Value) -> Result<KeyRing, String> {
        KeyRing::read(&document.to_string(), &AccountId::parse("123456789012").unwrap(), true)
    }

    fn key(user: &str, id: &str, policy: Value) -> Value {
        json!({ "userName": user, "accessKeyId": id, "secretAccessKey": "x".repeat(40), "policy": policy })
    }

    fn allow(action: &str) -> Value {
        json!({ "Version": "2012-10-17",
                "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" } })
    }

    fn permit(ring: &KeyRing, id: &str, action: &str) -> Result<(), String> {
        let (head, ()) = Request::new(()).into_parts();
        let act = Act::new(action, "*", &head, None, jiff::Timestamp::UNIX_EPOCH);
        ring.permit(id, &act).map_err(|denied| denied.to_string())
    }

    #[test]
    fn a_file_with_one_key_is_as_it_was() {
        for document in [
            json!({ "accessKeyId": ID, "secretAccessKey": "x".repeat(40) }),
            json!({ "AccessKeyId": ID, "SecretAccessKey": "x".repeat(40), "UserName": "ann",
                    "Status": "Active", "CreateDate": "2026-01-01T00:00:00Z" }),
        ] {
            let ring = read(&document).unwrap();
            assert!(ring.find(ID).is_some());
            assert_eq!(permit(&ring, ID, "cognito-idp:DeleteUserPool"), Ok(()));
        }
    }

    #[test]
    fn each_of_several_keys_may_do_what_its_policy_says() {
        let mut admin = key("admin", "AKIAADMINADMINADMIN1", Value::Null);
        admin.as_object_mut().unwrap().remove("policy");
        let ring = read(&json!({ "keys": [admin, key("ci", ID, allow("cognito-idp:ListUsers"))] }));
        let ring = ring.unwrap();
        assert_eq!(permit(&ring, "AKIAADMINADMINADMIN1", "cognito-idp:DeleteUserPool"), Ok(()));
        assert_eq!(permit(&ring, ID, "cognito-idp:ListUsers"), Ok(()));
        assert_eq!(
            permit(&ring, ID, "cognito-idp:DeleteUserPool").unwrap_err(),
            "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: cognito-idp:DeleteUserPool on \
             resource: * because no identity-based policy allows the cognito-idp:DeleteUserPool action"
        );
        let denies = json!({ "Statement": { "Effect": "Deny", "Action": "*", "Resource": "*" } });
        let ring = read(&key("ci", ID, denies)).unwrap();
        assert_eq!(
            permit(&ring, ID, "lambda:InvokeFunction").unwrap_err(),
            "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:InvokeFunction on \
             resource: * with an explicit deny in an identity-based policy"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let good = || key("ci", ID, allow("*"));
        let with = |name: &str, value: Value| {
            let mut key = good();
            key[name] = value;
            key
        };
        let mut nameless = good();
        nameless.as_object_mut().unwrap().remove("userName");
        for (document, told) in [
            (json!({ "keys": [] }), "it has 1 to 100 keys"),
            (json!({ "keys": vec![good(); 101] }), "it has 1 to 100 keys"),
            (json!({ "keys": [good(), good()] }), "the key of ci: its id is another's too"),
            (json!({ "keys": [good()], "more": 1 }), "unknown field `more`"),
            (json!({ "keys": [nameless] }), "key 1: each of several keys has a userName"),
            (nameless.clone(), "key 1: a key with a policy has a userName"),
            (with("Policy", allow("*")), "unknown field `Policy`"),
            (with("userName", json!("a b")), "the key of a b: the name is not"),
            (with("secretAccessKey", json!("x")), "the key of ci: the access key is too short"),
            (with("policy", json!({})), "the key of ci: the policy: missing field `Statement`"),
            (
                with("policy", allow("x")),
                "the key of ci: the policy: statement 1: `x` is no action",
            ),
        ] {
            let refused = read(&document).unwrap_err();
            assert!(refused.starts_with(told), "{refused}");
        }
        let twice =
            format!(r#"{{"accessKeyId":"{ID}","accessKeyId":"{ID}","secretAccessKey":"x"}}"#);
        let account = AccountId::parse("123456789012").unwrap();
        let refused = KeyRing::read(&twice, &account, true).unwrap_err();
        assert!(refused.starts_with("`accessKeyId` is there twice"), "{refused}");
    }
}
