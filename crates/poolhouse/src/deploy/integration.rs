//! How does what stands behind a route, or what is said instead of a refusal, come to the gateway?

use gateway::{
    ApiKind, Expression, GatewayResponse, HttpIntegration, Integration, Method, MockIntegration,
    MockResponse, PassThrough, ResponseType,
};
use http::{HeaderName, StatusCode};
use names::FunctionArn;
use std::collections::BTreeMap;

/// What answers.
pub(super) fn integration(
    kind: ApiKind,
    asked: &template::Integration,
) -> Result<Integration, String> {
    match asked {
        template::Integration::Function { arn, .. } => {
            FunctionArn::parse(arn).map(Integration::from).map_err(|cause| cause.to_string())
        }
        template::Integration::Http { method, uri, parameters } => {
            let method = method.as_deref().map(|method| {
                method.parse::<Method>().map_err(|_| format!("{method} is no method"))
            });
            let method = method.transpose()?;
            let made = match kind {
                ApiKind::Rest => HttpIntegration::rest(method, uri, parameters),
                ApiKind::Http => HttpIntegration::http(method, uri, parameters),
            };
            made.map(Integration::Http)
        }
        template::Integration::Mock(asked) => mock(asked).map(Integration::Mock),
    }
}

fn mock(asked: &template::Mock) -> Result<MockIntegration, String> {
    let templates = asked.templates.iter().map(|(media_type, text)| {
        let status = MockIntegration::status_of(text);
        let wrong = || format!("the request template of {media_type} is not {{\"statusCode\": N}}");
        Ok((media_type.to_ascii_lowercase(), status.ok_or_else(wrong)?))
    });
    let pass_through = match asked.pass_through.as_deref() {
        None | Some("WHEN_NO_MATCH") => PassThrough::WhenNoMatch,
        Some("WHEN_NO_TEMPLATES") => PassThrough::WhenNoTemplates,
        Some("NEVER") => PassThrough::Never,
        Some(other) => return Err(format!("{other} is no way of passing a body through")),
    };
    let responses = asked.responses.iter().map(|response| {
        let pattern = response
            .pattern
            .as_deref()
            .map(|pattern| gateway::Validation::parse(pattern).map_err(|cause| cause.to_string()));
        Ok(MockResponse {
            pattern: pattern.transpose()?,
            status: status(&response.status)?,
            headers: headers(&response.headers)?,
            templates: self::templates(&response.templates)?,
        })
    });
    Ok(MockIntegration {
        templates: templates.collect::<Result<_, String>>()?,
        pass_through,
        responses: responses.collect::<Result<_, String>>()?,
    })
}

/// What is said instead of a refusal.
pub(super) fn gateway_response(
    asked: &template::GatewayResponse,
) -> Result<(ResponseType, GatewayResponse), String> {
    let response_type = asked.response_type.parse::<ResponseType>();
    let response_type = response_type
        .map_err(|_| format!("{} is no type of gateway response", asked.response_type))?;
    let response = GatewayResponse {
        status: asked.status.as_deref().map(status).transpose()?,
        headers: headers(&asked.headers)?,
        templates: templates(&asked.templates)?,
    };
    Ok((response_type, response))
}

fn status(text: &str) -> Result<StatusCode, String> {
    let found = text.parse::<StatusCode>().ok().filter(|status| status.as_u16() >= 200);
    found.ok_or_else(|| format!("{text} is no status of an answer"))
}

fn headers(asked: &BTreeMap<String, String>) -> Result<Vec<(HeaderName, Expression)>, String> {
    let headers = asked.iter().map(|(name, value)| {
        let header = name.parse().map_err(|_| format!("{name} is no header"))?;
        Ok((header, Expression::rest(value)?))
    });
    headers.collect()
}

fn templates(asked: &BTreeMap<String, String>) -> Result<Vec<(String, Expression)>, String> {
    let templates =
        asked.iter().map(|(name, text)| Ok((name.clone(), Expression::template(text)?)));
    templates.collect()
}
