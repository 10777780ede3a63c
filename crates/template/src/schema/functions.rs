//! Lambda functions, as SAM and as CloudFormation write them.

use super::{
    ANY, BOOLEAN,
    Field::{May, Must},
    INTEGER, Kind, Shape, TAGS, TEXT, TEXTS, apis,
};
use crate::node::{Node, Value};

const ENVIRONMENT: Shape = Shape::Object(&[May("Variables", Shape::Map(&TEXT))]);
const EPHEMERAL_STORAGE: Shape = Shape::Object(&[Must("Size", INTEGER)]);

/// A folder, or else an object in a bucket.
const CODE_URI: Shape = Shape::Choice(|node| match node.value {
    Value::Map(_) => {
        Shape::Object(&[Must("Bucket", TEXT), Must("Key", TEXT), May("Version", TEXT)])
    }
    _ => TEXT,
});

/// What wakes a function. Only calls through an API and a pool's triggers mean something here.
const EVENT: Shape = Shape::Choice(event);

fn event(node: &Node) -> Shape {
    match node.get("Type").and_then(Node::as_text) {
        Some("Api") => Shape::Object(&[Must("Type", TEXT), Must("Properties", apis::API_EVENT)]),
        Some("HttpApi") => {
            Shape::Object(&[Must("Type", TEXT), May("Properties", apis::HTTP_API_EVENT)])
        }
        Some("Cognito") => Shape::Object(&[
            Must("Type", TEXT),
            Must(
                "Properties",
                Shape::Object(&[Must("UserPool", TEXT), Must("Trigger", super::TEXT_OR_TEXTS)]),
            ),
        ]),
        _ => Shape::Object(&[Must("Type", TEXT), May("Properties", ANY)]),
    }
}

pub(super) const SERVERLESS_FUNCTION: Kind = Kind {
    name: "AWS::Serverless::Function",
    properties: &[
        May("Architectures", TEXTS),
        May("AssumeRolePolicyDocument", ANY),
        May("AutoPublishAlias", TEXT),
        May("AutoPublishAliasAllProperties", BOOLEAN),
        May("AutoPublishCodeSha256", TEXT),
        May("CapacityProviderConfig", ANY),
        May("CodeSigningConfigArn", TEXT),
        May("CodeUri", CODE_URI),
        May("DeadLetterQueue", ANY),
        May("DeploymentPreference", ANY),
        May("Description", TEXT),
        May("DurableConfig", ANY),
        May("Environment", ENVIRONMENT),
        May("EphemeralStorage", EPHEMERAL_STORAGE),
        May("EventInvokeConfig", ANY),
        May("Events", Shape::Map(&EVENT)),
        May("FileSystemConfigs", ANY),
        May("FunctionName", TEXT),
        May("FunctionScalingConfig", ANY),
        May("FunctionUrlConfig", ANY),
        May("Handler", TEXT),
        May("ImageConfig", ANY),
        May("ImageUri", TEXT),
        May("InlineCode", TEXT),
        May("KmsKeyArn", TEXT),
        May("Layers", ANY),
        May("LoggingConfig", ANY),
        May("MemorySize", INTEGER),
        May("PackageType", TEXT),
        May("PermissionsBoundary", TEXT),
        May("Policies", ANY),
        May("PropagateTags", BOOLEAN),
        May("ProvisionedConcurrencyConfig", ANY),
        May("PublishToLatestPublished", ANY),
        May("RecursiveLoop", TEXT),
        May("ReservedConcurrentExecutions", INTEGER),
        May("Role", TEXT),
        May("RolePath", TEXT),
        May("Runtime", TEXT),
        May("RuntimeManagementConfig", ANY),
        May("SnapStart", ANY),
        May("SourceKMSKeyArn", TEXT),
        May("Tags", Shape::Map(&TEXT)),
        May("TenancyConfig", ANY),
        May("Timeout", INTEGER),
        May("Tracing", TEXT),
        May("VersionDeletionPolicy", TEXT),
        May("VersionDescription", TEXT),
        May("VpcConfig", ANY),
    ],
    attributes: &["Arn"],
};

pub(super) const LAMBDA_FUNCTION: Kind = Kind {
    name: "AWS::Lambda::Function",
    properties: &[
        May("Architectures", TEXTS),
        May("CapacityProviderConfig", ANY),
        // `sam build` and `aws cloudformation package` let a folder stand here, which is what a template
        // has before it is packaged.
        Must(
            "Code",
            Shape::Choice(|node| match node.value {
                Value::Scalar(_) => TEXT,
                _ => Shape::Object(&[
                    May("ImageUri", TEXT),
                    May("S3Bucket", TEXT),
                    May("S3Key", TEXT),
                    May("S3ObjectStorageMode", TEXT),
                    May("S3ObjectVersion", TEXT),
                    May("SourceKMSKeyArn", TEXT),
                    May("ZipFile", TEXT),
                ]),
            }),
        ),
        May("CodeSigningConfigArn", TEXT),
        May("DeadLetterConfig", ANY),
        May("Description", TEXT),
        May("DurableConfig", ANY),
        May("Environment", ENVIRONMENT),
        May("EphemeralStorage", EPHEMERAL_STORAGE),
        May("FileSystemConfigs", ANY),
        May("FunctionName", TEXT),
        May("FunctionScalingConfig", ANY),
        May("Handler", TEXT),
        May("ImageConfig", ANY),
        May("KmsKeyArn", TEXT),
        May("Layers", ANY),
        May("LoggingConfig", ANY),
        May("MemorySize", INTEGER),
        May("PackageType", TEXT),
        May("PublishToLatestPublished", ANY),
        May("RecursiveLoop", TEXT),
        May("ReservedConcurrentExecutions", INTEGER),
        Must("Role", TEXT),
        May("Runtime", TEXT),
        May("RuntimeManagementConfig", ANY),
        May("SnapStart", ANY),
        May("Tags", TAGS),
        May("TenancyConfig", ANY),
        May("Timeout", INTEGER),
        May("TracingConfig", ANY),
        May("VpcConfig", ANY),
    ],
    attributes: &["Arn"],
};
