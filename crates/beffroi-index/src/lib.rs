#![doc = include_str!("../README.md")]

pub mod engagement;
pub mod stats;
