//! What answers behind a route, however it is written?

use super::{ApiKind, PayloadVersion};
use crate::{functions::Function, problem::quote};
use std::collections::BTreeMap;

/// What answers behind a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integration {
    /// A function of the template.
    Function {
        /// Its logical id.
        logical_id: String,
        /// Its ARN.
        arn: String,
    },
    /// A server elsewhere.
    Http {
        /// The method it is asked with; the client's own if there is none.
        method: Option<String>,
        /// Its address, with `{name}` for what a request fills in.
        uri: String,
        /// The mappings, as they are written.
        parameters: BTreeMap<String, String>,
    },
    /// The gateway itself (REST).
    Mock(Mock),
}

impl Integration {
    /// The logical id of the function, if it is one.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        match self {
            Self::Function { logical_id, .. } => Some(logical_id),
            Self::Http { .. } | Self::Mock(_) => None,
        }
    }

    /// The ARN of the function, if it is one.
    #[must_use]
    pub fn function_arn(&self) -> Option<&str> {
        match self {
            Self::Function { arn, .. } => Some(arn),
            Self::Http { .. } | Self::Mock(_) => None,
        }
    }
}

/// An answer that the template holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mock {
    /// The template for each media type, which says the status.
    pub templates: BTreeMap<String, String>,
    /// `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES` or `NEVER`.
    pub pass_through: Option<String>,
    /// The answers.
    pub responses: Vec<MockResponse>,
}

/// One of the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MockResponse {
    /// The expression that the status has to match; the default answer has none.
    pub pattern: Option<String>,
    /// The status.
    pub status: String,
    /// The headers, as mappings.
    pub headers: BTreeMap<String, String>,
    /// The body for each media type.
    pub templates: BTreeMap<String, String>,
}

/// An integration before anybody looked at what it says.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) kind: String,
    pub(super) method: Option<String>,
    pub(super) uri: Option<String>,
    pub(super) subtype: Option<String>,
    pub(super) connection: Option<String>,
    pub(super) content_handling: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) timeout: Option<i64>,
    pub(super) request_parameters: BTreeMap<String, String>,
    pub(super) request_templates: BTreeMap<String, String>,
    pub(super) has_response_parameters: bool,
    pub(super) pass_through: Option<String>,
    pub(super) responses: Vec<MockResponse>,
}

/// An integration that can be served.
pub(super) struct Made {
    pub(super) integration: Integration,
    pub(super) payload: PayloadVersion,
    pub(super) timeout_milliseconds: Option<u32>,
}

/// What a stage and a template know.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) kind: ApiKind,
    pub(super) functions: &'a [Function],
    pub(super) stage_variables: &'a BTreeMap<String, String>,
}

impl Given {
    /// Looks at what it says. A problem comes with the property it is about, as OpenAPI documents call it.
    pub(super) fn make(self, known: Known<'_>) -> Result<Made, (&'static str, String)> {
        let limit = match known.kind {
            ApiKind::Rest => 29_000,
            ApiKind::Http => 30_000,
        };
        let timeout_milliseconds = timeout(self.timeout, limit)?;
        if let Some(subtype) = &self.subtype {
            let message = format!("calls of AWS services are not served here: {}", quote(subtype));
            return Err(("integrationSubtype", message));
        }
        if let Some(connection) = self.connection.as_deref().filter(|one| *one != "INTERNET") {
            let message = format!("expected INTERNET, found {}", quote(connection));
            return Err(("connectionType", message));
        }
        let kind = self.kind.to_ascii_uppercase();
        if self.content_handling.is_some() && kind != "MOCK" {
            return Err((
                "contentHandling",
                "conversions of bodies are not served here".to_owned(),
            ));
        }
        if self.has_response_parameters {
            let message = "mappings of answers are not served here".to_owned();
            return Err(("responseParameters", message));
        }
        if !self.request_templates.is_empty() && kind != "MOCK" {
            let message = "templates for requests are for MOCK integrations here".to_owned();
            return Err(("requestTemplates", message));
        }
        let payload = match (known.kind, self.payload.as_deref()) {
            (ApiKind::Rest, None | Some("1.0" | "1"))
            | (ApiKind::Http, None | Some("1.0" | "1")) => PayloadVersion::V1,
            (ApiKind::Http, Some("2.0" | "2")) => PayloadVersion::V2,
            (_, Some(other)) => {
                let expected = if known.kind == ApiKind::Rest { "1.0" } else { "1.0 or 2.0" };
                let message = format!("expected {expected}, found {}", quote(other));
                return Err(("payloadFormatVersion", message));
            }
        };
        let uri = || {
            let uri = self.uri.as_deref().ok_or(("uri", "expected an address".to_owned()))?;
            known.fill(uri).map_err(|message| ("uri", message))
        };
        let integration = match kind.as_str() {
            "AWS_PROXY" => {
                if !self.request_parameters.is_empty() {
                    let message = "mappings to a function are not served here".to_owned();
                    return Err(("requestParameters", message));
                }
                let (logical_id, arn) = known.function(&uri()?).map_err(|text| ("uri", text))?;
                Integration::Function { logical_id, arn }
            }
            "HTTP_PROXY" => Integration::Http {
                method: self
                    .method
                    .map(|method| method.to_ascii_uppercase())
                    .filter(|method| method != "ANY" && method != "X-AMAZON-APIGATEWAY-ANY-METHOD"),
                uri: uri()?,
                parameters: self.request_parameters,
            },
            "MOCK" if known.kind == ApiKind::Rest => Integration::Mock(Mock {
                templates: self.request_templates,
                pass_through: self.pass_through.map(|text| text.to_ascii_uppercase()),
                responses: self.responses,
            }),
            other => {
                let expected = match known.kind {
                    ApiKind::Rest => "AWS_PROXY, HTTP_PROXY or MOCK",
                    ApiKind::Http => "AWS_PROXY or HTTP_PROXY",
                };
                return Err(("type", format!("expected {expected}, found {}", quote(other))));
            }
        };
        Ok(Made { integration, payload, timeout_milliseconds })
    }
}

