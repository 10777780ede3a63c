//! What does a proof cost? The figures that bound how many sign-ins a core can do.

#![expect(clippy::unwrap_used, reason = "a benchmark of fixed inputs")]

use crypto::{
    MasterKey, SystemRandom,
    jwt::{Presented, SigningKey},
    srp::{self, Ephemeral, PublicA, PublicB, Verifier, client::Client},
};
use divan::{Bencher, black_box};
use names::Password;

const KEY: &[u8] = include_bytes!("../tests/fixtures/first.pk8");
/// As many claims as an ID token usually has.
const CLAIMS: &[u8] = &[b'x'; 700];

fn main() {
    // The table of powers is built on first use.
    let _ = exchange();
    divan::main();
}

struct Exchange {
    password: Password,
    verifier: Verifier,
    a: PublicA,
    b: Ephemeral,
    public_b: PublicB,
}

fn exchange() -> Exchange {
    let password = Password::parse("Correct-Horse7!").unwrap();
    let salt = srp::fresh_salt(&SystemRandom);
    let verifier = Verifier::derive("Ab1Cd2Ef3", "alice", &password, salt);
    let (b, public_b) = srp::begin(&verifier, &SystemRandom);
    let a = Client::new(&SystemRandom).public_a().clone();
    Exchange { password, verifier, a, b, public_b }
}

#[divan::bench]
fn rsa_2048_sign(bencher: Bencher<'_, '_>) {
    let key = SigningKey::from_pkcs8("kid", KEY).unwrap();
    bencher.bench_local(|| key.sign(black_box(CLAIMS)).unwrap());
}

#[divan::bench]
fn rsa_2048_verify(bencher: Bencher<'_, '_>) {
    let key = SigningKey::from_pkcs8("kid", KEY).unwrap();
    let (token, key) = (key.sign(CLAIMS).unwrap(), key.verifying_key());
    bencher.bench_local(|| Presented::parse(token.reveal()).unwrap().verify(&key).unwrap());
}

#[divan::bench]
fn plain_power_of_256_bits(bencher: Bencher<'_, '_>) {
    let Exchange { b, public_b, .. } = exchange();
    bencher.bench_local(|| srp::plain_power(black_box(&public_b), &b));
}

#[divan::bench]
fn verifier_derive(bencher: Bencher<'_, '_>) {
    let Exchange { password, .. } = exchange();
    bencher
        .bench_local(|| Verifier::derive("Ab1Cd2Ef3", "alice", black_box(&password), [0x20; 16]));
}

#[divan::bench]
fn srp_challenge(bencher: Bencher<'_, '_>) {
    let Exchange { verifier, b, .. } = exchange();
    bencher.bench_local(|| srp::challenge(black_box(&verifier), &b));
}

#[divan::bench]
fn srp_begin(bencher: Bencher<'_, '_>) {
    let Exchange { verifier, .. } = exchange();
    bencher.bench_local(|| srp::begin(black_box(&verifier), &SystemRandom));
}

#[divan::bench]
fn srp_session_key(bencher: Bencher<'_, '_>) {
    let Exchange { verifier, a, b, public_b, .. } = exchange();
    bencher.bench_local(|| srp::session_key(black_box(&a), &b, &public_b, &verifier).unwrap());
}

#[divan::bench]
fn srp_parse_a(bencher: Bencher<'_, '_>) {
    let a = exchange().a.to_hex();
    bencher.bench_local(|| PublicA::parse(black_box(&a)).unwrap());
}

#[divan::bench]
fn seal(bencher: Bencher<'_, '_>) {
    let key = MasterKey::generate(&SystemRandom).sealing("session");
    bencher.bench_local(|| key.seal(&SystemRandom, black_box(CLAIMS), b"pool and client"));
}

#[divan::bench]
fn open(bencher: Bencher<'_, '_>) {
    let key = MasterKey::generate(&SystemRandom).sealing("session");
    let sealed = key.seal(&SystemRandom, CLAIMS, b"pool and client");
    bencher.bench_local(|| key.open(black_box(&sealed), b"pool and client").unwrap());
}
