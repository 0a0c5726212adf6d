//! Whole visits against a local server, and golden pages.

mod golden;
mod robust;
mod server;
mod visits;
