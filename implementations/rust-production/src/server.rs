//! Connections: accepted, served, and let go on SIGTERM.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};

use crate::{http::Service, store::Store};

/// How long a connection may be idle or take over one request's head; nginx's `keepalive_timeout`.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// After SIGTERM load balancers need a moment to see that /readyz says 503.
const LISTENER_STAYS: Duration = Duration::from_millis(500);
/// Then connections have until 4 s after SIGTERM to bring their last request (its answer says
/// `Connection: close`), and a little more to finish it. The contract allows 5 s in all.
const LAST_REQUESTS: Duration = Duration::from_millis(3500);
const LAST_ANSWERS: Duration = Duration::from_millis(500);
/// When accepting fails, mostly for want of file descriptors, trying at once would only burn the CPU.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves and the connections are gone or out of time.
pub async fn serve<S: Store>(
    listener: TcpListener,
    service: Arc<Service<S>>,
    stop: impl Future<Output = ()>,
) {
    // Each connection holds a receiver: they hear of the end, and `closed` tells when all are gone.
    let (end, ending) = watch::channel(());
    {
        let mut accepting = pin!(accept(listener, &service, ending));
        tokio::select! {
            () = &mut accepting => unreachable!("accepting never ends by itself"),
            () = stop => {}
        }
        service.draining.store(true, Ordering::Relaxed);
        _ = timeout(LISTENER_STAYS, accepting).await;
    }
    if timeout(LAST_REQUESTS, end.closed()).await.is_err() {
        end.send_replace(());
        _ = timeout(LAST_ANSWERS, end.closed()).await;
    }
}

async fn accept<S: Store>(
    listener: TcpListener,
    service: &Arc<Service<S>>,
    ending: watch::Receiver<()>,
) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, service.clone(), ending.clone()));
            }
            Err(error) => {
                eprintln!("cannot accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse<S: Store>(
    stream: TcpStream,
    service: Arc<Service<S>>,
    mut ending: watch::Receiver<()>,
) {
    // Fails only if the client is gone, and then serving finds out.
    _ = stream.set_nodelay(true);
    let answer = service_fn(|request| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.handle(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = pin!(connection);
    // How a connection ends is its client's affair: an error here is no problem of the service.
    tokio::select! {
        _ = &mut connection => return,
        _ = ending.changed() => connection.as_mut().graceful_shutdown(),
    }
    _ = connection.await;
}
