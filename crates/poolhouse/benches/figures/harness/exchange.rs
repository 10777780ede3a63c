//! What does the client of an SRP exchange send? All of it is computed before or between measurements.

use super::PASSWORD;
use base64::{Engine, engine::general_purpose::STANDARD};
use crypto::{SystemRandom, srp::client::Client};
use names::Password;

/// What clients write for the time. The server looks at the form only.
pub const TIMESTAMP: &str = "Sat Nov 21 09:00:00 UTC 2026";

/// What the server asks, as it came over the wire.
pub struct Asked<'a> {
    pub pool_name: &'a str,
    pub user_id: &'a str,
    pub salt: &'a str,
    pub srp_b: &'a str,
    pub secret_block: &'a str,
}

/// A client that begins an exchange.
pub fn client() -> Client {
    Client::new(&SystemRandom)
}

/// The proof, as it is sent.
pub fn signature(client: &Client, asked: &Asked<'_>) -> String {
    let Asked { pool_name, user_id, salt, srp_b, secret_block } = asked;
    let password = Password::parse(PASSWORD).unwrap();
    let key = client.session_key(pool_name, user_id, &password, salt, srp_b).unwrap();
    let block = STANDARD.decode(secret_block).unwrap();
    STANDARD.encode(key.sign(pool_name, user_id, &block, TIMESTAMP))
}
