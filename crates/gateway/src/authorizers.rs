//! May this request pass?
//!
//! One file each: `cognito` and `jwt` look at tokens themselves, `lambda_token` and `lambda_request` ask a
//! function, and `lambda` is what the latter two share.

pub(crate) mod cognito;
pub(crate) mod jwt;
pub(crate) mod lambda;
pub(crate) mod lambda_request;
pub(crate) mod lambda_token;

use crate::{
    Api, Authorizer, Route,
    caller::Caller,
    fault::{Refusal, Stop},
    incoming::{Found, Incoming},
    tokens::Tokens,
    verdicts::Verdicts,
};
use functions::Functions;
use http::header::AUTHORIZATION;
use names::Clock;
use std::{collections::BTreeMap, sync::Arc};

/// What is asked for: a request and the route that would answer it.
pub(crate) struct Question<'a> {
    pub(crate) request: &'a Incoming,
    pub(crate) api: &'a Api,
    pub(crate) route: &'a Route,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    /// The ARN of the method at this very path.
    pub(crate) method_arn: &'a str,
}

/// What authorizers work with.
pub(crate) struct Means {
    pub(crate) tokens: Tokens,
    pub(crate) verdicts: Verdicts,
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: Clock,
}

/// Asks the route's authorizer.
pub(crate) async fn authorize(means: &Means, question: &Question<'_>) -> Result<Caller, Stop> {
    let Some(name) = &question.route.authorizer else { return Ok(Caller::Anyone) };
    let Some(authorizer) = question.api.authorizers.get(name) else {
        // The configuration was checked, so this cannot be; if it were, nobody may pass.
        return Err(Refusal::Denied.into());
    };
    // Whichever of two the authorizer looked at, the function might believe the other one.
    if question.request.header(&AUTHORIZATION) == Found::Unclear {
        return Err(Refusal::Unauthorized.into());
    }
    match authorizer {
        Authorizer::Cognito(cognito) => cognito::authorize(&means.tokens, cognito, question).await,
        Authorizer::Jwt(jwt) => jwt::authorize(&means.tokens, jwt, question).await,
        Authorizer::LambdaToken(token) => {
            lambda_token::authorize(means, name, token, question).await
        }
        Authorizer::LambdaRequest(request) => {
            lambda_request::authorize(means, name, request, question).await
        }
    }
}
