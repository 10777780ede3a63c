//! The events crate from outside.

#[cfg(test)]
mod authorizer;
#[cfg(test)]
mod cognito;