/// What a route may take, if it says so.
pub(super) fn timeout(
    given: Option<i64>,
    most: u32,
) -> Result<Option<u32>, (&'static str, String)> {
    let Some(given) = given else { return Ok(None) };
    let fits = u32::try_from(given).ok().filter(|given| (50..=most).contains(given));
    let wrong = || ("timeoutInMillis", format!("expected 50 to {most}, found {given}"));
    fits.map(Some).ok_or_else(wrong)
}

impl Known<'_> {
    /// The text with the stage's variables in it.
    pub(super) fn fill(&self, text: &str) -> Result<String, String> {
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${stageVariables.") {
            let (name, after) = after.split_once('}').ok_or("expected a } after ${")?;
            let value = self.stage_variables.get(name);
            let value =
                value.ok_or_else(|| format!("the stage has no variable {}", quote(name)))?;
            whole.push_str(before);
            whole.push_str(value);
            rest = after;
        }
        whole.push_str(rest);
        Ok(whole)
    }

    /// The function that an address of an integration or of an authorizer means: its ARN, or the ARN within
    /// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
    pub(super) fn function(&self, uri: &str) -> Result<(String, String), String> {
        let uri = self.fill(uri)?;
        let arn = match uri.split_once(":lambda:path/") {
            None if self.kind == ApiKind::Http => uri.as_str(),
            None => {
                return Err(format!(
                    "expected arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations, \
                     found {}",
                    quote(&uri)
                ));
            }
            Some((_, path)) => path
                .strip_prefix("2015-03-31/functions/")
                .and_then(|path| path.strip_suffix("/invocations"))
                .ok_or_else(|| {
                    format!("expected 2015-03-31/functions/ARN/invocations in {}", quote(&uri))
                })?,
        };
        let is_meant = |one: &&Function| {
            let rest = arn.strip_prefix(one.arn.as_str());
            // A version or an alias is the same function here.
            !one.arn.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let found = self.functions.iter().find(is_meant);
        let found =
            found.ok_or_else(|| format!("no function of this template is {}", quote(arn)))?;
        Ok((found.logical_id.clone(), found.arn.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_within_what_api_gateway_waits() {
        assert_eq!(timeout(None, 29_000), Ok(None));
        assert_eq!(timeout(Some(50), 29_000), Ok(Some(50)));
        for wrong in [49, 29_001, -1] {
            assert!(timeout(Some(wrong), 29_000).is_err(), "{wrong}");
        }
    }

    #[test]
    fn stage_variables_stand_in_addresses() {
        let variables = BTreeMap::from([("host".to_owned(), "a.example".to_owned())]);
        let known = Known { kind: ApiKind::Http, functions: &[], stage_variables: &variables };
        assert_eq!(known.fill("http://${stageVariables.host}/x").unwrap(), "http://a.example/x");
        assert!(known.fill("http://${stageVariables.other}/x").is_err());
        assert!(known.function("arn:aws:lambda:eu-west-1:012345678901:function:f").is_err());
    }
}
