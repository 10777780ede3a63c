//! How does a Lambda runtime behave that is told to misbehave?
//!
//! A runtime written out over a socket, for the tests of the Lambda host. The environment variable
//! `MISCHIEF` says what it does before its first poll; each event says what it does then: the orders of
//! the conformance suite, and those of `Mischief`. With the argument `launch` it is a launcher, and with
//! `host` a process that has an instance.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for tests: whatever goes wrong ends it, which is what the tests look at"
)]

use functions::conformance::Order;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, exit},
    thread::sleep,
    time::Duration,
};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Mischief {
    /// Answers its environment, arguments and working folder.
    Tell,
    /// Answers the headers of its event.
    Headers,
    /// Prints these lines, to both streams.
    Print { lines: Vec<String> },
    /// Prints lines as fast as it can, then answers.
    Flood { lines: usize },
    /// Answers exactly these bytes.
    Raw { body: String },
    /// Reports exactly these bytes as an error.
    RawError { body: String },
    /// Answers in chunks.
    Stream,
    /// Answers in chunks, and says at the end that it went wrong.
    StreamError,
    /// Answers an event that it was not given.
    WrongId,
    /// Answers twice, and answers to the next event what it was told the second time.
    Twice,
    /// Polls before it answers.
    PollEarly,
    /// Says to the Runtime API what is no HTTP.
    Garbage,
    /// Asks for a path that is not there, and answers its status.
    Elsewhere,
    /// Promises a body and closes the connection in the middle of it.
    BreakOff,
    /// Exits with this status.
    Exit { status: i32 },
    /// Uses the processor and does not answer.
    Spin,
    /// Takes memory, and holds it.
    Take { megabytes: usize },
    /// Takes memory and gives it back at once.
    Gulp { megabytes: usize },
    /// Starts a process that sleeps, answers its id.
    Fork,
    /// Answers, and does not ask for another event.
    Rest,
    /// Answers, and exits.
    Leave,
}

struct Api {
    address: String,
    connection: BufReader<TcpStream>,
}

struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Api {
    fn new() -> Self {
        let address = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
        let connection = BufReader::new(TcpStream::connect(&address).unwrap());
        Self { address, connection }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.connection.get_mut().write_all(bytes).unwrap();
    }

    fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Reply {
        let (address, length) = (&self.address, body.len());
        let head = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n"
        );
        self.send(&[head.as_bytes(), body].concat());
        self.reply()
    }

    fn reply(&mut self) -> Reply {
        let mut line = String::new();
        self.connection.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            self.connection.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).unwrap();
        Reply { status, headers, body }
    }

    fn answer(&mut self, id: &str, body: &[u8]) -> Reply {
        self.ask("POST", &format!("invocation/{id}/response"), body)
    }

    fn error(&mut self, id: &str, error_type: &str, message: &str) -> Reply {
        let body = json!({ "errorType": error_type, "errorMessage": message }).to_string();
        self.ask("POST", &format!("invocation/{id}/error"), body.as_bytes())
    }

    fn stream(&mut self, id: &str, trailer: &str, end: &str) {
        let address = &self.address;
        let head = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {address}\r\nlambda-runtime-function-response-mode: streaming\r\ntransfer-encoding: chunked\r\n{trailer}\r\n"
        );
        self.send(head.as_bytes());
        for piece in ["[1,", "2,", "3]"] {
            self.send(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
            sleep(Duration::from_millis(5));
        }
        self.send(format!("0\r\n{end}\r\n").as_bytes());
        self.reply();
    }
}

fn main() {
    #[cfg(feature = "lambda")]
    match std::env::args().nth(1).as_deref() {
        Some("launch") => {
            functions::lambda::launch(std::env::args_os().skip(2)).unwrap();
        }
        Some("host") => host(),
        _ => {}
    }
    let mut api = Api::new();
    begin(&mut api);
    loop {
        let event = api.ask("GET", "invocation/next", b"");
        assert_eq!(event.status, 200);
        let id = event.headers["lambda-runtime-aws-request-id"].clone();
        if let Ok(order) = serde_json::from_slice(&event.body) {
            obey(&mut api, &id, order);
        } else if let Ok(mischief) = serde_json::from_slice(&event.body) {
            make(&mut api, &id, mischief, &event);
        } else {
            api.error(&id, "Runtime.UnmarshalError", "what is that?");
        }
    }
}

fn begin(api: &mut Api) {
    match std::env::var("MISCHIEF").as_deref() {
        Err(_) => {}
        Ok("init_error") => {
            eprintln!("the stack of the error");
            let body = json!({ "errorType": "Runtime.ImportModuleError", "errorMessage": "no module app\n/secret/path" });
            api.ask("POST", "init/error", body.to_string().as_bytes());
            exit(1);
        }
        Ok("exit") => {
            println!("last words");
            exit(7);
        }
        Ok("sleep") => sleep(Duration::from_secs(3600)),
        Ok("slow") => sleep(Duration::from_millis(700)),
        Ok("garbage") => {
            api.send(b"\x16\x03\x01\x02 this is no HTTP\r\n\r\n");
            sleep(Duration::from_secs(3600));
        }
        Ok("answer") => {
            api.answer("79104EXAMPLEB723", b"{}");
            sleep(Duration::from_secs(3600));
        }
        Ok(other) => {
            // A marker for tests that only look whether the value came unchanged.
            println!("{other}");
        }
    }
}

