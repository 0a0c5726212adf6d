//! How often alerts are right, and what they miss, on simulated countries where what happened is known:
//! several worlds, straight from their histories to the alerts, without a store (that the store's days and
//! weeks are these is told by `tests/tests/program/judgement`).

mod days;
mod measured;
mod tests;
