//! What can be asked for on the command line?

use crate::{
    barrier::Barrier,
    limits::{self, Rate},
    telling::Listener,
};
use clap::{Args, Parser, Subcommand};
use policies::Network;
use pool::Quota;
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
    Dev(Box<Dev>),
    /// Run everything for real: admin calls are signed, data is shared or on disk.
    Serve(Box<Serve>),
    /// Call a function of the template once.
    Invoke(Box<Invoke>),
    /// Look into a token.
    Token(Token),
    /// Make, list, rotate and revoke the API keys of a running server.
    ApiKey(ApiKeyArguments),
    /// Find profiles and accounts that do not agree, and mend them.
    Reconcile(Reconcile),
}

#[derive(Args)]
pub struct Reconcile {
    /// The function of the user API: its name or ARN, the output `UserApiFunction` of the template.
    #[arg(value_name = "FUNCTION")]
    pub function: String,
    /// Mend what is found. Without it, what is found is printed, and the command fails if there is anything.
    #[arg(long)]
    pub fix: bool,
    /// Where the function is called; AWS Lambda if it is not said. For a server of ours its identity address.
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The region; that of the AWS tools if it is not said.
    #[arg(long)]
    pub region: Option<String>,
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
    /// Make each function wait this long before its first call, to feel what a cold start feels like.
    #[arg(long, value_name = "MS", default_value_t = 0, hide_default_value = true)]
    pub cold_start: u64,
    #[command(flatten)]
    pub barrier: BarrierArguments,
    #[command(flatten)]
    pub limits: LimitArguments,
    #[command(flatten)]
    pub tls: TlsArguments,
    #[command(flatten)]
    pub user_events: UserEventArguments,
    #[command(flatten)]
    pub functions: FunctionArguments,
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
    /// The access keys that admin calls are signed with, as JSON: one that may do everything, or several with a name
    /// and a policy each; made, with one, if the file is not there.
    #[arg(long, value_name = "FILE")]
    pub access_key_file: PathBuf,
    #[command(flatten)]
    pub post: PostArguments,
    /// Write the outputs of the template to this file, as JSON, once the server answers.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    #[command(flatten)]
    pub user_events: UserEventArguments,
    /// Passwords that everybody knows, one in each line, for pools with threat protection. A short list is
    /// built in.
    #[arg(long, value_name = "FILE")]
    pub compromised_passwords: Option<PathBuf>,
    /// How many proxies of ours stand before this server. Each adds the address it was called from to
    /// X-Forwarded-For; without any that header is not looked at.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub proxies: u8,
    #[command(flatten)]
    pub barrier: BarrierArguments,
    /// How many requests a second the API of the template takes, over all its routes; others are told
    /// `Too Many Requests`. Without it there is no such limit. AWS has 10,000 in an account.
    #[arg(long, value_name = "NUMBER", requires = "api_burst")]
    pub api_rate: Option<u32>,
    /// How many of them may come at once.
    #[arg(long, value_name = "NUMBER", requires = "api_rate")]
    pub api_burst: Option<u32>,
    /// Let tokens name the issuer that Cognito would, for verifiers that insist on it.
    #[arg(long)]
    pub aws_issuer: bool,
    #[command(flatten)]
    pub limits: LimitArguments,
    #[command(flatten)]
    pub tls: TlsArguments,
    #[command(flatten)]
    pub functions: FunctionArguments,
    #[command(flatten)]
    pub stack: StackArguments,
}

#[derive(Args)]
pub struct Invoke {
    /// The function: its logical id in the template, or its name.
    pub function: String,
    /// The file with the event, or `-` to read it from standard input.
    #[arg(long, value_name = "FILE")]
    pub event: PathBuf,
    /// The SAM or CloudFormation template the function is of; the built-in starter if there is none.
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Use the data in this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    pub data: Option<PathBuf>,
    /// Use data in memory, which is empty. This is the default.
    #[arg(long)]
    pub memory: bool,
    #[command(flatten)]
    pub functions: FunctionArguments,
    #[command(flatten)]
    pub stack: StackArguments,
}

/// Who is kept out.
#[derive(Args)]
pub struct BarrierArguments {
    /// Refuse what comes from these addresses and networks without a signature: sign-ins and the other public
    /// operations, pages, OAuth 2.0 endpoints. Separated by commas; may be given several times.
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = Barrier::parse)]
    pub block_addresses: Vec<Network>,
}

/// How often something may be asked for, and how many there may be.
#[derive(Args)]
pub struct LimitArguments {
    /// Answer `TooManyRequestsException` to more requests a second, by Cognito's categories: `provisioned` for
    /// AWS's default rates and what UpdateProvisionedLimit says, or CATEGORY=NUMBER (`UserRead=5`). May be given
    /// several times; without it nobody has to wait.
    #[arg(long = "request-rate", value_name = "RATE", value_parser = Rate::parse)]
    pub rates: Vec<Rate>,
    /// Let there be this many of something, where AWS's quota is too small or too large: NAME=NUMBER
    /// (`custom-domains=100`). May be given several times.
    #[arg(long = "quota", value_name = "NAME=NUMBER", value_parser = limits::quota)]
    pub quotas: Vec<(Quota, usize)>,
}

/// With what the server answers over TLS. Without these it speaks plain HTTP.
#[derive(Args)]
pub struct TlsArguments {
    /// The certificate to answer with over TLS, and the chain above it, as PEM. A renewed file is taken within
    /// ten seconds.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of the certificate, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
}

