//! How much memory does an instance hold?

/// The resident memory of a process and all its descendants, in kilobytes.
pub(super) struct Held {
    /// Now, all of them.
    pub now: u64,
    /// The most that the first of them ever held.
    pub peak: u64,
}

/// Looks. There is no answer where there is no `/proc`, or no such process any more.
pub(super) fn held(process: u32) -> Option<Held> {
    let (mut now, peak) = of_one(process)?;
    let mut waiting = children(process);
    // A bound, so that a process that forks without end cannot keep us here.
    for _ in 0..256 {
        let Some(child) = waiting.pop() else { break };
        now += of_one(child).map_or(0, |(now, _)| now);
        waiting.extend(children(child));
    }
    Some(Held { now, peak })
}

/// The most that a process ever held, in kilobytes.
pub(super) fn peak(process: u32) -> Option<u64> {
    of_one(process).map(|(_, peak)| peak)
}

fn of_one(process: u32) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    };
    Some((kilobytes("VmRSS:")?, kilobytes("VmHWM:")?))
}

fn children(process: u32) -> Vec<u32> {
    let threads =
        std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split(' ').filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something() {
        let held = held(std::process::id()).unwrap();
        assert!(held.now > 100 && held.peak >= held.now / 2);
        assert!(super::held(u32::MAX).is_none());
    }
}
