//! Which DynamoDB tables does the template ask for?

use crate::{
    physical::{Home, PhysicalIds},
    problem::Problem,
    stack::Resource,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The name it has in the template.
    pub logical_id: String,
    /// The name one reads and writes it by.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The partition key.
    pub partition_key: KeyAttribute,
    /// The sort key, if there is one.
    pub sort_key: Option<KeyAttribute>,
    /// The secondary indexes, global and local.
    pub indexes: Vec<Index>,
    /// The attribute that says when an item expires, if items do.
    pub expiry_attribute: Option<String>,
    /// The line its logical id stands in.
    pub line: u32,
}

/// A key attribute of a table or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAttribute {
    /// The attribute's name.
    pub name: String,
    /// `S`, `N` or `B`.
    pub kind: String,
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index's name.
    pub name: String,
    /// The partition key.
    pub partition_key: KeyAttribute,
    /// The sort key, if there is one.
    pub sort_key: Option<KeyAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(default)]
    attribute_definitions: Vec<Definition>,
    #[serde(default)]
    key_schema: Vec<KeyElement>,
    #[serde(default)]
    global_secondary_indexes: Vec<IndexProperties>,
    #[serde(default)]
    local_secondary_indexes: Vec<IndexProperties>,
    #[serde(default)]
    time_to_live_specification: Option<Expiry>,
    #[serde(default)]
    primary_key: Option<PrimaryKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyElement {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexProperties {
    index_name: String,
    key_schema: Vec<KeyElement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expiry {
    #[serde(default)]
    attribute_name: Option<String>,
    enabled: bool,
}

/// The key of an `AWS::Serverless::SimpleTable`, whose types have other names.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrimaryKey {
    name: String,
    r#type: String,
}

pub(crate) fn read(
    resources: &[Resource],
    home: Home<'_>,
    ids: &dyn PhysicalIds,
    problems: &mut Vec<Problem>,
) -> Vec<Table> {
    let mut tables = Vec::new();
    for resource in resources {
        let is_table = matches!(
            resource.kind.as_str(),
            "AWS::DynamoDB::Table" | "AWS::Serverless::SimpleTable"
        );
        if !is_table || resource.node.has_unknown() {
            continue;
        }
        match table(resource, home, ids) {
            Ok(table) => tables.push(table),
            Err(problem) => problems.push(problem),
        }
    }
    tables
}

fn table(resource: &Resource, home: Home<'_>, ids: &dyn PhysicalIds) -> Result<Table, Problem> {
    let properties = resource.read::<Properties>()?;
    let (id, kind, name) = (&resource.logical_id, &resource.kind, &resource.physical_id);
    let arn = ids.attribute(id, kind, "Arn").or_else(|| home.attribute(id, kind, "Arn", name));

    let (partition_key, sort_key) = if resource.kind == "AWS::Serverless::SimpleTable" {
        let key = match properties.primary_key {
            None => KeyAttribute { name: "id".to_owned(), kind: "S".to_owned() },
            Some(key) => KeyAttribute {
                name: key.name,
                kind: match key.r#type.as_str() {
                    "String" => "S".to_owned(),
                    "Number" => "N".to_owned(),
                    "Binary" => "B".to_owned(),
                    other => {
                        let message = format!("expected String, Number or Binary, found {other}");
                        return Err(resource.problem("PrimaryKey.Type", message));
                    }
                },
            },
        };
        (key, None)
    } else {
        let kinds = kinds(resource, &properties.attribute_definitions)?;
        keys(resource, "KeySchema", &properties.key_schema, &kinds)?
    };

    let mut indexes = Vec::new();
    if resource.kind == "AWS::DynamoDB::Table" {
        let kinds = kinds(resource, &properties.attribute_definitions)?;
        for (list, all) in [
            ("GlobalSecondaryIndexes", &properties.global_secondary_indexes),
            ("LocalSecondaryIndexes", &properties.local_secondary_indexes),
        ] {
            for (position, index) in all.iter().enumerate() {
                let path = format!("{list}[{position}].KeySchema");
                let (partition_key, sort_key) = keys(resource, &path, &index.key_schema, &kinds)?;
                indexes.push(Index { name: index.index_name.clone(), partition_key, sort_key });
            }
        }
    }
    let expiry_attribute = match properties.time_to_live_specification {
        Some(Expiry { enabled: true, attribute_name: None }) => {
            let message = "AttributeName is missing: expected a text";
            return Err(resource.problem("TimeToLiveSpecification", message));
        }
        Some(Expiry { enabled: true, attribute_name }) => attribute_name,
        Some(Expiry { enabled: false, .. }) | None => None,
    };
    Ok(Table {
        logical_id: resource.logical_id.clone(),
        name: resource.physical_id.clone(),
        arn: arn.unwrap_or_default(),
        partition_key,
        sort_key,
        indexes,
        expiry_attribute,
        line: resource.line,
    })
}

fn kinds(
    resource: &Resource,
    definitions: &[Definition],
) -> Result<BTreeMap<String, String>, Problem> {
    let mut kinds = BTreeMap::new();
    for (position, definition) in definitions.iter().enumerate() {
        if !matches!(definition.attribute_type.as_str(), "S" | "N" | "B") {
            let path = format!("AttributeDefinitions[{position}].AttributeType");
            let message = format!("expected S, N or B, found {}", definition.attribute_type);
            return Err(resource.problem(&path, message));
        }
        kinds.insert(definition.attribute_name.clone(), definition.attribute_type.clone());
    }
    Ok(kinds)
}

/// A HASH key, and perhaps a RANGE key after it.
fn keys(
    resource: &Resource,
    path: &str,
    schema: &[KeyElement],
    kinds: &BTreeMap<String, String>,
) -> Result<(KeyAttribute, Option<KeyAttribute>), Problem> {
    let key = |position: usize, element: &KeyElement| match kinds.get(&element.attribute_name) {
        Some(kind) => Ok(KeyAttribute { name: element.attribute_name.clone(), kind: kind.clone() }),
        None => {
            let path = format!("{path}[{position}].AttributeName");
            let message = format!(
                "expected an attribute of AttributeDefinitions, found {}",
                element.attribute_name
            );
            Err(resource.problem(&path, message))
        }
    };
    let expected = "expected a HASH key, and at most a RANGE key after it";
    match schema {
        [hash] if hash.key_type == "HASH" => Ok((key(0, hash)?, None)),
        [hash, range] if hash.key_type == "HASH" && range.key_type == "RANGE" => {
            Ok((key(0, hash)?, Some(key(1, range)?)))
        }
        _ => Err(resource.problem(path, expected)),
    }
}
