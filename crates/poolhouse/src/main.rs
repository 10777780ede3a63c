//! Poolhouse: user identity and access for serverless apps, in one binary.
//!
//! The front. It alone reads the environment, the clock and the random source, opens files and sockets,
//! and names the adapters; everything below is handed what it needs.

mod access_keys;
mod api_key;
mod api_key_door;
mod background;
mod barrier;
mod beside;
mod cli;
mod crowd;
mod deploy;
mod dev;
mod directory;
mod files;
mod foreign;
mod house;
mod http_client;
mod identity_door;
mod ids;
mod interpreters;
mod invoke;
mod invoke_door;
mod key_sets;
mod letter;
mod letters;
mod limits;
mod listen;
mod on_aws;
mod on_lambda;
mod on_ses;
mod on_sns;
mod ours;
mod outbound;
mod outbox;
mod page;
mod pages_door;
mod post;
mod reconcile;
mod roles;
mod runs;
mod serve;
mod signed_requests;
mod smtp;
mod stores;
mod telling;
mod tls;
mod token;
mod uploads;
mod upstream;
mod usage_ledger;
mod why;

use clap::Parser;
use cli::{Cli, Command};
use std::{io::IsTerminal, process::ExitCode};

fn main() -> ExitCode {
    // First of all and without a look at anything else: each start of a function goes through here.
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == foreign::LAUNCH) {
        return failed(&foreign::launch(arguments));
    }
    let cli = Cli::parse();
    start_log(&cli.command);
    run(cli.command).unwrap_or_else(|problem| failed(&problem))
}

#[expect(clippy::print_stderr, reason = "the last word of a command goes to its user")]
fn failed(problem: &Problem) -> ExitCode {
    eprintln!("poolhouse: {problem}");
    ExitCode::FAILURE
}

/// Runs a command on a runtime with a thread for each core.
fn run(command: Command) -> Result<ExitCode, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Problem::new("the runtime does not start", cause))?;
    runtime.block_on(async {
        match command {
            Command::Invoke(arguments) => return invoke::run(*arguments).await,
            Command::Reconcile(arguments) => return reconcile::run(arguments).await,
            Command::Dev(arguments) => dev::run(*arguments).await?,
            Command::Serve(arguments) => serve::run(*arguments).await?,
            Command::Token(arguments) => token::run(arguments).await?,
            Command::ApiKey(arguments) => api_key::run(arguments).await?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Logs go to standard error: lines for people, or JSON for machines in `serve`. A developer sees what functions
/// log as well.
fn start_log(command: &Command) {
    use tracing_subscriber::{EnvFilter, fmt};
    let is_serve = matches!(command, Command::Serve(_));
    let default = if is_serve { "info" } else { "warn,lambda=info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    // Below this the AWS SDK tells whole requests and answers, which are everybody's records. Who wants to see
    // them has to name the SDK's crates; `trace` for all is not enough.
    let filter = match "aws_=info".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let log = fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if is_serve { log.json().init() } else { log.compact().init() }
}

/// What a command ends with when it does not do what was asked: a text for its user.
#[derive(Debug)]
pub struct Problem(String);

impl Problem {
    /// A problem with its cause, and the causes of that.
    pub fn new(what: impl Into<String>, cause: impl std::error::Error) -> Self {
        let mut text = format!("{}: {cause}", what.into());
        let mut source = cause.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        Self(text)
    }

    /// A problem in words.
    pub fn text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}
