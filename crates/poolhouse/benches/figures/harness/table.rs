//! How are figures told? As a table that can be pasted into a page.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use std::time::Duration;

/// A table of figures; all columns but the first are numbers.
pub struct Figures(Table);

impl Figures {
    pub fn new(headers: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_preset(ASCII_MARKDOWN).set_header(headers);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self(table)
    }

    /// Adds a row, and tells whoever waits.
    #[expect(clippy::print_stderr, reason = "for the person who waits, apart from the figures")]
    pub fn row<const WIDTH: usize>(&mut self, cells: [String; WIDTH]) {
        eprintln!("  {}", cells[..2].join(": "));
        self.0.add_row(cells);
    }

    /// Prints what is there, with a word on it.
    pub fn print(self, title: &str) {
        println!("\n{title}\n\n{}\n", self.0);
    }
}

/// Milliseconds, with three digits that count.
pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    match ms {
        _ if ms < 0.1 => format!("{ms:.4}"),
        _ if ms < 10.0 => format!("{ms:.3}"),
        _ if ms < 100.0 => format!("{ms:.1}"),
        _ => format!("{ms:.0}"),
    }
}

/// Microseconds, with one digit behind the point.
pub fn us(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

/// How many times the second the first is; nothing where there is nothing to compare with.
pub fn ratio(measured: Duration, with: Duration) -> String {
    if with.is_zero() {
        return String::new();
    }
    format!("{:.2}", measured.as_secs_f64() / with.as_secs_f64())
}
