//! HTTP/1.1 by hand: what a request says, and what is answered.

pub mod answer;
pub mod body;
pub mod head;
pub mod route;
