//! How is each function of the template run?

use crate::{
    Problem,
    foreign::{Hosted, Hosts},
    ours::{ColdStart, OurFunctions, Unset},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use pool::Pools;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use template::Stack;

/// The variable in which a function that sends codes finds the keys that they are encrypted under.
const SENDER_KEYS: &str = "POOLHOUSE_SENDER_KEYS";

/// All the ways there are.
pub struct Runs<'a> {
    pub hosts: Hosts<'a>,
    pub ours: OurFunctions<'a>,
    pub cold_start: Duration,
    /// What is added to the environment of processes, where their own says nothing.
    pub given: BTreeMap<&'static str, String>,
    /// By the ARN of the function that is given them.
    pub sender_keys: BTreeMap<String, String>,
}

impl Runs<'_> {
    /// A function, the way its user asked for: elsewhere, or else in this process if it is one of ours, or else
    /// in processes of its own.
    pub fn function(&self, function: &template::Function) -> Result<Hosted, Problem> {
        if let Some(elsewhere) = self.hosts.elsewhere(function)? {
            return Ok(Hosted::running(elsewhere));
        }
        Ok(match self.ours.build(function) {
            Some(Ok(ours)) if self.cold_start.is_zero() => Hosted::running(ours),
            Some(Ok(ours)) => Hosted::running(Arc::new(ColdStart::new(ours, self.cold_start))),
            Some(Err(Unset(reason))) => Hosted::unusable(reason),
            None => self.hosts.host(function, self.given(function)),
        })
    }

    fn given(&self, function: &template::Function) -> BTreeMap<String, String> {
        let is_free = |name: &str| !function.environment.contains_key(name);
        let given = self.given.iter().filter(|(name, _)| is_free(name));
        let keys = self.sender_keys.get(&function.arn).map(|keys| (SENDER_KEYS, keys));
        given
            .map(|(name, value)| (*name, value))
            .chain(keys)
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

/// The keys of each function that sends codes, as its environment holds it: an object of the keys in Base64 by the
/// `KMSKeyID` of the pools that it sends for.
pub fn sender_keys(stack: &Stack, pools: &Pools) -> BTreeMap<String, String> {
    let mut keys: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for pool in stack.of_kind("AWS::Cognito::UserPool") {
        let config = pool.properties.get("LambdaConfig").unwrap_or(&Value::Null);
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let Some(name) = text(config.get("KMSKeyID")) else { continue };
        for sender in ["CustomEmailSender", "CustomSMSSender"] {
            let sender = config.get(sender).and_then(|sender| sender.get("LambdaArn"));
            let Some(function) = text(sender) else { continue };
            let key = STANDARD.encode(pools.sender_key(&name).reveal());
            keys.entry(function).or_default().insert(name.clone(), key.into());
        }
    }
    keys.into_iter().map(|(function, keys)| (function, Value::Object(keys).to_string())).collect()
}
