//! The website connector.
