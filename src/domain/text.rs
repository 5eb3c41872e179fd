//! What text may be: bounded, and without NUL, which Postgres cannot keep.

/// The longest subject or name, in characters (RULES, Limits).
pub const NAME_CHARS: usize = 1_000;
/// The longest message, in characters (RULES, Limits).
pub const MESSAGE_CHARS: usize = 1_000_000;
/// The longest value of a text property, in characters (RULES, Limits).
pub const PROPERTY_CHARS: usize = 65_536;

/// Why a text is refused; each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than the limit.
    #[error("has {found} characters; at most {limit} are allowed")]
    TooLong {
        /// How many it has.
        found: usize,
        /// How many it may have.
        limit: usize,
    },
    /// Holds U+0000.
    #[error("contains a NUL character; remove it")]
    Nul,
}

/// Checks a text that may be empty.
///
/// # Errors
/// When it is too long or holds a NUL.
pub fn check(text: &str, limit: usize) -> Result<(), TextError> {
    if text.contains('\0') {
        return Err(TextError::Nul);
    }
    // A character has at least one byte: most texts are within bounds without counting.
    if text.len() > limit {
        let found = text.chars().count();
        if found > limit {
            return Err(TextError::TooLong { found, limit });
        }
    }
    Ok(())
}

/// Checks a text that must say something.
///
/// # Errors
/// When it is blank, too long or holds a NUL.
pub fn check_filled(text: &str, limit: usize) -> Result<(), TextError> {
    check(text, limit)?;
    if text.trim().is_empty() {
        Err(TextError::Empty)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(check("ąąą", 3), Ok(()));
        assert_eq!(
            check("ąąąą", 3),
            Err(TextError::TooLong { found: 4, limit: 3 })
        );
        assert_eq!(check("a\0", 3), Err(TextError::Nul));
        assert_eq!(check_filled(" \n", 3), Err(TextError::Empty));
    }
}
