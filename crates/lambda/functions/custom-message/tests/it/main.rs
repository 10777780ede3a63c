//! Does the custom message binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
