//! Which running server do the tests with the AWS SDK for Rust talk to, and how do they read its mails?
//!
//! The environment says so, in the variables that `scripts/test` sets: `POOLHOUSE_OUTPUTS` names the
//! file of the outputs, `POOLHOUSE_ACCESS_KEY_ID` and `POOLHOUSE_SECRET_ACCESS_KEY` are the keys of an
//! administrator, and `POOLHOUSE_OUTBOX`, if set, is the file to which `serve` appends its messages.

use aws_sdk_cognitoidentityprovider::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
};
use serde::Deserialize;
use std::{
    env, fs,
    io::{self, Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

/// Why there is no server to talk to, or no mail to read.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// The environment does not say which server runs.
    #[error("the environment variable POOLHOUSE_OUTPUTS does not name the outputs of a server")]
    Server(#[from] env::VarError),
    /// A file or a connection did not work.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A file or an answer is not what it should be.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Nobody has sent that many messages to this address.
    #[error("{to} has fewer than {count} messages")]
    Message {
        /// The address.
        to: String,
        /// How many were waited for.
        count: usize,
    },
}

/// The `Outputs` of the starter template.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// The pool of the starter template.
    pub user_pool_id: String,
    /// Its public client.
    pub web_client_id: String,
    /// Its confidential client.
    pub server_client_id: String,
    /// Where the user pools API answers.
    pub identity_url: String,
    /// Where the API of the template answers.
    pub api_url: String,
}

/// A message as the server tells of it.
#[derive(Debug, Deserialize)]
pub struct Message {
    to: String,
    code: Option<String>,
}

/// A running server.
#[derive(Debug)]
pub struct House {
    /// What it serves, and where.
    pub outputs: Outputs,
    /// A client with the keys of an administrator.
    pub cognito: Client,
}

impl House {
    /// The server that the environment names.
    ///
    /// # Errors
    /// [`Missing`] if it names none.
    pub fn of_the_environment() -> Result<Self, Missing> {
        let file = env::var("POOLHOUSE_OUTPUTS")?;
        let outputs: Outputs = serde_json::from_str(&fs::read_to_string(file)?)?;
        let region = outputs.user_pool_id.split('_').next().unwrap_or_default().to_owned();
        let variable = |name, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.into());
        let credentials = Credentials::new(
            variable("POOLHOUSE_ACCESS_KEY_ID", "any"),
            variable("POOLHOUSE_SECRET_ACCESS_KEY", "credentials"),
            None,
            None,
            "environment",
        );
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(outputs.identity_url.clone())
            .region(Region::new(region))
            .credentials_provider(credentials)
            // One attempt only: a retry would hide a fault.
            .retry_config(RetryConfig::disabled())
            .build();
        Ok(Self { outputs, cognito: Client::from_conf(config) })
    }

    /// The part of the pool's id that a proof of a password is bound to.
    #[must_use]
    pub fn realm(&self) -> &str {
        self.outputs.user_pool_id.split_once('_').map_or("", |(_, realm)| realm)
    }

    /// The code in the newest message to an address, once there are `count` of them: messages leave
    /// after the answer, not before it.
    ///
    /// # Errors
    /// [`Missing`] if they do not come.
    pub fn code(&self, to: &str, count: usize) -> Result<String, Missing> {
        for _ in 0..250 {
            let found = self.messages(to)?;
            if found.len() >= count
                && let Some(code) = found.into_iter().next().and_then(|message| message.code)
            {
                return Ok(code);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(Missing::Message { to: to.to_owned(), count })
    }

    /// The messages to an address, newest first.
    fn messages(&self, to: &str) -> Result<Vec<Message>, Missing> {
        let Ok(outbox) = env::var("POOLHOUSE_OUTBOX") else {
            let path = format!("/_poolhouse/messages?to={}", to.replace('@', "%40"));
            return Ok(serde_json::from_str(&get(&self.outputs.identity_url, &path)?)?);
        };
        let text = fs::read_to_string(outbox).unwrap_or_default();
        // The last line may still be being written.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let lines: Vec<Message> =
            whole.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(lines.into_iter().rev().filter(|message| message.to == to).collect())
    }
}

/// The body of one answer. HTTP/1.0 keeps a client this small: no chunks, and the end is the end.
fn get(url: &str, path: &str) -> Result<String, io::Error> {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(connection, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an answer without a body"))?;
    Ok(body.to_owned())
}
