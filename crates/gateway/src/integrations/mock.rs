//! What does the gateway answer by itself?
//!
//! A mock integration is asked for a status by a template that says `{"statusCode": 200}`, and answers with the
//! response of that status. It is how plain templates and OpenAPI documents answer a browser's preflight.

use crate::{
    Validation,
    authorizers::Question,
    caller::Caller,
    expression::{Escape, Expression, Seen},
    fault::{Broken, Refusal, Stop},
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use regex::Regex;
use std::sync::LazyLock;

/// An answer that the configuration holds.
#[derive(Debug, Clone, Default)]
pub struct MockIntegration {
    /// The status that the template for a media type says.
    pub templates: Vec<(String, u16)>,
    pub pass_through: PassThrough,
    pub responses: Vec<MockResponse>,
}

/// What becomes of a body of a media type that no template is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PassThrough {
    #[default]
    WhenNoMatch,
    WhenNoTemplates,
    Never,
}

/// One of the answers.
#[derive(Debug, Clone)]
pub struct MockResponse {
    /// What the status of the template has to match; the default answer has none.
    pub pattern: Option<Validation>,
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, Expression)>,
    /// The body for each media type.
    pub templates: Vec<(String, Expression)>,
}

impl MockIntegration {
    /// Reads the status out of a request template: `{"statusCode": 200}`, whatever its quotes and spaces.
    #[must_use]
    pub fn status_of(template: &str) -> Option<u16> {
        static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let pattern =
                r#"^\s*\{\s*["']?statusCode["']?\s*:\s*["']?([1-5][0-9]{2})["']?\s*\}\s*$"#;
            Regex::new(pattern).ok()
        });
        STATUS.as_ref()?.captures(template)?.get(1)?.as_str().parse().ok()
    }

    /// Answers.
    pub(crate) fn answer(
        &self,
        question: &Question<'_>,
        caller: &Caller,
    ) -> Result<Response<Bytes>, Stop> {
        let Question { request, api, route, parameters, .. } = question;
        let of = |name: HeaderName| {
            let value = request.headers.get(name)?.to_str().ok()?;
            let first = value.split([',', ';']).next().unwrap_or_default().trim();
            Some(first.to_ascii_lowercase()).filter(|first| !first.is_empty())
        };
        let media_type = of(CONTENT_TYPE).unwrap_or_else(|| "application/json".to_owned());
        let template = self.templates.iter().find(|(name, _)| *name == media_type);
        let Some((_, status)) = template else {
            let is_refused = match self.pass_through {
                PassThrough::Never => true,
                PassThrough::WhenNoTemplates => !self.templates.is_empty(),
                PassThrough::WhenNoMatch => false,
            };
            // A body that is passed through would have to say the status. No client says that here.
            return Err(match is_refused {
                true => Refusal::UnsupportedMediaType.into(),
                false => Broken::Mock.into(),
            });
        };
        let status = status.to_string();
        let matches = |response: &&MockResponse| {
            response.pattern.as_ref().is_some_and(|pattern| pattern.accepts(&status))
        };
        let response = self
            .responses
            .iter()
            .find(matches)
            .or_else(|| self.responses.iter().find(|response| response.pattern.is_none()))
            .ok_or(Broken::Mock)?;
        let seen = Seen {
            request,
            api,
            route: Some(route),
            parameters: Some(parameters),
            caller: Some(caller),
            error: None,
        };
        let wanted = of(ACCEPT);
        let template = response
            .templates
            .iter()
            .find(|(name, _)| Some(name) == wanted.as_ref())
            .or_else(|| response.templates.first());
        let (media_type, body) = template.map_or(("application/json", None), |(name, body)| {
            let escape = if name.ends_with("json") { Escape::Json } else { Escape::Nothing };
            (name.as_str(), body.of(&seen, escape))
        });
        let mut answer = Response::new(Bytes::from(body.unwrap_or_default()));
        *answer.status_mut() = response.status;
        let headers = answer.headers_mut();
        if let Ok(media_type) = HeaderValue::from_str(media_type) {
            headers.insert(CONTENT_TYPE, media_type);
        }
        for (name, value) in &response.headers {
            let value = value.of(&seen, Escape::Nothing);
            if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(&value)) {
                headers.insert(name, value);
            }
        }
        if matches!(response.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            *answer.body_mut() = Bytes::new();
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_a_status_and_nothing_else() {
        for good in [
            r#"{"statusCode": 200}"#,
            "{\n  \"statusCode\" : 200\n}\n",
            "{statusCode:200}",
            "{'statusCode': '200'}",
        ] {
            assert_eq!(MockIntegration::status_of(good), Some(200), "{good}");
        }
        for bad in [
            "",
            "{}",
            r#"{"statusCode": 20}"#,
            r#"{"statusCode": 200, "message": "x"}"#,
            r#"{"statusCode": $input.params('x')}"#,
            "#if(true){\"statusCode\": 200}#end",
        ] {
            assert_eq!(MockIntegration::status_of(bad), None, "{bad}");
        }
    }
}
