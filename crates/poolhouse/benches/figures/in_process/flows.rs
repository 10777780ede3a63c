//! Which flows are measured, and what cryptography do they need?

use super::{
    gates,
    house::{AT_ONCE, House, tokens},
};
use crate::harness::{
    drive::{Driven, Limit},
    exchange::{self, Asked},
    primitives::{Needs, Primitives},
    scale::Scale,
    table::{Figures, ms, ratio},
};
use crypto::srp::client::Client;
use names::Token;
use pool::{Challenge, Outcome, SrpAnswer};
use std::{cell::RefCell, time::Duration};

/// Users who have confirmed their address.
const SIGNED_IN: usize = 64;

/// The figures as they come in.
struct Report {
    figures: Figures,
    primitives: Primitives,
}

impl Report {
    fn tell(&mut self, name: &str, needs: Needs, done: &Driven) {
        let cryptography = self.primitives.cost(needs);
        self.figures.row([
            name.to_owned(),
            ms(done.cost()),
            needs.to_string(),
            if cryptography.is_zero() { String::new() } else { ms(cryptography) },
            ratio(done.cost(), cryptography),
        ]);
    }
}

pub async fn run(scale: &Scale) {
    let headers = ["in process", "CPU ms", "its cryptography", "ms", "of it"];
    let mut report =
        Report { figures: Figures::new(&headers), primitives: Primitives::measure(scale.flow / 6) };
    let house = House::open().await;
    sign_ups(&house, scale, &mut report).await;
    sign_ins(&house, scale, &mut report).await;
    bearers(&house, scale, &mut report).await;
    gateway(&house, scale, &mut report).await;
    let Report { figures, primitives } = report;
    figures.print(&format!("CPU time in process, {AT_ONCE} at once ({primitives})"));
}

async fn sign_ups(house: &House, scale: &Scale, report: &mut Report) {
    house.drive(AT_ONCE, Limit::jobs(SIGNED_IN), async |_| house.sign_up().await).await;
    house.confirm(SIGNED_IN).await;
    for at_once in [AT_ONCE, 64] {
        let limit = Limit::time(scale.flow);
        let done = house.drive(at_once, limit, async |_| house.sign_up().await).await;
        report.tell(&format!("sign-up with its commit, {at_once} at once"), Needs::PASSWORD, &done);
    }
}

async fn sign_ins(house: &House, scale: &Scale, report: &mut Report) {
    let limit = Limit::time(scale.flow);
    let sign_in = async |number| drop(house.sign_in(number % SIGNED_IN).await);
    let done = house.drive(AT_ONCE, limit, sign_in).await;
    report.tell("password sign-in", Needs::PASSWORD.and(Needs::TOKENS), &done);

    srp(house, scale.exchanges, report).await;

    let refresh_tokens = signed_in(house).await;
    let done = house
        .drive(AT_ONCE, limit, async |number| {
            let (_, token) = &refresh_tokens[number % SIGNED_IN];
            tokens(house.pools.refresh(&house.caller, token, None, None).await.unwrap());
        })
        .await;
    report.tell("refresh", Needs::TOKENS, &done);
}

