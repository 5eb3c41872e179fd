//! What may be a password.

use super::secret::Secret;

/// The fewest characters. What people choose must bear guessing: below 15 characters NIST SP 800-63B-4 wants a second
/// factor, below 8 nothing serves; 12 is between, and every failure is slowed down ([`super::throttle`]).
pub const PASSWORD_CHARS: usize = 12;
/// The most bytes: hashing takes no longer for a long one, but a request need not carry a book.
pub const PASSWORD_BYTES: usize = 1_024;

/// Why a password is refused; each says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer characters than [`PASSWORD_CHARS`].
    #[error("has fewer than {PASSWORD_CHARS} characters; a sentence is easily long enough")]
    Short,
    /// More bytes than [`PASSWORD_BYTES`].
    #[error("has more than {PASSWORD_BYTES} bytes; choose a shorter one")]
    Long,
    /// Says what everybody knows of its owner, or one thing again and again.
    #[error("is easily guessed: it must not be the e-mail address or one character over and over")]
    Obvious,
}

/// Checks a password that somebody wants to have.
///
/// # Errors
/// Why it cannot be one.
pub fn check(password: &Secret, email: &str) -> Result<(), PasswordError> {
    let text = password.reveal();
    if text.len() > PASSWORD_BYTES {
        return Err(PasswordError::Long);
    }
    if text.chars().count() < PASSWORD_CHARS {
        return Err(PasswordError::Short);
    }
    let lower = text.to_lowercase();
    let first = lower.chars().next();
    if lower.trim() == email.to_lowercase() || lower.chars().all(|c| Some(c) == first) {
        return Err(PasswordError::Obvious);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bears_guessing_is_taken() {
        let check = |text: &str| check(&Secret::new(text.to_owned()), "maja.lindqvist@example.com");
        assert_eq!(check("correct horse battery"), Ok(()));
        assert_eq!(check("żółw żółw żółw"), Ok(()));
        assert_eq!(check("elevenchars"), Err(PasswordError::Short));
        assert_eq!(check("ąąąąąąąąąąą"), Err(PasswordError::Short));
        assert_eq!(
            check("Maja.Lindqvist@example.com"),
            Err(PasswordError::Obvious)
        );
        assert_eq!(check("AAAAaaaaAAAAaaaa"), Err(PasswordError::Obvious));
        assert_eq!(check(&"ab".repeat(600)), Err(PasswordError::Long));
    }
}
