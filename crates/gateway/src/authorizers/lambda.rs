//! What do the authorizers that ask a function have in common?

use super::{Means, Question};
use crate::{
    ApiKind,
    caller::Caller,
    fault::{Broken, Refusal, Stop},
    policy::Rule,
    trail::Step,
    verdict::{Form, Verdict},
    verdicts::{Kept, Key},
};
use bytes::Bytes;
use functions::{Failure, Functions};
use names::FunctionArn;
use policies::Ruling;
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

/// Finds or asks for the verdict, and asks the verdict about this call.
pub(super) async fn authorize(
    means: &Means,
    question: &Question<'_>,
    asking: Asking<'_>,
    event: impl FnOnce() -> serde_json::Result<Vec<u8>>,
) -> Result<Caller, Stop> {
    let now = question.request.now;
    let kept = asking.kept.and_then(|(key, _)| means.verdicts.find(key, now));
    let (verdict, latency) = match kept {
        Some(Kept { verdict, until, .. }) => {
            question.trail.note(|| {
                let left = until.duration_since(now).as_secs();
                let text = format!("its verdict was kept, and is good for {left} seconds more");
                Step::passed("cache", text).with("cached", true).with("seconds_left", left)
            });
            (verdict, None)
        }
        None => {
            note_that_it_is_asked(question, &asking);
            let event = event().map_err(|_| Broken::Event)?;
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
                Some((key, ttl)) => {
                    let stage = Arc::new((question.api.id.clone(), question.api.stage.clone()));
                    means.verdicts.ask(key, stage, ttl, now, answer).await
                }
                None => answer.await.map(Arc::new),
            };
            let verdict = verdict.inspect_err(|stop| note_a_failure(question, stop))?;
            let took = (means.clock)().as_millisecond().saturating_sub(began.as_millisecond());
            (verdict, Some(took.max(0)))
        }
    };
    let (ruling, rule) = verdict.judge(&question.call());
    question.trail.note(|| told(&verdict, ruling, rule, question.method_arn));
    match ruling {
        Ruling::Allowed => Ok(Caller::Lambda { verdict, latency }),
        Ruling::NotAllowed => Err(Refusal::Denied.into()),
        Ruling::Denied => Err(Refusal::DeniedExplicitly.into()),
    }
}

fn note_that_it_is_asked(question: &Question<'_>, asking: &Asking<'_>) {
    question.trail.note(|| {
        let name = asking.function;
        let (text, ttl) = match asking.kept {
            Some((_, ttl)) => {
                let seconds = ttl.as_secs();
                let text = format!(
                    "no verdict was kept, so the function {name} is asked; its verdict is kept for {seconds} seconds"
                );
                (text, seconds)
            }
            None => (format!("nothing is kept, so the function {name} is asked each time"), 0),
        };
        Step::passed("cache", text).with("cached", false).with("ttl", ttl)
    });
}

fn note_a_failure(question: &Question<'_>, stop: &Stop) {
    question.trail.note(|| match stop {
        Stop::Refused(_) => {
            Step::failed("verdict", "the function failed with the word Unauthorized")
        }
        Stop::Broken(Broken::Authorizer { failure: Failure::Thrown { .. }, .. }) => {
            // Its own words may quote the token.
            Step::failed("verdict", "the function failed with an error of its own; the log has it")
        }
        Stop::Broken(broken) => Step::failed("verdict", broken.to_string()),
    });
}

/// The decision in words.
fn told(verdict: &Verdict, ruling: Ruling, rule: Option<&Rule>, method_arn: &str) -> Step {
    let passed = ruling == Ruling::Allowed;
    if !verdict.is_policy() {
        let text = format!("the function answered isAuthorized: {passed}");
        return Step { passed, ..Step::passed("policy", text) };
    }
    let step = |text: String| {
        let step = Step { passed, ..Step::passed("policy", text) };
        step.with("method_arn", method_arn)
    };
    let Some(rule) = rule else {
        return step(format!("no statement of the policy allows {method_arn}"));
    };
    let name = rule.sid.as_ref().map(|sid| format!(" ({sid})")).unwrap_or_default();
    let mut text = format!(
        "statement {}{name} of the policy {} {method_arn}",
        rule.number,
        if passed { "allows" } else { "denies" }
    );
    if !rule.conditions.is_empty() {
        text += &format!(", under the conditions {}", rule.conditions.join(", "));
    }
    if rule.is_vague {
        text += "; some of it is not understood here, and so taken at its strictest";
    }
    step(text).with("statement", rule.number).with("sid", rule.sid.clone())
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
