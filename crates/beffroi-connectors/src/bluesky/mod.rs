//! The bluesky connector.
