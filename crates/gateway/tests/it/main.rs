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
mod house;
#[cfg(test)]
mod jwt;
#[cfg(test)]
mod lambda_request;
#[cfg(test)]
mod lambda_token;
#[cfg(test)]
mod routes;
