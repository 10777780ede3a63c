//! A table of broken templates, each with everything its writer is told.

use crate::house::{settings, try_resolve};
use expect_test::{Expect, expect};
use template::{DerivedIds, Template};

fn told(text: &str, expected: Expect) {
    told_of("template.yaml", text, expected);
}

fn told_of(file: &str, text: &str, expected: Expect) {
    let verdict = Template::parse(file, text)
        .and_then(|template| template.resolve(&settings(&DerivedIds)).map(|_| ()));
    let told = verdict.expect_err("the template is broken").to_string();
    expected.assert_eq(&told);
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    told(
        "Resources:\n  Pool: [\n",
        expect![
            "template.yaml:3:1: Pool: this is not YAML: while parsing a node, did not find expected node content"
        ],
    );
    told(
        "Resources:\n\tPool: x\n",
        expect![
            "template.yaml:2:2: Resources: this is not YAML: tabs disallowed within this context (block indentation)"
        ],
    );
    told(
        "Resources: *nobody\n",
        expect![
            "template.yaml:1:12: Resources: this is not YAML: while parsing node, found unknown anchor"
        ],
    );
    told(
        "- a\n- list\n",
        expect!["template.yaml:1:1: expected a map of sections with at least Resources"],
    );
    told("", expect!["template.yaml:1:1: expected a map of sections with at least Resources"]);
    told(
        "Resources: {}\n---\nResources: {}\n",
        expect!["template.yaml:2:1: a template is one YAML document; a second one begins here"],
    );
    told_of(
        "template.json",
        "{\"Resources\": {\n  \"Pool\": }}",
        expect!["template.json:2:11: this is not JSON: expected value"],
    );
}

