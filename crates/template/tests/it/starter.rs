//! The starter template: what `poolhouse dev` runs when it is given nothing.

use crate::house::settings;
use template::{
    ApiKind, Authorizer, AwsUrl, DerivedIds, Function, PhysicalIds, RouteAuthorizer, Settings,
    Stack, Template,
};

const STARTER: &str = include_str!("../../../../template.yaml");

/// Addresses as `poolhouse dev` has them.
struct Local;

impl PhysicalIds for Local {
    fn reference(&self, _: &str, kind: &str, _: Option<&str>) -> Option<String> {
        (kind == "AWS::Cognito::UserPool").then(|| "eu-west-1_Abc123".to_owned())
    }

    fn generated_secret(&self, logical_id: &str) -> Option<String> {
        Some(format!("the secret of {logical_id}"))
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

/// Addresses as they are on AWS.
struct Cloud;

impl PhysicalIds for Cloud {
    fn generated_secret(&self, _: &str) -> Option<String> {
        Some("made up by Secrets Manager".to_owned())
    }
}

fn starter(ids: &dyn PhysicalIds) -> Stack {
    starter_with(ids, &[])
}

fn starter_with(ids: &dyn PhysicalIds, parameters: &[(&str, &str)]) -> Stack {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let settings = Settings { parameters: parameters.iter().map(own).collect(), ..settings(ids) };
    Template::parse("template.yaml", STARTER)
        .and_then(|template| template.resolve(&settings))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn function<'a>(stack: &'a Stack, logical_id: &str) -> &'a Function {
    stack.functions().iter().find(|function| function.logical_id == logical_id).unwrap()
}

#[test]
fn the_outputs_are_right_on_aws_and_at_home() {
    let cloud = starter(&Cloud);
    let names = cloud.outputs.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "AlarmTopicArn",
            "ApiKeysSecretArn",
            "ApiUrl",
            "AssetsBucketName",
            "IdentityUrl",
            "Issuer",
            "ProfileTableName",
            "ServerClientId",
            "UserApiFunction",
            "UserEventsTopicArn",
            "UserPoolId",
            "WebClientId",
        ]
    );
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
            ("SignUpGuard", "target/lambda/sign-up-guard/"),
            ("UserEvents", "target/lambda/user-events/"),
            ("TokenCustomizer", "target/lambda/token-customizer/"),
            ("CustomMessage", "target/lambda/custom-message/"),
            ("Passwordless", "target/lambda/passwordless/"),
            ("Authorizer", "target/lambda/authorizer/"),
            ("UserApi", "target/lambda/user-api/"),
        ]
    );
    for function in stack.functions() {
        assert_eq!(function.runtime, "provided.al2023");
        assert_eq!(function.architectures, ["arm64"]);
        let memory = if function.logical_id == "UserApi" { 512 } else { 256 };
        assert_eq!(function.memory_megabytes, memory);
        assert_eq!(
            function.arn,
            format!("arn:aws:lambda:eu-west-1:012345678901:function:test-{}", function.logical_id)
        );
    }
    let table = stack.tables()[0].name.clone();
    let customizer = &function(&stack, "TokenCustomizer").environment;
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
    let authorizer = &function(&stack, "Authorizer").environment;
    assert_eq!(authorizer["ISSUER"], "http://127.0.0.1:9229/eu-west-1_Abc123");
    assert_eq!(
        authorizer["CLIENT_IDS"],
        format!("{},{}", stack.outputs["WebClientId"], stack.outputs["ServerClientId"])
    );
    let api = &function(&stack, "UserApi").environment;
    assert_eq!(api["PROFILE_TABLE"], table);
    assert_eq!(api["CLIENT_ID"], stack.outputs["ServerClientId"]);
    assert_eq!(api["ISSUER"], authorizer["ISSUER"]);
    // Nobody says where the API is, so the server does.
    assert!(!api.contains_key("PUBLIC_API_URL"));
    let passwordless = &function(&stack, "Passwordless").environment;
    assert_eq!(passwordless["PASSWORDLESS_SECRET"], "the secret of PasswordlessSecret");
    assert_eq!(
        (passwordless["CHALLENGE"].as_str(), passwordless["LINK_URL"].as_str()),
        ("code", "")
    );
}

