//! `GET /user`: which users are there?

use super::At;
use crate::{
    Problem, Profile, Query, Status, UserApi,
    api_keys::{Read, RequireKey},
};
use axum::{
    Json,
    extract::{RawQuery, State},
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;

const USUAL: usize = 25;
const MOST: usize = 100;

/// Which part of a listing is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct Paging {
    /// How many at most.
    #[cfg_attr(
        feature = "openapi",
        param(required = false, minimum = 1, maximum = 100, default = 25)
    )]
    limit: usize,
    /// The `next` of the page before, of the same listing.
    #[cfg_attr(feature = "openapi", param(required = false))]
    cursor: Option<String>,
}

/// What profiles are looked for by.
#[cfg(feature = "openapi")]
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only what it says of itself is of interest")]
pub struct Search {
    /// Only users of this status.
    #[param(inline)]
    status: Option<Status>,
    /// Only users whose name begins with this, in the order of the names. Case does not count.
    #[param(min_length = 1, max_length = 128)]
    name: Option<String>,
}

/// A page of profiles.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listed {
    /// May be fewer than asked for, even none, while there is a `next`.
    items: Vec<Profile>,
    /// Where the next page begins, if there is one.
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists users, the oldest first, or looks for them.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/user", tag = "users", operation_id = "list_users",
    params(Search, Paging),
    security(("apiKey" = [])),
    responses((status = 200, description = "A page of profiles.", body = Listed)),
))]
pub async fn run(
    _: RequireKey<Read>,
    State(api): State<UserApi>,
    RawQuery(raw): RawQuery,
    At(now): At,
) -> Result<Json<Listed>, Problem> {
    let (paging, mut rest) = Paging::parse(raw.as_deref())?;
    let status = match rest.take("status")? {
        None => None,
        Some(text) => Some(Status::find(&text).ok_or_else(|| {
            Problem::invalid("?status", "It is pending, active, suspended or closed.")
        })?),
    };
    let name = rest.take("name")?;
    if name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > 128) {
        return Err(Problem::invalid("?name", "It has one to 128 characters."));
    }
    rest.none_left()?;
    page(&api, &Query { status, name, is_whole_name: false }, &paging, now).await.map(Json)
}

/// A page of the profiles that fit.
pub(super) async fn page(
    api: &UserApi,
    query: &Query,
    paging: &Paging,
    now: Timestamp,
) -> Result<Listed, Problem> {
    let after = paging.cursor.as_deref().map(|cursor| query.read_cursor(cursor)).transpose();
    let after = after.map_err(|_| {
        Problem::invalid("?cursor", "It is not the cursor of a page of this listing.")
    })?;
    let found = api.profiles.list(query, paging.limit, after.as_deref(), now).await;
    let found = found.map_err(Problem::broken)?;
    let items = found.rows.into_iter().map(|row| row.document).collect();
    Ok(Listed { items, next: found.next })
}

impl Paging {
    /// Reads a query. Answers with what else stands in it.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`](crate::Kind::InvalidRequest).
    pub fn parse(raw: Option<&str>) -> Result<(Self, Parameters), Problem> {
        let mut rest = Parameters::parse(raw.unwrap_or_default())?;
        let limit = match rest.take("limit")? {
            None => USUAL,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                limit.ok_or_else(|| Problem::invalid("?limit", "It is a number from 1 to 100."))?
            }
        };
        let cursor = rest.take("cursor")?;
        Ok((Self { limit, cursor }, rest))
    }
}

/// The parameters of a query.
#[derive(Debug)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(raw: &str) -> Result<Self, Problem> {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            let text = percent_decode_str(&text).decode_utf8().map(|text| text.into_owned());
            text.map_err(|_| Problem::invalid("?", "The query is no UTF-8."))
        };
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        pairs.collect::<Result<_, Problem>>().map(Self)
    }

    /// Takes out a parameter, which may stand there once.
    fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let (found, rest) =
            std::mem::take(&mut self.0).into_iter().partition(|(other, _)| other == name);
        self.0 = rest;
        let mut found: Vec<(String, String)> = found;
        if found.len() > 1 {
            return Err(Problem::invalid(format!("?{name}"), "It stands there twice."));
        }
        Ok(found.pop().map(|(_, value)| value))
    }

    /// The end: there was nothing else.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`](crate::Kind::InvalidRequest).
    pub fn none_left(self) -> Result<(), Problem> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some(_) => Err(Problem::invalid("?", "There is a parameter that is not known here.")),
        }
    }
}
