//! What does the binary link?

use std::{collections::BTreeSet, process::Command};

/// The packages that a package's binary is built from.
fn packages(package: &str) -> BTreeSet<String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--package", package])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn there_is_no_sdk_and_no_store_in_it() {
    let linked = packages("lambda-authorizer");
    assert!(linked.contains("kit") && linked.contains("rustls"));
    for name in &linked {
        let is_sdk = ["aws-sdk-", "aws-config", "aws-smithy", "aws-types", "lambda-aws"];
        let is_store = ["store", "redb", "pool", "users"];
        let is_other = ["ring", "openssl-sys", "native-tls", "tracing-subscriber"];
        for start in is_sdk.iter().chain(&is_store).chain(&is_other) {
            assert!(!name.starts_with(start), "the authorizer links {name}");
        }
    }
}

#[test]
fn no_function_links_more_than_its_own_services_and_only_who_has_profiles_links_their_store() {
    let sdks = ["cognitoidentityprovider", "dynamodb", "sesv2", "sns"];
    for (function, services) in [
        ("token-customizer", vec!["dynamodb"]),
        ("user-events", vec!["dynamodb", "sns"]),
        ("sign-up-guard", vec![]),
        ("custom-message", vec![]),
        ("passwordless", vec!["sesv2"]),
        ("user-migration", vec!["cognitoidentityprovider"]),
        ("user-api", vec!["cognitoidentityprovider", "dynamodb", "sesv2", "sns"]),
    ] {
        let linked = packages(&format!("lambda-{function}"));
        let found: Vec<&str> =
            sdks.into_iter().filter(|sdk| linked.contains(&format!("aws-sdk-{sdk}"))).collect();
        assert_eq!(found, services, "{function}");
        let has_profiles = services.contains(&"dynamodb");
        for name in ["store", "store-dynamodb", "users"] {
            assert_eq!(linked.contains(name), has_profiles, "{function} and {name}");
        }
        for name in ["pool", "store-embedded", "redb", "aws-config", "utoipa", "ring"] {
            assert!(!linked.contains(name), "{function} links {name}");
        }
    }
}
