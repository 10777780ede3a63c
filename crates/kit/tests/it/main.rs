//! The kit from outside: events in, events out.

#[cfg(test)]
mod authorizer;
#[cfg(test)]
mod house;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod token_customizer;
#[cfg(test)]
mod user_events;
