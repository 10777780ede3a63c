//! What is a resource called once it exists?

use names::{AccountId, Region, UserPoolId};

/// Who names the resources of a stack. Every method may answer `None`, and then the name is derived
/// from the stack's name and the logical id, in the form AWS gives it.
///
/// The answers must not change while a template is resolved.
pub trait PhysicalIds {
    /// What `Ref` gives: a pool's id, a function's name, a topic's ARN. `named` is the name the template
    /// itself gives (`FunctionName`, `TableName`, `GroupName`, …).
    fn reference(&self, logical_id: &str, kind: &str, named: Option<&str>) -> Option<String> {
        let _ = (logical_id, kind, named);
        None
    }

    /// What `Fn::GetAtt` gives.
    fn attribute(&self, logical_id: &str, kind: &str, attribute: &str) -> Option<String> {
        let _ = (logical_id, kind, attribute);
        None
    }

    /// The text of a secret that the template lets Secrets Manager make up (`GenerateSecretString`). It
    /// stands where the template writes `{{resolve:secretsmanager:${Secret}}}`. `None`: nobody knows one
    /// here, and the template is refused. A derived text would be known to everybody.
    fn generated_secret(&self, logical_id: &str) -> Option<String> {
        let _ = logical_id;
        None
    }

    /// What stands here in the place of a URL of AWS.
    ///
    /// A template writes addresses in AWS's form (`https://cognito-idp.${AWS::Region}.amazonaws.com`),
    /// and must go on doing so to be right in the cloud. After everything else is resolved, each such
    /// address in a property or an output is shown here, and replaced by the answer. What follows the
    /// address in the text stays.
    fn local_url(&self, url: &AwsUrl<'_>) -> Option<String> {
        let _ = url;
        None
    }
}

/// Names everything in the derived form, leaves all URLs as they are, and knows no secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct DerivedIds;

impl PhysicalIds for DerivedIds {}

/// An address of AWS that a local service may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsUrl<'a> {
    /// `https://cognito-idp.<region>.amazonaws.com`: where the operations of a user pool are.
    Identity {
        /// The region in the host.
        region: &'a str,
    },
    /// `https://cognito-idp.<region>.amazonaws.com/<pool id>`: the issuer of a pool's tokens.
    Issuer {
        /// The region in the host.
        region: &'a str,
        /// The pool's id as it stands in the text.
        pool_id: &'a str,
    },
    /// `https://<api id>.execute-api.<region>.amazonaws.com[/<stage>]`, of an API of this template.
    Api {
        /// The API's logical id.
        logical_id: &'a str,
        /// The stage, if it stands in the text.
        stage: Option<&'a str>,
        /// The path that the API is served below here.
        mount: &'a str,
    },
    /// `https://<prefix>.auth.<region>.amazoncognito.com`: a pool's domain.
    Domain {
        /// The prefix of the domain.
        prefix: &'a str,
        /// The region in the host.
        region: &'a str,
    },
}

/// Where the stack is: what the derived names are made of.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) region: &'a Region,
    pub(crate) account: &'a AccountId,
    pub(crate) stack: &'a str,
}

