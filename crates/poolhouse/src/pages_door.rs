//! What are the OAuth 2.0 endpoints and the pages put together from?

use crate::{Problem, house::Plan, outbound::Outbound};
use names::ClientId;
use oauth::{Federation, OAuth, Reach, Setup, pages::Theme};
use pool::Pools;
use std::{collections::BTreeSet, sync::Arc};
use wire::Admission;

/// The door of the pages.
pub fn build(pools: &Pools, plan: &Plan<'_>) -> Result<OAuth, Problem> {
    // In `dev` two servers of one machine may be each other's providers; elsewhere nobody makes this server
    // call what only it can reach.
    let reach = match plan.admission {
        Admission::AnyCredentials => Reach::PublicAndLoopback,
        Admission::Signed(_) => Reach::Public,
    };
    let seal = plan.master.sealing("federation states");
    let clients = plan.stack.without_pkce.iter().map(ClientId::parse);
    let without_pkce: BTreeSet<ClientId> = clients
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::text("--without-pkce is the id of a client"))?;
    OAuth::new(Setup {
        federation: Federation::new(pools.clone(), Arc::new(Outbound::new(reach)), seal),
        pools: pools.clone(),
        public_url: plan.identity_url.clone(),
        master: plan.master.clone(),
        theme: Arc::new(Theme::poolhouse()),
        without_pkce,
    })
    .map_err(|cause| Problem::new("the pages cannot be served", cause))
}
