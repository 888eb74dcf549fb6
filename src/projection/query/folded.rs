//! Texts as they are compared: without regard to case.

use std::fmt;

use zeroize::Zeroize;

/// A text about a person, without regard to case; overwritten when it is dropped.
///
/// Each character is turned into upper case and that into lower case, so that `ß` is as `SS`, and `ς` as `Σ`: the default
/// mapping of Unicode, the same everywhere, in no language's own way. Two are compared scalar value by scalar value, so `é` comes
/// after `z`, and `é` in one character is not `é` in two.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Folded(String);

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() {
                folded.push(c.to_ascii_lowercase());
            } else {
                folded.extend(c.to_uppercase().flat_map(char::to_lowercase));
            }
        }
        Self(folded)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The words of it. Marks that stand on a letter belong to it.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(is_between_words).filter(|word| !word.is_empty())
    }

    /// Whether one of its words begins so.
    pub(super) fn has_word_like(&self, beginning: &str) -> bool {
        self.words().any(|word| word.starts_with(beginning))
    }
}

fn is_between_words(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '\u{2010}'..='\u{201F}' | '·' | '・' | '،')
}

impl Drop for Folded {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter_and_nothing_else_is_lost() {
        for (one, other) in
            [("STRASSE", "straße"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ÉMILE", "émile"), ("Ann", "aNN")]
        {
            assert_eq!(Folded::of(one), Folded::of(other));
        }
        assert_ne!(Folded::of("e\u{301}"), Folded::of("é"));
        assert!(Folded::of("Zebra") < Folded::of("Émile"));
    }

    #[test]
    fn words_begin_after_blanks_and_punctuation() {
        let name = Folded::of("Zoe\u{308} O'Neil-Müller 王小明");
        assert!(name.words().eq(["zoe\u{308}", "o", "neil", "müller", "王小明"]));
        assert!(name.has_word_like("nei") && name.has_word_like("王") && !name.has_word_like("eil"));
    }
}
