//! The mastodon connector.
