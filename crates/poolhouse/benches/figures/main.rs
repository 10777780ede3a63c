//! What does each flow cost, beside the cryptography that nobody can leave out and the disk that nobody
//! can make faster?
//!
//! ```text
//! cargo bench -p poolhouse                              everything, in some six minutes
//! cargo bench -p poolhouse -- --quick                   a smoke run of some twenty seconds
//! cargo bench -p poolhouse -- over-http                 one part of in-process, authorizers, over-http, listings, start
//! ```
//!
//! Costs are CPU time: on shared cores the wall clock tells more about the neighbours than about us.

#![expect(clippy::unwrap_used, reason = "a benchmark has nobody to answer to")]
#![expect(clippy::indexing_slicing, reason = "as above")]
#![expect(clippy::print_stdout, reason = "standard output is where the figures go")]

mod harness;
mod in_process;
mod over_http;
mod start;

use harness::scale::Scale;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    // Cargo says so when it benches, and not when it tests all targets.
    if !has("--bench") {
        println!("the figures are made by `cargo bench`");
        return;
    }
    let scale = if has("--quick") { Scale::quick() } else { Scale::full() };
    let parts = ["in-process", "authorizers", "over-http", "listings", "start"];
    let is_asked = |part: &str| has(part) || !parts.iter().any(|part| has(part));

    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if is_asked("in-process") {
        runtime.block_on(in_process::run(&scale));
    }
    if is_asked("authorizers") {
        runtime.block_on(in_process::authorizers::run(&scale));
    }
    if is_asked("over-http") {
        runtime.block_on(over_http::run(&scale));
    }
    if is_asked("listings") {
        runtime.block_on(over_http::listings::run(&scale));
    }
    if is_asked("start") {
        runtime.block_on(start::run(&scale));
    }
    println!("Measured in {:.0} s.", began.elapsed().as_secs_f64());
}
