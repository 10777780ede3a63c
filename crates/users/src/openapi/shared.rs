//! What do all operations have that need not be said at each?
//!
//! What an operation takes says much of how it may refuse: with a body there is one that is too large, with
//! `If-Match` one that came too late. It is added here, so that no route forgets it.

use super::answers::{
    self, ALL, BAD_REQUEST, CONFLICT, FORBIDDEN, GatewayMessage, INTERNAL, PRECONDITION_FAILED,
    Place, ProblemDocument, Refusal, TOO_LARGE, TOO_MANY, UNAUTHORIZED, UNAVAILABLE, UNPROCESSABLE,
    UNSUPPORTED_MEDIA,
};
use utoipa::{
    Modify, PartialSchema, ToSchema,
    openapi::{
        OpenApi, PathItem, RefOr,
        path::{Operation, Parameter, ParameterIn},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

/// Adds the security schemes and the refusals that follow from what an operation takes.
pub struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let key =
            "A key of a server; `poolhouse api-key` makes them, and each may read or also write.";
        let key = ApiKey::Header(ApiKeyValue::with_description("x-api-key", key));
        components.add_security_scheme("apiKey", SecurityScheme::ApiKey(key));
        let mut token = Http::new(HttpAuthScheme::Bearer);
        token.bearer_format = Some("JWT".to_owned());
        token.description = Some(
            "An access token of the pool: of a user, or of a machine that has the scope."
                .to_owned(),
        );
        components.add_security_scheme("bearer", SecurityScheme::Http(token));
        components.schemas.insert(GatewayMessage::name().into_owned(), GatewayMessage::schema());
        components.schemas.insert(ProblemDocument::name().into_owned(), answers::problem());
        components.schemas.insert(Place::name().into_owned(), Place::schema());
        for refusal in ALL {
            let response = RefOr::T(refusal.response());
            components.responses.insert(refusal.name.to_owned(), response);
        }
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                complete(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .flatten()
}

fn complete(operation: &mut Operation) {
    let parameters: Vec<&Parameter> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .collect();
    let has =
        |name: &str| parameters.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(name));
    let mut refusals: Vec<Refusal> = vec![INTERNAL, UNAVAILABLE];
    if operation.security.as_ref().is_some_and(|needs| !needs.is_empty()) {
        refusals.extend([UNAUTHORIZED, FORBIDDEN, TOO_MANY]);
    }
    if !parameters.is_empty() {
        refusals.push(BAD_REQUEST);
    }
    if parameters.iter().any(|parameter| parameter.parameter_in == ParameterIn::Path) {
        // There are letters that a gateway lets stand in no path.
        refusals.push(FORBIDDEN);
    }
    if operation.request_body.is_some() {
        refusals.extend([BAD_REQUEST, TOO_LARGE, UNSUPPORTED_MEDIA]);
    }
    if has("if-match") {
        refusals.push(PRECONDITION_FAILED);
    }
    if has("idempotency-key") {
        refusals.extend([CONFLICT, UNPROCESSABLE]);
    }
    for refusal in refusals {
        // What a route says itself is more exact.
        let answers = &mut operation.responses.responses;
        answers.entry(refusal.status.to_owned()).or_insert_with(|| refusal.reference());
    }
}
