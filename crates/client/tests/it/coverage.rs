//! Does the client have every operation and every kind of problem that the API's document names?

use poolhouse_client::Kind;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

/// Pages for people, and what only says that it is not done this way.
const NOT_FOR_PROGRAMS: &[&str] = &["activation_page", "docs"];

fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../users/openapi.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_operation_is_a_method() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/operations");
    let code: String = fs::read_dir(folder)
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let methods: BTreeSet<&str> =
        code.split("pub async fn ").skip(1).map(|rest| rest.split_once('(').unwrap().0).collect();
    let document = document();
    let operations: BTreeSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .filter(|name| {
            !NOT_FOR_PROGRAMS.contains(name) && !name.starts_with("verify_token_in_path")
        })
        .collect();
    assert_eq!(methods, operations);
}

#[test]
fn every_kind_of_problem_has_a_name() {
    let document = document();
    let urns: BTreeSet<String> = document["components"]["schemas"]["Problem"]["properties"]["type"]
        ["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|urn| urn.as_str().unwrap().to_owned())
        .collect();
    let known = Kind::KNOWN.iter().map(|(_, name)| format!("urn:poolhouse:problem:{name}"));
    assert_eq!(known.collect::<BTreeSet<_>>(), urns);
}
