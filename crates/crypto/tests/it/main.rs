//! Does the crate keep its promises, seen from outside?

#[cfg(test)]
mod jwt;
#[cfg(test)]
mod srp;
