//! What does the protocol cost, without any work behind it?

#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use bytes::Bytes;
use crypto::SeededRandom;
use divan::{Bencher, black_box};
use http::Request;
use jiff::Timestamp;
use std::sync::Arc;
use wire::{
    Access, Admission, Door, Fault, Operation, Row, Service, Table, cognito_idp,
    cognito_idp::AdminGetUser,
    sigv4::{self, AccessKey, Verifier},
};

fn main() {
    divan::main();
}

struct Toy;

impl Service for Toy {
    type Error = Fault;

    fn fault(error: Fault) -> Fault {
        error
    }
}

impl Operation<Toy> for AdminGetUser {
    const ACCESS: Access = Access::Iam;

    async fn run(_: &Toy, input: Self::Input) -> Result<Self::Output, Fault> {
        Ok(Self::Output {
            username: input.username,
            user_attributes: None,
            user_create_date: Some(Timestamp::UNIX_EPOCH.into()),
            user_last_modified_date: None,
            enabled: Some(true),
            user_status: None,
            mfa_options: None,
            preferred_mfa_setting: None,
            user_mfa_setting_list: None,
        })
    }
}

fn key() -> AccessKey {
    AccessKey::permanent("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn request() -> Request<Bytes> {
    let request = Request::post("http://localhost:9229/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.AdminGetUser")
        .body(Bytes::from_static(br#"{"UserPoolId":"eu-west-1_Ab1Cd2Ef3","Username":"ann"}"#))
        .unwrap();
    sigv4::sign(request, &key(), "eu-west-1", "cognito-idp", now()).unwrap()
}

fn verifier() -> Verifier {
    Verifier::new(Arc::new(vec![key()]), Arc::new(now))
}

#[divan::bench]
fn verify_a_signature(bench: Bencher<'_, '_>) {
    let (parts, body) = request().into_parts();
    let verifier = verifier();
    bench.bench(|| verifier.verify(black_box(&parts), &body, "cognito-idp").unwrap());
}

#[divan::bench]
fn answer_a_signed_request(bench: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let door = Door::new(
        &cognito_idp::API,
        Table::new([Row::of::<AdminGetUser>()]),
        Admission::Signed(verifier()),
        Arc::new(SeededRandom::new(1)),
    );
    bench.with_inputs(request).bench_values(|request| {
        let response = runtime.block_on(door.answer(&Toy, request));
        assert_eq!(response.status(), 200);
    });
}
