//! The kit from outside: events in, events out.

#[cfg(test)]
mod authorizer;
#[cfg(test)]
mod custom_message;
#[cfg(test)]
mod house;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod passwordless;
#[cfg(test)]
mod sign_up_guard;
#[cfg(test)]
mod token_customizer;
#[cfg(test)]
mod user_events;
#[cfg(test)]
mod user_migration;
