//! The rules of booking, pure: a command and the state in, facts or a refusal out.
