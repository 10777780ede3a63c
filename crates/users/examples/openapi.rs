//! Prints the OpenAPI document of the user API as the code has it. `cargo xtask openapi` keeps it.

#![expect(clippy::print_stdout, reason = "printing is all it does")]

fn main() -> serde_json::Result<()> {
    print!("{}", users::openapi::document()?);
    Ok(())
}
