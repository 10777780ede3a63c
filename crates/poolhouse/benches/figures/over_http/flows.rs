//! Which flows are measured, and against what?

use super::house::{AT_ONCE, House, Tokens};
use crate::harness::{
    connection::Connection,
    cpu, disk,
    drive::{Driven, Limit},
    exchange::{self, Asked},
    primitives::{Needs, Primitives},
    scale::Scale,
    table::{Figures, ms, ratio},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Users who have confirmed their address and sign in: more than ask at once, so that nobody waits for
/// another try of the same user.
const SIGNED_IN: usize = 64;

/// A flow, and what is expected of it.
struct Flow {
    name: String,
    /// Microseconds of CPU time.
    aim: Option<u64>,
    needs: Needs,
}

impl Flow {
    fn new(name: impl Into<String>, aim: impl Into<Option<u64>>, needs: Needs) -> Self {
        Self { name: name.into(), aim: aim.into(), needs }
    }
}

/// The figures as they come in.
struct Report {
    figures: Figures,
    primitives: Primitives,
}

impl Report {
    fn tell(&mut self, flow: &Flow, done: &Driven) {
        let aim = flow.aim.map(Duration::from_micros).unwrap_or_default();
        let cryptography = self.primitives.cost(flow.needs);
        let or_nothing = |time: Duration| if time.is_zero() { String::new() } else { ms(time) };
        self.figures.row([
            flow.name.clone(),
            ms(done.cost()),
            or_nothing(aim),
            ratio(done.cost(), aim),
            or_nothing(cryptography),
            ratio(done.cost(), cryptography),
            format!("{:.0}", done.a_second()),
            ms(done.within(0.5)),
            ms(done.within(0.99)),
        ]);
    }
}

pub async fn run(scale: &Scale) {
    let headers = [
        "over HTTP",
        "CPU ms",
        "aim",
        "of aim",
        "cryptography ms",
        "of it",
        "a second",
        "p50 ms",
        "p99 ms",
    ];
    let mut report =
        Report { figures: Figures::new(&headers), primitives: Primitives::measure(scale.flow / 6) };
    let mut house = House::open().await;
    let rested = cpu::resident(house.server.id());
    house.sign_up(AT_ONCE, Limit::jobs(100)).await;
    let tokens = house.confirm(SIGNED_IN).await;

    sign_ins(&house, &tokens, scale, &mut report).await;
    grants(&house, scale, &mut report).await;
    list_users(&house, scale, &mut report).await;
    reads(&house, &tokens, scale, &mut report).await;
    api(&house, &tokens, scale, &mut report).await;
    let paces = sign_ups(&mut house, scale, &mut report).await;
    let missing = scale.users.saturating_sub(house.users);
    house.sign_up(64, Limit { jobs: missing, time: scale.top_up }).await;
    list_users(&house, scale, &mut report).await;

    let Report { figures, primitives } = report;
    figures.print(&format!(
        "CPU time of the server process for each request, {AT_ONCE} connections ({primitives})"
    ));
    disks(paces, scale).await;
    let kilobytes = |size: u64| size as f64 / 1024.0;
    println!(
        "Memory of the server: {:.1} MB when it had answered once, {:.1} MB after all of this, with {} users.\n",
        kilobytes(rested),
        kilobytes(cpu::resident(house.server.id())),
        house.users
    );
}

/// The flows that end with tokens.
async fn sign_ins(house: &House, tokens: &[Tokens], scale: &Scale, report: &mut Report) {
    let mut connections = house.connections(AT_ONCE).await;
    let limit = Limit::time(scale.flow);

    let requests: Vec<_> = (0..SIGNED_IN).map(|number| house.sign_in(number)).collect();
    let done = house.drive(&mut connections, &requests, limit, |_, _| ()).await;
    let needs = Needs::PASSWORD.and(Needs::TOKENS);
    report.tell(&Flow::new("password sign-in", 750, needs), &done);

    srp(house, scale.exchanges, &mut connections, report).await;

    let refresh = |tokens: &Tokens| {
        let parameters = json!({ "REFRESH_TOKEN": tokens.refresh_token });
        let input = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
        house.call("InitiateAuth", input)
    };
    let requests: Vec<_> = tokens.iter().map(refresh).collect();
    let done = house.drive(&mut connections, &requests, limit, |_, _| ()).await;
    report.tell(&Flow::new("refresh", 580, Needs::TOKENS), &done);
}

/// The flows of the token endpoint.
async fn grants(house: &House, scale: &Scale, report: &mut Report) {
    let mut connections = house.connections(AT_ONCE).await;
    let codes = house.exchanges(scale.exchanges).await;
    let limit = Limit::jobs(codes.len());
    let done = house.drive(&mut connections, &codes, limit, |_, _| ()).await;
    report.tell(&Flow::new("code exchange with its commit", 600, Needs::TOKENS), &done);

    let machine = [house.machine().await];
    let limit = Limit::time(scale.flow);
    let done = house.drive(&mut connections, &machine, limit, |_, _| ()).await;
    report.tell(&Flow::new("client_credentials", 290, Needs::TOKEN), &done);
}

/// SRP in two halves, with the client's half in between.
async fn srp(house: &House, exchanges: usize, connections: &mut [Connection], report: &mut Report) {
    let clients: Vec<_> = (0..exchanges).map(|_| exchange::client()).collect();
    let begin = |(number, client): (usize, &crypto::srp::client::Client)| {
        let parameters = json!({
            "USERNAME": House::email(number % SIGNED_IN),
            "SRP_A": client.public_a().to_hex(),
        });
        let input = json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters });
        house.call("InitiateAuth", input)
    };
    let requests: Vec<_> = clients.iter().enumerate().map(begin).collect();
    let challenges = std::cell::RefCell::new(vec![Value::Null; exchanges]);
    let limit = Limit::jobs(exchanges);
    let first = house.drive(connections, &requests, limit, |number, body| {
        let answer: Value = serde_json::from_slice(body).unwrap();
        challenges.borrow_mut()[number] = answer["ChallengeParameters"].clone();
    });
    let first = first.await;

    let pool_name = house.outputs.user_pool_id.rsplit_once('_').unwrap().1;
    let challenges = challenges.into_inner();
    let answer = |(client, challenge): (&crypto::srp::client::Client, &Value)| {
        let text = |name: &str| challenge[name].as_str().unwrap();
        let asked = Asked {
            pool_name,
            user_id: text("USER_ID_FOR_SRP"),
            salt: text("SALT"),
            srp_b: text("SRP_B"),
            secret_block: text("SECRET_BLOCK"),
        };
        let responses = json!({
            "USERNAME": asked.user_id,
            "PASSWORD_CLAIM_SECRET_BLOCK": asked.secret_block,
            "PASSWORD_CLAIM_SIGNATURE": exchange::signature(client, &asked),
            "TIMESTAMP": exchange::TIMESTAMP,
        });
        let input =
            json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses });
        house.call("RespondToAuthChallenge", input)
    };
    let asked = clients.iter().zip(&challenges).take(first.count);
    let requests: Vec<_> = asked.map(answer).collect();
    let limit = Limit::jobs(first.count);
    let second = house.drive(connections, &requests, limit, |_, _| ()).await;

    let proof = Needs::PROOF.and(Needs::TOKENS);
    report.tell(&Flow::new("SRP, first call", None, Needs::PASSWORD), &first);
    report.tell(&Flow::new("SRP, second call with its commit", None, proof), &second);
    let both = Needs::PASSWORD.and(proof);
    report.tell(&Flow::new("SRP, both calls", 2100, both), &first.and_then(&second));
}

