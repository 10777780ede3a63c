//! Does the passwordless binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
