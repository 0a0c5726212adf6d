#![doc = include_str!("../README.md")]

pub mod dialogue;
pub mod engagement;
pub mod peers;
pub mod score;
pub mod stats;