async fn list_users(house: &House, scale: &Scale, report: &mut Report) {
    let mut connections = house.connections(AT_ONCE).await;
    let list = |number| {
        let filter = format!("email = \"{}\"", House::email(number));
        house.admin("ListUsers", json!({ "Filter": filter }))
    };
    let requests: Vec<_> = (0..SIGNED_IN).map(list).collect();
    let limit = Limit::time(scale.flow);
    let done = house.drive(&mut connections, &requests, limit, |_, _| ()).await;
    let name = format!("ListUsers by e-mail, of {} users", house.users);
    report.tell(&Flow::new(name, None, Needs::NOTHING), &done);
}

/// The flows that read and sign nothing.
async fn reads(house: &House, tokens: &[Tokens], scale: &Scale, report: &mut Report) {
    let mut connections = house.connections(AT_ONCE).await;
    let get_user =
        |tokens: &Tokens| house.call("GetUser", json!({ "AccessToken": tokens.access_token }));
    let admin = |number| house.admin("AdminGetUser", json!({ "Username": House::email(number) }));
    let flows: [(Flow, Vec<Vec<u8>>); 4] = [
        (Flow::new("GetUser", 22, Needs::NOTHING), tokens.iter().map(get_user).collect()),
        (
            Flow::new("AdminGetUser with SigV4", 20, Needs::NOTHING),
            (0..SIGNED_IN).map(admin).collect(),
        ),
        (Flow::new("JWKS", 12, Needs::NOTHING), vec![house.jwks()]),
        (Flow::new("HTTP itself: /, 404", None, Needs::NOTHING), vec![house.nothing()]),
    ];
    for (flow, requests) in flows {
        let limit = Limit::time(scale.flow);
        let done = house.drive(&mut connections, &requests, limit, |_, _| ()).await;
        report.tell(&flow, &done);
    }
}

