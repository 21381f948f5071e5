//! The accept loop. The framework's own has no limits: here headers, connections and idle time have them, and stopping is orderly.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use platform::settings::HttpLimits;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// What is in flight when the process is asked to stop has this long to finish.
const DRAIN_AFTER: Duration = Duration::from_secs(18);
const HEADERS_MAX: usize = 64;
const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Serves `app` until `stop`, then lets what is in flight finish.
pub async fn serve(listener: TcpListener, app: Router, limits: HttpLimits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let open = GracefulShutdown::new();
    loop {
        let (stream, place) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => match accepted {
                Some(accepted) => accepted,
                None => continue,
            },
        };
        let Ok(peer) = stream.peer_addr() else { continue };
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let app = app.clone();
            async move { Ok::<_, Infallible>(app.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_after)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(Watched::new(stream, limits.idle_after)), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // A client that hangs up, or speaks something else, is no event of ours.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(DRAIN_AFTER) => tracing::warn!("some requests did not finish in time and were cut off"),
    }
}

/// The next connection, once there is a place for it; out of file handles, it waits a moment instead of spinning.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

pub use watched::Watched;

mod watched {
    //! A connection on which nothing moved for too long is closed, whichever side fell silent.

    use std::future::Future;
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
    use tokio::net::TcpStream;
    use tokio::time::{Instant, Sleep};

    /// A stream that fails with `TimedOut` when neither side has moved a byte for `after`.
    pub struct Watched {
        stream: TcpStream,
        after: Duration,
        due: Pin<Box<Sleep>>,
    }

    impl Watched {
        pub fn new(stream: TcpStream, after: Duration) -> Self {
            Self { stream, after, due: Box::pin(tokio::time::sleep(after)) }
        }

        fn moved(&mut self) {
            let due = Instant::now() + self.after;
            self.due.as_mut().reset(due);
        }

        fn settle<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
            match polled {
                Poll::Ready(outcome) => {
                    self.moved();
                    Poll::Ready(outcome)
                }
                Poll::Pending => self.due.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            }
        }
    }

    impl AsyncRead for Watched {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
            self.settle(cx, polled)
        }
    }

    impl AsyncWrite for Watched {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
            self.settle(cx, polled)
        }

        fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
            let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
            self.settle(cx, polled)
        }

        fn is_write_vectored(&self) -> bool {
            self.stream.is_write_vectored()
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_shutdown(cx)
        }
    }
}
