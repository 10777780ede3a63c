//! What does a REST API's request validator miss?

use crate::incoming::Incoming;
use http::HeaderName;
use names::Malformed;
use std::{collections::BTreeMap, str::FromStr};

/// A parameter that has to be there and not be empty: `method.request.header.X`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequiredParameter {
    Header(HeaderName),
    Query(String),
    Path(String),
}

impl RequiredParameter {
    /// What is missing, by the names that clients know.
    pub(crate) fn missing(
        required: &[Self],
        request: &Incoming,
        parameters: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let is_missing = |one: &&Self| match one {
            Self::Header(name) => {
                !request.headers.get_all(name).iter().any(|value| !value.is_empty())
            }
            Self::Query(name) => {
                !request.query.iter().any(|(key, value)| key == name && !value.is_empty())
            }
            Self::Path(name) => parameters.get(name).is_none_or(String::is_empty),
        };
        let missing = required.iter().filter(is_missing).map(|one| match one {
            Self::Header(name) => name.to_string(),
            Self::Query(name) | Self::Path(name) => name.clone(),
        });
        missing.collect()
    }
}

impl FromStr for RequiredParameter {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "request parameter" };
        let (kind, name) = text
            .strip_prefix("method.request.")
            .and_then(|text| text.split_once('.'))
            .filter(|(_, name)| !name.is_empty())
            .ok_or(malformed)?;
        match kind {
            "header" | "multivalueheader" => name.parse().map(Self::Header).map_err(|_| malformed),
            "querystring" | "multivaluequerystring" => Ok(Self::Query(name.to_owned())),
            "path" => Ok(Self::Path(name.to_owned())),
            _ => Err(malformed),
        }
    }
}
