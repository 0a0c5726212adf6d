#![doc = include_str!("../README.md")]

pub mod dialogue;
pub mod engagement;
pub mod stats;
