//! A connection that breaks when it is told to: a small proxy between the store and its DynamoDB.

use serde_json::Value;
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What becomes of a request.
pub enum Fault {
    /// It is not forwarded, and answered with this status, error and further members.
    Answer(u16, &'static str, Value),
    /// It is not forwarded, and the connection is closed.
    CutBefore,
    /// It is forwarded, and the connection is closed in place of an answer.
    CutAfter,
    /// It is forwarded, and answered with an internal error.
    FailAfter,
    /// It is not forwarded: a `BatchGetItem` whose keys, from this one on, are left unprocessed.
    Unprocessed,
}

#[derive(Default)]
struct Script {
    faults: VecDeque<(&'static str, Fault)>,
    // What is done to every further request of this operation.
    always: Option<(&'static str, Fault)>,
    seen: Vec<(String, Value)>,
}

#[derive(Clone)]
pub struct Proxy {
    pub url: String,
    script: Arc<Mutex<Script>>,
}

impl Proxy {
    /// A proxy before the DynamoDB at this URL.
    pub async fn before(upstream: &str) -> Self {
        let upstream = upstream.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::<Mutex<Script>>::default();
        let proxy = Self { url, script: script.clone() };
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (upstream, script) = (upstream.clone(), script.clone());
                tokio::spawn(async move { serve(connection, &upstream, &script).await });
            }
        });
        proxy
    }

    /// The next requests of this operation meet these faults, one each.
    pub fn next(&self, operation: &'static str, faults: impl IntoIterator<Item = Fault>) {
        let faults = faults.into_iter().map(|fault| (operation, fault));
        self.script.lock().unwrap().faults.extend(faults);
    }

    /// Every request of this operation meets this fault.
    pub fn always(&self, operation: &'static str, fault: Fault) {
        self.script.lock().unwrap().always = Some((operation, fault));
    }

    /// The requests of an operation that came so far.
    pub fn seen(&self, operation: &str) -> Vec<Value> {
        let script = self.script.lock().unwrap();
        let seen = script.seen.iter().filter(|(seen, _)| seen == operation);
        seen.map(|(_, request)| request.clone()).collect()
    }
}

async fn serve(
    mut connection: TcpStream,
    upstream: &str,
    script: &Mutex<Script>,
) -> io::Result<()> {
    while let Some(request) = read_message(&mut connection).await? {
        let operation = request.header("x-amz-target").unwrap_or_default();
        let operation = operation.rsplit_once('.').map_or("", |(_, name)| name).to_owned();
        let json: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        // What to do is decided under the lock, and done without it.
        let (forward, answer) = {
            let mut script = script.lock().unwrap();
            script.seen.push((operation.clone(), json.clone()));
            let is_next = script.faults.front().is_some_and(|(name, _)| *name == operation);
            let next = if is_next { script.faults.pop_front() } else { None };
            let always = script.always.as_ref().filter(|(name, _)| *name == operation);
            match next.as_ref().or(always).map(|(_, fault)| fault) {
                None => (true, None),
                Some(Fault::CutBefore) => return Ok(()),
                Some(Fault::CutAfter) => (true, Some(Vec::new())),
                Some(Fault::FailAfter) => {
                    (true, Some(error(500, "InternalServerError", Value::Null)))
                }
                Some(Fault::Answer(status, name, members)) => {
                    (false, Some(error(*status, name, members.clone())))
                }
                Some(Fault::Unprocessed) => {
                    let left = serde_json::json!({
                        "Responses": {},
                        "UnprocessedKeys": json["RequestItems"],
                    });
                    (false, Some(message(200, &left)))
                }
            }
        };
        let forwarded = if forward {
            let mut upstream = TcpStream::connect(upstream).await?;
            upstream.write_all(&request.bytes).await?;
            read_message(&mut upstream).await?.map(|answer| answer.bytes)
        } else {
            None
        };
        match answer.or(forwarded) {
            Some(answer) if !answer.is_empty() => connection.write_all(&answer).await?,
            _ => return Ok(()),
        }
    }
    Ok(())
}

fn error(status: u16, name: &str, members: Value) -> Vec<u8> {
    let mut body = serde_json::json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"),
        "message": "injected",
    });
    if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
        body.extend(members);
    }
    message(status, &body)
}

fn message(status: u16, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Injected\r\ncontent-type: application/x-amz-json-1.0\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

struct Message {
    bytes: Vec<u8>,
    head: usize,
}

impl Message {
    fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.bytes[..self.head]).ok()?;
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn body(&self) -> &[u8] {
        &self.bytes[self.head..]
    }
}

/// A request or an answer with a `content-length`; nothing at the end of the connection.
async fn read_message(from: &mut TcpStream) -> io::Result<Option<Message>> {
    let mut message = Message { bytes: Vec::new(), head: 0 };
    loop {
        if message.head == 0 {
            let end = message.bytes.windows(4).position(|window| window == b"\r\n\r\n");
            message.head = end.map_or(0, |end| end + 4);
        }
        if message.head > 0 {
            let length = message.header("content-length").and_then(|length| length.parse().ok());
            if message.body().len() >= length.unwrap_or(0) {
                return Ok(Some(message));
            }
        }
        if from.read_buf(&mut message.bytes).await? == 0 {
            return Ok(None);
        }
    }
}
