//! Nothing acknowledged is lost when the process is killed.
