//! Through the door: a request in, an answer out, closures for functions.

#[cfg(test)]
mod api_keys;
#[cfg(test)]
mod cognito;
#[cfg(test)]
mod cors;
#[cfg(test)]
mod events;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod house;
#[cfg(test)]
mod iam;
#[cfg(test)]
mod integrations;
#[cfg(test)]
mod jwt;
#[cfg(test)]
mod lambda_request;
#[cfg(test)]
mod lambda_token;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod usage;
