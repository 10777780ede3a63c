//! Where do metrics go?

use crate::logs;
use kit::user_events::MetricSink;

/// The standard output, where Lambda makes metrics of lines in the Embedded Metric Format.
#[derive(Debug, Clone, Copy, Default)]
pub struct StandardOutput;

impl MetricSink for StandardOutput {
    fn write(&self, line: &str) {
        logs::write_line(line);
    }
}
