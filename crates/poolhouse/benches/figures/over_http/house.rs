//! Which server is asked, by whom?

use crate::harness::{
    PASSWORD,
    connection::Connection,
    directory,
    drive::{Driven, Limit, drive},
    requests,
    server::{Outputs, Server},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::RefCell;
use tempfile::TempDir;
use wire::sigv4::AccessKey;

/// As many ask at once.
pub const AT_ONCE: usize = 16;

/// A running server and what is known of it.
pub struct House {
    pub server: Server,
    pub outputs: Outputs,
    key: AccessKey,
    _folder: TempDir,
    /// How many users have signed up.
    pub users: usize,
}

/// The tokens of a user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

impl House {
    /// Starts a server with nobody in it.
    pub async fn open() -> Self {
        let folder = directory();
        let arguments = [
            "serve",
            "--store=embedded:data",
            "--master-key-file=master.key",
            "--access-key-file=access-key.json",
            "--outbox=outbox.jsonl",
        ];
        let mut server = Server::start(folder.path(), &arguments);
        server.answers(server.api, &requests::get(server.api, "/health", None)).await;
        let outputs = server.outputs(folder.path());
        let key = requests::access_key(&folder.path().join("access-key.json"));
        let house = Self { server, outputs, key, users: 0, _folder: folder };
        // The keys of a new pool are made in the background; nothing is measured before they are there.
        let mut connection = Connection::open(house.server.identity).await.unwrap();
        connection.ask(&house.jwks()).await;
        house
    }

    /// The e-mail address of a user.
    pub fn email(number: usize) -> String {
        format!("user{number}@example.com")
    }

    pub fn jwks(&self) -> Vec<u8> {
        let path = format!("/{}/.well-known/jwks.json", self.outputs.user_pool_id);
        requests::get(self.server.identity, &path, None)
    }

    /// A request for what is not there: the price of HTTP itself.
    pub fn nothing(&self) -> Vec<u8> {
        requests::get(self.server.identity, "/", None)
    }

    pub fn get(&self, path: &str, bearer: Option<&str>) -> Vec<u8> {
        requests::get(self.server.api, path, bearer)
    }

    /// A call that needs no signature, as the web client makes it.
    pub fn call(&self, operation: &str, mut input: Value) -> Vec<u8> {
        if let Some(input) = input.as_object_mut()
            && !input.contains_key("AccessToken")
        {
            input.insert("ClientId".to_owned(), self.outputs.web_client_id.clone().into());
        }
        requests::call(self.server.identity, operation, &input)
    }

    /// A call of the administrator, signed: about the template's pool, unless it names another.
    pub fn admin(&self, operation: &str, mut input: Value) -> Vec<u8> {
        if let Some(input) = input.as_object_mut()
            && !input.contains_key("UserPoolId")
        {
            input.insert("UserPoolId".to_owned(), self.outputs.user_pool_id.clone().into());
        }
        requests::signed_call(self.server.identity, operation, &input, &self.key)
    }

    pub fn sign_in(&self, number: usize) -> Vec<u8> {
        let parameters = json!({ "USERNAME": Self::email(number), "PASSWORD": PASSWORD });
        let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
        self.call("InitiateAuth", input)
    }

    /// Connections to the identity API.
    pub async fn connections(&self, count: usize) -> Vec<Connection> {
        Connection::several(self.server.identity, count).await
    }

    /// Sends requests over these connections, round and round until the limit, and hands each answer on.
    pub async fn drive(
        &self,
        connections: &mut [Connection],
        requests: &[Vec<u8>],
        limit: Limit,
        heard: impl Fn(usize, &[u8]),
    ) -> Driven {
        drive(
            connections,
            limit,
            || self.server.cpu(),
            async |connection, number| {
                let request = &requests[number % requests.len()];
                heard(number, connection.ask(request).await);
            },
        )
        .await
    }

    /// Sends each request once, and gives the answers.
    pub async fn ask_all(&self, requests: &[Vec<u8>]) -> Vec<Value> {
        let mut connections = self.connections(AT_ONCE).await;
        let answers = RefCell::new(vec![Value::Null; requests.len()]);
        let limit = Limit::jobs(requests.len());
        let done = self.drive(&mut connections, requests, limit, |number, body| {
            answers.borrow_mut()[number] = serde_json::from_slice(body).unwrap();
        });
        assert_eq!(done.await.count, requests.len(), "it takes too long");
        answers.into_inner()
    }

    /// Has users sign up, until there are this many or the time is up.
    pub async fn sign_up(&mut self, at_once: usize, limit: Limit) -> Driven {
        let call = |number| {
            let attributes = json!([
                { "Name": "given_name", "Value": "Ann" },
                { "Name": "family_name", "Value": "Example" },
            ]);
            let input = json!({
                "Username": Self::email(number), "Password": PASSWORD, "UserAttributes": attributes
            });
            self.call("SignUp", input)
        };
        let jobs = limit.jobs.min(20_000);
        let requests: Vec<Vec<u8>> = (self.users..self.users + jobs).map(call).collect();
        let mut connections = self.connections(at_once).await;
        let limit = Limit { jobs, ..limit };
        let done = self.drive(&mut connections, &requests, limit, |_, _| ()).await;
        self.users += done.count;
        done
    }

    /// Confirms the first users, and signs them in.
    pub async fn confirm(&self, count: usize) -> Vec<Tokens> {
        let confirm =
            |number| self.admin("AdminConfirmSignUp", json!({ "Username": Self::email(number) }));
        self.ask_all(&(0..count).map(confirm).collect::<Vec<_>>()).await;
        let sign_ins: Vec<_> = (0..count).map(|number| self.sign_in(number)).collect();
        let answers = self.ask_all(&sign_ins).await.into_iter();
        let tokens = answers.map(|mut answer| answer["AuthenticationResult"].take());
        tokens.map(|tokens| serde_json::from_value(tokens).unwrap()).collect()
    }
}
