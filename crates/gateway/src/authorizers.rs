//! May this request pass?
//!
//! One file each: `cognito` and `jwt` look at tokens themselves, `lambda_token` and `lambda_request` ask a
//! function, and `lambda` is what the latter two share. `iam` has the signature of the request verified.

pub(crate) mod cognito;
pub(crate) mod iam;
pub(crate) mod jwt;
pub(crate) mod lambda;
pub(crate) mod lambda_request;
pub(crate) mod lambda_token;

use crate::{
    Api, Authorizer, Route, Signatures,
    caller::Caller,
    fault::{Refusal, Stop},
    incoming::{Found, Incoming},
    policy::Call,
    tokens::Tokens,
    trail::{Step, Trail},
    verdicts::Verdicts,
};
use functions::Functions;
use http::header::{AUTHORIZATION, REFERER, USER_AGENT};
use names::Clock;
use policies::Circumstances;
use std::{collections::BTreeMap, sync::Arc};

/// What is asked for: a request and the route that would answer it.
pub(crate) struct Question<'a> {
    pub(crate) request: &'a Incoming,
    pub(crate) api: &'a Api,
    pub(crate) route: &'a Route,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    /// The ARN of the method at this very path.
    pub(crate) method_arn: &'a str,
    /// Where what led to the decision is noted.
    pub(crate) trail: &'a Trail,
}

impl<'a> Question<'a> {
    /// What a policy is asked about.
    pub(crate) fn call(&self) -> Call<'a> {
        let header = |name| self.request.headers.get(name)?.to_str().ok();
        let circumstances = Circumstances {
            source_ip: Some(self.request.peer),
            now: self.request.now,
            user_agent: header(USER_AGENT),
            referer: header(REFERER),
            is_secure: self.api.public_url.scheme_str() == Some("https"),
        };
        Call { method_arn: self.method_arn, circumstances }
    }

    /// The token or the signature that should be in a header once.
    fn unclear(&self, what: &str) -> Stop {
        self.trail.stop(Refusal::Unauthorized.into(), || {
            let text = format!("{what} is there more than once, or is no text");
            Step::failed("identity", text)
        })
    }
}

/// What authorizers work with.
pub(crate) struct Means {
    pub(crate) tokens: Tokens,
    pub(crate) verdicts: Verdicts,
    pub(crate) signatures: Arc<dyn Signatures>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: Clock,
}

/// Asks the route's authorizer.
pub(crate) async fn authorize(means: &Means, question: &Question<'_>) -> Result<Caller, Stop> {
    let trail = question.trail;
    let Some(name) = &question.route.authorizer else {
        trail.note(|| Step::passed("authorizer", "the route has no authorizer"));
        return Ok(Caller::Anyone);
    };
    let Some(authorizer) = question.api.authorizers.get(name) else {
        // The configuration was checked, so this cannot be; if it were, nobody may pass.
        return Err(Refusal::Denied.into());
    };
    trail.note(|| {
        let kind = authorizer.kind();
        let text = format!("the route is behind the {kind} authorizer {name}");
        Step::passed("authorizer", text).with("name", name.as_str()).with("kind", kind)
    });
    // Whichever of two the authorizer looked at, the function might believe the other one.
    if question.request.header(&AUTHORIZATION) == Found::Unclear {
        return Err(question.unclear("the header authorization"));
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
        Authorizer::Iam => iam::authorize(&*means.signatures, question),
    }
}
