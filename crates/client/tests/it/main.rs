//! Does the client say what the API reads, and read what it says?

#[cfg(test)]
mod client;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod server;
