//! `poolhouse invoke`: one call of one function.

use crate::{
    Problem,
    barrier::Barrier,
    cli::Invoke,
    dev, files,
    house::{House, Plan, ReadTemplate},
    invoke_door::InvokeDoor,
    outbox::DevOutbox,
    stores::{Place, check_master_key, master_key},
};
use bytes::Bytes;
use crypto::{MasterKey, SystemRandom};
use functions::{Line, Logs, MAX_PAYLOAD};
use http::{Request, header};
use pool::{CompromisedPasswords, Quotas};
use serde_json::Value;
use std::{
    io::{Read, Write},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use wire::Admission;

/// Where functions find a server, should one run: the address at which `dev` listens if nothing else is said.
const IDENTITY_URL: &str = "http://127.0.0.1:9229";
const API_URL: &str = "http://127.0.0.1:3000";

/// Calls the function, and ends with 1 if it failed.
pub async fn run(arguments: Invoke) -> Result<ExitCode, Problem> {
    let read = ReadTemplate::read(arguments.template.as_deref(), &arguments.stack)?;
    let event = event(&arguments)?;
    let (place, master) = match &arguments.data {
        None => (Place::Memory, MasterKey::generate(&SystemRandom)),
        Some(data) => {
            files::make_directory(data)?;
            (Place::Embedded(data.clone()), master_key(&data.join("master.key"))?)
        }
    };
    let store = place.open().await?;
    check_master_key(&store, &master).await?;
    let outbox = DevOutbox::default();
    let plan = Plan {
        stack: &arguments.stack,
        functions: &arguments.functions,
        identity_url: IDENTITY_URL.to_owned(),
        api_url: API_URL.to_owned(),
        has_aws_issuer: false,
        fixed_code: None,
        store,
        has_other_nodes: false,
        master,
        post: Arc::new(outbox.clone()),
        listener: Arc::new(outbox),
        logs: Arc::new(ErrorStream),
        cold_start: Duration::ZERO,
        given: dev::given(IDENTITY_URL),
        shares_sender_keys: true,
        admission: Admission::AnyCredentials,
        barrier: Barrier::default(),
        invoke_admission: Admission::AnyCredentials,
        api_admission: Admission::AnyCredentials,
        api_throttle: None,
        api_key_admission: Admission::AnyCredentials,
        offers_api_key: false,
        compromised: CompromisedPasswords::built_in(),
        rates: None,
        quotas: Quotas::default(),
    };
    let house = House::build(plan, &read).await?;
    let asked = &arguments.function;
    let known = &house.functions;
    let found = known.iter().find(|one| one.logical_id == *asked || one.name == *asked);
    let function = found.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|one| one.logical_id.as_str()).collect();
        Problem::text(format!("there is no function {asked}; there are {}", names.join(", ")))
    })?;
    if let Some(problem) = &function.problem {
        return Err(Problem::text(format!("{}: {problem}", function.logical_id)));
    }
    let answer = call(&house.invoke, &function.name, event, function.is_process).await?;
    print(&answer.body)?;
    Ok(if answer.has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What the function said, be it an answer or an error.
struct Answer {
    body: Bytes,
    has_failed: bool,
}

/// Through the same door as everybody, so that failures read alike.
async fn call(
    door: &InvokeDoor,
    name: &str,
    event: Vec<u8>,
    is_process: bool,
) -> Result<Answer, Problem> {
    let request = Request::post(format!("/2015-03-31/functions/{name}/invocations"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(event))
        .map_err(|cause| Problem::new("the call cannot be made", cause))?;
    let began = Instant::now();
    let response = door.api.answer(request).await;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    let has_failed = response.headers().contains_key("x-amz-function-error");
    // What a host runs has told this already. A function of this process has no memory of its own to report.
    if !is_process && response.status().is_success() {
        let id = response.headers().get("x-amzn-requestid");
        let id = id.and_then(|id| id.to_str().ok()).unwrap_or_default();
        let billed = took.ceil();
        tell(&format!(
            "REPORT RequestId: {id}\tDuration: {took:.2} ms\tBilled Duration: {billed} ms"
        ));
    }
    if response.status().is_success() {
        return Ok(Answer { has_failed, body: response.into_body() });
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let message = body.get("Message").or_else(|| body.get("message")).and_then(Value::as_str);
    let name = response.headers().get("x-amzn-errortype").and_then(|name| name.to_str().ok());
    Err(Problem::text(format!("{}: {}", name.unwrap_or("error"), message.unwrap_or("no message"))))
}

/// The event, of which one byte too many is enough to see that it is too large.
fn event(arguments: &Invoke) -> Result<Vec<u8>, Problem> {
    let path = &arguments.event;
    let failed = |cause| Problem::new(path.display().to_string(), cause);
    let most = u64::try_from(MAX_PAYLOAD).unwrap_or(u64::MAX).saturating_add(1);
    let mut event = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut event).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(most).read_to_end(&mut event).map_err(failed)?;
    }
    Ok(event)
}

fn print(body: &[u8]) -> Result<(), Problem> {
    let mut out = std::io::stdout().lock();
    let written =
        out.write_all(body).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    written.map_err(|cause| Problem::new("standard output", cause))
}

/// Shows what a function logs, as it is.
struct ErrorStream;

impl Logs for ErrorStream {
    fn line(&self, line: &Line<'_>) {
        tell(line.text);
    }
}

fn tell(line: &str) {
    // Nobody may be listening, which is no reason to fail.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
