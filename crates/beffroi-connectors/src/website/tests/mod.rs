//! Whole visits against a local server, and golden pages.
