//! Laws of deciding, over generated histories.
