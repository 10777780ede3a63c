//! Who goes on with what takes longer than a request?

use crate::house::House;
use std::{sync::Arc, time::Duration};

/// How long a node waits before it looks for work that another one has left behind.
const ROUND: Duration = Duration::from_secs(5);

/// Does the background work for as long as the process runs. What is under way when it ends is gone on with
/// by whoever comes next.
pub fn start(house: Arc<House>) {
    let pools = house.idp.pools.clone();
    tokio::spawn(async move {
        loop {
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

/// Tells all nodes which requests of quotas were counted here.
pub async fn settle_usage(house: &House) {
    if let Err(cause) = house.gateway.settle_usage().await {
        tracing::warn!(%cause, "what was counted of quotas could not be told");
    }
}
