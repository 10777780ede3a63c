//! The user API through its door: requests in, answers out.

#[cfg(test)]
mod activation;
#[cfg(test)]
mod api_keys;
#[cfg(test)]
mod avatars;
#[cfg(test)]
mod badges;
#[cfg(test)]
mod create_user;
#[cfg(test)]
mod data;
#[cfg(test)]
mod email_change;
#[cfg(test)]
mod events;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod me;
#[cfg(test)]
mod newcomers;
#[cfg(test)]
mod races;
#[cfg(test)]
mod reconcile;
#[cfg(test)]
mod security;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod status;
