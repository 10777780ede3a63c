//! May the bearer of this header pass, in the opinion of a function? The `TOKEN` authorizer of REST APIs.

use super::{Means, Question, lambda};
use crate::{
    LambdaTokenAuthorizer,
    caller::Caller,
    fault::{Refusal, Stop},
    incoming::Found,
    proxy_event::written,
    trail::{Step, Trail},
    verdict::Form,
    verdicts::Key,
};
use events::authorizer::{AuthorizerRequest, TokenRequest};

pub(crate) async fn authorize(
    means: &Means,
    name: &str,
    authorizer: &LambdaTokenAuthorizer,
    question: &Question<'_>,
) -> Result<Caller, Stop> {
    let found = question.request.header(&authorizer.header);
    let value = presented(authorizer, found, question.trail)?;
    let api = question.api;
    let key = Key::of([api.id.as_str(), &api.stage, name, value]);
    let asking = lambda::Asking {
        authorizer: name,
        function: &authorizer.function,
        form: Form::Policy,
        kept: (!authorizer.ttl.is_zero()).then_some((key, authorizer.ttl)),
    };
    lambda::authorize(means, question, asking, || {
        written(&AuthorizerRequest::<()>::Token(TokenRequest {
            authorization_token: value.to_owned(),
            method_arn: question.method_arn.to_owned(),
        }))
    })
    .await
}

/// The header's value, if it is worth a call of the function.
fn presented<'a>(
    authorizer: &LambdaTokenAuthorizer,
    found: Found<'a>,
    trail: &Trail,
) -> Result<&'a str, Refusal> {
    let header = &authorizer.header;
    let problem = match found {
        Found::One(value)
            if authorizer.validation.as_ref().is_none_or(|valid| valid.accepts(value)) =>
        {
            trail.note(|| Step::passed("identity", format!("the header {header} is there")));
            return Ok(value);
        }
        Found::One(_) => "does not match the validation expression",
        Found::Nothing => "is missing",
        Found::Unclear => "is there more than once, or is no text",
    };
    Err(trail.stop(Refusal::Unauthorized, || {
        let text = format!("the header {header} {problem}, so the function is not asked");
        Step::failed("identity", text)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Validation;

    #[test]
    fn the_function_is_not_bothered_with_what_cannot_be_a_token() {
        let function = "arn:aws:lambda:eu-west-1:000000000000:function:f".parse().unwrap();
        let mut authorizer = LambdaTokenAuthorizer::new(function);
        let off = Trail::off();
        let presented = |authorizer: &_, found| presented(authorizer, found, &off);
        assert_eq!(presented(&authorizer, Found::One("x")).unwrap(), "x");
        assert!(presented(&authorizer, Found::Nothing).is_err());
        assert!(presented(&authorizer, Found::Unclear).is_err());
        authorizer.validation = Some(Validation::parse("Bearer [a-z]+").unwrap());
        assert_eq!(presented(&authorizer, Found::One("Bearer abc")).unwrap(), "Bearer abc");
        assert!(presented(&authorizer, Found::One("Bearer abc1")).is_err());
        assert!(presented(&authorizer, Found::One("x Bearer abc")).is_err());
    }
}
