//! The clock, as a parameter.

use std::sync::Arc;

/// What time it is. Only the front reads the machine's clock; everyone else is handed one of these, so
/// that a test can stand still.
pub type Clock = Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>;
