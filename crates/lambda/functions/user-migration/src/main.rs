//! The user migration on AWS Lambda: from a directory over HTTPS, or from another user pool.
//!
//! Beside the function's own environment it reads which of the two:
//!
//! * `DIRECTORY_URL`, and `DIRECTORY_AUTHORIZATION` for the `Authorization` header by which the directory
//!   knows the function; or
//! * `DIRECTORY_USER_POOL_ID` and `DIRECTORY_CLIENT_ID`, and `DIRECTORY_CLIENT_SECRET` if that client has one.

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderValue;
use kit::{
    Unavailable,
    user_migration::{Directory, Http, HttpAnswer, HttpDirectory, Question, UserMigrations},
};
use lambda::{
    Problem, World,
    https::{Address, Client},
};
use lambda_aws::{Aws, OtherPool, OtherPoolSettings};
use std::{process::ExitCode, sync::Arc};
use zeroize::Zeroizing;

const DIRECTORY_URL: &str = "DIRECTORY_URL";
const DIRECTORY_AUTHORIZATION: &str = "DIRECTORY_AUTHORIZATION";
const DIRECTORY_USER_POOL_ID: &str = "DIRECTORY_USER_POOL_ID";
const DIRECTORY_CLIENT_ID: &str = "DIRECTORY_CLIENT_ID";
const DIRECTORY_CLIENT_SECRET: &str = "DIRECTORY_CLIENT_SECRET";

struct OverHttps {
    client: Client,
    authenticate: Address,
    find: Address,
    authorization: Option<HeaderValue>,
}

impl OverHttps {
    fn new(url: &str, authorization: Option<&str>) -> Result<Self, Problem> {
        let address = Address::parse(url);
        let below = |question: Question| address.as_ref()?.join(question.as_str());
        let (Some(authenticate), Some(find)) =
            (below(Question::Authenticate), below(Question::Find))
        else {
            return Err(Problem::new(format!(
                "the environment variable {DIRECTORY_URL} is no https address without a query"
            )));
        };
        let header = |text: &str| {
            let mut header = HeaderValue::from_str(text).map_err(|_| {
                Problem::new(format!(
                    "the environment variable {DIRECTORY_AUTHORIZATION} cannot be sent as a header"
                ))
            })?;
            header.set_sensitive(true);
            Ok::<_, Problem>(header)
        };
        let authorization = authorization.map(header).transpose()?;
        Ok(Self { client: Client::default(), authenticate, find, authorization })
    }
}

#[async_trait]
impl Http for OverHttps {
    async fn post(
        &self,
        question: Question,
        json: Zeroizing<Vec<u8>>,
    ) -> Result<HttpAnswer, Unavailable> {
        let address = match question {
            Question::Authenticate => &self.authenticate,
            Question::Find => &self.find,
        };
        // The bytes stay where they are and are wiped with the request.
        let json = Bytes::from_owner(json);
        let authorization = self.authorization.as_ref();
        let answer = self.client.post(address, authorization, json, HttpAnswer::MAX_BODY).await;
        let answer = answer.map_err(|cause| Unavailable::new("the directory", cause))?;
        Ok(HttpAnswer { status: answer.status, body: answer.body.into() })
    }
}

fn directory(world: &World) -> Result<Arc<dyn Directory>, Problem> {
    match (world.find(DIRECTORY_URL), world.find(DIRECTORY_USER_POOL_ID)) {
        (Some(url), None) => {
            let http = OverHttps::new(url, world.find(DIRECTORY_AUTHORIZATION))?;
            Ok(Arc::new(HttpDirectory::new(Arc::new(http))))
        }
        (None, Some(pool)) => {
            let settings = OtherPoolSettings {
                pool_id: pool.to_owned(),
                client_id: world.require(DIRECTORY_CLIENT_ID)?.to_owned(),
                client_secret: world.find(DIRECTORY_CLIENT_SECRET).map(str::to_owned),
            };
            Ok(Arc::new(OtherPool::new(&Aws::of_this_process()?, settings)))
        }
        (None, None) | (Some(_), Some(_)) => Err(Problem::new(format!(
            "one of the environment variables {DIRECTORY_URL} and {DIRECTORY_USER_POOL_ID} is needed, and only one"
        ))),
    }
}

fn main() -> ExitCode {
    lambda::run(|world| {
        let migrations = UserMigrations::from_environment(&world.environment, directory(world)?)?;
        Ok(migrations.into_function())
    })
}
