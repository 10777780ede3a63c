//! The in-process transport keeps the promises of the port.

use functions::{InProcess, conformance};

functions::conformance!(async { InProcess::new(conformance::subject) });
