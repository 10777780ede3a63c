//! The starter template: what `poolhouse dev` runs when it is given nothing.

use crate::house::settings;
use template::{
    ApiKind, Authorizer, AwsUrl, DerivedIds, PhysicalIds, RouteAuthorizer, Stack, Template,
};

const STARTER: &str = include_str!("../../../../template.yaml");

/// Addresses as `poolhouse dev` has them.
struct Local;

impl PhysicalIds for Local {
    fn reference(&self, _: &str, kind: &str, _: Option<&str>) -> Option<String> {
        (kind == "AWS::Cognito::UserPool").then(|| "eu-west-1_Abc123".to_owned())
    }

    fn local_url(&self, url: &AwsUrl<'_>) -> Option<String> {
        match url {
            AwsUrl::Identity { .. } => Some("http://127.0.0.1:9229".to_owned()),
            AwsUrl::Issuer { pool_id, .. } => Some(format!("http://127.0.0.1:9229/{pool_id}")),
            AwsUrl::Api { .. } => Some("http://127.0.0.1:3000".to_owned()),
            AwsUrl::Domain { .. } => None,
        }
    }
}

fn starter(ids: &dyn PhysicalIds) -> Stack {
    Template::parse("template.yaml", STARTER)
        .and_then(|template| template.resolve(&settings(ids)))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_outputs_are_right_on_aws_and_at_home() {
    let cloud = starter(&DerivedIds);
    let names = cloud.outputs.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(names, ["ApiUrl", "IdentityUrl", "ServerClientId", "UserPoolId", "WebClientId"]);
    assert_eq!(cloud.outputs["IdentityUrl"], "https://cognito-idp.eu-west-1.amazonaws.com");
    let api = &cloud.apis()[0];
    let url = format!("https://{}.execute-api.eu-west-1.amazonaws.com/v1", api.id);
    assert_eq!(cloud.outputs["ApiUrl"], url);

    let home = starter(&Local);
    assert_eq!(home.outputs["IdentityUrl"], "http://127.0.0.1:9229");
    assert_eq!(home.outputs["ApiUrl"], "http://127.0.0.1:3000");
    assert_eq!(home.outputs["UserPoolId"], "eu-west-1_Abc123");
}

#[test]
fn the_functions_are_our_own_and_know_what_they_need() {
    let stack = starter(&Local);
    let folders = stack
        .functions()
        .iter()
        .map(|function| (function.logical_id.as_str(), function.code.folder().unwrap()))
        .collect::<Vec<_>>();
    assert_eq!(
        folders,
        [
            ("TokenCustomizer", "target/lambda/token-customizer/"),
            ("UserEvents", "target/lambda/user-events/"),
            ("Authorizer", "target/lambda/authorizer/"),
            ("UserApi", "target/lambda/user-api/"),
        ]
    );
    for function in stack.functions() {
        assert_eq!(function.runtime, "provided.al2023");
        assert_eq!(function.architectures, ["arm64"]);
        assert_eq!(function.memory_megabytes, 256);
        assert_eq!(
            function.arn,
            format!("arn:aws:lambda:eu-west-1:012345678901:function:test-{}", function.logical_id)
        );
    }
    let table = stack.tables()[0].name.clone();
    let customizer = &stack.functions()[0].environment;
    assert_eq!(customizer["PROFILE_TABLE"], table);
    let json = |name: &str| serde_json::from_str::<serde_json::Value>(&customizer[name]).unwrap();
    assert_eq!(
        json("CLAIM_MAP"),
        serde_json::json!({
            "id": { "first_name": "firstName", "last_name": "lastName" },
            "access": { "interesting_value": "profile.data.interestingValue" },
        })
    );
    assert_eq!(
        json("GROUP_SCOPES"),
        serde_json::json!({ "readers": ["users/read"], "admins": ["users/read", "users/write"] })
    );
    let authorizer = &stack.functions()[2].environment;
    assert_eq!(authorizer["ISSUER"], "http://127.0.0.1:9229/eu-west-1_Abc123");
    assert_eq!(
        authorizer["CLIENT_IDS"],
        format!("{},{}", stack.outputs["WebClientId"], stack.outputs["ServerClientId"])
    );
}

#[test]
fn the_pool_is_as_the_readme_says() {
    let stack = starter(&Local);
    let pool = stack.resource("UserPool").unwrap();
    assert_eq!(pool.properties["UsernameAttributes"], serde_json::json!(["email"]));
    assert_eq!(pool.properties["UsernameConfiguration"]["CaseSensitive"], false);
    assert_eq!(
        pool.properties["LambdaConfig"],
        serde_json::json!({
            "PreTokenGenerationConfig": {
                "LambdaVersion": "V2_0",
                "LambdaArn": stack.functions()[0].arn,
            },
            "PostConfirmation": stack.functions()[1].arn,
        })
    );
    let clients = stack.of_kind("AWS::Cognito::UserPoolClient").collect::<Vec<_>>();
    assert_eq!(clients.len(), 2);
    for client in clients {
        assert_eq!(client.properties["UserPoolId"], "eu-west-1_Abc123");
        assert_eq!(client.properties["RefreshTokenValidity"], 30);
    }
    let ignored = stack.ignored.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>();
    assert_eq!(ignored, ["AWS::Lambda::Permission"; 2]);
}

#[test]
fn the_api_has_its_five_routes() {
    let stack = starter(&Local);
    let [api] = stack.apis() else { panic!("one API") };
    assert_eq!((api.kind, api.stage.as_str()), (ApiKind::Rest, "v1"));
    let routes = api
        .routes
        .iter()
        .map(|route| {
            let authorizer = match &route.authorizer {
                RouteAuthorizer::Named(name) => name.as_str(),
                RouteAuthorizer::Open => "open",
                RouteAuthorizer::Iam => "iam",
            };
            (route.method.as_str(), route.path.as_str(), authorizer, route.scopes.join(" "))
        })
        .collect::<Vec<_>>();
    let text = |text: &str| text.to_owned();
    assert_eq!(
        routes,
        [
            ("GET", "/public/user/me", "PoolToken", text("aws.cognito.signin.user.admin")),
            ("GET", "/public/user/{id}", "PoolToken", text("users/read")),
            ("PATCH", "/public/user/{id}/status/{status}", "PoolToken", text("users/write")),
            ("GET", "/whoami", "OwnFunction", text("")),
            ("GET", "/health", "open", text("")),
        ]
    );
    let pool = "arn:aws:cognito-idp:eu-west-1:012345678901:userpool/eu-west-1_Abc123";
    assert_eq!(
        api.authorizers["PoolToken"],
        Authorizer::Cognito {
            user_pool_arns: vec![text(pool)],
            header: text("Authorization"),
            validation: None,
            scopes: vec![text("aws.cognito.signin.user.admin")],
        }
    );
    assert!(matches!(
        &api.authorizers["OwnFunction"],
        Authorizer::LambdaToken { function_arn, header, ttl_seconds: 300, .. }
            if *function_arn == stack.functions()[2].arn && header == "Authorization"
    ));
    assert_eq!(api.preflight_authorizer, RouteAuthorizer::Open);
}
