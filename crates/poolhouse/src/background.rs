//! Who goes on with what takes longer than a request?

use pool::Pools;
use std::time::Duration;

/// How long a node waits before it looks for work that another one has left behind.
const ROUND: Duration = Duration::from_secs(5);

/// Does the background work of the pools for as long as the process runs. What is under way when it ends is
/// gone on with by whoever comes next.
pub fn start(pools: Pools) {
    tokio::spawn(async move {
        loop {
            if let Err(error) = pools.do_background_work().await {
                tracing::error!(?error, "the background work could not be looked at");
            }
            pools.background_work(ROUND).await;
        }
    });
}
