//! What becomes of one instance, from its start to its end?
//!
//! One task runs it: starting, waiting for an order, busy with it, settling until it asks for more. All that
//! happens to the instance reaches this task, so there is one place that decides.

use super::{
    crew::{Crew, Phase, Seat},
    memory,
    process::{Journal, Process},
    runtime_api::{self, Answer, Event, Seen, Verdict},
};
use crate::{Call, Failure, Thrown};
use bytes::Bytes;
use std::{
    future::pending,
    hash::{DefaultHasher, Hash, Hasher},
    net::Ipv4Addr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

/// A call on its way to an instance.
pub(super) struct Order {
    pub call: Call,
    pub deadline: Instant,
    pub reply: oneshot::Sender<Ended>,
}

/// How an order ended.
pub(super) enum Ended {
    Answered(Result<Bytes, Failure>),
    /// The instance went away before it heard of it.
    NotHeard,
}

/// How often an instance's memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What was asked for and not delivered yet.
type Poll = oneshot::Sender<Event>;

/// Runs an instance until it ends.
pub(super) async fn run(seat: Seat, number: u64) {
    let crew = seat.crew.clone();
    let wait = crew.settings.cold_start;
    let began = Instant::now();
    tokio::time::sleep(wait).await;
    match start(&crew, number).await {
        Ok(starting) => {
            let (process, seen, serving) = starting;
            let journal = Journal::new(crew.settings.clone());
            let init = Duration::ZERO;
            let mut instance = Instance {
                process,
                seen,
                _serving: serving,
                journal,
                seat,
                init,
                peak: 0,
                last: None,
            };
            match instance.initialize(began).await {
                Ok(poll) => instance.serve(poll).await,
                Err(failure) => {
                    instance.tell_init_failure(began, &failure);
                    // It has ended before somebody hears of it and starts another.
                    drop(instance);
                    crew.tell_failure(failure);
                }
            }
        }
        Err(failure) => {
            drop(seat);
            crew.tell_failure(failure);
        }
    }
    // Whoever still waits may have counted on this one.
    crew.start_for_those_who_wait(true);
}

type Started = (Process, mpsc::Receiver<Seen>, Serving);

async fn start(crew: &Arc<Crew>, number: u64) -> Result<Started, Failure> {
    let unreachable = |error: std::io::Error| Failure::Unreachable {
        reason: format!("no loopback port: {error}"),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(unreachable)?;
    let address = listener.local_addr().map_err(unreachable)?.to_string();
    let (tell, seen) = mpsc::channel(16);
    let serving = Serving(tokio::spawn(runtime_api::serve(listener, tell)));
    let day = (crew.settings.clock)().strftime("%Y/%m/%d").to_string();
    let log_stream = format!("{day}/[$LATEST]{number:032x}");
    Ok((Process::start(&crew.settings, &address, &log_stream).await?, seen, serving))
}

/// The Runtime API of an instance; closed when this is dropped.
struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// In the order in which it is taken apart: the process ends before its place is free.
struct Instance {
    process: Process,
    seen: mpsc::Receiver<Seen>,
    _serving: Serving,
    journal: Journal,
    init: Duration,
    /// The most memory that was seen, in kilobytes.
    peak: u64,
    /// What was answered last.
    last: Option<String>,
    seat: Seat,
}

/// What happens to an instance.
enum Happening {
    Seen(Seen),
    /// The process has ended, with this status.
    Exit(String),
}

/// Why an instance that waits for orders is none any more.
enum Waiting {
    Order(Order, Option<Poll>),
    Over,
}

impl Instance {
    /// Waits for the first poll.
    async fn initialize(&mut self, began: Instant) -> Result<Poll, Failure> {
        let limit = Instant::now() + self.settings().init_limit;
        let crashed = |reason: &str| Failure::Crashed { reason: reason.to_owned() };
        loop {
            tokio::select! {
                happening = happening(&mut self.process, &mut self.seen, &mut self.journal) => match happening {
                    Happening::Seen(Seen::Next(poll)) => {
                        self.init = began.elapsed();
                        return Ok(poll);
                    }
                    Happening::Seen(Seen::InitError { thrown, verdict }) => {
                        let _ = verdict.send(Verdict::Accepted);
                        // The further lines tell where files are; the log has them.
                        let message = thrown.message.lines().next().unwrap_or_default();
                        return Err(Thrown::new(thrown.error_type, message).into());
                    }
                    Happening::Seen(Seen::Answer { verdict, .. }) => {
                        let _ = verdict.send(Verdict::UnknownId);
                        return Err(crashed("it answered before it was asked"));
                    }
                    Happening::Seen(Seen::Garbage) => return Err(crashed(GARBAGE)),
                    Happening::Seen(Seen::Unknown) => self.tell_unknown(),
                    Happening::Exit(status) => {
                        self.process.hear(&mut self.journal);
                        let reason = format!("Runtime exited with error: {status}");
                        return Err(Failure::Crashed { reason });
                    }
                },
                () = tokio::time::sleep(LOOK) => self.look_at_memory()?,
                () = sleep_until(limit) => {
                    let limit = self.settings().init_limit.as_secs_f64();
                    let reason = format!("it did not ask for an event within {limit} s");
                    return Err(Failure::Crashed { reason });
                }
            }
        }
    }

    async fn serve(mut self, poll: Poll) {
        let mut poll = Some(poll);
        loop {
            self.seat.enter(Phase::Serving);
            let Waiting::Order(order, asked) = self.wait_for_order(poll).await else { return };
            let deadline = order.deadline;
            if !self.fill(order, asked).await {
                return;
            }
            self.seat.enter(Phase::Settling);
            poll = self.settle(deadline).await;
            if poll.is_none() {
                return;
            }
        }
    }

    async fn wait_for_order(&mut self, mut poll: Option<Poll>) -> Waiting {
        let idle = Instant::now() + self.settings().idle;
        loop {
            let (ready, mut order) = oneshot::channel();
            if !self.seat.crew.offer(ready) {
                return Waiting::Over;
            }
            loop {
                tokio::select! {
                    order = &mut order => match order {
                        Ok(order) => return Waiting::Order(order, poll),
                        // Who was given it has gone.
                        Err(_) => break,
                    },
                    happening = happening(&mut self.process, &mut self.seen, &mut self.journal) => {
                        let goes_on = match happening {
                            Happening::Seen(Seen::Next(again)) => {
                                poll = Some(again);
                                true
                            }
                            Happening::Seen(seen) => self.is_harmless(seen),
                            Happening::Exit(status) => {
                                self.tell_end_between_calls(&status);
                                false
                            }
                        };
                        if goes_on { continue }
                    }
                    () = sleep_until(idle) => {}
                }
                // It is over, unless an order came in this moment: whoever sent it looks for another instance.
                order.close();
                if let Ok(order) = order.try_recv() {
                    let _ = order.reply.send(Ended::NotHeard);
                }
                return Waiting::Over;
            }
        }
    }

    /// Serves one call. What is answered is whether the instance can take another.
    async fn fill(&mut self, order: Order, mut poll: Option<Poll>) -> bool {
        let Order { call, deadline, mut reply } = order;
        let request_id = call.request_id.clone();
        // One that ended a moment ago must not cost a call.
        if let Some(status) = self.process.end() {
            self.tell_end_between_calls(&status);
            let _ = reply.send(Ended::NotHeard);
            return false;
        }
        let mut event = Some(self.event(call, deadline));
        // A poll whose connection was closed is replaced by the next one.
        let began = loop {
            if let Some(poll) = poll.take()
                && let Some(undelivered) = event.take()
            {
                match poll.send(undelivered) {
                    Ok(()) => break Instant::now(),
                    Err(back) => event = Some(back),
                }
            }
            tokio::select! {
                happening = happening(&mut self.process, &mut self.seen, &mut self.journal) => match happening {
                    Happening::Seen(Seen::Next(again)) => poll = Some(again),
                    happening => {
                        let goes_on = match happening {
                            Happening::Seen(seen) => self.is_harmless(seen),
                            Happening::Exit(_) => false,
                        };
                        if !goes_on {
                            let _ = reply.send(Ended::NotHeard);
                            return false;
                        }
                    }
                },
                () = sleep_until(deadline) => {
                    let _ = reply.send(Ended::Answered(Err(Failure::TimedOut)));
                    return false;
                }
                () = reply.closed() => return false,
            }
        };
        self.journal.begin(&request_id);
        self.journal.platform(&format!("START RequestId: {request_id} Version: $LATEST"));
        let (mut answer, mut can_go_on) = self.answer(&request_id, deadline, &mut reply).await;
        let took = began.elapsed();
        // What was taken and given back between two looks counts as well.
        self.peak = self.peak.max(memory::peak(self.process.id()).unwrap_or_default());
        if can_go_on && let Err(failure) = self.within_memory() {
            answer = Some(Err(failure));
            can_go_on = false;
        }
        self.report(&request_id, took, deadline - began, answer.as_ref());
        self.last = Some(request_id);
        let _ = reply.send(Ended::Answered(answer.unwrap_or(Err(Failure::TimedOut))));
        can_go_on
    }

    /// Waits for the answer; there is none when the caller has gone. Also answered is whether the instance
    /// is still good.
    async fn answer(
        &mut self,
        request_id: &str,
        deadline: Instant,
        reply: &mut oneshot::Sender<Ended>,
    ) -> (Option<Result<Bytes, Failure>>, bool) {
        let crashed =
            |reason: &str| (Some(Err(Failure::Crashed { reason: reason.to_owned() })), false);
        let mut look = Instant::now() + LOOK;
        loop {
            tokio::select! {
                happening = happening(&mut self.process, &mut self.seen, &mut self.journal) => match happening {
                    Happening::Seen(Seen::Answer { id, answer, verdict }) if id == request_id => {
                        let tell = if matches!(answer, Answer::TooLarge) {
                            Verdict::TooLarge
                        } else {
                            Verdict::Accepted
                        };
                        let _ = verdict.send(tell);
                        return match answer {
                            Answer::Response(bytes) => (Some(Ok(bytes)), true),
                            Answer::Error(thrown) => (Some(Err(thrown.into())), true),
                            Answer::TooLarge => (Some(Err(Failure::TooLarge)), true),
                            Answer::BrokenOff => crashed("its answer broke off"),
                        };
                    }
                    Happening::Seen(Seen::Next(_)) => {
                        return crashed("it asked for another event before it had answered");
                    }
                    Happening::Seen(Seen::Garbage) => return crashed(GARBAGE),
                    Happening::Seen(Seen::InitError { .. }) => {
                        return crashed("it reported an error of its start in the middle of a call");
                    }
                    Happening::Seen(seen) => {
                        if !self.is_harmless(seen) {
                            return crashed("it answered an event that was not its own");
                        }
                    }
                    Happening::Exit(status) => {
                        return crashed(&format!("Runtime exited with error: {status}"));
                    }
                },
                () = sleep_until(look) => {
                    look = Instant::now() + LOOK;
                    if let Err(failure) = self.look_at_memory() {
                        return (Some(Err(failure)), false);
                    }
                }
                () = sleep_until(deadline) => return (Some(Err(Failure::TimedOut)), false),
                // A caller with the same deadline may be the first to see it.
                () = reply.closed() => {
                    let is_late = deadline.saturating_duration_since(Instant::now()) < CLOSE;
                    return (is_late.then_some(Err(Failure::TimedOut)), false);
                }
            }
        }
    }

    /// Waits until it asks for the next event. What it does until then counts as part of its call.
    async fn settle(&mut self, deadline: Instant) -> Option<Poll> {
        loop {
            tokio::select! {
                happening = happening(&mut self.process, &mut self.seen, &mut self.journal) => match happening {
                    Happening::Seen(Seen::Next(poll)) => {
                        self.journal.end();
                        return Some(poll);
                    }
                    Happening::Seen(seen) => {
                        if !self.is_harmless(seen) {
                            return None;
                        }
                    }
                    Happening::Exit(status) => {
                        self.tell_end_between_calls(&status);
                        return None;
                    }
                },
                () = sleep_until(deadline) => {
                    self.journal.platform("An instance answered and did not ask for another event; it was ended");
                    return None;
                }
            }
        }
    }

    /// Deals with what is out of turn. An answer that is given again is refused and forgotten; with all else
    /// nobody knows what this instance will answer next, so it is not used any more.
    fn is_harmless(&mut self, seen: Seen) -> bool {
        match seen {
            Seen::Answer { id, verdict, .. } if self.last.as_deref() == Some(id.as_str()) => {
                let _ = verdict.send(Verdict::OutOfTurn);
                self.journal.platform(&format!("RequestId: {id} was answered more than once"));
                true
            }
            Seen::Unknown => {
                self.tell_unknown();
                true
            }
            Seen::Answer { verdict, .. } => {
                let _ = verdict.send(Verdict::UnknownId);
                self.journal
                    .platform("An instance answered an event that was not its own; it was ended");
                false
            }
            Seen::InitError { .. } | Seen::Garbage | Seen::Next(_) => {
                self.journal
                    .platform("An instance broke the rules of the Runtime API; it was ended");
                false
            }
        }
    }

    fn tell_end_between_calls(&mut self, status: &str) {
        self.process.hear(&mut self.journal);
        self.journal.platform(&format!("An instance ended between calls: {status}"));
    }

    fn tell_unknown(&mut self) {
        self.journal.platform("An instance asked the Runtime API for something that is not there");
    }

    fn look_at_memory(&mut self) -> Result<(), Failure> {
        if let Some(held) = memory::held(self.process.id()) {
            self.peak = self.peak.max(held.now).max(held.peak);
        }
        self.within_memory()
    }

    fn within_memory(&self) -> Result<(), Failure> {
        let megabytes = self.settings().memory_megabytes;
        if self.peak <= u64::from(megabytes) * 1024 {
            return Ok(());
        }
        Err(Failure::Crashed { reason: format!("it used more than its {megabytes} MB of memory") })
    }

    fn event(&self, call: Call, deadline: Instant) -> Event {
        let now = (self.settings().clock)();
        let left = deadline.saturating_duration_since(Instant::now());
        let left = i64::try_from(left.as_millis()).unwrap_or(i64::MAX);
        Event {
            trace_id: trace_id(now, &call.request_id),
            deadline_milliseconds: now.as_millisecond().saturating_add(left),
            function_arn: self.settings().arn.to_string(),
            id: call.request_id,
            payload: call.payload,
        }
    }

    /// The end of a call's log, in Lambda's words.
    fn report(
        &mut self,
        request_id: &str,
        took: Duration,
        timeout: Duration,
        answer: Option<&Result<Bytes, Failure>>,
    ) {
        // What it wrote outlives it in its pipes.
        if !matches!(answer, Some(Ok(_) | Err(Failure::Thrown { .. } | Failure::TooLarge))) {
            self.process.kill();
        }
        self.process.hear(&mut self.journal);
        match answer {
            Some(Ok(_) | Err(Failure::Thrown { .. })) => {}
            Some(Err(Failure::TimedOut)) => {
                let now = (self.settings().clock)();
                let limit = timeout.as_secs_f64();
                let text = format!("{now:.3} {request_id} Task timed out after {limit:.2} seconds");
                self.journal.platform(&text);
            }
            Some(Err(failure)) => {
                self.journal.platform(&format!("RequestId: {request_id} Error: {failure}"));
            }
            None => self
                .journal
                .platform(&format!("RequestId: {request_id} was given up by its caller")),
        }
        self.journal.platform(&format!("END RequestId: {request_id}"));
        let init = std::mem::take(&mut self.init);
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let mut report = format!(
            "REPORT RequestId: {request_id}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} \
             MB\tMax Memory Used: {} MB",
            milliseconds(took),
            milliseconds(took + init).ceil(),
            self.settings().memory_megabytes,
            self.peak.div_ceil(1024),
        );
        if !init.is_zero() {
            report.push_str(&format!("\tInit Duration: {:.2} ms", milliseconds(init)));
        }
        self.journal.platform(&report);
    }

    fn tell_init_failure(&mut self, began: Instant, failure: &Failure) {
        self.process.kill();
        self.process.hear(&mut self.journal);
        let took = began.elapsed().as_secs_f64() * 1000.0;
        let text = format!(
            "INIT_REPORT Init Duration: {took:.2} ms\tPhase: init\tStatus: error\t{failure}"
        );
        self.journal.platform(&text);
    }

    fn settings(&self) -> &super::Settings {
        &self.seat.crew.settings
    }
}

const GARBAGE: &str = "it sent to the Runtime API what is not HTTP";

/// Two timers with one deadline fire within this.
const CLOSE: Duration = Duration::from_millis(5);

/// The next thing that happens. It loses nothing when it is dropped. What the instance asked for comes
/// before that it has ended, so that an answer with which a process ends is heard.
async fn happening(
    process: &mut Process,
    seen: &mut mpsc::Receiver<Seen>,
    journal: &mut Journal,
) -> Happening {
    tokio::select! {
        biased;
        seen = seen.recv() => match seen {
            Some(seen) => Happening::Seen(seen),
            // The Runtime API lives as long as the instance.
            None => pending().await,
        },
        status = process.ended(journal) => Happening::Exit(status),
    }
}

/// In the form of X-Ray, and never sampled. The same call has the same trace.
fn trace_id(now: jiff::Timestamp, request_id: &str) -> String {
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, request_id).hash(&mut hasher);
        hasher.finish()
    };
    let seconds = u32::try_from(now.as_second()).unwrap_or_default();
    let (high, low, parent) = (hash(0), hash(1) >> 32, hash(2));
    format!("Root=1-{seconds:08x}-{high:016x}{low:08x};Parent={parent:016x};Sampled=0")
}
