//! May this request pass, in the opinion of a function? The `REQUEST` authorizer of both kinds of API.

use super::{Means, Question, lambda};
use crate::{
    ApiKind, LambdaRequestAuthorizer, PayloadFormat,
    caller::Caller,
    fault::{Refusal, Stop},
    identity_source::Identity,
    proxy_event::{self, written},
    trail::{Step, Trail},
    verdict::Form,
    verdicts::Key,
};
use events::authorizer::{AuthorizerRequest, RequestV1, RequestV2};
use serde::Serialize;
use std::borrow::Cow;

pub(crate) async fn authorize(
    means: &Means,
    name: &str,
    authorizer: &LambdaRequestAuthorizer,
    question: &Question<'_>,
) -> Result<Caller, Stop> {
    let Question { request, api, route, .. } = question;
    let sources = authorizer.identity_sources.iter();
    let found = sources.map(|source| {
        let name = || source.to_string();
        (name, source.of(request, api, route))
    });
    // Without a source there is nothing to tell callers apart by, so nothing is kept.
    let is_kept = !authorizer.ttl.is_zero() && !authorizer.identity_sources.is_empty();
    let are_needed = is_kept || api.kind == ApiKind::Http;
    let identities = identities(found, are_needed, question.trail)?;
    let key = {
        let fixed = [api.id.as_str(), api.stage.as_str(), name];
        Key::of(fixed.into_iter().chain(identities.iter().map(AsRef::as_ref)))
    };
    let asking = lambda::Asking {
        authorizer: name,
        function: &authorizer.function,
        form: match (authorizer.payload, authorizer.simple_responses) {
            (PayloadFormat::V1, _) => Form::Policy,
            (PayloadFormat::V2, false) => Form::TypedPolicy,
            (PayloadFormat::V2, true) => Form::Simple,
        },
        kept: is_kept.then_some((key, authorizer.ttl)),
    };
    lambda::authorize(means, question, asking, || match authorizer.payload {
        PayloadFormat::V1 => written(&AuthorizerRequest::V1(Box::new(v1(question, &identities)))),
        PayloadFormat::V2 => written(&AuthorizerRequest::V2(Box::new(v2(question, &identities)))),
    })
    .await
}

/// The values of the identity sources, if the function is to be asked at all. One that is unclear never
/// passes; one that is missing passes only where all of them may be.
fn identities<'a>(
    found: impl Iterator<Item = (impl Fn() -> String, Identity<'a>)>,
    are_needed: bool,
    trail: &Trail,
) -> Result<Vec<Cow<'a, str>>, Refusal> {
    let mut values = Vec::with_capacity(found.size_hint().0);
    for (name, identity) in found {
        let problem = match identity {
            Identity::Value(value) => {
                trail.note(|| Step::passed("identity", format!("{} is there", name())));
                values.push(value);
                continue;
            }
            Identity::Missing if !are_needed => {
                trail.note(|| {
                    let text = format!("{} is missing, which matters only to a cache", name());
                    Step::passed("identity", text)
                });
                continue;
            }
            Identity::Missing => "is missing",
            Identity::Unclear => "is there more than once, or is no text",
        };
        return Err(trail.stop(Refusal::Unauthorized, || {
            let text = format!("{} {problem}, so the function is not asked", name());
            Step::failed("identity", text)
        }));
    }
    Ok(values)
}

fn v1(question: &Question<'_>, identities: &[Cow<'_, str>]) -> RequestV1<impl Serialize> {
    let event = proxy_event::v1(question, &Caller::Anyone, None);
    let is_http = question.api.kind == ApiKind::Http;
    let identity = (is_http && !identities.is_empty()).then(|| identities.join(","));
    RequestV1 {
        version: event.version,
        method_arn: question.method_arn.to_owned(),
        authorization_token: identity.clone(),
        identity_source: identity,
        resource: event.resource,
        path: event.path,
        http_method: event.http_method,
        headers: Some(event.headers),
        multi_value_headers: Some(event.multi_value_headers),
        query_string_parameters: Some(event.query_string_parameters),
        multi_value_query_string_parameters: Some(event.multi_value_query_string_parameters),
        path_parameters: Some(event.path_parameters),
        stage_variables: Some(event.stage_variables),
        request_context: event.request_context,
    }
}

fn v2(question: &Question<'_>, identities: &[Cow<'_, str>]) -> RequestV2<impl Serialize> {
    let event = proxy_event::v2(question, &Caller::Anyone);
    RequestV2 {
        route_arn: question.method_arn.to_owned(),
        identity_source: Some(identities.iter().map(|value| value.clone().into_owned()).collect()),
        route_key: event.route_key,
        raw_path: event.raw_path,
        raw_query_string: event.raw_query_string,
        cookies: (!event.cookies.is_empty()).then_some(event.cookies),
        headers: Some(event.headers),
        query_string_parameters: (!event.query_string_parameters.is_empty())
            .then_some(event.query_string_parameters),
        request_context: event.request_context,
        path_parameters: (!event.path_parameters.is_empty()).then_some(event.path_parameters),
        stage_variables: (!event.stage_variables.is_empty()).then_some(event.stage_variables),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_identity_passes_only_where_none_is_needed() {
        let of = |found: Vec<Identity<'static>>, are_needed| {
            let found = found.into_iter().map(|identity| (String::new, identity));
            identities(found, are_needed, &Trail::off())
        };
        let found = || vec![Identity::Value("a".into()), Identity::Missing];
        assert_eq!(of(found(), false).unwrap(), ["a"]);
        assert_eq!(of(found(), true), Err(Refusal::Unauthorized));
        assert_eq!(of(vec![Identity::Unclear], false), Err(Refusal::Unauthorized));
        assert!(of(vec![], true).unwrap().is_empty());
    }
}