/// How mails and text messages leave.
#[derive(Args)]
pub struct PostArguments {
    /// Send mails by this way: `smtp://[USER@]HOST[:PORT][?tls=starttls|implicit|none]`, or
    /// `ses[:CONFIGURATION-SET]` for Amazon SES with the credentials of the environment, in the name of the identity
    /// that a pool says.
    #[arg(long, value_name = "WAY")]
    pub mail: Option<String>,
    /// Whom mails are from whose pool does not say: an address, or `NAME <ADDRESS>`.
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// The password of the user of the mail server; without it the one in POOLHOUSE_MAIL_PASSWORD.
    #[arg(long, value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// Send text messages by this way: `sns`, Amazon SNS. In the role that a pool says, which is taken on through AWS
    /// STS with the credentials of the environment; for a pool that says none with these credentials.
    #[arg(long, value_name = "WAY")]
    pub sms: Option<String>,
    /// Append mails and texts that have no other way to this file, a JSON document a line, for whatever
    /// delivers them.
    #[arg(long, value_name = "FILE")]
    pub outbox: Option<PathBuf>,
}

/// Who is told what users do.
#[derive(Args)]
pub struct UserEventArguments {
    /// Tell what users do, as CloudEvents: to the `log`, to `file:PATH` (a JSON document a line), to the https URL
    /// of a webhook (http on this machine), or to the ARN of an SNS topic. `serve` tells the log if nobody else.
    #[arg(long = "user-events", value_name = "WHERE", value_parser = Listener::parse)]
    pub listener: Option<Listener>,
    /// The secret that calls of a webhook are signed with, as Standard Webhooks has it (`whsec_…`); made if the
    /// file is not there.
    #[arg(long = "user-events-secret-file", value_name = "FILE")]
    pub secret: Option<PathBuf>,
    /// The webhook may be at this address, though it is not a public one. May be given several times.
    #[arg(long = "user-events-address", value_name = "IP")]
    pub addresses: Vec<IpAddr>,
}

/// How functions are run that are not Poolhouse's own.
#[derive(Args)]
pub struct FunctionArguments {
    /// Do not run this function, but call it where it runs, as NAME=URL. NAME is its logical id or its name,
    /// URL that of a server with Lambda's Invoke API (`cargo lambda watch`), the whole Invoke URL, or the ARN of
    /// a function on AWS Lambda. May be given several times.
    #[arg(long = "function", value_name = "NAME=URL")]
    pub elsewhere: Vec<String>,
    /// The Node.js that runs handlers for Node.js.
    #[arg(long, value_name = "FILE", env = "POOLHOUSE_NODE", default_value = "node")]
    pub node: PathBuf,
    /// A folder in which `npm install aws-lambda-ric` was run; without it the nearest one, from the template's
    /// folder upwards. A function that brings the package beside its code uses that.
    #[arg(long, value_name = "DIR", env = "POOLHOUSE_NODE_CLIENT")]
    pub node_client: Option<PathBuf>,
    /// A virtual environment, or a Python, for which `pip install awslambdaric` was run; without it the nearest
    /// `.venv`, from the template's folder upwards, or else `python3`.
    #[arg(long, value_name = "PATH", env = "POOLHOUSE_PYTHON")]
    pub python: Option<PathBuf>,
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
    /// Show the pages as the files in this folder say: `theme.css`, `logo.svg`, `en.ftl` and so on.
    #[arg(long, value_name = "DIR")]
    pub theme: Option<PathBuf>,
    /// Let this public client leave out PKCE, as Cognito lets all of them. May be given more than once.
    #[arg(long, value_name = "CLIENT_ID")]
    pub without_pkce: Vec<String>,
    /// Ask people whether this client, which is somebody else's, may have what it asks for. May be given more than
    /// once.
    #[arg(long, value_name = "CLIENT_ID")]
    pub third_party: Vec<String>,
    /// Answer as OpenID Connect says where Cognito does otherwise; docs/pages.md names the places.
    #[arg(long)]
    pub strict_openid: bool,
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

#[derive(Args)]
pub struct ApiKeyArguments {
    #[command(flatten)]
    pub server: ServerArguments,
    #[command(subcommand)]
    pub command: ApiKeyCommand,
}

/// Which server is asked, and by whom.
#[derive(Args)]
pub struct ServerArguments {
    /// Where the identity API of the server is. Other machines are reached over https only.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9229", global = true)]
    pub endpoint_url: String,
    /// The access key that admin calls are signed with, the file of `serve`; without it AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY are used. `dev` takes any.
    #[arg(long, value_name = "FILE", global = true)]
    pub access_key_file: Option<PathBuf>,
    /// The region in signatures.
    #[arg(long, default_value = "eu-west-1", env = "AWS_REGION", global = true)]
    pub region: String,
}

#[derive(Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key. This is the only time that it is shown.
    Create {
        /// What you call it: the server that uses it.
        name: String,
        /// What it is good for.
        #[arg(long, default_value = "read")]
        scope: KeyScope,
        /// After how long it ends, `90d` or `12h`; never, if nothing is said.
        #[arg(long, value_name = "DURATION")]
        expires: Option<String>,
    },
    /// List the keys, without their secrets.
    List,
    /// Give a key a new secret, beside which the old one stays good for a while.
    Rotate {
        /// Its id, what stands between its underscores.
        id: String,
        /// For how long the old secret stays good, 30d at most.
        #[arg(long, value_name = "DURATION", default_value = "24h")]
        overlap: String,
    },
    /// End a key, with both of its secrets.
    Revoke {
        /// Its id, what stands between its underscores.
        id: String,
    },
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum KeyScope {
    /// Routes that look.
    Read,
    /// All routes.
    Write,
}

impl From<KeyScope> for users::api_keys::KeyScope {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Read => Self::Read,
            KeyScope::Write => Self::Write,
        }
    }
}
