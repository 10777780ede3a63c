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
//! | [`sign_up_guard`] | pre sign-up | keeps out throw-away addresses |
//! | [`user_events`] | post confirmation, pre and post authentication | makes profiles, publishes and counts |
//! | [`custom_message`] | custom message | the pool's mails and text messages, branded and translated |
//! | [`passwordless`] | define, create, verify auth challenge | signs in with a mailed code or link |
//! | [`user_migration`] | user migration | brings users over from another directory |

pub mod authorizer;
pub mod custom_message;
mod environment;
pub mod messages;
pub mod passwordless;
mod profiles;
pub mod sign_up_guard;
pub mod token_customizer;
pub mod user_events;
pub mod user_migration;

pub use environment::{BadSetting, Environment};
pub use profiles::{NewProfile, Profile, Profiles, Unavailable};
