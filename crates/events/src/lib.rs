//! What do functions hear and answer?
//!
//! The JSON that travels between a server (a user pool, an API gateway) and a function: trigger events
//! ([`cognito`]), authorizer events ([`authorizer`]) and proxy events ([`api_gateway`]). Both sides use
//! the same types, so that neither can drift from the other. What is told of users to whoever wants to hear
//! it ([`UserEvent`]) has one form too, whoever tells it.
//!
//! Members nobody knows are ignored, since the services add some from year to year; members of a wrong
//! type are refused, since what a function answers decides who gets in. No event prints what it carries
//! when it is formatted for debugging: passwords, codes, claims and attributes stay out of logs.

pub mod api_gateway;
pub mod authorizer;
pub mod cognito;
mod lenient;
mod user_event;

pub use user_event::{UserEvent, UserEventData, UserEventKind, UserEventSource};

/// A `Debug` that names the type and shows nothing of what it holds.
macro_rules! redacted {
    ($($name:ident $(<$parameter:ident>)?),+ $(,)?) => {$(
        impl $(<$parameter>)? std::fmt::Debug for $name $(<$parameter>)? {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
pub(crate) use redacted;
