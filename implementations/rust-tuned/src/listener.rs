//! The socket that clients connect to; several workers have one each on the same port, and the kernel spreads
//! connections over them.

use std::{io, net::SocketAddr};

use mio::net::TcpListener;
use socket2::{Domain, Protocol, Socket, Type};

/// As many connections may wait to be accepted as tokio and mio let; the kernel has its own bound (somaxconn).
const BACKLOG: i32 = 1024;

pub fn bind(site: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(site), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&site.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_a_port_that_is_otherwise_ones_own() {
        let any = "127.0.0.1:0".parse().unwrap();
        let first = bind(any, true).unwrap();
        let site = first.local_addr().unwrap();
        assert!(bind(site, true).is_ok());
        assert!(bind(site, false).is_err());
    }
}
