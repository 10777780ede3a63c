//! How is the server started, watched and ended?

use super::{
    connection::{Answer, Connection},
    cpu,
};
use serde::Deserialize;
use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A server of the release binary, or of the one that `POOLHOUSE_BIN` names. It is killed when dropped.
pub struct Server {
    process: Child,
    pub identity: SocketAddr,
    pub api: SocketAddr,
    began: Instant,
}

/// What a server says it has made.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub user_pool_id: String,
    pub web_client_id: String,
}

impl Server {
    /// Starts a server with these arguments on free ports of loopback. Its data, keys and logs are in
    /// this folder.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let [identity, api] = free_ports();
        let log = File::options().create(true).append(true).open(folder.join("log")).unwrap();
        let given = std::env::var_os("POOLHOUSE_BIN");
        let mut command = Command::new(given.unwrap_or(env!("CARGO_BIN_EXE_poolhouse").into()));
        command
            .args(arguments)
            .args(["--port", &identity.port().to_string()])
            .args(["--api-port", &api.port().to_string()])
            .args(["--outputs", "outputs.json"])
            .current_dir(folder)
            .env_remove("RUST_LOG")
            .env_remove("AWS_REGION")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if arguments.first() == Some(&"serve") {
            command.args(["--public-url", &format!("http://{identity}")]);
        }
        let began = Instant::now();
        let process = command.spawn().unwrap();
        Self { process, identity, api, began }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// CPU time so far.
    pub fn cpu(&self) -> Duration {
        cpu::of(self.id())
    }

    /// Waits until this is answered with 200, and says how long that was since the start.
    pub async fn answers(&mut self, at: SocketAddr, request: &[u8]) -> Duration {
        loop {
            if let Ok(mut connection) = Connection::open(at).await {
                let Answer { status, .. } = connection.send(request).await;
                if status == 200 {
                    return self.began.elapsed();
                }
            }
            self.wait_a_little();
        }
    }

    /// What the server has written of itself, which it does once it answers.
    pub fn outputs(&mut self, folder: &Path) -> Outputs {
        loop {
            if let Ok(written) = fs::read(folder.join("outputs.json")) {
                return serde_json::from_slice(&written).unwrap();
            }
            self.wait_a_little();
        }
    }

    /// For less than the runtime's timer could tell.
    fn wait_a_little(&mut self) {
        assert!(self.process.try_wait().unwrap().is_none(), "the server ended");
        assert!(self.began.elapsed() < Duration::from_secs(30), "the server does not answer");
        std::thread::sleep(Duration::from_micros(100));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Two ports that nobody listens at. Somebody might until the server does; then it ends, and we with it.
fn free_ports() -> [SocketAddr; 2] {
    let listeners = [0, 0].map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap())
}
