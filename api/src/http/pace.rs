//! Bodies must keep moving: one that stands still, or drips, is given up with its connection.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// Slower than this over the whole body counts as dripping: a weak phone link carries more.
const FLOOR_BYTES_PER_S: u64 = 8 * 1024;

/// The body did not arrive in the time it was given.
#[derive(Debug, thiserror::Error)]
#[error("the body arrived too slowly")]
pub struct TooSlow;

/// Whether `error` or one of its causes is [`TooSlow`].
pub fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if inner.is::<TooSlow>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// Gives every request's body `grace`, and beyond that only as long as it keeps the floor.
pub async fn keep_pace(grace: Duration, request: Request, next: Next) -> Response {
    let request = request.map(|body| Body::new(Paced::new(body, grace)));
    next.run(request).await
}

struct Paced {
    body: Body,
    due: Pin<Box<Sleep>>,
    starts_at: Instant,
    grace: Duration,
    received: u64,
}

impl Paced {
    fn new(body: Body, grace: Duration) -> Self {
        let starts_at = Instant::now();
        Self { body, due: Box::pin(tokio::time::sleep_until(starts_at + grace)), starts_at, grace, received: 0 }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                let earned = Duration::from_millis(self.received.saturating_mul(1000) / FLOOR_BYTES_PER_S);
                let due = self.starts_at + self.grace + earned;
                self.due.as_mut().reset(due);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.due.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(TooSlow.into()))),
                Poll::Pending => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
