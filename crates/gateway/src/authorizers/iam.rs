//! May whoever signed this request pass? `AWS_IAM` of both kinds of API.
//!
//! Whoever has the access keys knows who a signer is and what they may call.

use super::Question;
use crate::{
    NotPermitted, Signatures,
    caller::Caller,
    fault::{Refusal, Stop},
    trail::Step,
};
use http::Request;

pub(crate) fn authorize(
    signatures: &dyn Signatures,
    question: &Question<'_>,
) -> Result<Caller, Stop> {
    let request = question.request;
    // The head as it was sent: the path above the mount was signed too.
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = request.method.clone();
    head.uri = request.uri.clone();
    head.headers = request.headers.clone();
    match signatures.signer(&head, &request.body) {
        Ok(signer) => {
            question.trail.note(|| {
                let text = format!("the access key {} has signed the request", signer.access_key);
                Step::passed("signature", text)
            });
            let (arn, peer) = (question.method_arn, request.peer);
            if let Err(NotPermitted(why)) = signatures.permit(&signer, arn, &head, peer) {
                question.trail.note(|| Step::failed("policy", why.as_str()));
                return Err(Refusal::NotPermitted(why).into());
            }
            Ok(Caller::Iam(signer))
        }
        Err(bad) => {
            question.trail.note(|| Step::failed("signature", bad.message.as_str()));
            Err(Refusal::BadSignature(bad).into())
        }
    }
}
