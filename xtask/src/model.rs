//! What does a service model say? The part of botocore's `service-2.json` that we read.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
pub struct Model {
    pub metadata: Metadata,
    pub operations: BTreeMap<String, Operation>,
    pub shapes: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    pub target_prefix: String,
    pub endpoint_prefix: String,
    pub api_version: String,
}

#[derive(Deserialize)]
pub struct Operation {
    pub input: Reference,
    pub output: Option<Reference>,
    #[serde(default)]
    pub errors: Vec<Reference>,
    pub authtype: Option<String>,
}

#[derive(Deserialize)]
pub struct Reference {
    pub shape: String,
}

#[derive(Deserialize)]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Members keep the model's order, which is the order AWS lists violations in.
    #[serde(default, deserialize_with = "in_order")]
    pub members: Vec<(String, Reference)>,
    #[serde(default)]
    pub required: BTreeSet<String>,
    pub member: Option<Reference>,
    pub key: Option<Reference>,
    pub value: Option<Reference>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub pattern: Option<String>,
    #[serde(rename = "enum")]
    pub values: Option<Vec<String>>,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub document: bool,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Structure,
    String,
    List,
    Map,
    Integer,
    Long,
    Boolean,
    Blob,
    Timestamp,
}

impl Model {
    /// Every shape that can be met on the way down from `roots`.
    pub fn reachable<'a>(&'a self, roots: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = roots.into_iter().collect();
        while let Some(name) = open.pop() {
            let Some((name, shape)) = self.shapes.get_key_value(name) else { continue };
            if seen.insert(name.as_str()) {
                open.extend(shape.references().map(|to| to.shape.as_str()));
            }
        }
        seen
    }
}

impl Shape {
    fn references(&self) -> impl Iterator<Item = &Reference> {
        let members = self.members.iter().map(|(_, to)| to);
        members.chain(&self.member).chain(&self.key).chain(&self.value)
    }
}

fn in_order<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Vec<(String, Reference)>, D::Error> {
    struct Pairs;
    impl<'de> serde::de::Visitor<'de> for Pairs {
        type Value = Vec<(String, Reference)>;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("an object of members")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }
    from.deserialize_map(Pairs)
}
