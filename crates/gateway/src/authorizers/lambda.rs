//! What do the authorizers that ask a function have in common?

use super::{Means, Question};
use crate::{
    ApiKind,
    caller::Caller,
    fault::{Broken, Refusal, Stop},
    policy::Ruling,
    verdict::{Form, Verdict},
    verdicts::Key,
};
use bytes::Bytes;
use events::authorizer::AuthorizerRequest;
use functions::{Failure, Functions};
use names::FunctionArn;
use std::{sync::Arc, time::Duration};

/// How long an API waits for its authorizer.
const fn limit(kind: ApiKind) -> Duration {
    match kind {
        ApiKind::Rest => Duration::from_secs(29),
        ApiKind::Http => Duration::from_secs(10),
    }
}

/// Which function is asked what, and how its answer is read and kept.
pub(super) struct Asking<'a> {
    pub(super) authorizer: &'a str,
    pub(super) function: &'a FunctionArn,
    pub(super) form: Form,
    /// Under which key and for how long the verdict is kept; none for not at all.
    pub(super) kept: Option<(Key, Duration)>,
}

/// Finds or asks for the verdict, and asks the verdict about this method ARN.
pub(super) async fn authorize(
    means: &Means,
    question: &Question<'_>,
    asking: Asking<'_>,
    event: impl FnOnce() -> AuthorizerRequest,
) -> Result<Caller, Stop> {
    let now = question.request.now;
    let kept = asking.kept.and_then(|(key, _)| means.verdicts.find(key, now));
    let (verdict, latency) = match kept {
        Some(verdict) => (verdict, 0),
        None => {
            let event = serde_json::to_vec(&event()).map_err(|_| Broken::Event)?;
            let answer = ask(
                means.functions.clone(),
                asking.authorizer.to_owned(),
                asking.function.clone(),
                asking.form,
                event.into(),
                limit(question.api.kind),
            );
            let began = (means.clock)();
            let verdict = match asking.kept {
                Some((key, ttl)) => means.verdicts.ask(key, ttl, now, answer).await?,
                None => Arc::new(answer.await?),
            };
            let took = (means.clock)().as_millisecond().saturating_sub(began.as_millisecond());
            (verdict, took.max(0))
        }
    };
    match verdict.rule(question.method_arn) {
        Ruling::Allowed => Ok(Caller::Lambda { verdict, latency }),
        Ruling::NotAllowed => Err(Refusal::Denied.into()),
        Ruling::Denied => Err(Refusal::DeniedExplicitly.into()),
    }
}

async fn ask(
    functions: Arc<Functions>,
    authorizer: String,
    function: FunctionArn,
    form: Form,
    event: Bytes,
    limit: Duration,
) -> Result<Verdict, Stop> {
    let answer = match tokio::time::timeout(limit, functions.invoke(&function, event)).await {
        Err(_) => return Err(Broken::AuthorizerTooSlow { authorizer }.into()),
        // The one error that is an answer: "I do not know who this is."
        Ok(Err(Failure::Thrown { message, .. })) if message == "Unauthorized" => {
            return Err(Refusal::Unauthorized.into());
        }
        Ok(Err(failure)) => return Err(Broken::Authorizer { authorizer, failure }.into()),
        Ok(Ok(answer)) => answer,
    };
    Verdict::read(form, &answer).map_err(|problem| Broken::Verdict { authorizer, problem }.into())
}
