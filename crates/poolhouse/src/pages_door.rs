//! What are the OAuth 2.0 endpoints and the pages put together from?

use crate::{Problem, house::Plan, outbound::Outbound};
use bytes::Bytes;
use names::ClientId;
use oauth::{Federation, OAuth, Setup, pages::Theme};
use pool::{Need, Pools};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// The door of the pages.
pub fn build(pools: &Pools, plan: &Plan<'_>) -> Result<OAuth, Problem> {
    let reach = plan.reach();
    // In the region of this node a pool may be a replica, which signs people in and no more.
    let pools = &pools.met_in(pools.region(), Need::Users);
    let seal = plan.master.sealing("federation states");
    OAuth::new(Setup {
        federation: Federation::new(pools.clone(), Arc::new(Outbound::new(reach)), seal),
        pools: pools.clone(),
        public_url: plan.identity_url.clone(),
        master: plan.master.clone(),
        theme: Arc::new(theme(plan.stack.theme.as_deref())?),
        without_pkce: clients(&plan.stack.without_pkce, "--without-pkce")?,
        third_parties: clients(&plan.stack.third_party, "--third-party")?,
        is_strict: plan.stack.strict_openid,
    })
    .map_err(|cause| Problem::new("the pages cannot be served", cause))
}

/// The clients that an option names.
fn clients(ids: &[String], option: &str) -> Result<BTreeSet<ClientId>, Problem> {
    let parsed: Result<_, _> = ids.iter().map(ClientId::parse).collect();
    parsed.map_err(|_| Problem::text(format!("{option} is the id of a client")))
}

/// As much as a file of a theme may hold; a picture may be a megabyte.
const LARGEST_FILE: u64 = 2 << 20;

/// The theme of a folder, or ours.
fn theme(folder: Option<&Path>) -> Result<Theme, Problem> {
    let Some(folder) = folder else { return Ok(Theme::poolhouse()) };
    let unread = |cause: std::io::Error| {
        Problem::new(format!("the theme {} cannot be read", folder.display()), cause)
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What an editor or a file manager leaves beside the files.
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let about = entry.path().metadata().map_err(unread)?;
        if !about.is_file() || about.len() > LARGEST_FILE {
            return Err(Problem::text(format!("`{name}` is no file of a theme")));
        }
        files.insert(name, Bytes::from(std::fs::read(entry.path()).map_err(unread)?));
    }
    Theme::from_files(&files)
        .map_err(|cause| Problem::new(format!("the theme {}", folder.display()), cause))
}
