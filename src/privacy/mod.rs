//! Keys, and what seals and opens personal data.
