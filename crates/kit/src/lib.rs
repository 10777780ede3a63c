//! The functions we ship: plain async functions from event to event.
//!
//! Each one is built from its environment (`from_environment`), so that a server that calls it in process
//! and a Lambda binary build the same thing, and each knows the world only through small traits. Nothing
//! here links a store or an AWS SDK.
//!
//! | module | its event | what it does |
//! | --- | --- | --- |
//! | [`token_customizer`] | pre token generation | claims from the user's profile, scopes from the user's groups |
//! | [`authorizer`] | Lambda authorizer | lets in who bears a valid access token |
//! | [`user_events`] | post confirmation | makes the profile of a new user |

pub mod authorizer;
mod environment;
mod profiles;
pub mod token_customizer;
pub mod user_events;

pub use environment::{BadSetting, Environment};
pub use profiles::{NewProfile, Profile, Profiles, Unavailable};
