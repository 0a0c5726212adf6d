//! Why something is not simply an account. Words are stored: rename none.
