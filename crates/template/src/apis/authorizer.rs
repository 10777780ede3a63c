//! What is an authorizer of an OpenAPI document or of plain CloudFormation?

use super::{ApiKind, Authorizer, IdentitySource, PayloadVersion, integration::Known};
use crate::problem::quote;

/// An authorizer before anybody looked at what it says.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// `token`, `request`, `cognito_user_pools` or `jwt`, in any case.
    pub(super) kind: String,
    pub(super) uri: Option<String>,
    pub(super) provider_arns: Vec<String>,
    /// Each of them, however they were separated.
    pub(super) sources: Vec<String>,
    /// The header of the security scheme, where no source is given.
    pub(super) header: Option<String>,
    pub(super) validation: Option<String>,
    pub(super) ttl: Option<i64>,
    pub(super) payload: Option<String>,
    pub(super) has_simple_responses: bool,
    pub(super) issuer: Option<String>,
    pub(super) audience: Vec<String>,
}

impl Given {
    /// Looks at what it says. A problem comes with the property it is about, as OpenAPI documents call it.
    pub(super) fn make(self, known: Known<'_>) -> Result<Authorizer, (&'static str, String)> {
        let kind = self.kind.to_ascii_lowercase();
        // API Gateway keeps the verdicts of a REST API unless it is told not to, those of an HTTP API only
        // if it is told so.
        let ttl = self.ttl.unwrap_or(match known.kind {
            ApiKind::Rest => 300,
            ApiKind::Http => 0,
        });
        let ttl_seconds = u32::try_from(ttl).ok().filter(|seconds| *seconds <= 3600);
        let ttl_seconds = ttl_seconds.ok_or_else(|| {
            ("authorizerResultTtlInSeconds", format!("expected 0 to 3600, found {ttl}"))
        })?;
        if let Some(expression) = &self.validation
            && regex::Regex::new(expression).is_err()
        {
            let message = "expected a regular expression without look-around or back-references";
            return Err(("identityValidationExpression", message.to_owned()));
        }
        let sources = self.sources.iter().map(|text| source(text)).collect::<Result<Vec<_>, _>>();
        let sources = sources.map_err(|message| ("identitySource", message))?;
        let header = || match (sources.as_slice(), &self.header) {
            ([IdentitySource::Header(name)], _) => Ok(name.clone()),
            ([], Some(name)) => Ok(name.clone()),
            ([], None) => Ok("Authorization".to_owned()),
            _ => Err(("identitySource", "expected one header".to_owned())),
        };
        let function = || {
            let uri =
                self.uri.as_deref().ok_or(("authorizerUri", "expected a function".to_owned()))?;
            let (_, arn) = known.function(uri).map_err(|message| ("authorizerUri", message))?;
            Ok(arn)
        };
        match (known.kind, kind.as_str()) {
            (ApiKind::Rest, "cognito_user_pools") => {
                if self.provider_arns.is_empty() {
                    return Err(("providerARNs", "expected the ARN of a user pool".to_owned()));
                }
                Ok(Authorizer::Cognito {
                    header: header()?,
                    user_pool_arns: self.provider_arns,
                    validation: self.validation,
                    scopes: Vec::new(),
                })
            }
            (ApiKind::Rest, "token") => Ok(Authorizer::LambdaToken {
                function_arn: function()?,
                header: header()?,
                validation: self.validation,
                ttl_seconds,
            }),
            (ApiKind::Http, "jwt") => {
                let issuer =
                    self.issuer.ok_or(("jwtConfiguration", "expected issuer".to_owned()))?;
                if self.audience.is_empty() {
                    return Err(("jwtConfiguration", "expected audience".to_owned()));
                }
                let mut sources = sources.into_iter();
                let first = sources.next();
                let header = IdentitySource::Header("Authorization".to_owned());
                let source = match (first.unwrap_or(header), sources.next()) {
                    (source @ (IdentitySource::Header(_) | IdentitySource::Query(_)), None) => {
                        source
                    }
                    _ => {
                        let message = "expected one header or one parameter of the query string";
                        return Err(("identitySource", message.to_owned()));
                    }
                };
                Ok(Authorizer::Jwt { issuer, audience: self.audience, source, scopes: Vec::new() })
            }
            (_, "request") => {
                let payload = match (known.kind, self.payload.as_deref()) {
                    (ApiKind::Rest, _) | (ApiKind::Http, Some("1.0" | "1")) => PayloadVersion::V1,
                    (ApiKind::Http, Some("2.0" | "2")) => PayloadVersion::V2,
                    (ApiKind::Http, _) => {
                        let message = "expected 1.0 or 2.0".to_owned();
                        return Err(("authorizerPayloadFormatVersion", message));
                    }
                };
                if self.has_simple_responses && payload == PayloadVersion::V1 {
                    let message = "simple responses belong to payload format 2.0".to_owned();
                    return Err(("enableSimpleResponses", message));
                }
                Ok(Authorizer::LambdaRequest {
                    function_arn: function()?,
                    sources,
                    ttl_seconds,
                    payload,
                    has_simple_responses: self.has_simple_responses,
                })
            }
            (kind, other) => {
                let expected = match kind {
                    ApiKind::Rest => "token, request or cognito_user_pools",
                    ApiKind::Http => "jwt or request",
                };
                Err(("type", format!("expected {expected}, found {}", quote(other))))
            }
        }
    }
}

/// `method.request.header.X`, `$request.querystring.x`, `stageVariables.x`, `$context.x`.
fn source(text: &str) -> Result<IdentitySource, String> {
    let bare = text.strip_prefix('$').or_else(|| text.strip_prefix("method.")).unwrap_or(text);
    let found = [
        ("request.header.", IdentitySource::Header as fn(String) -> IdentitySource),
        ("request.querystring.", IdentitySource::Query),
        ("stageVariables.", IdentitySource::StageVariable),
        ("context.", IdentitySource::Context),
    ];
    let found = found.into_iter().find_map(|(prefix, make)| {
        let name = bare.strip_prefix(prefix).filter(|name| !name.is_empty())?;
        Some(make(name.to_owned()))
    });
    found.ok_or_else(|| format!("{} is no identity source", quote(text)))
}

/// The sources in a text that separates them with commas.
pub(super) fn listed(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}
