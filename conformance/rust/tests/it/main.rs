//! Does the AWS SDK for Rust walk from sign-up to the user's attributes?
//!
//! Ignored unless asked for, since they need a running server: `scripts/test clients` starts one.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

#[cfg(test)]
mod user_api;

use aws_sdk_cognitoidentityprovider::{
    error::{DisplayErrorContext, SdkError},
    operation::initiate_auth::InitiateAuthError,
    types::{AttributeType, AuthFlowType, AuthenticationResultType, ChallengeNameType},
};
use base64::prelude::{BASE64_STANDARD, Engine};
use conformance::House;
use crypto::{Random, SystemRandom, srp::client::Client as SrpClient};
use names::Password;
use std::collections::HashMap;

struct Person {
    name: String,
    password: Password,
    sub: String,
}

fn house() -> House {
    House::of_the_environment().unwrap()
}

fn fresh() -> (String, Password) {
    let random: &dyn Random = &SystemRandom;
    let name = format!("ann-{}@example.com", random.uuid_v4());
    (name, Password::parse(format!("Correct-Horse-7{}!", random.digits(10))).unwrap())
}

async fn signed_up(house: &House) -> Person {
    let (name, password) = fresh();
    let made = house
        .cognito
        .sign_up()
        .client_id(&house.outputs.web_client_id)
        .username(&name)
        .password(password.reveal())
        .user_attributes(AttributeType::builder().name("given_name").value("Ann").build().unwrap())
        .send()
        .await
        .unwrap();
    assert!(!made.user_confirmed());
    Person { name, password, sub: made.user_sub().to_owned() }
}

async fn confirmed(house: &House) -> Person {
    let person = signed_up(house).await;
    house
        .cognito
        .confirm_sign_up()
        .client_id(&house.outputs.web_client_id)
        .username(&person.name)
        .confirmation_code(house.code(&person.name, 1).unwrap())
        .send()
        .await
        .unwrap();
    person
}

async fn by_password(
    house: &House,
    person: &Person,
    password: &str,
) -> Result<AuthenticationResultType, SdkError<InitiateAuthError>> {
    let answer = house
        .cognito
        .initiate_auth()
        .client_id(&house.outputs.web_client_id)
        .auth_flow(AuthFlowType::UserPasswordAuth)
        .auth_parameters("USERNAME", &person.name)
        .auth_parameters("PASSWORD", password)
        .send()
        .await?;
    Ok(answer.authentication_result().unwrap().clone())
}

async fn by_proof(house: &House, person: &Person) -> AuthenticationResultType {
    let proof = SrpClient::new(&SystemRandom);
    let begun = house
        .cognito
        .initiate_auth()
        .client_id(&house.outputs.web_client_id)
        .auth_flow(AuthFlowType::UserSrpAuth)
        .auth_parameters("USERNAME", &person.name)
        .auth_parameters("SRP_A", proof.public_a().to_hex())
        .send()
        .await
        .unwrap();
    assert_eq!(begun.challenge_name(), Some(&ChallengeNameType::PasswordVerifier));
    let parameters = begun.challenge_parameters().unwrap();
    let block = &parameters["SECRET_BLOCK"];
    let name = &parameters["USER_ID_FOR_SRP"];
    let key = proof
        .session_key(
            house.realm(),
            name,
            &person.password,
            &parameters["SALT"],
            &parameters["SRP_B"],
        )
        .unwrap();
    let now = jiff::Timestamp::now().strftime("%a %b %-d %H:%M:%S UTC %Y").to_string();
    let signature = key.sign(house.realm(), name, &BASE64_STANDARD.decode(block).unwrap(), &now);
    let answers = HashMap::from([
        ("USERNAME".to_owned(), name.clone()),
        ("PASSWORD_CLAIM_SECRET_BLOCK".to_owned(), block.clone()),
        ("PASSWORD_CLAIM_SIGNATURE".to_owned(), BASE64_STANDARD.encode(signature)),
        ("TIMESTAMP".to_owned(), now),
    ]);
    let done = house
        .cognito
        .respond_to_auth_challenge()
        .client_id(&house.outputs.web_client_id)
        .challenge_name(ChallengeNameType::PasswordVerifier)
        .set_challenge_responses(Some(answers))
        .set_session(begun.session().map(str::to_owned))
        .send()
        .await
        .unwrap();
    done.authentication_result().unwrap().clone()
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn somebody_signs_up_confirms_and_signs_in_both_ways() {
    let house = house();
    let person = confirmed(&house).await;
    let password = by_password(&house, &person, person.password.reveal()).await.unwrap();
    let proof = by_proof(&house, &person).await;
    for result in [password, proof] {
        assert_eq!(result.token_type(), Some("Bearer"));
        assert_eq!(result.expires_in(), 3600);
        let user = house
            .cognito
            .get_user()
            .access_token(result.access_token().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(user.username(), person.sub);
        assert!(
            user.user_attributes()
                .iter()
                .any(|found| found.name() == "given_name" && found.value() == Some("Ann"))
        );
    }
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_refresh_gives_no_refresh_token() {
    let house = house();
    let person = confirmed(&house).await;
    let result = by_password(&house, &person, person.password.reveal()).await.unwrap();
    let answer = house
        .cognito
        .initiate_auth()
        .client_id(&house.outputs.web_client_id)
        .auth_flow(AuthFlowType::RefreshTokenAuth)
        .auth_parameters("REFRESH_TOKEN", result.refresh_token().unwrap())
        .send()
        .await
        .unwrap();
    let refreshed = answer.authentication_result().unwrap();
    assert!(refreshed.access_token().is_some() && refreshed.refresh_token().is_none());
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_refusal_is_the_typed_error_of_the_model() {
    let house = house();
    let person = signed_up(&house).await;
    let error = by_password(&house, &person, person.password.reveal()).await.unwrap_err();
    assert!(
        error.as_service_error().unwrap().is_user_not_confirmed_exception(),
        "{}",
        DisplayErrorContext(error)
    );
    let error = by_password(&house, &person, "Wrong-Horse-7!").await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_not_authorized_exception());
    assert_eq!(error.meta().message(), Some("Incorrect username or password."));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn an_administrator_finds_the_user() {
    let house = house();
    let person = confirmed(&house).await;
    let found = house
        .cognito
        .list_users()
        .user_pool_id(&house.outputs.user_pool_id)
        .filter(format!("email = \"{}\"", person.name))
        .send()
        .await
        .unwrap();
    assert_eq!(found.users().len(), 1);
    assert_eq!(found.users()[0].username(), Some(person.sub.as_str()));
    assert!(found.users()[0].user_create_date().is_some());
}
