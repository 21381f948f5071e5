//! Serves a store over HTTP, and gives up on clients that keep a connection without using it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use s3s::service::S3Service;
use s3s::{Body, HttpError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::idle::IdleLimited;
use crate::HouseError;

/// How long a client may take for the headers of a request, counted from the end of the one before.
const HEADERS_LIMIT: Duration = Duration::from_secs(30);
/// How long a connection may go without a byte in either direction.
const IDLE_LIMIT: Duration = Duration::from_mins(1);
/// How long requests under way may take to finish when the server is stopped.
const FAREWELL_LIMIT: Duration = Duration::from_secs(10);
/// Connections served at a time; more wait to be accepted.
const CONNECTION_LIMIT: usize = 1024;

/// A store being served. Dropping it stops accepting and cuts what is under way; [`ObjectServer::stop`] is kinder.
#[derive(Debug)]
pub struct ObjectServer {
    /// Base URL, for example `http://127.0.0.1:40123`; addresses are path-style below it.
    pub endpoint: String,
    /// The one access key there is.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    addr: SocketAddr,
    stop: CancellationToken,
    accepting: Option<JoinHandle<()>>,
}

impl ObjectServer {
    pub(super) async fn bind(service: S3Service, addr: SocketAddr, keys: (String, String)) -> Result<Self, HouseError> {
        let listener = TcpListener::bind(addr).await.map_err(HouseError::listen(addr, "with --s3-port"))?;
        let addr = listener.local_addr().map_err(HouseError::listen(addr, "with --s3-port"))?;
        let reachable = if addr.ip().is_unspecified() { SocketAddr::from((Ipv4Addr::LOCALHOST, addr.port())) } else { addr };
        let stop = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, service, stop.clone()));
        let (access_key, secret_key) = keys;
        Ok(Self { endpoint: format!("http://{reachable}"), access_key, secret_key, addr, stop, accepting: Some(accepting) })
    }

    /// The address being listened on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops accepting, lets requests under way finish for up to ten seconds, and cuts the rest.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(accepting) = self.accepting.take() {
            // It ends by itself; an error here is its panic, which has been reported.
            let _ = accepting.await;
        }
    }
}

impl Drop for ObjectServer {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
    }
}

async fn accept(listener: TcpListener, service: S3Service, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTION_LIMIT));
    let graceful = GracefulShutdown::new();
    // Dropped with this task, and the connections with it.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.cancelled() => break,
        };
        while connections.try_join_next().is_some() {}
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, mostly: wait for some to come back.
                tracing::warn!(%error, "the object server could not accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let connection = graceful.watch(connection(stream, service.clone()));
        connections.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the object server ended badly");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests to the object server were cut short");
    }
}

type Connection<S> = http1::Connection<TokioIo<IdleLimited<TcpStream>>, S>;

fn connection(
    stream: TcpStream,
    service: S3Service,
) -> Connection<impl hyper::service::Service<Request<Incoming>, Response = Response<Body>, Error = HttpError, Future: Send>> {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_LIMIT)
        .serve_connection(TokioIo::new(IdleLimited::new(stream, IDLE_LIMIT)), service_fn(move |request| answer(service.clone(), request)))
}

/// Answers a request, and lets pages of any origin upload: what protects an object is the signature in its URL, not
/// where the page came from, and no cookie is ever involved.
async fn answer(service: S3Service, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
    let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, PUT"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
        response
    } else {
        service.call(request.map(Body::from)).await?
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, x-amz-checksum-sha256, x-amz-request-id"));
    Ok(response)
}
