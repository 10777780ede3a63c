//! Which headers do operations share?

use utoipa::IntoParams;

/// For a change of what somebody else may change meanwhile.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only what it says of itself is of interest")]
pub struct IfMatch {
    /// The `ETag` of the version that this changes, or `*`. Without it the newest is changed, whatever it is.
    #[param(rename = "If-Match", required = false, nullable = false, example = "\"0a1b2c3d\"")]
    if_match: Option<String>,
}

/// For a request that may have to be sent again because its answer was lost.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only what it says of itself is of interest")]
pub struct IdempotencyKey {
    /// A value made up for this request. Sent again with it, within a day, the request is not done twice and
    /// the first answer comes again.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        example = "0197c3f2-6a5e-7cc1-9a40-1f6f3a0d8a11"
    )]
    idempotency_key: Option<String>,
}