fn obey(api: &mut Api, id: &str, order: Order) {
    match order {
        Order::Echo { value, milliseconds } => {
            sleep(Duration::from_millis(milliseconds));
            api.answer(id, value.to_string().as_bytes());
        }
        Order::Throw { error_type, message } => {
            api.error(id, &error_type, &message);
        }
        Order::Hang => sleep(Duration::from_secs(3600)),
        Order::Crash => std::process::abort(),
        Order::Fill { bytes } => {
            let value = Value::String("x".repeat(bytes - 2));
            api.answer(id, value.to_string().as_bytes());
        }
    }
}

fn make(api: &mut Api, id: &str, mischief: Mischief, event: &Reply) {
    match mischief {
        Mischief::Tell => {
            let environment: BTreeMap<String, String> = std::env::vars().collect();
            let arguments: Vec<String> = std::env::args().skip(1).collect();
            let folder = std::env::current_dir().unwrap();
            let process = std::process::id();
            let told = json!({ "environment": environment, "arguments": arguments, "folder": folder, "process": process });
            api.answer(id, told.to_string().as_bytes());
        }
        Mischief::Headers => {
            api.answer(id, json!(event.headers).to_string().as_bytes());
        }
        Mischief::Print { lines } => {
            for line in lines {
                println!("{line}");
                eprintln!("{line}");
            }
            api.answer(id, b"null");
        }
        Mischief::Flood { lines } => {
            let mut output = std::io::stdout().lock();
            for _ in 0..lines {
                writeln!(output, "{}", "x".repeat(100)).unwrap();
            }
            api.answer(id, b"null");
        }
        Mischief::Raw { body } => {
            api.answer(id, body.as_bytes());
        }
        Mischief::RawError { body } => {
            api.ask("POST", &format!("invocation/{id}/error"), body.as_bytes());
        }
        Mischief::Stream => api.stream(id, "", ""),
        Mischief::StreamError => {
            let trailer = "trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";
            // {"errorType":"Late","errorMessage":"in the middle"}
            let body = "eyJlcnJvclR5cGUiOiJMYXRlIiwiZXJyb3JNZXNzYWdlIjoiaW4gdGhlIG1pZGRsZSJ9";
            let end = format!(
                "Lambda-Runtime-Function-Error-Type: Late\r\nLambda-Runtime-Function-Error-Body: {body}\r\n"
            );
            api.stream(id, trailer, &end);
        }
        Mischief::WrongId => {
            let reply = api.answer("00000000-dead-beef-0000-000000000000", b"\"stolen\"");
            println!("{}", reply.status);
            sleep(Duration::from_secs(3600));
        }
        Mischief::Twice => {
            api.answer(id, b"\"first\"");
            let second = api.answer(id, b"\"second\"").status;
            let event = api.ask("GET", "invocation/next", b"");
            api.answer(
                &event.headers["lambda-runtime-aws-request-id"],
                second.to_string().as_bytes(),
            );
        }
        Mischief::PollEarly => {
            api.ask("GET", "invocation/next", b"");
        }
        Mischief::Garbage => {
            api.send(b"\0\x01\x02 answer: yes\r\n\r\n");
            sleep(Duration::from_secs(3600));
        }
        Mischief::Elsewhere => {
            let status = api.ask("GET", "../../etc/passwd", b"").status;
            api.answer(id, status.to_string().as_bytes());
        }
        Mischief::BreakOff => {
            let address = &api.address;
            let head = format!(
                "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1000\r\n\r\nhalf"
            );
            api.send(head.as_bytes());
            api.connection.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
            sleep(Duration::from_secs(3600));
        }
        Mischief::Exit { status } => {
            println!("last words");
            exit(status);
        }
        Mischief::Spin => loop {
            std::hint::spin_loop();
        },
        Mischief::Take { megabytes } => {
            let mut held = Vec::new();
            for _ in 0..megabytes {
                held.push(vec![1_u8; 1024 * 1024]);
                sleep(Duration::from_millis(1));
            }
            sleep(Duration::from_millis(200));
            api.answer(id, held.len().to_string().as_bytes());
        }
        Mischief::Gulp { megabytes } => {
            let gulp = vec![1_u8; megabytes * 1024 * 1024];
            let length = std::hint::black_box(gulp).len();
            api.answer(id, length.to_string().as_bytes());
        }
        Mischief::Fork => {
            let mut child = Command::new("sleep").arg("3600").spawn().unwrap();
            api.answer(id, child.id().to_string().as_bytes());
            std::thread::spawn(move || child.wait());
        }
        Mischief::Rest => {
            api.answer(id, b"\"rest\"");
            sleep(Duration::from_secs(3600));
        }
        Mischief::Leave => {
            api.answer(id, b"\"leave\"");
            exit(0);
        }
    }
}

/// Has an instance that spins and is launched by this program, prints its id, and waits to be killed.
#[cfg(feature = "lambda")]
#[tokio::main(flavor = "current_thread")]
async fn host() {
    use functions::{Call, Function, lambda};
    let arn = "arn:aws:lambda:eu-west-1:000000000000:function:subject".parse().unwrap();
    let clock: names::Clock = std::sync::Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
    let code = std::env::args_os().nth(2).unwrap();
    let runtime = "provided.al2023".parse().unwrap();
    let mut settings = lambda::Settings::new(arn, code, runtime, clock);
    settings.launcher = vec![std::env::current_exe().unwrap().into(), "launch".into()];
    let host = lambda::LambdaHost::new(settings);
    let call = |payload: &'static str| Call {
        request_id: "id".to_owned(),
        payload: payload.into(),
        timeout: Duration::from_secs(60),
    };
    let told = host.invoke(call(r#"{"do":"tell"}"#)).await.unwrap();
    let told: Value = serde_json::from_slice(&told).unwrap();
    println!("{}", told["process"]);
    let _ = host.invoke(call(r#"{"do":"spin"}"#)).await;
}
