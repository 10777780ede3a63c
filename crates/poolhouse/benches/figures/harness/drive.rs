//! What happens when several ask at once, each the next thing as soon as the last is answered?

use futures::stream::{FuturesUnordered, StreamExt};
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// When to stop: after so many jobs or so long a time, whichever is first.
#[derive(Clone, Copy)]
pub struct Limit {
    pub jobs: usize,
    pub time: Duration,
}

impl Limit {
    /// As many as can be done in this time.
    pub fn time(time: Duration) -> Self {
        Self { jobs: usize::MAX, time }
    }

    /// So many, and no more of them than there is patience for.
    pub fn jobs(jobs: usize) -> Self {
        Self { jobs, time: Duration::from_secs(20) }
    }
}

/// What came of it.
pub struct Driven {
    pub count: usize,
    /// CPU time of the process that was watched, over all jobs.
    pub cpu: Duration,
    pub wall: Duration,
    /// How long each job took, the quickest first.
    waits: Vec<Duration>,
}

impl Driven {
    /// CPU time of one job.
    pub fn cost(&self) -> Duration {
        self.cpu.div_f64(self.count as f64)
    }

    pub fn a_second(&self) -> f64 {
        self.count as f64 / self.wall.as_secs_f64()
    }

    /// These jobs, each followed by one of the others. Who waited long for the first is taken to have
    /// waited long for the second too.
    pub fn and_then(&self, others: &Self) -> Self {
        Self {
            count: self.count.min(others.count),
            cpu: self.cpu + others.cpu,
            wall: self.wall + others.wall,
            waits: self.waits.iter().zip(&others.waits).map(|(one, other)| *one + *other).collect(),
        }
    }

    /// The time within which this share of the jobs was done.
    pub fn within(&self, share: f64) -> Duration {
        let at = (self.waits.len() as f64 * share) as usize;
        self.waits.get(at).or(self.waits.last()).copied().unwrap_or_default()
    }
}

/// Has each worker do one job after the other. All workers share the caller's thread: whatever they ask
/// works elsewhere, and a worker only waits.
pub async fn drive<Worker>(
    workers: &mut [Worker],
    limit: Limit,
    cpu: impl Fn() -> Duration,
    job: impl AsyncFn(&mut Worker, usize),
) -> Driven {
    let next = Cell::new(0);
    let (cpu_before, began) = (cpu(), Instant::now());
    let work = |worker| async {
        let worker: &mut Worker = worker;
        let mut waits = Vec::new();
        while began.elapsed() < limit.time && next.get() < limit.jobs {
            let number = next.replace(next.get() + 1);
            let asked = Instant::now();
            job(worker, number).await;
            waits.push(asked.elapsed());
        }
        waits
    };
    let all: FuturesUnordered<_> = workers.iter_mut().map(work).collect();
    let mut waits: Vec<Duration> = all.collect::<Vec<_>>().await.concat();
    let (wall, cpu) = (began.elapsed(), cpu() - cpu_before);
    waits.sort_unstable();
    Driven { count: waits.len(), cpu, wall, waits }
}