#[test]
fn a_key_that_is_there_twice_is_told_with_both_lines() {
    told(
        "Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Pool: { Type: AWS::Cognito::UserPool }
",
        expect![[r#"template.yaml:3:3: Pool: the key "Pool" is there twice, first in line 2"#]],
    );
    told_of(
        "template.json",
        r#"{"Resources": {
  "Pool": {"Type": "AWS::Cognito::UserPool"},
  "Pool": {"Type": "AWS::Cognito::UserPool"}
}}"#,
        expect![[r#"template.json:3:3: Pool: the key "Pool" is there twice, first in line 2"#]],
    );
}

#[test]
fn sections_and_attributes_have_their_names() {
    told(
        "AWSTemplateFormatVersion: 2012-10-17
Transform: My::Macro
Resource: {}
Resources:
  Pool:
    Type: AWS::Cognito::UserPol
    Propertys: {}
  Client:
    Properties: {}
  my-group: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: x } }
  Text: hello
  Function:
    Type: AWS::Serverless::Function
Outputs:
  Empty: { Description: nothing }
  Odd: { Value: x, Valeu: y }
",
        expect![[r#"
            template.yaml:1:27: AWSTemplateFormatVersion: expected 2010-09-09, found the text "2012-10-17"
            template.yaml:2:12: Transform: expected AWS::Serverless-2016-10-31, found the text "My::Macro": macros run in the cloud only
            template.yaml:3:1: unknown section "Resource" (did you mean Resources?); expected one of AWSTemplateFormatVersion, Conditions, Description, Globals, Hooks, Mappings, Metadata, Outputs, Parameters, Resources, Rules, Transform
            template.yaml:6:11: Pool: Type: unknown type AWS::Cognito::UserPol (did you mean AWS::Cognito::UserPool?)
            template.yaml:7:5: Pool: Propertys: unknown attribute (did you mean Properties?); expected one of Condition, Connectors, CreationPolicy, DeletionPolicy, DependsOn, IgnoreGlobals, Metadata, Properties, Type, UpdatePolicy, UpdateReplacePolicy
            template.yaml:8:3: Client: Type is missing: expected a type such as AWS::Cognito::UserPool
            template.yaml:10:3: Resources: expected a name of letters and digits, found "my-group"
            template.yaml:11:3: Text: expected a map with Type and Properties, found the text "hello"
            template.yaml:12:3: Function: CodeUri is missing: expected the folder of the code
            template.yaml:13:11: Function: Type: AWS::Serverless::Function is a type of SAM: expected Transform: AWS::Serverless-2016-10-31 at the top
            template.yaml:15:3: Outputs.Empty: Value is missing: expected a text
            template.yaml:16:20: Outputs.Odd: Valeu: unknown attribute (did you mean Value?); expected one of Condition, Description, Export, Value"#]],
    );
    told("Parameters: {}\n", expect!["template.yaml:1:1: the section Resources is missing"]);
}

#[test]
fn what_is_referred_to_has_to_be_there() {
    told(
        "Parameters:
  Stage: { Type: String, Default: dev }
Mappings:
  Sizes: { dev: { Memory: '128' } }
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Condition: IsProd
    DependsOn: [Poole]
    Properties:
      UserPoolName: !Sub ${Stag}-${AWS::Regio}-${Pol.Arn}
      EmailVerificationMessage: !Ref Nobody
      SmsVerificationMessage: !FindInMap [Size, dev, Memory]
      EmailVerificationSubject: !FindInMap [Sizes, prod, Memory]
      MfaConfiguration: !If [IsProd, 'ON', 'OFF']
  Client:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !GetAtt Pool.Id
      ClientName: !GetAtt Poool.Arn
Outputs:
  X: { Value: !GetAtt [Client, Secret] }
",
        expect![[r#"
            template.yaml:8:16: Pool: Condition: there is no condition "IsProd"
            template.yaml:9:17: Pool: DependsOn: there is no resource Poole (did you mean Pool?)
            template.yaml:11:21: Pool: UserPoolName: there is no parameter or resource "Stag" (did you mean Stage?)
            template.yaml:11:21: Pool: UserPoolName: there is no parameter or resource "AWS::Regio" (did you mean AWS::Region?)
            template.yaml:11:21: Pool: UserPoolName: there is no resource "Pol" (did you mean Pool?)
            template.yaml:12:33: Pool: EmailVerificationMessage: there is no parameter or resource "Nobody"
            template.yaml:13:43: Pool: SmsVerificationMessage: there is no mapping "Size" (did you mean Sizes?)
            template.yaml:14:52: Pool: EmailVerificationSubject: the mapping has no key "prod"
            template.yaml:15:30: Pool: MfaConfiguration: there is no condition "IsProd"
            template.yaml:19:19: Client: UserPoolId: Pool (AWS::Cognito::UserPool) has no attribute "Id"; it has Arn, ProviderName, ProviderURL, UserPoolId
            template.yaml:20:19: Client: ClientName: there is no resource "Poool" (did you mean Pool?)
            template.yaml:22:15: Outputs.X: Value: Client (AWS::Cognito::UserPoolClient) has no attribute "Secret"; it has ClientId, ClientSecret, Name"#]],
    );
}

#[test]
fn functions_have_their_shapes() {
    told(
        "Conditions:
  A: !Equals [one]
  B: !Not [!Condition A, !Condition A]
  C: hello
  D: !Equals [!Ref Pool, x]
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Join [a, b, c]
      MfaConfiguration: !If [A]
      EmailVerificationMessage: !Sub [hello]
      EmailVerificationSubject: !Sub 'a ${b'
      SmsVerificationMessage: !Select [0]
      SmsAuthenticationMessage: !Ref [Pool]
      UserPoolTier: !GetAtt Pool
      AliasAttributes: !Split [',']
      DeletionProtection: !Equals [a, b]
      EnabledMfas: !Splitt [a, b]
      AutoVerifiedAttributes: { 'Fn::Splitt': [a, b] }
      UserPoolTags: { 'Fn::Sub': x, Other: y }
",
        expect![[r#"
            template.yaml:2:6: Conditions.A: Fn::Equals: expected a list of two values, found a list of 1
            template.yaml:3:6: Conditions.B: Fn::Not: expected a list of one condition, found a list of 2
            template.yaml:4:6: Conditions.C: expected Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition, found the text "hello"
            template.yaml:5:15: Conditions.D: expected a parameter: the resource Pool cannot be used here
            template.yaml:10:21: Pool: UserPoolName: Fn::Join: expected a list of a delimiter and a list of values, found a list of 3
            template.yaml:11:25: Pool: MfaConfiguration: Fn::If: expected a list of the name of a condition and two values, found a list of 1
            template.yaml:12:33: Pool: EmailVerificationMessage: Fn::Sub: expected a text, or a list of a text and a map, found a list of 1
            template.yaml:13:33: Pool: EmailVerificationSubject: Fn::Sub: expected a } after ${
            template.yaml:14:31: Pool: SmsVerificationMessage: Fn::Select: expected a list of an index and a list, found a list of 1
            template.yaml:15:33: Pool: SmsAuthenticationMessage: Ref: expected the name of a parameter or a resource, found a list of 1
            template.yaml:16:21: Pool: UserPoolTier: Fn::GetAtt: expected Resource.Attribute, or a list of the two, found the text "Pool"
            template.yaml:17:24: Pool: AliasAttributes: Fn::Split: expected a list of a delimiter and a text, found a list of 1
            template.yaml:18:27: Pool: DeletionProtection: Fn::Equals has a place in Conditions only; use Fn::If here
            template.yaml:19:20: Pool: EnabledMfas: unknown function !Splitt (did you mean Split?); expected one of !And, !Base64, !Cidr, !Condition, !Contains, !EachMemberEquals, !EachMemberIn, !Equals, !FindInMap, !GetAZs, !GetAtt, !If, !ImportValue, !Join, !Not, !Or, !Ref, !Select, !Split, !Sub, !ToJsonString, !Transform
            template.yaml:20:7: Pool: AutoVerifiedAttributes: unknown function "Fn::Splitt" (did you mean Fn::Split?); expected one of Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::If, Fn::Select, Fn::Split, Fn::FindInMap, Fn::Base64, Fn::GetAZs, Fn::Equals, Fn::And, Fn::Or, Fn::Not, Condition
            template.yaml:21:23: Pool: UserPoolTags: Fn::Sub has to stand alone in its map, beside no other key"#]],
    );
}

#[test]
fn what_only_the_cloud_can_say_is_refused() {
    told(
        "Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !ImportValue other-stack
      EmailVerificationMessage: !Transform { Name: X }
      EmailVerificationSubject: !Select [0, !Cidr [10.0.0.0/16, 2, 8]]
      SmsVerificationMessage: '{{resolve:ssm:/name}}'
  Ignored:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: !ImportValue other-stack }
",
        expect![[r#"
            template.yaml:5:21: Pool: UserPoolName: Fn::ImportValue reads another stack, and there is none here: use a parameter
            template.yaml:6:33: Pool: EmailVerificationMessage: Fn::Transform runs a macro in the cloud, which cannot be done here: write its result
            template.yaml:7:45: Pool: EmailVerificationSubject: Fn::Cidr is not resolved here: write the blocks out
            template.yaml:8:31: Pool: SmsVerificationMessage: expected a value that is known here; "{{resolve:ssm:/name}}" is looked up by CloudFormation: use a parameter, or a secret that this template lets be generated"#]],
    );
}

#[test]
fn circles_are_told_as_circles() {
    told(
        "Conditions:
  A: !Not [!Condition B]
  B: !Not [!Condition A]
Transform: AWS::Serverless-2016-10-31
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: { LambdaConfig: { PreSignUp: !GetAtt Check.Arn } }
  Check:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: check/
      Handler: bootstrap
      Runtime: provided.al2023
      Environment: { Variables: { POOL: !Ref Pool } }
  Self:
    Type: AWS::SNS::Topic
    DependsOn: Self
  Page:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: page/
      Handler: bootstrap
      Runtime: provided.al2023
      Environment: { Variables: { URL: !Ref ServerlessRestApi } }
      Events: { Get: { Type: Api, Properties: { Path: /, Method: get } } }
",
        expect![[r#"
            template.yaml:2:3: Conditions.A: the conditions need each other: A → B → A
            template.yaml:9:3: Check: the resources need each other: Check → Pool → Check
            template.yaml:16:3: Self: the resources need each other: Self → Self
            template.yaml:19:3: Page: the resources need each other: Page → ServerlessRestApi → Page"#]],
    );
}

#[test]
fn parameters_are_checked() {
    let text = "Parameters:
  Needed: { Type: String }
  Stage: { Type: String, Default: test, AllowedValues: [dev, prod] }
  Size: { Type: Number, Default: many }
  Large: { Type: Number, Default: 20, MaxValue: 10 }
  Key: { Type: String, Default: hunter2, NoEcho: true, MinLength: 10 }
  Name: { Type: String, Default: Ann, AllowedPattern: '[a-z]+' }
  Behind: { Type: String, Default: x, AllowedPattern: '(?<=a)b' }
  Kind: { Type: Text, Defualt: x }
  Listed: { Type: CommaDelimitedList, Default: 'a, b, c', AllowedValues: [a, b], ConstraintDescription: a or b }
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: { UserPoolName: !Ref Needed }
  Stage: { Type: AWS::SNS::Topic }
";
    let template = Template::parse("template.yaml", text).unwrap();
    let mut settings = settings(&DerivedIds);
    settings.parameters.insert("Nedded".to_owned(), "x".to_owned());
    let told = template.resolve(&settings).unwrap_err().to_string();
    expect![[r#"
        template.yaml:1:1: a value was given for Nedded, but there is no such parameter (did you mean Needed?)
        template.yaml:2:3: Parameters.Needed: the parameter has no value: none was given, and it has no Default
        template.yaml:3:3: Parameters.Stage: the value is not allowed: "test"; expected one of dev, prod
        template.yaml:4:3: Parameters.Size: the value is not allowed: "many"; expected a number
        template.yaml:5:3: Parameters.Large: the value is not allowed: "20"; expected at most 10
        template.yaml:6:3: Parameters.Key: the value is not allowed; expected at least 10 characters
        template.yaml:7:3: Parameters.Name: the value is not allowed: "Ann"; expected a text that matches AllowedPattern
        template.yaml:8:55: Parameters.Behind: AllowedPattern: expected a regular expression without look-around or back-references, found the text "(?<=a)b"
        template.yaml:9:3: Parameters.Kind: the parameter has no value: none was given, and it has no Default
        template.yaml:9:17: Parameters.Kind: Type: expected String, Number, CommaDelimitedList, List<Number> or a type of AWS, found the text "Text"
        template.yaml:9:23: Parameters.Kind: Defualt: unknown attribute (did you mean Default?); expected one of AllowedPattern, AllowedValues, ConstraintDescription, Default, Description, MaxLength, MaxValue, MinLength, MinValue, NoEcho, Type
        template.yaml:10:3: Parameters.Listed: the value is not allowed: "c"; a or b
        template.yaml:15:3: Stage: a parameter has this name already, in line 3"#]].assert_eq(&told);
    assert!(!told.contains("hunter2"), "a NoEcho value is never told");
}

#[test]
fn properties_have_their_names_and_kinds() {
    told(
        "Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolNmae: x
      Policies:
        PasswordPolicy:
          MinimumLength: eight
          RequireNumbers: often
      UsernameAttributes: email
      Schema:
        - Name: [a]
          Colour: red
      LambdaConfig:
        PreTokenGenerationConfig: { LambdaArn: x }
      MfaConfiguration:
      UserPoolTags: hello
  Client:
    Type: AWS::Cognito::UserPoolClient
",
        expect![[r#"
            template.yaml:5:7: Pool: UserPoolNmae: unknown property (did you mean UserPoolName?)
            template.yaml:8:26: Pool: Policies.PasswordPolicy.MinimumLength: expected a whole number, found the text "eight"
            template.yaml:9:27: Pool: Policies.PasswordPolicy.RequireNumbers: expected true or false, found the text "often"
            template.yaml:10:27: Pool: UsernameAttributes: expected a list, found the text "email"
            template.yaml:12:11: Pool: Schema[0].Name: expected a text, found a list
            template.yaml:13:11: Pool: Schema[0].Colour: unknown property; expected one of AttributeDataType, DeveloperOnlyAttribute, Mutable, Name, NumberAttributeConstraints, Required, StringAttributeConstraints
            template.yaml:15:9: Pool: LambdaConfig.PreTokenGenerationConfig: LambdaVersion is missing: expected a text
            template.yaml:16:23: Pool: MfaConfiguration: expected a value, found nothing
            template.yaml:17:21: Pool: UserPoolTags: expected a map, found the text "hello"
            template.yaml:18:3: Client: UserPoolId is missing: expected a text"#]],
    );
}

#[test]
fn functions_apis_and_tables_make_sense() {
    told(
        "Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: provided.al2023, Handler: bootstrap, CodeUri: x/, Timeout: 3 }
  Functions: {}
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Pool
        Authorizers:
          Request: { FunctionArn: !GetAtt A.Arn, FunctionPayloadType: REQUEST }
  Documented:
    Type: AWS::Serverless::Api
    Properties: { StageName: v1, DefinitionBody: { openapi: 3.0.1, x-amazon-apigateway-policies: {} } }
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          Tokens: { JwtConfiguration: { issuer: 'https://x', audience: [a] }, IdentitySource: Authorization }
  Sane:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: { Authorizers: { Pool: { UserPoolArn: 'arn:x' } } }
  A:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 9000
      Architectures: [riscv]
      Events:
        One: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: user, Method: get } }
        Two: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: '/a/{x}', Method: get } }
        Three: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: '/a/{y}', Method: GET } }
        Four: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: /b, Method: fetch } }
        Five: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: /c, Method: get, Auth: { Authorizer: Pol } } }
        Six: { Type: Api, Properties: { RestApiId: abc, Path: /d, Method: get } }
        Seven: { Type: Api, Properties: { Pth: /d } }
  B:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        One: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: user, Method: get } }
        Two: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: '/a/{x}', Method: get } }
        Three: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: '/a/{y}', Method: GET } }
        Four: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: /b, Method: fetch } }
        Five: { Type: Api, Properties: { RestApiId: !Ref Sane, Path: /c, Method: get, Auth: { Authorizer: Pol } } }
        Six: { Type: Api, Properties: { RestApiId: abc, Path: /d, Method: get } }
        Seven: { Type: Cognito, Properties: { UserPool: abc, Trigger: PreSignUp } }
  C:
    Type: AWS::Lambda::Function
    Properties: { Role: x, Code: { ZipFile: x } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: sub, KeyType: HASH }]
