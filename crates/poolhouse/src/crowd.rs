//! How many connections are held at once, and how many of them for one address?
//!
//! A connection is a file descriptor and some memory, and costs whoever opens it nothing. Without an end, a few
//! thousand silent ones would leave none for the data.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// The most connections of one process, whatever the system would allow.
const PLACES: usize = 16_384;
/// Which part of all places one address may take.
const SHARE: usize = 8;
/// How often it is told that somebody has too many.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// The connections that are held.
pub struct Crowd {
    places: Arc<Semaphore>,
    of_one: usize,
    /// Whether addresses are those of clients, and not of a proxy before us.
    knows_clients: bool,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    by_address: HashMap<IpAddr, usize>,
    told: Option<Instant>,
}

/// A connection among them, until it is dropped.
pub struct Place {
    _place: OwnedSemaphorePermit,
    counted: Option<(Arc<Crowd>, IpAddr)>,
}

impl Crowd {
    /// As many as half of the file descriptors that the system gives this process: the rest is for data,
    /// functions and calls to others.
    pub fn of_this_process(knows_clients: bool) -> Arc<Self> {
        let descriptors = usize::try_from(most_descriptors()).unwrap_or(usize::MAX);
        let places = (descriptors / 2).clamp(SHARE, PLACES);
        Self::new(places, places / SHARE, knows_clients)
    }

    fn new(places: usize, of_one: usize, knows_clients: bool) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(places));
        Arc::new(Self { places, of_one, knows_clients, held: Mutex::default() })
    }

    /// Waits until somebody may come in.
    #[expect(clippy::expect_used, reason = "nobody closes the semaphore")]
    pub async fn room(&self) -> OwnedSemaphorePermit {
        self.places.clone().acquire_owned().await.expect("an open semaphore")
    }

    /// Lets a connection from this address take the room, unless the address has its share.
    pub fn admit(self: &Arc<Self>, room: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        if !self.knows_clients || address.is_loopback() {
            return Some(Place { _place: room, counted: None });
        }
        let network = network_of(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.by_address.entry(network).or_default();
        if *count < self.of_one {
            *count += 1;
            return Some(Place { _place: room, counted: Some((self.clone(), network)) });
        }
        if held.told.is_none_or(|at| at.elapsed() >= TOLD_EVERY) {
            held.told = Some(Instant::now());
            let most = self.of_one;
            tracing::warn!(
                %address, most,
                "an address has too many connections; if it is a proxy of yours, say so with --proxies"
            );
        }
        None
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((crowd, network)) = self.counted.take() else { return };
        let mut held = crowd.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = held.by_address.entry(network) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// What one customer of a provider has: an address, or 2^64 of them with IPv6.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

/// How many files and connections this process may have open, after asking for all that it may ask for.
fn most_descriptors() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: maximum, maximum };
    match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => maximum.unwrap_or(u64::MAX),
        Err(_) => current.unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn come(crowd: &Arc<Crowd>, address: &str) -> Option<Place> {
        crowd.admit(crowd.room().await, address.parse().unwrap())
    }

    #[tokio::test]
    async fn nobody_takes_more_than_a_share() {
        let crowd = Crowd::new(100, 2, true);
        let (first, second) = (come(&crowd, "192.0.2.1").await, come(&crowd, "192.0.2.1").await);
        assert!(first.is_some() && second.is_some());
        assert!(come(&crowd, "192.0.2.1").await.is_none());
        assert!(come(&crowd, "::ffff:192.0.2.1").await.is_none());
        assert!(come(&crowd, "192.0.2.2").await.is_some());
        drop(first);
        assert!(come(&crowd, "192.0.2.1").await.is_some());
        drop(second);
        assert!(crowd.held.lock().unwrap().by_address.is_empty());
        assert_eq!(crowd.places.available_permits(), 100);
    }

    #[tokio::test]
    async fn a_network_of_ipv6_is_one() {
        let crowd = Crowd::new(100, 1, true);
        let _one = come(&crowd, "2001:db8::1").await.unwrap();
        assert!(come(&crowd, "2001:db8::ffff:1").await.is_none());
        assert!(come(&crowd, "2001:db8:0:1::1").await.is_some());
    }

    #[tokio::test]
    async fn this_machine_and_proxies_are_not_counted() {
        for (knows_clients, address) in [(true, "127.0.0.1"), (true, "::1"), (false, "192.0.2.1")] {
            let crowd = Crowd::new(100, 1, knows_clients);
            let _first = come(&crowd, address).await.unwrap();
            assert!(come(&crowd, address).await.is_some());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_finds_no_room_waits_for_it() {
        let crowd = Crowd::new(1, 1, true);
        let only = come(&crowd, "127.0.0.1").await.unwrap();
        let next = tokio::time::timeout(Duration::from_secs(60), crowd.room());
        assert!(next.await.is_err());
        drop(only);
        assert!(come(&crowd, "127.0.0.1").await.is_some());
    }
}
