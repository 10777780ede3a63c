//! How soon does a server answer, and what does it take at rest?

use crate::harness::{
    cpu, directory,
    requests::get,
    scale::Scale,
    server::Server,
    table::{Figures, ms},
};
use std::{path::Path, time::Duration};

/// What issue and README promise.
const AIM: Duration = Duration::from_millis(15);
const AIM_MEGABYTES: u64 = 15;

/// A way to start.
struct Way<'a> {
    name: &'a str,
    arguments: &'a [&'a str],
    /// Whether each start finds nothing of the one before.
    is_fresh: bool,
}

pub async fn run(scale: &Scale) {
    let headers = [
        "from start to answer",
        "median ms",
        "worst ms",
        "aim ms",
        "MB then",
        "MB at rest",
        "aim MB",
    ];
    let mut figures = Figures::new(&headers);
    let serve = [
        "serve",
        "--store=embedded:data",
        "--master-key-file=master.key",
        "--access-key-file=access-key.json",
    ];
    for way in [
        Way { name: "dev --memory", arguments: &["dev", "--memory"], is_fresh: true },
        Way { name: "dev, new data", arguments: &["dev"], is_fresh: true },
        Way { name: "dev, data that is there", arguments: &["dev"], is_fresh: false },
        Way { name: "serve, data that is there", arguments: &serve, is_fresh: false },
    ] {
        figures.row(measure(&way, scale).await);
    }
    figures.print("Start to first answer (200 at /health), and memory");
}

async fn measure(way: &Way<'_>, scale: &Scale) -> [String; 7] {
    let kept = directory();
    if !way.is_fresh {
        // The first start makes keys and data, and is not counted.
        let mut server = Server::start(kept.path(), way.arguments);
        let outputs = first_answer(&mut server, kept.path()).await;
        let jwks = format!("/{outputs}/.well-known/jwks.json");
        server.answers(server.identity, &get(server.identity, &jwks, None)).await;
    }
    let mut times = Vec::new();
    let mut sizes = (0, 0);
    for number in 0..scale.starts {
        let fresh = directory();
        let folder = if way.is_fresh { fresh.path() } else { kept.path() };
        let mut server = Server::start(folder, way.arguments);
        times.push(server.answers(server.api, &get(server.api, "/health", None)).await);
        if number + 1 == scale.starts {
            sizes.0 = cpu::resident(server.id());
            tokio::time::sleep(scale.rest).await;
            sizes.1 = cpu::resident(server.id());
        }
    }
    times.sort_unstable();
    let megabytes = |kilobytes: u64| format!("{:.1}", kilobytes as f64 / 1024.0);
    [
        way.name.to_owned(),
        ms(times[times.len() / 2]),
        ms(times[times.len() - 1]),
        ms(AIM),
        megabytes(sizes.0),
        megabytes(sizes.1),
        AIM_MEGABYTES.to_string(),
    ]
}

/// Waits for the server, and says which pool it has.
async fn first_answer(server: &mut Server, folder: &Path) -> String {
    server.answers(server.api, &get(server.api, "/health", None)).await;
    server.outputs(folder).user_pool_id
}
