//! Who may call the functions of the template over Lambda's own API?

use bytes::Bytes;
use functions::{InvokeApi, MAX_PAYLOAD};
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::json;
use wire::{Admission, Peer, sigv4::Denied};

/// The service's name in signatures.
const SERVICE: &str = "lambda";
/// What whoever calls a function does.
const INVOKE: &str = "lambda:InvokeFunction";

/// `POST /2015-03-31/functions/{name}/invocations`, for signed requests.
pub struct InvokeDoor {
    pub api: InvokeApi,
    pub admission: Admission,
}

impl InvokeDoor {
    /// The most bytes of a body that are read. What is more than an event may have is told in the API's own
    /// words as long as it is little.
    pub const BODY_LIMIT: usize = MAX_PAYLOAD + 64 * 1024;

    /// Whether a path is this API's.
    pub fn is_for(path: &str) -> bool {
        InvokeApi::is_for_us(path)
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let signer = match self.admission.signer(&head, &body, SERVICE) {
            Ok(signer) => signer,
            Err(refused) => return not_admitted(refused.code(), &refused.to_string()),
        };
        let request = Request::from_parts(head.clone(), body);
        // A name that is none calls no function, so it is none in particular.
        let function = self.api.asked_for(&request).map(|arn| arn.to_string());
        let resource = function.as_deref().unwrap_or("*");
        let peer = Peer::of(&head);
        match self.admission.permit(&signer.access_key_id, INVOKE, resource, &head, peer) {
            Ok(()) => self.api.answer(request).await,
            Err(denied) => not_admitted(Denied::CODE, &denied.to_string()),
        }
    }
}

/// A refusal in the form of this service, in which the name of an error is a header.
pub fn refusal(status: StatusCode, name: &'static str, message: &str) -> Response<Bytes> {
    let body = json!({ "Type": "User", "message": message }).to_string();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-errortype", HeaderValue::from_static(name));
    response
}

fn not_admitted(name: &'static str, message: &str) -> Response<Bytes> {
    tracing::info!(outcome = name, "a call of a function was not admitted");
    refusal(StatusCode::FORBIDDEN, name, message)
}
