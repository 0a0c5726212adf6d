#![doc = include_str!("../README.md")]

pub mod alerts;
pub mod broker;
pub mod budget;
pub mod child;
pub mod engine;
pub mod feeds;
pub mod fleet;
pub mod france;
pub mod night_rows;
pub mod pages;
pub mod pipeline;
pub mod plain;
pub mod program;
pub mod recorded;
pub mod samples;
pub mod server;
pub mod simulator;
#[cfg(feature = "spider")]
pub mod spider;
pub mod table;
pub mod towns;
pub mod usage;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
