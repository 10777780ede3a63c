//! The endpoints that applications call themselves, and where they send browsers to.

mod authorize;
mod configuration;
pub(crate) mod logout;
mod revoke;
mod token;
mod user_info;

pub(crate) use authorize::CALLBACK;
pub(crate) use token::TOKEN_EXCHANGE;
