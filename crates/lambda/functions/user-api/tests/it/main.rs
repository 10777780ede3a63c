//! Does the user api binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
