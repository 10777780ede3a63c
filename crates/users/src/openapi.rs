//! What does the API look like to a program that reads about it?
//!
//! The annotations beside the routes, put together as one OpenAPI 3.1 document. It is written by
//! `cargo xtask openapi` into `openapi.json`, which is what the API serves: nothing of this module is
//! linked into what runs, and no function on AWS Lambda spends its start on building a document.

mod answers;
mod bodies;
mod parameters;
mod shared;

pub use answers::{
    Conflict, Gone, NotFound, ProblemDocument, TooManyRequests, Unavailable, Unprocessable,
};
pub use bodies::{NewUser, OwnPatch, UserPatch};
pub use parameters::{IdempotencyKey, IfMatch};

use crate::routes;
use shared::Shared;
use utoipa::{OpenApi, ToSchema};

/// What `GET /health` answers.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
pub struct Health {
    #[schema(example = "ok")]
    status: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Poolhouse user API",
        description = "Profiles of the users of a pool: who they are, whether they may come in, what an app knows of them.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    servers((url = ".", description = "Where this document was found.")),
    tags(
        (name = "me", description = "What people do with their own profile, with their own token."),
        (name = "people", description = "What people in a group, and machines with scopes, do with the profiles of others."),
        (name = "users", description = "What servers do with profiles, with an API key."),
        (name = "badges", description = "Distinctions that are given to users."),
        (name = "auth", description = "Signing in on a user's behalf, and what goes with it."),
        (name = "activation", description = "The link that a new user gets by mail."),
        (name = "assets", description = "Avatars and icons."),
        (name = "about", description = "The API about itself."),
    ),
    paths(
        routes::health::run,
        routes::openapi::run,
        routes::docs::run,
        routes::whoami::run,
        routes::me::run,
        routes::change_me::run,
        routes::delete_me::run,
        routes::export_me::run,
        routes::request_email_change::run,
        routes::confirm_email_change::run,
        routes::avatar::put::run,
        routes::avatar::remove::run,
        routes::avatar::begin::run,
        routes::avatar::confirm::run,
        routes::profile::run,
        routes::status::run,
        routes::create_user::run,
        routes::list_users::run,
        routes::get_user::run,
        routes::change_user::run,
        routes::delete_user::run,
        routes::find_by_email::run,
        routes::find_by_handle::run,
        routes::find_by_name::run,
        routes::change_status::run,
        routes::replace_data::run,
        routes::merge_data::run,
        routes::issue_badge::run,
        routes::revoke_badge::run,
        routes::resend_activation::run,
        routes::activation_page::run,
        routes::activate::run,
        routes::login::run,
        routes::challenge::run,
        routes::refresh::run,
        routes::logout::run,
        routes::verify_token::run,
        routes::token_in_path::run,
        routes::request_password_reset::run,
        routes::confirm_password_reset::run,
        routes::asset::avatar_catalogue::run,
        routes::asset::default_avatar::run,
        routes::asset::badge_catalogue::run,
        routes::asset::badge_icon::run,
        routes::asset::picture::run,
        routes::asset::upload::run,
    ),
    modifiers(&Shared),
)]
struct Document;

/// The document, as it is kept beside the code.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn document() -> serde_json::Result<String> {
    Ok(Document::openapi().to_pretty_json()? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use serde_json::Value;
    use std::collections::{BTreeMap, BTreeSet};

    const ROUTES: &str = include_str!("routes.rs");
    const GUIDE: &str = include_str!("../../../docs/user-api.md");

    fn operations(document: &Value) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                found.insert(format!("{method} {path}"), operation.clone());
            }
        }
        found
    }

    fn written() -> Value {
        serde_json::from_str(&document().unwrap()).unwrap()
    }

    #[test]
    fn the_document_that_is_kept_is_that_of_the_code() {
        assert!(
            document().unwrap() == crate::reference::DOCUMENT,
            "crates/users/openapi.json is old: run `cargo xtask openapi`"
        );
    }

    #[test]
    fn every_route_is_documented_and_nothing_else() {
        let mut routes = BTreeSet::new();
        for route in ROUTES.split(".route(").skip(1) {
            let path = route.split('"').nth(1).unwrap();
            // Up to the next route, or what comes after the last.
            let handlers = route.split("\n        .").next().unwrap();
            for method in ["get", "put", "post", "delete", "patch"] {
                if handlers.contains(&format!("{method}(")) {
                    routes.insert(format!("{method} {path}"));
                }
            }
        }
        // It says the same as its twin, which is documented: that it is not done this way.
        routes.remove("post /auth/token/{tokenType}/verify/{token}");
        let documented: BTreeSet<String> = operations(&written()).into_keys().collect();
        assert_eq!(routes, documented);
    }

    #[test]
    fn every_operation_has_a_name_a_group_and_words() {
        let document = written();
        let mut names = BTreeSet::new();
        for (place, operation) in operations(&document) {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            assert!(names.insert(name), "{place} has the name of another");
            assert!(
                operation["summary"].as_str().is_some_and(|words| !words.is_empty()),
                "{place}"
            );
            let tag = operation["tags"][0].as_str().unwrap();
            let tags = document["tags"].as_array().unwrap();
            assert!(tags.iter().any(|known| known["name"] == tag), "{place} is of {tag}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let words = parameter["description"].as_str().unwrap_or_default();
                assert!(!words.is_empty(), "{place}: {} has no words", parameter["name"]);
            }
        }
    }

    #[test]
    fn what_an_operation_takes_says_how_it_may_refuse() {
        for (place, operation) in operations(&written()) {
            let statuses = operation["responses"].as_object().unwrap();
            let has = |status: &str| assert!(statuses.contains_key(status), "{place}: {status}");
            has("500");
            if operation.get("security").is_some() {
                ["401", "403", "429"].into_iter().for_each(has);
            }
            if operation.get("requestBody").is_some() {
                ["400", "413", "415"].into_iter().for_each(has);
            }
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in parameters {
                match parameter["name"].as_str().unwrap() {
                    "If-Match" => has("412"),
                    "Idempotency-Key" => {
                        has("409");
                        has("422");
                    }
                    _ => has("400"),
                }
            }
        }
    }

    #[test]
    fn every_kind_of_problem_stands_in_the_guide() {
        for kind in Kind::ALL {
            let row = GUIDE
                .lines()
                .find(|line| line.starts_with(&format!("| {} |", kind.status().as_str())));
            let name = format!("`{}`", kind.name());
            assert!(
                row.is_some_and(|row| row.contains(&name)),
                "{name} is not in docs/user-api.md"
            );
        }
    }
}
