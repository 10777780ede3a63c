//! Does the user migration binary do on Lambda what it should?

#[cfg(test)]
mod lambda;
