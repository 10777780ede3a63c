//! `poolhouse token`: what is in a token, and is it genuine?

use crate::{
    Problem,
    cli::{Token, TokenCommand},
    files,
};
use crypto::{Jwks, Presented, VerifyingKey};
use jiff::Timestamp;
use serde_json::Value;
use std::io::Read;

/// Prints what was asked about a token.
#[expect(clippy::print_stdout, reason = "the answer of a command goes to standard output")]
pub async fn run(arguments: Token) -> Result<(), Problem> {
    match arguments.command {
        TokenCommand::Decode { token } => {
            let token = given(token)?;
            let mut parts = token.split('.');
            for name in ["header", "claims"] {
                let part = parts.next().unwrap_or_default();
                println!("{name}: {}", pretty(&decode(part)?));
            }
            println!("Nothing of this was verified.");
        }
        TokenCommand::Verify { token, jwks } => {
            let token = given(token)?;
            let text = files::read(&jwks)?;
            let jwks: Jwks = serde_json::from_str(&text)
                .map_err(|cause| Problem::new(jwks.display().to_string(), cause))?;
            let claims = verify(&token, &jwks, Timestamp::now())?;
            println!("{}", pretty(&claims));
        }
    }
    Ok(())
}

/// The token itself, wherever it was given.
fn given(token: String) -> Result<String, Problem> {
    if token != "-" {
        return Ok(token);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(1024 * 1024)
        .read_to_string(&mut text)
        .map_err(|cause| Problem::new("standard input", cause))?;
    Ok(text.trim().to_owned())
}

fn decode(part: &str) -> Result<Value, Problem> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|cause| Problem::new("not a token", cause))?;
    serde_json::from_slice(&bytes).map_err(|cause| Problem::new("not a token", cause))
}

/// The claims of a token that one of these keys signed, and that is good now.
fn verify(token: &str, jwks: &Jwks, now: Timestamp) -> Result<Value, Problem> {
    let refused = |cause| Problem::new("the token is not genuine", cause);
    let presented = Presented::parse(token).map_err(refused)?;
    let key = jwks.find(presented.kid());
    let key =
        key.ok_or_else(|| Problem::text("the token was signed with a key that is not in the set"))?;
    let key = VerifyingKey::from_jwk(key).map_err(|cause| Problem::new("the key set", cause))?;
    let claims = presented.verify(&key).map_err(refused)?;
    let claims: Value =
        serde_json::from_slice(&claims).map_err(|cause| Problem::new("the claims", cause))?;
    match claims.get("exp").and_then(Value::as_i64) {
        Some(exp) if now.as_second() < exp => Ok(claims),
        Some(_) => Err(Problem::text("the token has expired")),
        None => Err(Problem::text("the token has no end")),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
