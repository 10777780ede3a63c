//! Do the arrows between the crates point down?

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeMap;

/// What each crate may name, and nothing else of the workspace.
const ARROWS: &[(&str, &[&str])] = &[
    // Cellar.
    ("names", &[]),
    ("crypto", &["names"]),
    ("store", &[]),
    ("store-embedded", &["store"]),
    ("store-dynamodb", &["store"]),
    ("events", &["names"]),
    ("functions", &["names"]),
    ("policies", &[]),
    ("template", &["names"]),
    // House.
    ("pool", &["crypto", "events", "functions", "names", "store"]),
    // Doors.
    ("wire", &["crypto", "names"]),
    ("idp", &["crypto", "names", "pool", "store", "wire"]),
    ("oauth", &["crypto", "names", "pool", "store"]),
    ("users", &["crypto", "events", "functions", "names", "pool", "store"]),
    ("gateway", &["crypto", "events", "functions", "names", "policies"]),
    // A client of a door is on the other side of it, and knows nothing of this one.
    ("poolhouse-client", &[]),
    // Our own functions: no store, no door, no AWS SDK.
    ("kit", &["crypto", "events", "functions", "names"]),
    // The same functions on AWS Lambda: no pool, and a store and an SDK only behind `lambda-aws`.
    ("lambda", &["crypto", "functions", "kit", "names"]),
    (
        "lambda-aws",
        &["crypto", "events", "kit", "lambda", "names", "store", "store-dynamodb", "users"],
    ),
    ("lambda-authorizer", &["kit", "lambda"]),
    ("lambda-custom-message", &["kit", "lambda"]),
    ("lambda-passwordless", &["crypto", "kit", "lambda", "lambda-aws"]),
    ("lambda-sign-up-guard", &["kit", "lambda"]),
    ("lambda-token-customizer", &["kit", "lambda", "lambda-aws"]),
    ("lambda-user-api", &["crypto", "events", "kit", "lambda", "lambda-aws", "names", "users"]),
    ("lambda-user-events", &["kit", "lambda", "lambda-aws"]),
    ("lambda-user-migration", &["kit", "lambda", "lambda-aws"]),
];

/// What only the front, the adapters and the tests may link.
const SOCKETS: &[&str] = &[
    "hyper-util",
    "aws-sdk-cognitoidentityprovider",
    "aws-sdk-dynamodb",
    "aws-sdk-sesv2",
    "aws-sdk-sns",
    "aws-config",
    "redb",
    "reqwest",
    "tokio-rustls",
];

fn workspace() -> BTreeMap<String, Package> {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let packages = metadata.workspace_packages().into_iter().cloned();
    packages.map(|package| (package.name.to_string(), package)).collect()
}

fn needs(package: &Package) -> impl Iterator<Item = &str> {
    let is_normal = |kind| matches!(kind, DependencyKind::Normal | DependencyKind::Build);
    package
        .dependencies
        .iter()
        .filter(move |needed| is_normal(needed.kind))
        .map(|needed| needed.name.as_str())
}

#[test]
fn every_crate_names_only_what_is_below_it() {
    let workspace = workspace();
    for (name, allowed) in ARROWS {
        let package = workspace.get(*name).unwrap_or_else(|| panic!("there is no crate {name}"));
        for needed in needs(package).filter(|needed| workspace.contains_key(*needed)) {
            assert!(allowed.contains(&needed), "{name} must not need {needed}");
        }
    }
}

#[test]
fn every_crate_has_its_place() {
    let elsewhere = ["poolhouse", "testkit", "lambda-testing", "xtask", "conformance"];
    for name in workspace().keys() {
        let is_placed = ARROWS.iter().any(|(placed, _)| placed == name);
        assert!(
            is_placed || elsewhere.contains(&name.as_str()),
            "{name} has no place among the arrows"
        );
    }
}

#[test]
fn only_the_front_and_the_adapters_reach_the_world() {
    let reach = [
        "poolhouse",
        "poolhouse-client",
        "lambda",
        "lambda-aws",
        "lambda-testing",
        "store-embedded",
        "store-dynamodb",
        "conformance",
        "testkit",
        "xtask",
    ];
    for (name, package) in workspace() {
        if reach.contains(&name.as_str()) {
            continue;
        }
        for needed in needs(&package) {
            assert!(!SOCKETS.contains(&needed), "{name} must not need {needed}");
        }
    }
}
