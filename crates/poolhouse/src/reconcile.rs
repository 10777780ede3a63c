//! `poolhouse reconcile`: do profiles and accounts agree, and what is not as it should be?
//!
//! The walk is done by the function of the user API, which may read and change both; the command calls it a
//! step at a time, on AWS Lambda or on a server of ours, until there is no next one. So nobody needs rights of
//! their own but that to call the function.

use crate::{Problem, cli::Reconcile};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_lambda::{Client, config::Credentials, error::DisplayErrorContext, primitives::Blob};
use serde_json::{Value, json};
use std::{io::Write, process::ExitCode};
use users::reconcile::Step;

/// Prints what is found, a line of JSON each, and fails if something was found and not mended.
pub async fn run(arguments: Reconcile) -> Result<ExitCode, Problem> {
    let client = client(&arguments).await;
    let (mut after, mut seen, mut members, mut found) = (None, 0, 0, 0);
    let mut out = std::io::stdout();
    loop {
        let event = json!({ "reconcile": { "fix": arguments.fix, "after": after } });
        let step = step(&client, &arguments.function, &event).await?;
        for drift in &step.found {
            let line = serde_json::to_string(drift).unwrap_or_default();
            writeln!(out, "{line}").map_err(|cause| Problem::new("standard output", cause))?;
        }
        seen += step.seen;
        members += step.members;
        found += step.found.len();
        after = step.next;
        if after.is_none() {
            break;
        }
    }
    let what = if arguments.fix { "mended" } else { "found" };
    tracing::warn!(
        "{seen} profiles and {members} users of the pool were looked at, {found} things were {what}"
    );
    Ok(if found == 0 || arguments.fix { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn step(client: &Client, function: &str, event: &Value) -> Result<Step, Problem> {
    let payload = Blob::new(event.to_string());
    let answer = client.invoke().function_name(function).payload(payload).send().await;
    let answer = answer.map_err(|error| {
        Problem::text(format!("{function} cannot be called: {}", DisplayErrorContext(error)))
    })?;
    let has_failed = answer.function_error().is_some();
    let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
    if has_failed {
        let thrown: Value = serde_json::from_slice(&body).unwrap_or_default();
        let message = thrown.get("errorMessage").and_then(Value::as_str).unwrap_or("no reason");
        return Err(Problem::text(format!("{function} failed: {message}; its log says more")));
    }
    serde_json::from_slice(&body)
        .map_err(|cause| Problem::new(format!("{function} is no user API"), cause))
}

/// Credentials and region are where the AWS tools take them. A server of ours that is named takes any in
/// `dev`, so there need be none for it.
async fn client(arguments: &Reconcile) -> Client {
    let mut config = aws_config::defaults(BehaviorVersion::latest());
    if let Some(region) = &arguments.region {
        config = config.region(Region::new(region.clone()));
    }
    if let Some(url) = &arguments.endpoint_url {
        config = config.endpoint_url(url);
        if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
            config = config.credentials_provider(Credentials::new("dev", "dev", None, None, "dev"));
        }
    }
    Client::new(&config.load().await)
}
