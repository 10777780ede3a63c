//! What does a function cost on AWS Lambda? `cargo xtask bench-lambda` calls this with the packages it built:
//! `hello=FOLDER authorizer=FOLDER token-customizer=FOLDER`.
//!
//! Each is started often and called often on the same Runtime API, one after the other and in turn, so that
//! what the machine does beside us meets all of them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring tool for developers, which stops at the first surprise"
)]

mod instance;

use instance::Instance;
use lambda_testing::{Answer, Asked, CLIENT, Dynamo, PoolKeys, SUB, Service, trigger};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often each is started.
const STARTS: usize = 31;
/// How often one instance is called before it is measured, and while it is.
const WARM_UP: usize = 500;
const CALLS: usize = 4000;

struct Subject {
    name: String,
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
    event: String,
    inits: Vec<Duration>,
    first_calls: Vec<Duration>,
}

struct Figures {
    wall: Duration,
    cpu: Duration,
    peak_kilobytes: u64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let packages: BTreeMap<String, PathBuf> = env::args()
        .skip(1)
        .map(|word| {
            let (name, folder) = word.split_once('=').expect("NAME=FOLDER");
            (name.to_owned(), folder.into())
        })
        .collect();

    let keys = PoolKeys::new("one");
    let published = keys.published();
    let pool = Service::new(move |_: &Asked| Answer::json(&published)).await;
    let dynamo = Dynamo::new().await;
    profile(&dynamo).await;

    let mut subjects: Vec<Subject> = packages
        .into_iter()
        .map(|(name, folder)| {
            let (environment, event) = match name.as_str() {
                "authorizer" => of_authorizer(&pool, &keys),
                "token-customizer" => of_customizer(&dynamo),
                _ => (Vec::new(), json!({ "name": "Ann" })),
            };
            let event = event.to_string();
            Subject { name, folder, environment, event, inits: Vec::new(), first_calls: Vec::new() }
        })
        .collect();

    // The Runtime API blocks, so it has a thread of its own beside the services.
    let rows = tokio::task::spawn_blocking(move || {
        for _ in 0..STARTS {
            for subject in &mut subjects {
                let mut instance = subject.start();
                subject.inits.push(instance.init);
                subject.first_calls.push(instance.call(&subject.event));
            }
        }
        // Those without a function's own work first: they are what the others are held against.
        subjects.sort_by_key(|subject| subject.name != "hello");
        let mut rows = Vec::new();
        let mut hello = Duration::ZERO;
        for subject in &mut subjects {
            let figures = subject.measure();
            if subject.name == "hello" {
                hello = figures.cpu;
            }
            rows.push(subject.row(&figures, hello));
        }
        rows
    });
    let rows = rows.await.expect("the harness ended");

    println!(
        "| function | init, ms | at best, ms | first call, ms | warm call, µs | CPU of a call, µs | beyond hello, µs | peak memory, MB | binary, MB | zip, MB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in rows {
        println!("{row}");
    }
}

impl Subject {
    fn start(&self) -> Instance {
        Instance::start(&self.folder.join("bootstrap"), &self.environment)
    }

    fn measure(&self) -> Figures {
        let mut instance = self.start();
        for _ in 0..WARM_UP {
            instance.call(&self.event);
        }
        let before = instance.cpu();
        let mut walls: Vec<Duration> = (0..CALLS).map(|_| instance.call(&self.event)).collect();
        let spent = instance.cpu().saturating_sub(before);
        let calls = u32::try_from(CALLS).expect("few");
        Figures {
            wall: median(&mut walls),
            cpu: spent / calls,
            peak_kilobytes: instance.peak_kilobytes(),
        }
    }

    fn row(&mut self, figures: &Figures, hello: Duration) -> String {
        let milliseconds = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1e3);
        let micros = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1e6);
        let megabytes = |bytes: u64| format!("{:.2}", bytes as f64 / 1e6);
        let cells = [
            self.name.clone(),
            milliseconds(median(&mut self.inits)),
            milliseconds(self.inits.first().copied().unwrap_or_default()),
            milliseconds(median(&mut self.first_calls)),
            micros(figures.wall),
            micros(figures.cpu),
            micros(figures.cpu.saturating_sub(hello)),
            format!("{:.1}", figures.peak_kilobytes as f64 * 1024.0 / 1e6),
            megabytes(size(&self.folder.join("bootstrap"))),
            megabytes(size(&self.folder.join("bootstrap.zip"))),
        ];
        format!("| {} |", cells.join(" | "))
    }
}

fn of_authorizer(pool: &Service, keys: &PoolKeys) -> (Vec<(&'static str, String)>, Value) {
    let issuer = format!("{}/{}", pool.url, lambda_testing::POOL);
    let token = keys.access_token(&issuer, json!({}));
    let event = json!({
        "type": "TOKEN",
        "authorizationToken": format!("Bearer {token}"),
        "methodArn": "arn:aws:execute-api:eu-west-1:000000000000:a1b2c3/v1/GET/items/7",
    });
    (vec![("ISSUER", issuer), ("CLIENT_IDS", CLIENT.to_owned())], event)
}

fn of_customizer(dynamo: &Dynamo) -> (Vec<(&'static str, String)>, Value) {
    let map = json!({
        "id": { "first_name": "firstName", "last_name": "lastName" },
        "access": { "interesting_value": "profile.data.interestingValue" },
    });
    let environment = vec![
        ("PROFILE_TABLE", dynamo.table.clone()),
        ("CLAIM_MAP", map.to_string()),
        ("GROUP_SCOPES", json!({ "readers": ["users/read"] }).to_string()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.url.clone()),
    ];
    let request = json!({
        "userAttributes": { "sub": SUB, "email": "ann@example.com", "email_verified": "true" },
        "groupConfiguration": { "groupsToOverride": ["readers"], "iamRolesToOverride": [] },
        "scopes": ["aws.cognito.signin.user.admin"],
    });
    let response = json!({ "claimsAndScopeOverrideDetails": null });
    (environment, trigger("2", "TokenGeneration_Authentication", request, response))
}

async fn profile(dynamo: &Dynamo) {
    let document = json!({
        "id": SUB, "firstName": "Ann", "lastName": "Example", "email": "ann@example.com",
        "createdAt": "2026-11-21T08:00:00Z", "status": "active",
        "profile": { "data": { "interestingValue": 42 } },
    });
    dynamo.put(document).await;
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display())).len()
}
