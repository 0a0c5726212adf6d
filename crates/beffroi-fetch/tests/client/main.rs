//! The client against servers of their own making: real sockets on loopback, each test with its own
//! servers, which stop with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage fails")]

mod answers;
mod bounds;
mod codings;
mod failures;
mod lanes;
mod names;
mod paces;
mod posts;
mod redirects;
mod robots;
mod server;
mod tls;
