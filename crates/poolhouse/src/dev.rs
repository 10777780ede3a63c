//! `poolhouse dev`: everything on this machine.

use crate::{
    Problem, background,
    barrier::Barrier,
    cli::Dev,
    files,
    house::{API_KEY, House, Plan, ReadTemplate},
    identity_door::IdentityDoor,
    limits, listen,
    outbox::DevOutbox,
    serve::{ApiDoor, Servers},
    stores::{Place, check_master_key, master_key},
    telling::WithOutbox,
    tls::Tls,
};
use comfy_table::{Table, presets};
use crypto::{MasterKey, SystemRandom};
use functions::TracedLogs;
use names::Code;
use pool::{CompromisedPasswords, Quotas};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use wire::Admission;

/// Runs until it is told to end.
pub async fn run(arguments: Dev) -> Result<(), Problem> {
    let read = ReadTemplate::read(arguments.template.as_deref(), &arguments.stack)?;
    let fixed_code = arguments.fixed_code.as_deref().map(code).transpose()?;
    let tls = Tls::load(&arguments.tls)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let identity = listen::bind(loopback(arguments.port)).await?;
    let api = listen::bind(loopback(arguments.api_port)).await?;
    let identity_url = format!("{scheme}://127.0.0.1:{}", port(&identity)?);
    let api_url = format!("{scheme}://127.0.0.1:{}", port(&api)?);

    let (place, master) = if arguments.memory {
        (Place::Memory, MasterKey::generate(&SystemRandom))
    } else {
        files::make_directory(&arguments.data)?;
        let master = master_key(&arguments.data.join("master.key"))?;
        (Place::Embedded(arguments.data.clone()), master)
    };
    let store = place.open().await?;
    check_master_key(&store, &master).await?;
    let outbox = DevOutbox::default();
    let other = arguments.user_events.sink()?;
    let plan = Plan {
        stack: &arguments.stack,
        functions: &arguments.functions,
        identity_url: identity_url.clone(),
        api_url,
        has_aws_issuer: false,
        fixed_code,
        store,
        has_other_nodes: false,
        master,
        post: Arc::new(outbox.clone()),
        listener: Arc::new(WithOutbox { outbox: outbox.clone(), other }),
        logs: Arc::new(TracedLogs),
        cold_start: Duration::from_millis(arguments.cold_start),
        given: given(&identity_url),
        shares_sender_keys: true,
        // Loopback only, and only by a name of this machine: whoever asks is at this machine.
        admission: Admission::AnyCredentials,
        barrier: Barrier::new(&arguments.barrier.block_addresses),
        invoke_admission: Admission::AnyCredentials,
        api_admission: Admission::AnyCredentials,
        api_throttle: None,
        api_key_admission: Admission::AnyCredentials,
        offers_api_key: true,
        compromised: CompromisedPasswords::built_in(),
        rates: limits::rates(&arguments.limits.rates),
        quotas: Quotas::new(arguments.limits.quotas),
    };
    let house = Arc::new(House::build(plan, &read).await?);
    let doors = Servers {
        identity: (
            identity,
            Arc::new(IdentityDoor {
                house: house.clone(),
                dev: Some(outbox),
                proxies: 0,
                // Whoever develops without TLS tomorrow must not be kept out by what was promised today.
                is_secure: false,
            }),
        ),
        api: (api, Arc::new(ApiDoor { house: house.clone(), is_dev: true, proxies: 0 })),
        tls,
    };
    let running = doors.start();
    if let Some(path) = &arguments.outputs {
        files::replace(path, &house.outputs_text())?;
    }
    greet(&house, &identity_url);
    house.make_keys();
    background::start(house.clone());
    running.until_end().await;
    background::settle_usage(&house).await;
    Ok(())
}

/// What functions that are not ours find in their environment so that the AWS SDK in them comes back here.
pub fn given(identity_url: &str) -> BTreeMap<&'static str, String> {
    [
        ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", identity_url),
        ("AWS_ENDPOINT_URL_LAMBDA", identity_url),
        ("AWS_ACCESS_KEY_ID", "dev"),
        ("AWS_SECRET_ACCESS_KEY", "dev"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn port(listener: &tokio::net::TcpListener) -> Result<u16, Problem> {
    let address = listener.local_addr();
    Ok(address.map_err(|cause| Problem::new("the socket has no address", cause))?.port())
}

fn code(text: &str) -> Result<Code, Problem> {
    let is_code = (4..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let problem = || Problem::text("--fixed-code is 4 to 32 digits");
    if !is_code {
        return Err(problem());
    }
    Code::parse(text).map_err(|_| problem())
}

/// Tells the developer where everything is.
#[expect(clippy::print_stdout, reason = "standard output is for the person who started this")]
fn greet(house: &House, identity_url: &str) {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for (name, value) in &house.outputs {
        table.add_row([name, value]);
    }
    println!("Poolhouse is open.\n\n{table}\n");
    for note in &house.notes {
        println!("{note}");
    }
    for problem in house.problems() {
        println!("{problem}");
    }
    println!("Messages and an overview: {identity_url}/_poolhouse/\n");
    println!("For the AWS CLI and SDKs:");
    println!("  export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={identity_url}");
    println!("  export AWS_ENDPOINT_URL_LAMBDA={identity_url}");
    println!(
        "  export AWS_REGION={} AWS_ACCESS_KEY_ID=dev AWS_SECRET_ACCESS_KEY=dev\n",
        house.region()
    );
    if let (Some(key), Some(url)) = (house.outputs.get(API_KEY), house.outputs.get("ApiUrl")) {
        println!("Ask the user API, as a server of yours would:");
        println!("  curl {url}/user -H 'x-api-key: {key}'\n");
    }
    if let Some(client) = house.public_client() {
        println!("Sign somebody up:");
        println!("  curl {identity_url}/ -H 'Content-Type: application/x-amz-json-1.1' \\");
        println!("    -H 'X-Amz-Target: AWSCognitoIdentityProviderService.SignUp' \\");
        println!(
            "    -d '{{\"ClientId\":\"{client}\",\"Username\":\"ann@example.com\",\"Password\":\"Correct-Horse7!\"}}'"
        );
    }
}
