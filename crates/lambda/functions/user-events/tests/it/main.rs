//! Does the user events binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
