//! Redis over one connection per worker, in RESP3 by hand.

pub mod address;
pub mod command;
pub mod connector;
pub mod pipe;
pub mod reply;
