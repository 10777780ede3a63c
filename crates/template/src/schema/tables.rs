//! DynamoDB tables.

use super::{
    ANY, BOOLEAN,
    Field::{May, Must},
    INTEGER, Kind, Shape, TAGS, TEXT, TEXTS,
};

const KEY_SCHEMA: Shape =
    Shape::List(&Shape::Object(&[Must("AttributeName", TEXT), Must("KeyType", TEXT)]));
const PROJECTION: Shape =
    Shape::Object(&[May("NonKeyAttributes", TEXTS), May("ProjectionType", TEXT)]);
const THROUGHPUT: Shape =
    Shape::Object(&[Must("ReadCapacityUnits", INTEGER), Must("WriteCapacityUnits", INTEGER)]);
const RECOVERY: Shape = Shape::Object(&[
    May("PointInTimeRecoveryEnabled", BOOLEAN),
    May("RecoveryPeriodInDays", INTEGER),
]);
const ENCRYPTION: Shape =
    Shape::Object(&[May("KMSMasterKeyId", TEXT), May("SSEEnabled", BOOLEAN), May("SSEType", TEXT)]);

pub(super) const TABLE: Kind = Kind {
    name: "AWS::DynamoDB::Table",
    properties: &[
        May(
            "AttributeDefinitions",
            Shape::List(&Shape::Object(&[
                Must("AttributeName", TEXT),
                Must("AttributeType", TEXT),
            ])),
        ),
        May("BillingMode", TEXT),
        May("ContributorInsightsSpecification", ANY),
        May("DeletionProtectionEnabled", BOOLEAN),
        May(
            "GlobalSecondaryIndexes",
            Shape::List(&Shape::Object(&[
                May("ContributorInsightsSpecification", ANY),
                Must("IndexName", TEXT),
                Must("KeySchema", KEY_SCHEMA),
                May("OnDemandThroughput", ANY),
                Must("Projection", PROJECTION),
                May("ProvisionedThroughput", THROUGHPUT),
                May("WarmThroughput", ANY),
            ])),
        ),
        May("ImportSourceSpecification", ANY),
        Must("KeySchema", KEY_SCHEMA),
        May("KinesisStreamSpecification", ANY),
        May(
            "LocalSecondaryIndexes",
            Shape::List(&Shape::Object(&[
                Must("IndexName", TEXT),
                Must("KeySchema", KEY_SCHEMA),
                Must("Projection", PROJECTION),
            ])),
        ),
        May("OnDemandThroughput", ANY),
        May("PointInTimeRecoverySpecification", RECOVERY),
        May("ProvisionedThroughput", THROUGHPUT),
        May("ResourcePolicy", ANY),
        May("SSESpecification", ENCRYPTION),
        May("StreamSpecification", ANY),
        May("TableClass", TEXT),
        May("TableName", TEXT),
        May("Tags", TAGS),
        May(
            "TimeToLiveSpecification",
            Shape::Object(&[May("AttributeName", TEXT), Must("Enabled", BOOLEAN)]),
        ),
        May("VectorIndexes", ANY),
        May("WarmThroughput", ANY),
    ],
    attributes: &["Arn", "StreamArn"],
};

pub(super) const SIMPLE_TABLE: Kind = Kind {
    name: "AWS::Serverless::SimpleTable",
    properties: &[
        May("PointInTimeRecoverySpecification", RECOVERY),
        May("PrimaryKey", Shape::Object(&[Must("Name", TEXT), Must("Type", TEXT)])),
        May("ProvisionedThroughput", THROUGHPUT),
        May("SSESpecification", ENCRYPTION),
        May("TableName", TEXT),
        May("Tags", Shape::Map(&TEXT)),
    ],
    attributes: &["Arn"],
};
