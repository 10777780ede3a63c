//! Does the authorizer do on Lambda what it should?

#[cfg(test)]
mod https;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod links;
