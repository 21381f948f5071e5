//! A connection of which only so much is read: a relay that talks without end is cut off.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Greeting, capabilities, certificates and a handful of replies need a fraction of this.
const BYTES_MAX: usize = 32 * 1024;
/// Replies are parsed again from their first line with each further one, so that lines cost more than bytes. Of encrypted bytes, one in
/// 256 looks like a line's end: this allows for twice as many.
const LINES_MAX: usize = 256;

/// Read at once, so that the measure is looked at often enough.
const PART_BYTES: usize = 512;

/// A connection and how much of it may still be read.
#[derive(Debug)]
pub struct Measured {
    stream: TcpStream,
    bytes_left: usize,
    lines_left: usize,
}

impl Measured {
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, bytes_left: BYTES_MAX, lines_left: LINES_MAX }
    }
}

impl AsyncRead for Measured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.bytes_left == 0 || self.lines_left == 0 {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        let mut part = [0; PART_BYTES];
        let mut part = ReadBuf::new(part.get_mut(..buffer.remaining().min(PART_BYTES)).unwrap_or_default());
        let polled = Pin::new(&mut self.stream).poll_read(cx, &mut part);
        let read = part.filled();
        self.bytes_left = self.bytes_left.saturating_sub(read.len());
        self.lines_left = self.lines_left.saturating_sub(read.split(|byte| *byte == b'\n').count() - 1);
        buffer.put_slice(read);
        polled
    }
}

impl AsyncWrite for Measured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Measured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
