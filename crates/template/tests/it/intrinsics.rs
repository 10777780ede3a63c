//! Function calls, parameters, mappings and conditions that are right.

use crate::house::{output, resolve, settings, try_resolve};
use template::{DerivedIds, PhysicalIds, Problems, Template};

#[test]
fn every_function_has_its_short_and_its_long_form() {
    let sections = "
Parameters:
  Stage: { Type: String, Default: prod }
  Zones: { Type: CommaDelimitedList, Default: 'a, b ,c' }
  Size: { Type: Number, Default: 0512 }
Mappings:
  Sizes:
    prod: { Memory: '512', Names: [x, y] }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Or [!Condition IsDev, !Equals [a, a]]]
";
    for (value, expected) in [
        ("!Ref Stage", "prod"),
        ("{ Ref: Stage }", "prod"),
        ("!Ref Size", "0512"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref AWS::AccountId", "012345678901"),
        ("!Ref AWS::StackName", "test"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Sub '${Stage}-${AWS::Region}-${!Stage}-$x'", "prod-eu-west-1-${Stage}-$x"),
        ("!Sub ['${A}-${Stage}', { A: !Ref AWS::Region }]", "eu-west-1-prod"),
        ("{ 'Fn::Sub': '${Stage}' }", "prod"),
        ("!Join ['-', [a, !Ref Stage, 5]]", "a-prod-5"),
        ("!Join ['', !Ref Zones]", "abc"),
        ("!Join ['/', !Split ['-', a-b-c]]", "a/b/c"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['0', [x, y]]", "x"),
        ("!FindInMap [Sizes, !Ref Stage, Memory]", "512"),
        ("!Select [1, !FindInMap [Sizes, prod, Names]]", "y"),
        ("!FindInMap [Sizes, prod, Disk, { DefaultValue: none }]", "none"),
        ("!If [IsProd, yes-it-is, no]", "yes-it-is"),
        ("!If [IsDev, a, !If [Both, b, c]]", "b"),
        ("!Base64 hello", "aGVsbG8="),
        ("{ 'Fn::Base64': { 'Fn::Sub': '${Stage}' } }", "cHJvZA=="),
        ("!Select [2, !GetAZs '']", "eu-west-1c"),
        ("!Join ['', [a, !Ref AWS::NoValue, b]]", "ab"),
        ("2010-09-09", "2010-09-09"),
        ("0123", "0123"),
        ("1.0", "1.0"),
        ("12:30", "12:30"),
        ("yes", "true"),
    ] {
        assert_eq!(output(sections, value), expected, "{value}");
    }
}

#[test]
fn what_is_made_from_a_pool_names_the_pool() {
    let pool = output("", "!Ref Pool");
    assert!(pool.starts_with("eu-west-1_"), "{pool}");
    let arn = format!("arn:aws:cognito-idp:eu-west-1:012345678901:userpool/{pool}");
    assert_eq!(output("", "!GetAtt Pool.Arn"), arn);
    assert_eq!(output("", "!GetAtt [Pool, Arn]"), arn);
    assert_eq!(output("", "{ 'Fn::GetAtt': [Pool, Arn] }"), arn);
    assert_eq!(output("", "!Sub '${Pool.Arn}'"), arn);
    assert_eq!(
        output("", "!GetAtt Pool.ProviderURL"),
        format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}")
    );
}

#[test]
fn yaml_and_json_say_the_same() {
    let yaml = "
Parameters: { Stage: { Type: String, Default: dev } }
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Sub '${Stage}-pool'
      AutoVerifiedAttributes: [email]
      Policies: { PasswordPolicy: { MinimumLength: 8, RequireNumbers: true } }
";
    let json = r#"{
  "Parameters": { "Stage": { "Type": "String", "Default": "dev" } },
  "Resources": { "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {
    "UserPoolName": { "Fn::Sub": "${Stage}-pool" },
    "AutoVerifiedAttributes": ["email"],
    "Policies": { "PasswordPolicy": { "MinimumLength": "8", "RequireNumbers": "true" } }
  } } }
}"#;
    let (yaml, json) = (resolve(yaml), resolve(json));
    assert_eq!(yaml.resources[0].properties, json.resources[0].properties);
    assert_eq!(json.resources[0].line, 3);
}

#[test]
fn conditions_decide_what_exists() {
    let text = "
Parameters: { Full: { Type: String, Default: 'false' } }
Conditions: { IsFull: !Equals [!Ref Full, 'true'] }
Resources:
  Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: !If [IsFull, full, !Ref AWS::NoValue] } }
  Readers:
    Type: AWS::Cognito::UserPoolGroup
    Condition: IsFull
    Properties: { UserPoolId: !Ref Pool, GroupName: readers }
Outputs:
  Group: { Value: !Ref Readers, Condition: IsFull }
";
    let stack = resolve(text);
    assert_eq!(stack.resources.len(), 1);
    assert_eq!(stack.resources[0].properties, serde_json::json!({}));
    assert!(stack.outputs.is_empty());

    let mut settings = settings(&DerivedIds);
    settings.parameters.insert("Full".to_owned(), "true".to_owned());
    let stack = Template::parse("t.yaml", text).unwrap().resolve(&settings).unwrap();
    assert_eq!(stack.resources.len(), 2);
    assert_eq!(stack.resources[0].properties["UserPoolName"], "full");
    assert_eq!(stack.outputs["Group"], "readers");
}

