//! Who goes on with what takes longer than a request?

use crate::house::House;
use std::{sync::Arc, time::Duration};
use users::events::Drain;

/// How long a node waits before it looks for work that another one has left behind.
const ROUND: Duration = Duration::from_secs(5);

/// Does the background work for as long as the process runs. What is under way when it ends is gone on with
/// by whoever comes next.
pub fn start(house: Arc<House>) {
    let pools = house.idp.pools.clone();
    house.drains.iter().cloned().for_each(tell);
    tokio::spawn(async move {
        loop {
            take_over_rates(&house).await;
            tokio::time::sleep(ROUND).await;
            settle_usage(&house).await;
        }
    });
    tokio::spawn(async move {
        loop {
            if let Err(error) = pools.do_background_work().await {
                tracing::error!(?error, "the background work could not be looked at");
            }
            pools.background_work(ROUND).await;
        }
    });
}

/// Keeps to the rates that were set on another node.
async fn take_over_rates(house: &House) {
    if let Err(error) = house.idp.pools.provision_rates().await {
        tracing::warn!(?error, "the provisioned limits could not be read");
    }
}

/// Tells all nodes which requests of quotas were counted here.
pub async fn settle_usage(house: &House) {
    if let Err(cause) = house.gateway.settle_usage().await {
        tracing::warn!(%cause, "what was counted of quotas could not be told");
    }
}

/// How long a node waits before it looks again for what was not told.
const SOON: Duration = Duration::from_secs(1);

/// How long news wait for more of them.
const TOGETHER: Duration = Duration::from_millis(100);

/// How long a round may take. What was not told then is told in the next one.
const LONGEST_ROUND: Duration = Duration::from_secs(60);

/// Tells what users do for as long as the process runs. What nobody took so far gets another chance at its
/// beginning: whoever has mended the listener starts the server again.
fn tell(drain: Drain) {
    tokio::spawn(async move {
        match drain.unpark().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "events that nobody took are told again"),
            Err(cause) => tracing::error!(%cause, "events that nobody took cannot be looked at"),
        }
        loop {
            let drained = drain.run_once(LONGEST_ROUND).await;
            if drained.failed + drained.parked > 0 {
                let users::events::Drained { published, failed, parked } = drained;
                tracing::warn!(published, failed, parked, "not everything that users did was told");
            }
            // What failed is tried again soon; how soon is for the events to say.
            let wait = if drained.failed > 0 { SOON } else { ROUND };
            drain.news(wait).await;
            // Whoever hears of one event hears of many: a round costs the same for one as for a hundred.
            tokio::time::sleep(TOGETHER).await;
        }
    });
}