impl Home<'_> {
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(crate) fn url_suffix(&self) -> &'static str {
        if self.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
    }

    pub(crate) fn stack_id(&self) -> String {
        let id = self.letters("stack", "id", 12, "0123456789abcdef");
        let stack = format!("stack/{}/00000000-0000-4000-8000-{id}", self.stack);
        self.arn("cloudformation", &stack)
    }

    /// The derived `Ref`.
    pub(crate) fn reference(&self, logical: &str, kind: &str, named: Option<&str>) -> String {
        const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
        let name = || named.map_or_else(|| format!("{}-{logical}", self.stack), str::to_owned);
        match kind {
            "AWS::Cognito::UserPool" => {
                let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
                format!("{}_{}", self.region, self.letters(kind, logical, 9, letters))
            }
            "AWS::Cognito::UserPoolClient" => self.letters(kind, logical, 26, LOWER),
            "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
            | "AWS::ApiGateway::RestApi"
            | "AWS::ApiGatewayV2::Api"
            | "AWS::ApiGateway::ApiKey"
            | "AWS::ApiGateway::UsagePlan"
            // Their names are for people: two APIs may have authorizers of one name.
            | "AWS::ApiGateway::Authorizer"
            | "AWS::ApiGateway::Deployment"
            | "AWS::ApiGateway::RequestValidator"
            | "AWS::ApiGateway::Resource"
            | "AWS::ApiGatewayV2::Authorizer"
            | "AWS::ApiGatewayV2::Deployment"
            | "AWS::ApiGatewayV2::Integration"
            | "AWS::ApiGatewayV2::Route" => self.letters(kind, logical, 10, LOWER),
            "AWS::SNS::Topic" => self.arn("sns", &name()),
            "AWS::SecretsManager::Secret" => {
                self.arn("secretsmanager", &format!("secret:{}", name()))
            }
            "AWS::SQS::Queue" => format!(
                "https://sqs.{}.{}/{}/{}",
                self.region,
                self.url_suffix(),
                self.account,
                name()
            ),
            "AWS::S3::Bucket" => name().to_lowercase(),
            _ => name(),
        }
    }

    /// The derived attribute of a resource whose `Ref` is known. `None`: nobody can know it.
    pub(crate) fn attribute(
        &self,
        logical: &str,
        kind: &str,
        attribute: &str,
        reference: &str,
    ) -> Option<String> {
        let pool_url = || format!("cognito-idp.{}.{}/{reference}", self.region, self.url_suffix());
        let last = |text: &str| text.rsplit([':', '/']).next().unwrap_or_default().to_owned();
        let arn = match (kind, attribute) {
            ("AWS::Cognito::UserPool", "Arn") => {
                self.arn("cognito-idp", &format!("userpool/{reference}"))
            }
            ("AWS::Cognito::UserPool", "ProviderName") => pool_url(),
            ("AWS::Cognito::UserPool", "ProviderURL") => format!("https://{}", pool_url()),
            ("AWS::Cognito::UserPoolClient", "ClientSecret") => return None,
            ("AWS::Cognito::UserPoolClient", "Name") => format!("{}-{logical}", self.stack),
            (
                _,
                "UserPoolId" | "ClientId" | "APIKeyId" | "RestApiId" | "ApiId" | "KeyId" | "Id"
                | "ResourceId" | "AuthorizerId" | "DeploymentId" | "RequestValidatorId" | "RouteId"
                | "IntegrationId",
            ) => reference.to_owned(),
            ("AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api", "ApiEndpoint") => {
                format!("https://{reference}.execute-api.{}.{}", self.region, self.url_suffix())
            }
            (_, "RootResourceId") => self.letters(kind, logical, 10, "abcdefghijklmnopqrstuvwxyz"),
            ("AWS::Serverless::Function" | "AWS::Lambda::Function", "Arn") => {
                self.arn("lambda", &format!("function:{reference}"))
            }
            ("AWS::DynamoDB::Table" | "AWS::Serverless::SimpleTable", "Arn") => {
                self.arn("dynamodb", &format!("table/{reference}"))
            }
            ("AWS::DynamoDB::Table", "StreamArn") => {
                self.arn("dynamodb", &format!("table/{reference}/stream/2000-01-01T00:00:00.000"))
            }
            ("AWS::SNS::Topic", "TopicArn") => reference.to_owned(),
            ("AWS::SNS::Topic", "TopicName") | ("AWS::SQS::Queue", "QueueName") => last(reference),
            ("AWS::SQS::Queue", "QueueUrl") => reference.to_owned(),
            ("AWS::SQS::Queue", "Arn") => self.arn("sqs", &last(reference)),
            ("AWS::IAM::Role", "Arn") => {
                format!("arn:{}:iam::{}:role/{reference}", self.partition(), self.account)
            }
            ("AWS::Logs::LogGroup", "Arn") => self.arn("logs", &format!("log-group:{reference}:*")),
            ("AWS::KMS::Key", "Arn") => self.arn("kms", &format!("key/{reference}")),
            ("AWS::S3::Bucket", "Arn") => format!("arn:{}:s3:::{reference}", self.partition()),
            (_, "Arn") => {
                let service = kind.split("::").nth(1).unwrap_or("cloudformation").to_lowercase();
                self.arn(&service, reference)
            }
            _ => format!("{reference}-{attribute}"),
        };
        Some(arn)
    }

    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.region, self.account)
    }

    /// Letters that stay the same for one stack, type and logical id. They are a name, not a secret.
    fn letters(&self, kind: &str, logical: &str, length: usize, alphabet: &str) -> String {
        let alphabet = alphabet.as_bytes();
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let mut mix = |byte: u8| {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            state
        };
        for part in [self.region.as_str(), self.account.as_str(), self.stack, kind, logical] {
            for byte in part.bytes().chain([0]) {
                mix(byte);
            }
        }
        (0..length)
            .filter_map(|index| {
                let state = mix(u8::try_from(index).unwrap_or(u8::MAX));
                let high = usize::try_from(state >> 33).unwrap_or_default();
                alphabet.get(high % alphabet.len().max(1)).map(|byte| char::from(*byte))
            })
            .collect()
    }
}

/// An API of the stack, as its address shows it.
pub(crate) struct ApiAddress {
    pub(crate) logical_id: String,
    pub(crate) id: String,
    pub(crate) stage: String,
    pub(crate) mount: String,
}

/// Replaces the addresses of AWS in a text by local ones.
pub(crate) fn localise(
    text: String,
    home: &Home<'_>,
    apis: &[ApiAddress],
    ids: &dyn PhysicalIds,
) -> String {
    const SCHEME: &str = "https://";
    if !text.contains(SCHEME) {
        return text;
    }
    let mut done = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find(SCHEME) {
        let (before, url) = rest.split_at(start);
        done.push_str(before);
        match recognise(url, home, apis)
            .and_then(|(known, length)| Some((ids.local_url(&known)?, length)))
        {
            Some((local, length)) => {
                done.push_str(&local);
                rest = url.get(length..).unwrap_or_default();
            }
            None => {
                done.push_str(SCHEME);
                rest = url.get(SCHEME.len()..).unwrap_or_default();
            }
        }
    }
    done.push_str(rest);
    done
}