#[test]
fn anchors_and_merge_keys_repeat_what_was_written() {
    let stack = resolve(
        "
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  One:
    Type: AWS::Cognito::UserPoolClient
    Properties: &client
      UserPoolId: !Ref Pool
      ExplicitAuthFlows: &flows [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
      RefreshTokenValidity: 1
  Two:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      <<: *client
      ExplicitAuthFlows: *flows
      RefreshTokenValidity: 2
",
    );
    let (one, two) = (&stack.resources[1].properties, &stack.resources[2].properties);
    assert_eq!(one["UserPoolId"], two["UserPoolId"]);
    assert_eq!(one["ExplicitAuthFlows"], two["ExplicitAuthFlows"]);
    assert_eq!(
        (&one["RefreshTokenValidity"], &two["RefreshTokenValidity"]),
        (&1.into(), &2.into())
    );
}

#[test]
fn a_name_may_be_made_of_other_names() {
    let stack = resolve(
        "
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub '${Topic.TopicName}-rows'
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub '${AWS::StackName}-news' } }
Outputs: { Name: { Value: !Ref Table }, Topic: { Value: !Ref Topic } }
",
    );
    assert_eq!(stack.outputs["Name"], "test-news-rows");
    assert_eq!(stack.outputs["Topic"], "arn:aws:sns:eu-west-1:012345678901:test-news");
}

#[test]
fn an_import_in_what_means_nothing_here_does_no_harm() {
    let stack = try_resolve(
        "
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: !ImportValue name, Path: !ImportValue path }
Outputs: { Role: { Value: !GetAtt Role.Arn } }
",
    )
    .unwrap();
    assert_eq!(stack.outputs["Role"], "arn:aws:iam::012345678901:role/test-Role");
    assert_eq!(stack.ignored[0].logical_id, "Role");
}

struct Secrets;

impl PhysicalIds for Secrets {
    fn generated_secret(&self, logical_id: &str) -> Option<String> {
        Some(format!("made up for {logical_id}"))
    }
}

/// The resolved output of a template with the secrets `Made`, `Known`, `Json`, `Circle` and `Gone`.
fn with_secrets(value: &str) -> Result<String, Problems> {
    let text = format!(
        "
Conditions: {{ No: !Equals [a, b] }}
Resources:
  Pool: {{ Type: AWS::Cognito::UserPool }}
  Made:
    Type: AWS::SecretsManager::Secret
    Properties: {{ GenerateSecretString: {{ PasswordLength: 64 }} }}
  Known:
    Type: AWS::SecretsManager::Secret
    Properties: {{ Name: mine, SecretString: !Sub '${{AWS::Region}} is no secret' }}
  Json:
    Type: AWS::SecretsManager::Secret
    Properties: {{ GenerateSecretString: {{ SecretStringTemplate: '{{}}', GenerateStringKey: word }} }}
  Circle:
    Type: AWS::SecretsManager::Secret
    Properties: {{ SecretString: '{{{{resolve:ssm:name}}}}' }}
  Gone:
    Type: AWS::SecretsManager::Secret
    Condition: No
    Properties: {{ GenerateSecretString: {{}} }}
Outputs: {{ X: {{ Value: {value} }} }}
"
    );
    let stack = Template::parse("template.yaml", &text)?.resolve(&settings(&Secrets))?;
    Ok(stack.outputs["X"].clone())
}

#[test]
fn a_secret_of_the_template_stands_where_it_is_looked_up() {
    for (value, expected) in [
        ("!Sub '{{resolve:secretsmanager:${Made}}}'", "made up for Made"),
        ("!Sub '{{resolve:secretsmanager:${Made}:SecretString}}'", "made up for Made"),
        ("!Sub '{{resolve:secretsmanager:${Known.Id}}}'", "eu-west-1 is no secret"),
        (
            "!Sub 'a {{resolve:secretsmanager:${Made}}} b {{resolve:secretsmanager:${Made}}} c'",
            "a made up for Made b made up for Made c",
        ),
    ] {
        assert_eq!(with_secrets(value).unwrap(), expected);
    }
}

#[test]
fn what_only_the_cloud_can_look_up_is_refused() {
    for value in [
        "'{{resolve:secretsmanager:elsewhere}}'",
        "'{{resolve:ssm-secure:name}}'",
        "!Sub '{{resolve:secretsmanager:${Made}'",
        "!Sub '{{resolve:secretsmanager:${Made}:SecretString:member}}'",
        "!Sub '{{resolve:secretsmanager:${Made}}} {{resolve:ssm:name}}'",
        "!Sub '{{resolve:secretsmanager:${Json}}}'",
        "!Sub '{{resolve:secretsmanager:${Circle}}}'",
    ] {
        let problems = with_secrets(value).unwrap_err().to_string();
        assert!(problems.contains("is looked up by CloudFormation"), "{value}: {problems}");
    }
    assert!(with_secrets("!Sub '{{resolve:secretsmanager:${Gone}}}'").is_err());
}
