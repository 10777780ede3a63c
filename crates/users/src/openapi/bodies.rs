//! What do servers write of a user?
//!
//! The bodies are read member by member, so that every mistake in one is named at once; what they may hold is said
//! here for the document.

use utoipa::ToSchema;

/// A user who is to be made.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
pub struct NewUser {
    #[schema(format = "idn-email", max_length = 254)]
    email: String,
    /// It has to satisfy the policy of the pool.
    #[schema(format = "password", min_length = 1, max_length = 256)]
    password: String,
    #[schema(nullable = false, min_length = 1, max_length = 128, example = "Ann Miller")]
    name: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 128, example = "Ann")]
    first_name: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 128, example = "Miller")]
    last_name: Option<String>,
    /// What others call the user by: letters and digits of one script, and `_`, `.` and `-` one at a time between
    /// them.
    #[schema(nullable = false, min_length = 3, max_length = 30, example = "ann.miller")]
    handle: Option<String>,
    /// What the user is to the apps; it gives no right here.
    #[schema(nullable = false, pattern = "^[a-z0-9_-]{1,64}$", example = "author")]
    role: Option<String>,
    /// Where the user comes from.
    #[schema(nullable = false, pattern = "^[!-~]{1,64}$", example = "shop")]
    source_system: Option<String>,
    #[schema(nullable = false, inline)]
    profile: Option<NewProfile>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
struct NewProfile {
    #[schema(nullable = false, inline)]
    profile_data: Option<NewPreferences>,
    /// Whatever an app keeps, at most 32 KiB of JSON.
    #[schema(nullable = false, value_type = Option<Object>)]
    data: Option<()>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
struct NewPreferences {
    /// A language tag.
    #[schema(nullable = false, max_length = 35, example = "de-CH")]
    lang: Option<String>,
    /// `https` of a public host, or a picture of this API. Nothing is fetched from there.
    #[schema(
        nullable = false,
        format = "uri-reference",
        max_length = 2048,
        example = "/assets/avatars/cat.svg"
    )]
    avatar_url: Option<String>,
    /// A currency code.
    #[schema(nullable = false, pattern = "^[A-Z]{3}$", example = "EUR")]
    currency: Option<String>,
}

/// What of a user is to change. What is not named stays, `null` removes.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
pub struct UserPatch {
    #[schema(min_length = 1, max_length = 128, example = "Ann Miller")]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 128, example = "Ann")]
    first_name: Option<String>,
    #[schema(min_length = 1, max_length = 128, example = "Miller")]
    last_name: Option<String>,
    #[schema(min_length = 3, max_length = 30, example = "ann.miller")]
    handle: Option<String>,
    #[schema(pattern = "^[a-z0-9_-]{1,64}$", example = "author")]
    role: Option<String>,
    #[schema(pattern = "^[!-~]{1,64}$", example = "shop")]
    source_system: Option<String>,
    #[schema(nullable = false, inline)]
    profile: Option<ProfilePatch>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
struct ProfilePatch {
    #[schema(nullable = false, inline)]
    profile_data: Option<PreferencesPatch>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
struct PreferencesPatch {
    #[schema(max_length = 35, example = "de-CH")]
    lang: Option<String>,
    #[schema(format = "uri-reference", max_length = 2048, example = "/assets/avatars/cat.svg")]
    avatar_url: Option<String>,
    #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
    currency: Option<String>,
}

/// What of themselves people change. What is not named stays, `null` removes.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
pub struct OwnPatch {
    #[schema(min_length = 1, max_length = 128, example = "Ann Miller")]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 128, example = "Ann")]
    first_name: Option<String>,
    #[schema(min_length = 1, max_length = 128, example = "Miller")]
    last_name: Option<String>,
    #[schema(nullable = false, inline)]
    profile: Option<OwnProfilePatch>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
struct OwnProfilePatch {
    #[schema(nullable = false, inline)]
    profile_data: Option<PreferencesPatch>,
    #[schema(nullable = false, inline)]
    data: Option<OwnDataPatch>,
}

#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is of interest; the members are read one by one")]
struct OwnDataPatch {
    /// A merge patch for what is the user's own of what apps keep, which has at most 32 KiB as a whole.
    #[schema(value_type = Option<Object>)]
    own: Option<()>,
}