",
        expect![[r#"
            template.yaml:4:3: Globals.Functions: unknown member (did you mean Function?); expected one of Api, Function, HttpApi, SimpleTable, CapacityProvider, LayerVersion, StateMachine
            template.yaml:13:11: Rest: Auth.Authorizers.Request: expected Identity with Headers, QueryStrings, StageVariables or Context, or with ReauthorizeEvery: 0
            template.yaml:16:68: Documented: DefinitionBody.x-amazon-apigateway-policies: this extension is not served here (did you mean x-amazon-apigateway-policy?)
            template.yaml:22:95: Http: Auth.Authorizers.Tokens.IdentitySource: expected $request.header.NAME or $request.querystring.NAME, found "Authorization"
            template.yaml:40:29: A: Events.Seven.Properties: Method is missing: expected a text
            template.yaml:40:29: A: Events.Seven.Properties: Path is missing: expected a text
            template.yaml:40:43: A: Events.Seven.Properties.Pth: unknown property (did you mean Path?)
            template.yaml:45:69: B: Events.One.Properties.Path: expected a path that starts with /, found "user"
            template.yaml:47:29: B: Events.Three.Properties: Sane has this route already: GET /a/{x} in line 46
            template.yaml:48:82: B: Events.Four.Properties.Method: expected one of ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, found "FETCH"
            template.yaml:49:107: B: Events.Five.Properties.Auth.Authorizer: the API has no authorizer "Pol" (did you mean Pool?)
            template.yaml:50:52: B: Events.Six.Properties.RestApiId: expected a Ref to an AWS::Serverless::Api of this template
            template.yaml:51:57: B: Events.Seven.Properties.UserPool: expected a Ref to a pool of this template
            template.yaml:54:5: C: Handler and Runtime are missing: expected a text
            template.yaml:59:36: Table: KeySchema[0].AttributeName: expected an attribute of AttributeDefinitions, found sub"#]],
    );
}

