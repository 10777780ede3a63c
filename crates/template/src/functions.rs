//! Which Lambda functions does the template ask for?

use crate::{problem::Problem, stack::Resource};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A Lambda function.
#[derive(Clone, PartialEq, Eq)]
pub struct Function {
    /// The name it has in the template.
    pub logical_id: String,
    /// The name one calls it by.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Where its code is.
    pub code: Code,
    /// `bootstrap`, `index.handler`, `app.handler`; empty for an image.
    pub handler: String,
    /// `provided.al2023`, `nodejs22.x`, `python3.13`; empty for an image.
    pub runtime: String,
    /// The environment. May hold secrets, so it is not printed.
    pub environment: BTreeMap<String, String>,
    /// Seconds a call may take; Lambda's default is 3.
    pub timeout_seconds: u32,
    /// Megabytes; Lambda's default is 128.
    pub memory_megabytes: u32,
    /// `arm64` or `x86_64`; Lambda's default is `x86_64`.
    pub architectures: Vec<String>,
    /// How many calls may run at once, if the template says so.
    pub reserved_concurrency: Option<u32>,
    /// The line its logical id stands in.
    pub line: u32,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ({}) in line {}", self.logical_id, self.runtime, self.line)
    }
}

/// Where the code of a function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A folder or a file beside the template (`CodeUri: target/lambda/authorizer/`).
    Folder(String),
    /// In the template itself.
    Inline(String),
    /// In a bucket, a registry or another place that is not here.
    Elsewhere(String),
}

impl Code {
    /// The folder, if the code is in one.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        match self {
            Self::Folder(path) => Some(path),
            Self::Inline(_) | Self::Elsewhere(_) => None,
        }
    }
}

/// Whether a type of resource is a function.
pub(crate) fn is_function(kind: &str) -> bool {
    matches!(kind, "AWS::Serverless::Function" | "AWS::Lambda::Function")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(default)]
    code_uri: Option<Source>,
    #[serde(default)]
    code: Option<Source>,
    #[serde(default)]
    inline_code: Option<String>,
    #[serde(default)]
    image_uri: Option<String>,
    #[serde(default)]
    package_type: Option<String>,
    #[serde(default)]
    handler: Option<String>,
    #[serde(default)]
    runtime: Option<String>,
    #[serde(default)]
    environment: Environment,
    #[serde(default)]
    timeout: Option<i64>,
    #[serde(default)]
    memory_size: Option<i64>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    reserved_concurrent_executions: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Folder(String),
    Other(BTreeMap<String, String>),
}

pub(crate) fn read(
    resources: &[Resource],
    arns: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Vec<Function> {
    let mut functions = Vec::new();
    for resource in resources.iter().filter(|one| is_function(&one.kind)) {
        // What could not be made out is reported already.
        if resource.node.has_unknown() {
            continue;
        }
        match function(resource, arns) {
            Ok(function) => functions.push(function),
            Err(problem) => problems.push(problem),
        }
    }
    functions
}

fn function(resource: &Resource, arns: &BTreeMap<String, String>) -> Result<Function, Problem> {
    let properties = resource.read::<Properties>()?;
    let bounded = |property: &str, value: Option<i64>, default: u32, most: u32| match value {
        None => Ok(default),
        Some(value) => {
            u32::try_from(value).ok().filter(|value| (1..=most).contains(value)).ok_or_else(|| {
                resource.problem(property, format!("expected 1 to {most}, found {value}"))
            })
        }
    };
    let timeout_seconds = bounded("Timeout", properties.timeout, 3, 900)?;
    let memory_megabytes = bounded("MemorySize", properties.memory_size, 128, 32_768)?;
    let reserved_concurrency = match properties.reserved_concurrent_executions {
        None => None,
        Some(value) => Some(u32::try_from(value).map_err(|_| {
            let message = format!("expected 0 or more, found {value}");
            resource.problem("ReservedConcurrentExecutions", message)
        })?),
    };
    let architectures = properties.architectures.unwrap_or_else(|| vec!["x86_64".to_owned()]);
    for (index, name) in architectures.iter().enumerate() {
        if !matches!(name.as_str(), "arm64" | "x86_64") {
            let path = format!("Architectures[{index}]");
            let message = format!("expected arm64 or x86_64, found {name}");
            return Err(resource.problem(&path, message));
        }
    }

    let is_image = properties.package_type.as_deref() == Some("Image");
    let code = match (properties.code_uri.or(properties.code), properties.inline_code) {
        (_, Some(text)) => Code::Inline(text),
        (Some(Source::Folder(path)), None) if path.starts_with("s3://") => Code::Elsewhere(path),
        (Some(Source::Folder(path)), None) => Code::Folder(path),
        (Some(Source::Other(mut source)), None) => match source.remove("ZipFile") {
            Some(text) => Code::Inline(text),
            None => Code::Elsewhere(source.into_values().collect::<Vec<_>>().join("/")),
        },
        (None, None) => match properties.image_uri {
            Some(image) => Code::Elsewhere(image),
            None if is_image => Code::Elsewhere(String::new()),
            None => {
                let message = "CodeUri is missing: expected the folder of the code";
                return Err(resource.problem("", message));
            }
        },
    };
    let is_missing = |value: &Option<String>| value.as_ref().is_none_or(String::is_empty);
    let missing = [("Handler", &properties.handler), ("Runtime", &properties.runtime)]
        .into_iter()
        .filter(|(_, value)| is_missing(value) && !is_image)
        .map(|(property, _)| property)
        .collect::<Vec<_>>();
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let message = format!("{} {verb} missing: expected a text", missing.join(" and "));
        return Err(resource.problem("", message));
    }
    Ok(Function {
        logical_id: resource.logical_id.clone(),
        name: resource.physical_id.clone(),
        arn: arns.get(&resource.logical_id).cloned().unwrap_or_default(),
        code,
        handler: properties.handler.unwrap_or_default(),
        runtime: properties.runtime.unwrap_or_default(),
        environment: properties.environment.variables,
        timeout_seconds,
        memory_megabytes,
        architectures,
        reserved_concurrency,
        line: resource.line,
    })
}
