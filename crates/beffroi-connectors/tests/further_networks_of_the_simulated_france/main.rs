//! Our connectors over every account of a small simulated France, on a first night and on the next
//! one with the state handed on: every outcome, figure, post and thread is held against the truth,
//! and no quota may be exceeded on the way.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod difference;
mod france;
mod linkedin;
mod peertube;
mod snapchat;
mod telegram;
mod tiktok;