#[test]
fn what_the_settings_bring_to_light_is_told() {
    told(
        "Conditions: { Never: !Equals [a, b] }
Mappings:
  Sizes: { dev: { Memory: '128' } }
Resources:
  Absent: { Type: AWS::Cognito::UserPool, Condition: Never }
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Ref Absent
      EmailVerificationMessage: !Select [3, [a, b]]
      EmailVerificationSubject: !FindInMap [Sizes, dev, Disk]
      SmsVerificationMessage: !Join ['-', !Ref AWS::Region]
      SmsAuthenticationMessage: !Split ['-', a-b]
  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool } }
Outputs:
  Secret: { Value: !GetAtt Client.ClientSecret }
",
        expect![[r#"
            template.yaml:9:21: Pool: UserPoolName: Absent does not exist, because Never is false
            template.yaml:10:33: Pool: EmailVerificationMessage: Fn::Select: there is no item "3" in a list of 2; the first is 0
            template.yaml:11:52: Pool: EmailVerificationSubject: the mapping "Sizes" has no value for "dev" and "Disk"
            template.yaml:12:43: Pool: SmsVerificationMessage: expected a list, found the text "eu-west-1"
            template.yaml:13:33: Pool: SmsAuthenticationMessage: expected a text, found a list
            template.yaml:16:20: Outputs.Secret: Value: Client.ClientSecret is not known before Client exists"#]],
    );
}

#[test]
fn a_problem_of_the_caller_stands_where_the_property_stands() {
    let stack = try_resolve(
        "Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      Policies:
        PasswordPolicy:
          MinimumLength: 2
      Schema:
        - Name: a
        - Name: b
",
    )
    .unwrap();
    let pool = stack.resource("Pool").unwrap();
    for (path, expected) in [
        (
            "Policies.PasswordPolicy.MinimumLength",
            expect!["template.yaml:7:26: Pool: Policies.PasswordPolicy.MinimumLength: no"],
        ),
        (
            "Policies.PasswordPolicy.RequireNumbers",
            expect!["template.yaml:6:9: Pool: Policies.PasswordPolicy.RequireNumbers: no"],
        ),
        ("Schema[1].Name", expect!["template.yaml:10:17: Pool: Schema[1].Name: no"]),
        ("MfaConfiguration", expect!["template.yaml:4:5: Pool: MfaConfiguration: no"]),
        ("", expect!["template.yaml:4:5: Pool: no"]),
    ] {
        expected.assert_eq(&pool.problem(path, "no").to_string());
    }
}
