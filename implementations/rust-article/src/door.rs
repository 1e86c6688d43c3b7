//! A listener that can be closed before its connections, and that knows when all of them are gone.
//! axum's own shutdown ends both together.

use std::{future::pending, io};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

pub struct Door(Option<(TcpListener, watch::Receiver<()>)>);

pub struct Doorkeeper(watch::Sender<()>);

/// Held by each connection for as long as it lives.
#[derive(Debug, Clone)]
pub struct Guest {
    _receiver: watch::Receiver<()>,
}

impl Door {
    pub fn new(listener: TcpListener) -> (Self, Doorkeeper) {
        let (sender, receiver) = watch::channel(());
        (Self(Some((listener, receiver))), Doorkeeper(sender))
    }
}

impl Doorkeeper {
    pub fn close(&self) {
        self.0.send_replace(());
    }

    pub async fn all_gone(&self) {
        self.0.closed().await;
    }
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = Guest;

    async fn accept(&mut self) -> (TcpStream, Guest) {
        if let Some((listener, closing)) = &mut self.0 {
            tokio::select! {
                (stream, _) = Listener::accept(listener) => {
                    _ = stream.set_nodelay(true); // fails only if the client is gone
                    return (stream, Guest { _receiver: closing.clone() });
                }
                _ = closing.changed() => self.0 = None,
            }
        }
        pending().await
    }

    fn local_addr(&self) -> io::Result<Guest> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Connected<IncomingStream<'_, Door>> for Guest {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.remote_addr().clone()
    }
}
