//! Request bodies: read up to a limit, or read away.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use tokio::time::timeout;

/// How long a client may take to send a body, and how long an unwanted one is read away.
/// 30 s is also nginx's `lingering_time`; its `client_body_timeout` is 60 s.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    TooLarge,
    TooSlow,
    /// The client left, or its chunks are malformed.
    Broken,
}

/// The whole body. What is over the limit, or says so in its Content-Length, is not read.
pub async fn read<B>(body: &mut B, limit: usize) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes, Error: std::error::Error + Send + Sync + 'static> + Unpin,
{
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    match timeout(PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Ok(Err(_)) => Err(Unread::Broken),
        Err(_) => Err(Unread::TooSlow),
    }
}

/// Reads away, in the background, what a request was answered without. Closing with unread bytes
/// would reset the connection and the client could lose the answer; read to its end, the connection
/// goes on with the next request.
pub fn discard<B>(mut body: B)
where
    B: Body<Data: Send, Error: Send> + Unpin + Send + 'static,
{
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(timeout(PATIENCE, async move {
        while let Some(Ok(_)) = body.frame().await {}
    }));
}