/// The address at the start of a text, and its length in bytes.
fn recognise<'a>(
    url: &'a str,
    home: &Home<'_>,
    apis: &'a [ApiAddress],
) -> Option<(AwsUrl<'a>, usize)> {
    let after = url.strip_prefix("https://")?;
    let is_host = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-');
    let end = after.find(|next| !is_host(next)).unwrap_or(after.len());
    let (host, path) = after.split_at(end);
    let length = url.len() - path.len();
    let segment = path.strip_prefix('/').map(|path| {
        let end = path.find(|next: char| !is_host(next) && next != '_' && next != '$');
        path.split_at(end.unwrap_or(path.len())).0
    });

    let suffix = format!(".{}", home.url_suffix());
    if let Some(region) =
        host.strip_prefix("cognito-idp.").and_then(|host| host.strip_suffix(&suffix))
    {
        return match segment.filter(|segment| UserPoolId::parse(segment).is_ok()) {
            Some(pool_id) => Some((AwsUrl::Issuer { region, pool_id }, length + 1 + pool_id.len())),
            None => Some((AwsUrl::Identity { region }, length)),
        };
    }
    if let Some((prefix, region)) =
        host.strip_suffix(".amazoncognito.com").and_then(|host| host.split_once(".auth."))
    {
        return Some((AwsUrl::Domain { prefix, region }, length));
    }
    let (id, place) = host.split_once(".execute-api.")?;
    let mut stages = apis.iter().filter(|api| api.id == id);
    let api = stages
        .clone()
        .find(|api| segment.is_some_and(|segment| segment == api.stage))
        .or_else(|| stages.next())?;
    if place != format!("{}{suffix}", home.region) {
        return None;
    }
    let stage = segment.filter(|segment| *segment == api.stage);
    let length = length + stage.map_or(0, |stage| 1 + stage.len());
    Some((AwsUrl::Api { logical_id: &api.logical_id, stage, mount: &api.mount }, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Local;

    impl PhysicalIds for Local {
        fn local_url(&self, url: &AwsUrl<'_>) -> Option<String> {
            match url {
                AwsUrl::Identity { .. } => Some("http://localhost:9229".to_owned()),
                AwsUrl::Issuer { pool_id, .. } => Some(format!("http://localhost:9229/{pool_id}")),
                AwsUrl::Api { .. } => Some("http://localhost:3000".to_owned()),
                AwsUrl::Domain { .. } => None,
            }
        }
    }

    #[test]
    fn addresses_of_aws_become_local_and_others_stay() {
        let (region, account) =
            (Region::parse("eu-west-1").unwrap(), AccountId::parse("123456789012").unwrap());
        let home = Home { region: &region, account: &account, stack: "poolhouse" };
        let apis = [ApiAddress {
            logical_id: "Api".to_owned(),
            id: "abc".to_owned(),
            stage: "v1".to_owned(),
            mount: String::new(),
        }];
        for (given, expected) in [
            ("https://cognito-idp.eu-west-1.amazonaws.com", "http://localhost:9229"),
            (
                r#"{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab/.well-known/x"}"#,
                r#"{"issuer":"http://localhost:9229/eu-west-1_Ab/.well-known/x"}"#,
            ),
            ("https://abc.execute-api.eu-west-1.amazonaws.com/v1/me", "http://localhost:3000/me"),
            ("https://abc.execute-api.eu-west-1.amazonaws.com/v12", "http://localhost:3000/v12"),
            (
                "https://other.execute-api.eu-west-1.amazonaws.com/v1",
                "https://other.execute-api.eu-west-1.amazonaws.com/v1",
            ),
            (
                "https://x.auth.eu-west-1.amazoncognito.com",
                "https://x.auth.eu-west-1.amazoncognito.com",
            ),
            ("https://example.com/ https://", "https://example.com/ https://"),
        ] {
            assert_eq!(localise(given.to_owned(), &home, &apis, &Local), expected);
        }
    }

    #[test]
    fn derived_names_have_the_form_of_aws_and_stay_the_same() {
        let (region, account) =
            (Region::parse("eu-west-1").unwrap(), AccountId::parse("123456789012").unwrap());
        let home = Home { region: &region, account: &account, stack: "poolhouse" };
        let pool = home.reference("Pool", "AWS::Cognito::UserPool", Some("people"));
        assert!(UserPoolId::parse(&pool).is_ok());
        assert_eq!(pool, home.reference("Pool", "AWS::Cognito::UserPool", None));
        assert_ne!(pool, home.reference("Other", "AWS::Cognito::UserPool", None));
        assert_eq!(
            home.attribute("F", "AWS::Serverless::Function", "Arn", "poolhouse-F").as_deref(),
            Some("arn:aws:lambda:eu-west-1:123456789012:function:poolhouse-F")
        );
    }
}
