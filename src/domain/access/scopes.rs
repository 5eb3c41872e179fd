//! What a token is good for: never more than its holder may do.

use super::Action;

/// One thing that a token may be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Looking: queries and subscriptions.
    Read,
    /// Handing in what contacts wrote.
    Receive,
    /// The daily work.
    Work,
    /// The account's settings.
    Administer,
}

impl Scope {
    /// All, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Read, Self::Receive, Self::Work, Self::Administer];

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Receive => 2,
            Self::Work => 4,
            Self::Administer => 8,
        }
    }

    /// The word for it on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Receive => "receive",
            Self::Work => "work",
            Self::Administer => "administer",
        }
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// None.
    pub const NONE: Self = Self(0);
    /// All that there are and more: what its holder may do, their own password and sessions included. It is what a session
    /// has; no list of scopes comes to as much.
    pub const ALL: Self = Self(31);
    /// What a program's token is good for where nothing else was said: all but the settings.
    pub const OF_PROGRAMS: Self = Self(7);

    /// The set of the database's code; none where a newer version wrote it.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        let bits = u8::try_from(code).ok()?;
        (bits <= 15).then_some(Self(bits))
    }

    /// The database's code; null for all.
    #[must_use]
    pub const fn code(self) -> Option<i16> {
        if self.0 == Self::ALL.0 {
            None
        } else {
            Some(self.0 as i16)
        }
    }

    /// The set with one more.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// Whether the scope is in it.
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The scopes in it.
    #[must_use]
    pub fn list(self) -> Vec<Scope> {
        let all = Scope::ALL.into_iter();
        all.filter(|scope| self.has(*scope)).collect()
    }

    /// Whether a token of these scopes is good for something of that kind.
    #[must_use]
    pub const fn allow(self, action: Action) -> bool {
        match action {
            Action::Enter => true,
            Action::Read => self.has(Scope::Read),
            Action::Receive => self.has(Scope::Receive),
            Action::Work | Action::Own => self.has(Scope::Work),
            Action::Administer => self.has(Scope::Administer),
            Action::Secure | Action::Grant => self.0 == Self::ALL.0,
        }
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::NONE, Self::with)
    }
}