/// SRP in two halves, with the client's half in between.
async fn srp(house: &House, exchanges: usize, report: &mut Report) {
    let clients: Vec<Client> = (0..exchanges).map(|_| exchange::client()).collect();
    let challenges = RefCell::new(Vec::new());
    let limit = Limit::jobs(exchanges);
    let first = house
        .drive(AT_ONCE, limit, async |number| {
            let client = &clients[number];
            let (name, a) = (House::name(number % SIGNED_IN), client.public_a().to_hex());
            let asked = house.pools.begin_srp(&house.caller, &name, &a, None).await.unwrap();
            challenges.borrow_mut().push((client, asked));
        })
        .await;

    let sign = |(client, asked): (&Client, Outcome)| {
        let Outcome::Challenge(Challenge::PasswordVerifier { salt, secret_block, srp_b, user_id }) =
            asked
        else {
            unreachable!("SRP begins with its challenge");
        };
        let asked = Asked {
            pool_name: house.caller.pool.id.name(),
            user_id: user_id.as_str(),
            salt: &salt,
            srp_b: &srp_b,
            secret_block: &secret_block,
        };
        let signature = exchange::signature(client, &asked);
        (user_id, secret_block, signature)
    };
    let answers: Vec<_> = challenges.into_inner().into_iter().map(sign).collect();
    let second = house
        .drive(AT_ONCE, Limit::jobs(answers.len()), async |number| {
            let (username, secret_block, signature) = &answers[number];
            let timestamp = exchange::TIMESTAMP;
            let answer = SrpAnswer { username, secret_block, signature, timestamp, hash: None };
            tokens(house.pools.answer_srp(&house.caller, &answer).await.unwrap());
        })
        .await;

    let proof = Needs::PROOF.and(Needs::TOKENS);
    report.tell("SRP, first call", Needs::PASSWORD, &first);
    report.tell("SRP, second call with its commit", proof, &second);
    report.tell("SRP, both calls", Needs::PASSWORD.and(proof), &first.and_then(&second));
}

/// An access token and a refresh token of everybody.
async fn signed_in(house: &House) -> Vec<(Token, Token)> {
    let all = RefCell::new(Vec::new());
    house
        .drive(AT_ONCE, Limit::jobs(SIGNED_IN), async |number| {
            let tokens = house.sign_in(number).await;
            all.borrow_mut().push((tokens.access, tokens.refresh.unwrap()));
        })
        .await;
    all.into_inner()
}

/// What GetUser does with an access token.
async fn bearers(house: &House, scale: &Scale, report: &mut Report) {
    let fresh = RefCell::new(Vec::new());
    let sign_ins = Limit { time: scale.flow, ..Limit::jobs(scale.exchanges * 2) };
    house
        .drive(AT_ONCE, sign_ins, async |number| {
            let tokens = house.sign_in(number % SIGNED_IN).await;
            fresh.borrow_mut().push(tokens.access);
        })
        .await;
    let fresh = fresh.into_inner();
    let show = async |number: usize| {
        house.pools.bearer(&fresh[number % fresh.len()]).await.unwrap();
    };
    let done = house.drive(AT_ONCE, Limit::jobs(fresh.len()), show).await;
    report.tell("GetUser's work, token new", Needs::LOOK, &done);
    let done = house.drive(AT_ONCE, Limit::time(scale.flow), show).await;
    report.tell("GetUser's work, token seen before", Needs::NOTHING, &done);
}

/// Our authorizer on its own, and behind a gateway that keeps its verdicts or does not.
async fn gateway(house: &House, scale: &Scale, report: &mut Report) {
    let tokens = signed_in(house).await;
    let token = |number: usize| &tokens[number % tokens.len()].0;
    let pool = &house.caller.pool.id;
    let keys = house.pools.keys(pool).await.unwrap().jwks();
    let issuer = house.pools.issuer(pool).unwrap();
    let limit = Limit::time(scale.flow);

    let authorizer = gates::authorizer(&issuer, &keys);
    let decide = async |number| {
        authorizer.decide(&gates::question(token(number))).await.unwrap();
    };
    let done = house.drive(AT_ONCE, limit, decide).await;
    report.tell("authorizer's decision", Needs::LOOK, &done);

    for (name, ttl, needs) in [
        ("request through the gateway, verdict new", 0, Needs::LOOK),
        ("request through the gateway, verdict kept", 300, Needs::NOTHING),
    ] {
        let authorizer = gates::authorizer(&issuer, &keys);
        let gateway = gates::gateway(authorizer, Duration::from_secs(ttl));
        let pass = async |number| gates::pass(&gateway, token(number)).await;
        let done = house.drive(AT_ONCE, limit, pass).await;
        report.tell(name, needs, &done);
    }
}
