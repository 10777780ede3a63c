//! Does the sign up guard binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
