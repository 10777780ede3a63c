//! What holds for the workspace as a whole.

#[cfg(test)]
mod arrows;
