//! Whole visits against a local server, and golden pages.

mod detours;
mod golden;
mod hand_over;
mod reading;
mod robust;
mod server;
mod visits;
