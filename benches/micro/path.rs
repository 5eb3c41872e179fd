//! What is measured: one thing that is done again and again, with all that it needs made before.

use std::hint::black_box;

/// Does it once.
pub type Work = Box<dyn FnMut()>;

/// A hot path.
pub struct Path {
    /// What is done, to whom or how many.
    pub name: &'static str,
    /// Makes what it needs.
    pub prepare: fn() -> Work,
}

impl Path {
    /// A path of that name.
    pub const fn new(name: &'static str, prepare: fn() -> Work) -> Self {
        Self { name, prepare }
    }
}

/// Does it with an input of which the compiler knows nothing; what comes of it is made, and thrown away.
pub fn work<I: 'static, O>(input: I, mut once: impl FnMut(&I) -> O + 'static) -> Work {
    Box::new(move || {
        black_box(once(black_box(&input)));
    })
}
