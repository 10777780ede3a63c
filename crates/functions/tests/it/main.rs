//! The functions crate from outside.

#[cfg(test)]
mod fire;
#[cfg(test)]
mod in_process;
