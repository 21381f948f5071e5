//! The health page: whether the process lives, whether it can do its work, and its figures. Three addresses, nothing else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::EngineRoom;
use crate::engine::Figures;

/// Whoever asks about health asks briefly; more than this at once is something else.
const CONNECTIONS_MAX: usize = 32;
/// A connection that has not asked and been answered by then is closed.
const CONNECTION_AFTER: Duration = Duration::from_secs(15);

pub(crate) async fn serve(listener: TcpListener, room: Arc<EngineRoom>, figures: Option<Figures>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let figures = Arc::new(figures);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let (room, figures, stop) = (Arc::clone(&room), Arc::clone(&figures), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let (room, figures, stop) = (Arc::clone(&room), Arc::clone(&figures), stop.clone());
                async move { Ok::<_, Infallible>(answer(&request, &room, figures.as_ref().as_ref(), &stop).await) }
            });
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).keep_alive(false).serve_connection(TokioIo::new(stream), service);
            // A client that hangs up, or speaks something else, is no event of ours.
            let _ = tokio::time::timeout(CONNECTION_AFTER, connection).await;
            drop(place);
        });
    }
}

async fn answer(
    request: &Request<Incoming>,
    room: &EngineRoom,
    figures: Option<&Figures>,
    stop: &CancellationToken,
) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return page(StatusCode::METHOD_NOT_ALLOWED, "application/json", json!({ "status": "method_not_allowed" }).to_string());
    }
    match request.uri().path() {
        "/healthz" => page(StatusCode::OK, "application/json", json!({ "status": "ok" }).to_string()),
        "/readyz" => ready(room, stop).await,
        "/metrics" => match figures {
            Some(figures) => page(StatusCode::OK, "text/plain; version=0.0.4", figures()),
            None => not_found(),
        },
        _ => not_found(),
    }
}

async fn ready(room: &EngineRoom, stop: &CancellationToken) -> Response<Full<Bytes>> {
    let (database, storage) = tokio::join!(room.db.ping(), room.objects.ping());
    let standing = |answer: &Result<(), store::StoreError>| if answer.is_ok() { "ok" } else { "away" };
    // Chores wait for object storage by themselves; without the database there are none, and a process that stops takes none.
    let status = if database.is_ok() && !stop.is_cancelled() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "status": standing(&database), "database": standing(&database), "object_storage": standing(&storage) });
    page(status, "application/json", body.to_string())
}

fn not_found() -> Response<Full<Bytes>> {
    page(StatusCode::NOT_FOUND, "application/json", json!({ "status": "not_found" }).to_string())
}

fn page(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
