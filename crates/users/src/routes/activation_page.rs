//! `GET /user/activate/{activationCode}`: the page that asks whether it is really meant.
//!
//! What reads mail before people do follows the links in it, so following one does nothing. The page is the same for
//! every code, and the code is looked at when it is sent.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Neither scripts nor anything from elsewhere; the form leads to where the page came from.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ASKING: &str = r#"<h1>One more step</h1>
<p>Somebody made an account with your e-mail address. If it was you, activate it.</p>
<form method="post"><button>Activate my account</button></form>
<p>If it was not you, close this page. Nothing happens.</p>"#;

const DONE: &str = "<h1>Your account is active</h1>\n<p>You can sign in now.</p>";

const WRONG: &str = "<h1>That did not work</h1>\n<p>The code is wrong, was used before, or is too old. Ask for a new letter.</p>";

const TOO_MANY: &str =
    "<h1>Not so fast</h1>\n<p>There were too many wrong codes. Try again in an hour.</p>";

const BROKEN: &str =
    "<h1>Something is broken</h1>\n<p>It is on our side. Please try again later.</p>";

/// Shows a page with a button to activate an account.
///
/// Opening it changes nothing, so that what reads mail before people do may follow the link.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/user/activate/{activationCode}", tag = "activation", operation_id = "activation_page",
    params(("activationCode" = String, Path, description = "The code of the letter.")),
    responses((
        status = 200, description = "The page, which is the same for every code.",
        body = String, content_type = "text/html",
    )),
))]
pub async fn run() -> Response {
    page(StatusCode::OK, ASKING)
}

/// What became of an activation, for people.
pub(super) fn outcome(status: StatusCode) -> Response {
    let text = match status {
        status if status.is_success() => DONE,
        StatusCode::TOO_MANY_REQUESTS => TOO_MANY,
        status if status.is_server_error() => BROKEN,
        _ => WRONG,
    };
    page(status, text)
}

fn page(status: StatusCode, text: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Your account</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}}\
         button{{font:inherit;padding:.6rem 1.2rem}}</style>\n</head>\n<body>\n{text}\n</body>\n</html>\n"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
