//! Does the token customizer binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
