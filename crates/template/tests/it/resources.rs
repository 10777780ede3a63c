//! Properties in their forms, Globals, functions and tables.

use crate::house::resolve;
use template::Code;

#[test]
fn scalars_come_in_the_form_their_property_asks_for() {
    let stack = resolve(
        "
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      Policies:
        PasswordPolicy: { MinimumLength: '10', RequireNumbers: 'true', RequireSymbols: no }
      UsernameConfiguration: { CaseSensitive: 'False' }
      Schema:
        - { Name: size, StringAttributeConstraints: { MaxLength: 10, MinLength: '1' } }
      UserPoolTags: { cost: 42, account: 012345678901, day: 2026-01-01, flag: true }
",
    );
    assert_eq!(
        stack.resources[0].properties,
        serde_json::json!({
            "Policies": { "PasswordPolicy": {
                "MinimumLength": 10, "RequireNumbers": true, "RequireSymbols": false,
            } },
            "UsernameConfiguration": { "CaseSensitive": false },
            "Schema": [{
                "Name": "size",
                "StringAttributeConstraints": { "MaxLength": "10", "MinLength": "1" },
            }],
            "UserPoolTags": {
                "cost": "42", "account": "012345678901", "day": "2026-01-01", "flag": "true",
            },
        })
    );
}

#[test]
fn globals_are_in_every_function_that_does_not_ignore_them() {
    let stack = resolve(
        "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Timeout: 10
    Environment: { Variables: { SHARED: a, OWN: a } }
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: one/
      Environment: { Variables: { OWN: b, NUMBER: 5, FLAG: true } }
  Two:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Timeout, Environment]
    Properties: { InlineCode: 'exports.handler = 1', FunctionName: second }
  Three:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { S3Bucket: code, S3Key: three.zip }
      Role: !GetAtt OneRole.Arn
      MemorySize: '1024'
      ReservedConcurrentExecutions: 2
",
    );
    let [one, two, three] = stack.functions() else { panic!("three functions") };
    assert_eq!(one.timeout_seconds, 10);
    let variables = one.environment.iter().map(|(name, value)| format!("{name}={value}"));
    assert_eq!(variables.collect::<Vec<_>>(), ["FLAG=true", "NUMBER=5", "OWN=b", "SHARED=a"]);
    assert_eq!(one.code, Code::Folder("one/".to_owned()));
    assert_eq!(one.name, "test-One");
    assert_eq!((two.timeout_seconds, two.environment.len()), (3, 0));
    assert_eq!(two.code, Code::Inline("exports.handler = 1".to_owned()));
    assert_eq!(two.arn, "arn:aws:lambda:eu-west-1:012345678901:function:second");
    assert_eq!(three.code, Code::Elsewhere("code/three.zip".to_owned()));
    assert_eq!((three.memory_megabytes, three.reserved_concurrency), (1024, Some(2)));
    let role = &stack.resource("Three").unwrap().properties["Role"];
    assert_eq!(role, "arn:aws:iam::012345678901:role/test-OneRole");
}

#[test]
fn a_function_may_name_itself_as_a_trigger_of_a_pool() {
    let stack = resolve(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Check:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: check/
      Handler: bootstrap
      Runtime: provided.al2023
      Events:
        SignUp:
          Type: Cognito
          Properties: { UserPool: !Ref Pool, Trigger: [PreSignUp, PostConfirmation] }
        Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
",
    );
    let arn = stack.functions()[0].arn.clone();
    assert_eq!(
        stack.resource("Pool").unwrap().properties["LambdaConfig"],
        serde_json::json!({ "PreSignUp": arn, "PostConfirmation": arn })
    );
    let ignored = &stack.ignored[0];
    assert_eq!((ignored.logical_id.as_str(), ignored.kind.as_str()), ("Check.Nightly", "Schedule"));
}

#[test]
fn tables_have_keys_indexes_and_expiry() {
    let stack = resolve(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: rows
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: sk, AttributeType: N }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
        - { AttributeName: sk, KeyType: RANGE }
      GlobalSecondaryIndexes:
        - IndexName: by-sk
          KeySchema: [{ AttributeName: sk, KeyType: HASH }]
          Projection: { ProjectionType: ALL }
      TimeToLiveSpecification: { AttributeName: expires, Enabled: true }
  Simple: { Type: AWS::Serverless::SimpleTable, Properties: { PrimaryKey: { Name: n, Type: Number } } }
",
    );
    let [table, simple] = stack.tables() else { panic!("two tables") };
    assert_eq!((table.name.as_str(), table.partition_key.name.as_str()), ("rows", "pk"));
    assert_eq!(table.arn, "arn:aws:dynamodb:eu-west-1:012345678901:table/rows");
    assert_eq!(table.sort_key.as_ref().unwrap().kind, "N");
    assert_eq!(table.indexes[0].partition_key.name, "sk");
    assert_eq!(table.expiry_attribute.as_deref(), Some("expires"));
    assert_eq!(
        (simple.partition_key.name.as_str(), simple.partition_key.kind.as_str()),
        ("n", "N")
    );
}

#[test]
fn neither_functions_nor_resources_print_their_values() {
    let stack = resolve(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: one/
      Handler: bootstrap
      Runtime: provided.al2023
      Environment: { Variables: { KEY: hunter2 } }
",
    );
    let printed = format!("{stack:?} {:?} {:?}", stack.functions(), stack.resources);
    assert!(!printed.contains("hunter2"), "{printed}");
}
