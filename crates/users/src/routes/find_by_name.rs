//! `GET /user/name/{name}`: who has this name?

use super::{
    At, Segments,
    list_users::{Listed, Paging, page},
};
use crate::{
    PersonName, Problem, Query, UserApi,
    api_keys::{Read, RequireKey},
};
use axum::{
    Json,
    extract::{RawQuery, State},
};

/// Lists the users of a name, which many may have.
///
/// The whole name has to be given; its case does not count.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/user/name/{name}", tag = "users", operation_id = "find_users_by_name",
    params(("name" = String, Path, description = "The name."), Paging),
    security(("apiKey" = [])),
    responses((status = 200, description = "A page of profiles.", body = Listed)),
))]
pub async fn run(
    _: RequireKey<Read>,
    State(api): State<UserApi>,
    segments: Segments,
    RawQuery(raw): RawQuery,
    At(now): At,
) -> Result<Json<Listed>, Problem> {
    let (paging, rest) = Paging::parse(raw.as_deref())?;
    rest.none_left()?;
    let Ok(name) = PersonName::parse(segments.text("name")) else {
        return Ok(Json(Listed::default()));
    };
    let query =
        Query { name: Some(name.as_str().to_owned()), is_whole_name: true, ..Query::default() };
    page(&api, &query, &paging, now).await.map(Json)
}
