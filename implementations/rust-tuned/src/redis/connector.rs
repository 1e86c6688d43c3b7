//! Connecting, in a thread of its own: looking up a name may take seconds, and L1 is served meanwhile.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use mio::Waker;
use socket2::{SockRef, TcpKeepalive};

use super::address::Address;

const RETRY_DELAY: Duration = Duration::from_millis(50);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// A peer that vanished without closing is given up after this long. It is long on purpose: commands in
/// the buffers of an abandoned connection could still take effect after newer ones on the next, so it
/// must be far beyond any pause of a Redis that is alive.
const PEER_GONE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);

pub struct Connector {
    address: Address,
    waker: Arc<Waker>,
    sender: Sender<TcpStream>,
    receiver: Receiver<TcpStream>,
}

impl Connector {
    /// The waker is woken when a connection is there.
    pub fn new(address: Address, waker: Arc<Waker>) -> Self {
        let (sender, receiver) = channel();
        Self {
            address,
            waker,
            sender,
            receiver,
        }
    }

    /// Tries until it succeeds.
    pub fn start(&self, delay: Duration) {
        let (address, sender) = (self.address.clone(), self.sender.clone());
        let waker = self.waker.clone();
        thread::spawn(move || {
            thread::sleep(delay);
            let mut told = false;
            loop {
                match connect(&address) {
                    Ok(stream) => {
                        // Both fail only if the worker is gone, and then so is the need.
                        _ = sender.send(stream);
                        _ = waker.wake();
                        return;
                    }
                    Err(error) if !told => {
                        eprintln!("Redis: cannot connect: {error}");
                        told = true;
                    }
                    Err(_) => {}
                }
                thread::sleep(RETRY_DELAY);
            }
        });
    }

    pub fn connected(&self) -> Option<TcpStream> {
        self.receiver.try_recv().ok()
    }
}

fn connect(address: &Address) -> io::Result<TcpStream> {
    let mut last_error = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for site in (address.host.as_str(), address.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&site, CONNECT_TIMEOUT) {
            Ok(stream) => {
                prepare(&stream)?;
                return Ok(stream);
            }
            Err(error) => last_error = error,
        }
    }
    Err(last_error)
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_INTERVAL)
        .with_interval(KEEPALIVE_INTERVAL);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(PEER_GONE))?;
    Ok(())
}