#[test]
fn what_is_optional_comes_with_its_parameters() {
    let on = [
        ("Architecture", "x86_64"),
        ("DirectoryUrl", "https://directory.example.com"),
        ("DirectoryAuthorization", "Bearer of-the-directory"),
        ("LinkUrl", "https://shop.example.com/sign-in"),
        ("MailFrom", "hello@shop.example.com"),
        ("MailIdentity", "shop.example.com"),
        ("PublicUrl", "https://api.shop.example.com"),
    ];
    let stack = starter_with(&Local, &on);
    let migration = function(&stack, "UserMigration");
    assert_eq!(migration.code.folder(), Some("target/lambda/user-migration/"));
    assert_eq!(migration.architectures, ["x86_64"]);
    assert_eq!(migration.environment["DIRECTORY_URL"], "https://directory.example.com");
    assert_eq!(migration.environment["DIRECTORY_AUTHORIZATION"], "Bearer of-the-directory");
    let pool = stack.resource("UserPool").unwrap();
    assert_eq!(pool.properties["LambdaConfig"]["UserMigration"], migration.arn);
    assert_eq!(
        pool.properties["EmailConfiguration"],
        serde_json::json!({
            "EmailSendingAccount": "DEVELOPER",
            "From": "hello@shop.example.com",
            "SourceArn": "arn:aws:ses:eu-west-1:012345678901:identity/shop.example.com",
        })
    );
    let api = &function(&stack, "UserApi").environment;
    assert_eq!(api["PUBLIC_API_URL"], "https://api.shop.example.com");
    let passwordless = &function(&stack, "Passwordless").environment;
    assert_eq!(passwordless["CHALLENGE"], "code-and-link");
    assert_eq!(passwordless["LINK_URL"], "https://shop.example.com/sign-in");

    let pool = [("DirectoryUserPoolId", "eu-west-1_Old"), ("DirectoryClientId", "old")];
    let stack = starter_with(&Local, &pool);
    let migration = &function(&stack, "UserMigration").environment;
    assert_eq!(migration["DIRECTORY_USER_POOL_ID"], "eu-west-1_Old");
    assert_eq!(migration["DIRECTORY_URL"], "");
}

#[test]
fn without_anybody_who_knows_its_secret_it_is_refused() {
    let template = Template::parse("template.yaml", STARTER).unwrap();
    let problems = template.resolve(&settings(&DerivedIds)).unwrap_err().to_string();
    assert!(
        problems.contains("PASSWORDLESS_SECRET: expected a value that is known here"),
        "{problems}"
    );
    assert_eq!(problems.lines().count(), 1, "{problems}");
}

#[test]
fn the_pool_is_as_the_readme_says() {
    let stack = starter(&Local);
    let pool = stack.resource("UserPool").unwrap();
    assert_eq!(pool.properties["UsernameAttributes"], serde_json::json!(["email"]));
    assert_eq!(pool.properties["UsernameConfiguration"]["CaseSensitive"], false);
    assert_eq!(pool.properties["DeletionProtection"], "ACTIVE");
    assert_eq!(pool.properties.get("EmailConfiguration"), None);
    let arn = |logical_id: &str| function(&stack, logical_id).arn.as_str();
    assert_eq!(
        pool.properties["LambdaConfig"],
        serde_json::json!({
            "PreSignUp": arn("SignUpGuard"),
            "PostConfirmation": arn("UserEvents"),
            "PreAuthentication": arn("UserEvents"),
            "PostAuthentication": arn("UserEvents"),
            "PreTokenGenerationConfig": {
                "LambdaVersion": "V2_0",
                "LambdaArn": arn("TokenCustomizer"),
            },
            "CustomMessage": arn("CustomMessage"),
            "DefineAuthChallenge": arn("Passwordless"),
            "CreateAuthChallenge": arn("Passwordless"),
            "VerifyAuthChallengeResponse": arn("Passwordless"),
        })
    );
    let clients = stack.of_kind("AWS::Cognito::UserPoolClient").collect::<Vec<_>>();
    assert_eq!(clients.len(), 2);
    for client in clients {
        assert_eq!(client.properties["UserPoolId"], "eu-west-1_Abc123");
        assert_eq!(client.properties["RefreshTokenValidity"], 30);
    }
    // Roles, logs, keys and alarms are for AWS, and no part of what the API answers.
    assert!(stack.ignored.iter().all(|one| !one.is_part_of_an_api));
}

#[test]
fn the_api_has_its_routes() {
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
    let own = text("aws.cognito.signin.user.admin");
    assert_eq!(
        routes,
        [
            ("GET", "/public/user/me", "PoolToken", own.clone()),
            ("PATCH", "/public/user/me", "PoolToken", own.clone()),
            ("DELETE", "/public/user/me", "PoolToken", own.clone()),
            ("GET", "/public/user/me/export", "PoolToken", own.clone()),
            ("POST", "/public/user/me/email/change", "PoolToken", own.clone()),
            ("POST", "/public/user/me/email/change/confirm", "PoolToken", own.clone()),
            ("PUT", "/public/user/me/avatar", "PoolToken", own.clone()),
            ("DELETE", "/public/user/me/avatar", "PoolToken", own.clone()),
            ("POST", "/public/user/me/avatar/upload", "PoolToken", own.clone()),
            ("POST", "/public/user/me/avatar/confirm", "PoolToken", own.clone()),
            ("GET", "/public/user/{id}", "PoolToken", text("users/read")),
            ("PATCH", "/public/user/{id}/status/{status}", "PoolToken", text("users/write")),
            ("ANY", "/user", "open", text("")),
            ("ANY", "/user/{proxy+}", "open", text("")),
            ("ANY", "/auth/{proxy+}", "open", text("")),
            ("ANY", "/assets/{proxy+}", "open", text("")),
            ("GET", "/openapi.json", "open", text("")),
            ("GET", "/docs", "open", text("")),
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
            if *function_arn == function(&stack, "Authorizer").arn && header == "Authorization"
    ));
    assert_eq!(api.preflight_authorizer, RouteAuthorizer::Open);
}