/// The template's API, behind each kind of guard.
async fn api(house: &House, tokens: &[Tokens], scale: &Scale, report: &mut Report) {
    let mut connections = Connection::several(house.server.api, AT_ONCE).await;
    let with_token = |path: &str| {
        let get = |tokens: &Tokens| house.get(path, Some(&tokens.access_token));
        tokens.iter().map(get).collect()
    };
    let flows: [(&str, Vec<Vec<u8>>); 3] = [
        ("/health, open", vec![house.get("/health", None)]),
        ("/public/user/me, Cognito authorizer", with_token("/public/user/me")),
        ("/whoami, Lambda authorizer, cached", with_token("/whoami")),
    ];
    for (name, requests) in flows {
        let limit = Limit::time(scale.flow);
        let done = house.drive(&mut connections, &requests, limit, |_, _| ()).await;
        report.tell(&Flow::new(name, None, Needs::NOTHING), &done);
    }
}

/// Sign-ups by so many at once, and how many were acknowledged a second.
async fn sign_ups(house: &mut House, scale: &Scale, report: &mut Report) -> Vec<(usize, f64)> {
    let mut paces = Vec::new();
    for at_once in [16, 64] {
        let done = house.sign_up(at_once, Limit::time(scale.sign_up)).await;
        let name = format!("sign-up with its commit, {at_once} connections");
        report.tell(&Flow::new(name, 400, Needs::PASSWORD), &done);
        paces.push((at_once, done.a_second()));
    }
    paces
}

/// What the disk allows, beside what was acknowledged.
async fn disks(paces: Vec<(usize, f64)>, scale: &Scale) {
    let headers =
        ["sign-ups and the disk, a second", "sign-ups", "aim", "store alone", "its CPU ms"];
    let mut figures = Figures::new(&headers);
    for (at_once, pace) in paces {
        let alone = disk::commits(at_once, scale.flow / 2).await;
        let aim = if at_once == 64 { "2500" } else { "" };
        figures.row([
            format!("{at_once} at once"),
            format!("{pace:.0}"),
            aim.to_owned(),
            format!("{:.0}", alone.a_second()),
            ms(alone.cost()),
        ]);
    }
    let syncs = disk::syncs_a_second(scale.flow / 2);
    figures.print(&format!(
        "Acknowledged sign-ups beside a disk that does {syncs:.0} raw syncs a second"
    ));
}
