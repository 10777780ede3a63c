//! How much of a processor and of the memory did a process take?

use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, clock_gettime},
};
use std::{fs, time::Duration};

/// CPU time of this process so far.
pub fn own() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}

/// CPU time of another process so far, user and system, to the tick of the kernel's accounts.
pub fn of(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name of the program, in parentheses, may hold anything; times are the 14th and 15th field.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(number).sum();
    Duration::from_secs(ticks) / u32::try_from(clock_ticks_per_second()).unwrap()
}

/// Kilobytes of another process that are in memory now.
pub fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    number(line.split_whitespace().next().unwrap())
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}
