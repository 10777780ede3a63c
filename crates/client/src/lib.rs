//! A client of the user API, with a method for each of its operations.
//!
//! ```no_run
//! use poolhouse_client::{ApiKey, Client, Kind, NewUser, Password};
//!
//! # async fn register() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new("https://api.example.com/v1")?.with_api_key(ApiKey::new("ph_…"));
//! let new = NewUser::new("ann@example.com", Password::new("Correct-Horse-7!"));
//! match client.create_user(&new, None).await {
//!     Ok(created) => println!("{} is {:?}", created.value.id, created.value.status),
//!     Err(error) if error.kind() == Some(Kind::Taken) => println!("she is here already"),
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is sent a second time by itself. A `POST` whose answer was lost is sent again with the same
//! [`IdempotencyKey`]; a change that must not undo somebody else's names the [`Version`] it was made of.

mod address;
mod connection;
mod documents;
mod error;
mod operations;
mod secrets;

pub use address::{Address, NoAddress};
pub use connection::{Client, IdempotencyKey, Unsendable, Version, Versioned};
pub use documents::*;
pub use error::{Error, FieldError, Kind, Problem};
pub use secrets::{AccessToken, ApiKey, Password, Secret};
