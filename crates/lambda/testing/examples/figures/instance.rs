//! How is one instance started, called and looked at? With blocking sockets on one thread, so that next to
//! nothing of what is measured is ours.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A process of a function, with its side of the Runtime API.
pub struct Instance {
    child: Child,
    stream: BufReader<TcpStream>,
    /// From the start of the process to its first question for an event.
    pub init: Duration,
}

impl Instance {
    pub fn start(bootstrap: &Path, environment: &[(&'static str, String)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let api = listener.local_addr().expect("it has an address").to_string();
        let mut command = Command::new(bootstrap);
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null());
        for (name, value) in [
            ("AWS_LAMBDA_RUNTIME_API", api.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ] {
            command.env(name, value);
        }
        command.envs(environment.iter().map(|(name, value)| (*name, value)));

        let begin = Instant::now();
        let child = command.spawn().expect("the binary can be started");
        let (stream, _) = listener.accept().expect("the binary connects");
        stream.set_nodelay(true).expect("it is a socket");
        let mut stream = BufReader::new(stream);
        let (line, _) = read(&mut stream);
        let init = begin.elapsed();
        assert!(line.contains("/invocation/next"), "{line}");
        Self { child, stream, init }
    }

    /// Hands over an event and waits for the answer and the next question.
    pub fn call(&mut self, event: &str) -> Duration {
        let deadline = SystemTime::now() + Duration::from_secs(5);
        let deadline = deadline.duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             lambda-runtime-aws-request-id: 6bc28136-0000-4365-b021-0ce6b2e64ab0\r\n\
             lambda-runtime-deadline-ms: {deadline}\r\n\
             lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:000000000000:function:measured\r\n\
             lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n\r\n",
            event.len()
        );
        let message = [head.as_bytes(), event.as_bytes()].concat();
        let begin = Instant::now();
        self.write(&message);
        let (line, answer) = read(&mut self.stream);
        let took = begin.elapsed();
        assert!(line.contains("/response"), "{line} {}", String::from_utf8_lossy(&answer));
        self.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
        let (line, _) = read(&mut self.stream);
        assert!(line.contains("/invocation/next"), "{line}");
        took
    }

    /// What the kernel gave all of its threads so far.
    pub fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it runs");
        let spent = tasks.flatten().filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(spent.sum())
    }

    /// The most memory that was resident.
    pub fn peak_kilobytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kilobytes.expect("the kernel says so")
    }

    fn write(&mut self, message: &[u8]) {
        self.stream.get_mut().write_all(message).expect("the instance is there");
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Reads one request: its first line and its body.
fn read(stream: &mut BufReader<TcpStream>) -> (String, Vec<u8>) {
    let mut first = String::new();
    stream.read_line(&mut first).expect("the instance is there");
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("the instance is there");
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        assert!(!line.starts_with("transfer-encoding"), "a length is expected");
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the instance is there");
    (first.trim_end().to_owned(), body)
}
