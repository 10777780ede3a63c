//! What can be asked for on the command line?

use clap::{Args, Parser, Subcommand};
use std::{net::IpAddr, path::PathBuf};

/// User pools, tokens, authorizers and a user API: Amazon Cognito's API in one binary.
#[derive(Parser)]
#[command(name = "poolhouse", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run everything on this machine, for a developer or a CI job. Listens on loopback only.
    Dev(Dev),
    /// Run everything for real: admin calls are signed, data is shared or on disk.
    Serve(Serve),
    /// Look into a token.
    Token(Token),
}

#[derive(Args)]
pub struct Dev {
    /// The SAM or CloudFormation template to run; the built-in starter if there is none.
    pub template: Option<PathBuf>,
    /// Where the identity API listens.
    #[arg(long, default_value_t = 9229)]
    pub port: u16,
    /// Where the API of the template listens.
    #[arg(long, default_value_t = 3000)]
    pub api_port: u16,
    /// Keep data in this directory.
    #[arg(long, value_name = "DIR", default_value = ".poolhouse", conflicts_with = "memory")]
    pub data: PathBuf,
    /// Keep data in memory, and forget it at the end.
    #[arg(long)]
    pub memory: bool,
    /// Write the outputs of the template to this file, as JSON, once the server answers.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    /// Make every confirmation code this one.
    #[arg(long, value_name = "CODE")]
    pub fixed_code: Option<String>,
    #[command(flatten)]
    pub stack: StackArguments,
}

#[derive(Args)]
pub struct Serve {
    /// The SAM or CloudFormation template to run; the built-in starter if there is none.
    pub template: Option<PathBuf>,
    /// The address that clients reach this server at; the beginning of every token's issuer.
    #[arg(long, value_name = "URL")]
    pub public_url: String,
    /// The address that clients reach the API of the template at.
    #[arg(long, value_name = "URL")]
    pub public_api_url: Option<String>,
    /// The address to listen on. Others than loopback must be asked for.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub listen: IpAddr,
    /// Where the identity API listens.
    #[arg(long, default_value_t = 9229)]
    pub port: u16,
    /// Where the API of the template listens.
    #[arg(long, default_value_t = 3000)]
    pub api_port: u16,
    /// Where data is kept: `embedded:DIR`, or `dynamodb:TABLE` to share it between nodes.
    #[arg(long, value_name = "STORE")]
    pub store: String,
    /// The key that everything secret is sealed under; made if the file is not there. Every node of a
    /// shared store needs the same one.
    #[arg(long, value_name = "FILE")]
    pub master_key_file: PathBuf,
    /// The access key that admin calls are signed with, as JSON; made if the file is not there.
    #[arg(long, value_name = "FILE")]
    pub access_key_file: PathBuf,
    /// Append mails and texts to this file, a JSON document a line, for whatever delivers them.
    #[arg(long, value_name = "FILE")]
    pub outbox: Option<PathBuf>,
    /// Write the outputs of the template to this file, as JSON, once the server answers.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    /// Passwords that everybody knows, one in each line, for pools with threat protection. A short list is
    /// built in.
    #[arg(long, value_name = "FILE")]
    pub compromised_passwords: Option<PathBuf>,
    /// How many proxies of ours stand before this server. Each adds the address it was called from to
    /// X-Forwarded-For; without any that header is not looked at.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub proxies: u8,
    /// Let tokens name the issuer that Cognito would, for verifiers that insist on it.
    #[arg(long)]
    pub aws_issuer: bool,
    #[command(flatten)]
    pub stack: StackArguments,
}

/// What a template is resolved with.
#[derive(Args)]
pub struct StackArguments {
    /// A parameter of the template, as NAME=VALUE. May be given several times.
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,
    /// The region that ids and ARNs name.
    #[arg(long, default_value = "eu-west-1", env = "AWS_REGION")]
    pub region: String,
    /// The account that ARNs name.
    #[arg(long, default_value = "000000000000")]
    pub account_id: String,
    /// The name of the stack.
    #[arg(long, default_value = "poolhouse")]
    pub stack_name: String,
}

#[derive(Args)]
pub struct Token {
    #[command(subcommand)]
    pub command: TokenCommand,
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Show header and claims of a token. Nothing is verified.
    Decode {
        /// The token, or `-` to read it from standard input.
        token: String,
    },
    /// Verify the signature and times of a token against a key set.
    Verify {
        /// The token, or `-` to read it from standard input.
        token: String,
        /// The key set, as `/.well-known/jwks.json` gives it.
        #[arg(long, value_name = "FILE")]
        jwks: PathBuf,
    },
}
