//! The user API on AWS Lambda: profiles in a DynamoDB table, accounts and sessions in Amazon Cognito, keys in
//! Secrets Manager, pictures in S3, letters by SES, events to an SNS topic.
//!
//! It reads `PROFILE_TABLE`, the name of the table; `USER_POOL_ID`, `CLIENT_ID` and `ISSUER`, the pool, the
//! client that people sign in through, and the `iss` of its tokens; `API_KEYS_SECRET`, `ASSETS_BUCKET` and
//! `USER_EVENTS_TOPIC`; `MAIL_FROM`, whose letters these are; and `PUBLIC_API_URL`, where people reach the API
//! if it is not where API Gateway says.

use crypto::{Random, SystemRandom};
use events::UserEventSource;
use kit::messages::{MESSAGES_DIR, Messages};
use lambda::{Problem, PublishedKeys, World, files};
use lambda_aws::{
    Aws, MailedLetters, Mails, PoolAccounts, PoolSessions, S3Pictures, S3Uploads, SecretKeys,
    SessionSettings, Topic, profiles,
};
use names::{ClientId, UserPoolId};
use std::{process::ExitCode, sync::Arc, time::Duration};
use users::{UserApi, assets::Avatars, events::Drain};

const USER_POOL_ID: &str = "USER_POOL_ID";
const CLIENT_ID: &str = "CLIENT_ID";
const ISSUER: &str = "ISSUER";
const API_KEYS_SECRET: &str = "API_KEYS_SECRET";
const ASSETS_BUCKET: &str = "ASSETS_BUCKET";
const USER_EVENTS_TOPIC: &str = "USER_EVENTS_TOPIC";

/// How much longer a request may take to tell what it did. What is not told then is told by the sweep.
const LONGEST_ROUND: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    lambda::run(|world| {
        let clock = &world.clock;
        Ok(users::into_function(
            api(world, &Aws::of_this_process()?.behind_an_api())?,
            clock.clone(),
        ))
    })
}

fn api(world: &World, aws: &Aws) -> Result<UserApi, Problem> {
    let clock = &world.clock;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let profiles = profiles(aws, world.require("PROFILE_TABLE")?);
    let pool = UserPoolId::parse(world.require(USER_POOL_ID)?)
        .map_err(|_| bad(USER_POOL_ID, "is no id of a user pool"))?;
    let client_id = ClientId::parse(world.require(CLIENT_ID)?)
        .map_err(|_| bad(CLIENT_ID, "is no id of a client"))?;
    let issuer = world.require(ISSUER)?.to_owned();
    let keys = PublishedKeys::of(&issuer)
        .ok_or_else(|| bad(ISSUER, "is no https address without a query"))?;
    let settings = SessionSettings { pool: pool.clone(), client_id, issuer };
    let sessions = PoolSessions::new(aws, settings, Arc::new(keys), clock.clone());

    // What these need of the process is there, or there would be no `Aws`.
    let secret = SecretKeys::new(aws, world.require(API_KEYS_SECRET)?);
    let secret = secret.ok_or_else(|| bad(API_KEYS_SECRET, "cannot be read without a region"))?;
    let bucket = world.require(ASSETS_BUCKET)?;
    let pictures = S3Pictures::new(aws, bucket, clock.clone());
    let (Some(pictures), Some(uploads)) = (pictures, S3Uploads::new(aws, bucket)) else {
        return Err(bad(ASSETS_BUCKET, "cannot be reached without a region"));
    };
    let avatars =
        Avatars::new(profiles.clone(), Arc::new(pictures), Arc::new(uploads), random.clone());

    let catalogues = files::catalogues(MESSAGES_DIR, world.find(MESSAGES_DIR))?;
    let messages = Messages::from_environment(&world.environment, &catalogues)?;
    let letters = MailedLetters::new(Mails::new(aws, world.require("MAIL_FROM")?), messages);

    let topic = world.require(USER_EVENTS_TOPIC)?;
    let source = source(topic, &pool).ok_or_else(|| bad(USER_EVENTS_TOPIC, "is no ARN"))?;
    let drain = Drain::new(
        profiles.records().clone(),
        profiles.table(),
        source,
        Arc::new(Topic::new(aws, topic)),
        clock.clone(),
        random.uuid_v4(),
    )
    .with_requests(LONGEST_ROUND);
    let accounts = PoolAccounts::new(aws, pool, profiles.clone(), random.clone());
    Ok(UserApi {
        profiles,
        accounts: Arc::new(accounts),
        keys: Arc::new(secret),
        avatars,
        letters: Arc::new(letters),
        sessions: Arc::new(sessions),
        drain: Some(drain),
        random,
        public_url: world.find("PUBLIC_API_URL").unwrap_or_default().to_owned(),
    })
}

/// The pool by its ARN. It is in the account of the topic.
fn source(topic: &str, pool: &UserPoolId) -> Option<UserEventSource> {
    let mut parts = topic.split(':');
    let (Some("arn"), Some(partition)) = (parts.next(), parts.next()) else { return None };
    let account = parts.nth(2)?;
    Some(UserEventSource::new(partition, account, pool))
}

fn bad(variable: &str, what: &str) -> Problem {
    Problem::new(format!("the environment variable {variable} {what}"))
}
