//! How is a request sent with as little effort as possible, so that the cores are left to the server?

use std::{net::SocketAddr, ops::Range, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer as it lies in the buffer of its connection.
pub struct Answer<'a> {
    pub status: u16,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// The values of a header, which the server writes in lower case.
    pub fn header(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let of = move |line: &'a str| line.strip_prefix(name)?.strip_prefix(": ");
        self.head.lines().filter_map(of)
    }
}

impl Connection {
    pub async fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// So many of them.
    pub async fn several(to: SocketAddr, count: usize) -> Vec<Self> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(Self::open(to).await.unwrap());
        }
        all
    }

    /// Sends a request and reads its answer.
    pub async fn send(&mut self, request: &[u8]) -> Answer<'_> {
        let answering = tokio::time::timeout(Duration::from_secs(30), self.exchange(request));
        let (status, body) = answering.await.unwrap().unwrap();
        let head = str::from_utf8(&self.buffer[..body.start]).unwrap();
        Answer { status, head, body: &self.buffer[body] }
    }

    /// The body of an answer that refuses nothing: 200, or 404 where nothing was asked for.
    pub async fn ask(&mut self, request: &[u8]) -> &[u8] {
        let Answer { status, body, .. } = self.send(request).await;
        assert!(matches!(status, 200 | 404), "{status} {}", String::from_utf8_lossy(body));
        body
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<(u16, Range<usize>)> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let body = loop {
            self.read_more().await?;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = str::from_utf8(&self.buffer[..body]).unwrap();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let end = body + length.map_or(0, |length| length.parse::<usize>().unwrap());
        while self.buffer.len() < end {
            self.read_more().await?;
        }
        Ok((status, body..end))
    }

    async fn read_more(&mut self) -> std::io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}
