//! `GET /auth/token/{tokenType}/verify/{token}`: says that a token does not belong into an address.
//!
//! Addresses are written down by every proxy, log and history on the way. What stands in this one is not read, and
//! is not written down here.

use crate::{Kind, Problem};

/// Answers that the token belongs into the body of a POST.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/auth/token/{tokenType}/verify/{token}", tag = "auth", operation_id = "verify_token_in_path",
    params(
        ("tokenType" = String, Path, description = "`id`, `access` or `refresh`."),
        ("token" = String, Path, description = "Not read."),
    ),
    responses(crate::openapi::Gone),
))]
pub async fn run() -> Problem {
    let words = "A token in an address is written down on its way. Send it in the body: \
                 POST /auth/token/{tokenType}/verify with {\"token\": \"…\"}, and end the session of this one.";
    Problem::new(Kind::Gone).saying(words)
}
