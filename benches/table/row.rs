//! The rows of the table: what Tandem takes, what the floor takes, and how steady the machine was meanwhile.

/// What the floor took before Tandem was measured, and after.
#[derive(Clone, Copy)]
pub struct Twice(pub f64, pub f64);

impl Twice {
    /// Both together.
    pub const fn mean(self) -> f64 {
        f64::midpoint(self.0, self.1)
    }

    /// By what share of the mean the two differ: what the machine did meanwhile.
    pub fn noise(self) -> f64 {
        (self.0 - self.1).abs() / self.mean()
    }
}

/// What is aimed at (issue "Fast").
#[derive(Clone, Copy)]
pub enum Target {
    /// So many times the floor, at most.
    Times(f64),
    /// So many times the floor, at least.
    TimesAtLeast(f64),
    /// So much, at most; there is no floor, or it is not about it.
    AtMost(f64),
    /// None: it is there to be seen.
    None,
}

/// One figure of Tandem, beside the floor's.
pub struct Row {
    what: String,
    ours: f64,
    floor: Option<f64>,
    noise: f64,
    target: Target,
}

impl Row {
    /// Beside a floor that was measured before and after.
    pub fn beside(what: impl Into<String>, ours: f64, floor: Twice, target: Target) -> Self {
        Self {
            what: what.into(),
            ours,
            floor: Some(floor.mean()),
            noise: floor.noise(),
            target,
        }
    }

    /// Without a floor, measured twice.
    pub fn alone(what: impl Into<String>, ours: Twice, target: Target) -> Self {
        Self {
            what: what.into(),
            ours: ours.mean(),
            floor: None,
            noise: ours.noise(),
            target,
        }
    }

    /// Known to be as unsteady as that.
    #[must_use]
    pub const fn noisy(mut self, noise: f64) -> Self {
        self.noise = noise;
        self
    }

    /// Whether the target is met. Nobody knows where it is missed or met by less than the noise.
    fn met(&self) -> &'static str {
        let ratio = self.floor.map_or(f64::NAN, |floor| self.ours / floor);
        let (of_target, good) = match self.target {
            Target::Times(most) => (ratio / most, ratio <= most),
            Target::TimesAtLeast(least) => (ratio / least, ratio >= least),
            Target::AtMost(most) => (self.ours / most, self.ours <= most),
            Target::None => return "",
        };
        match good {
            _ if (1.0 - of_target.recip()).abs() < self.noise => "?",
            true => "yes",
            false => "no",
        }
    }

    fn print(&self) {
        let floor = self.floor.map_or_else(String::new, number);
        let ratio = self
            .floor
            .map_or_else(String::new, |floor| format!("{:.2}", self.ours / floor));
        let target = match self.target {
            Target::Times(most) => format!("≤ {most} ×"),
            Target::TimesAtLeast(least) => format!("≥ {least} ×"),
            Target::AtMost(most) => format!("≤ {most}"),
            Target::None => String::new(),
        };
        println!(
            "| {:<62} | {:>8} | {:>8} | {:>5} | {:>5.0} % | {:>9} | {:>3} |",
            self.what,
            number(self.ours),
            floor,
            ratio,
            self.noise * 100.0,
            target,
            self.met()
        );
    }
}

/// With about three digits.
fn number(value: f64) -> String {
    match value {
        small if small < 10.0 => format!("{small:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        large => format!("{large:.0}"),
    }
}

/// All of them, as Markdown.
pub fn print(rows: &[Row]) {
    println!(
        "| {:<62} | {:>8} | {:>8} | {:>5} | {:>7} | {:>9} | {:>3} |",
        "what", "Tandem", "floor", "ratio", "noise", "target", "met"
    );
    println!("|{}|", ["-"; 7].map(|dash| dash.repeat(3)).join("|"));
    for row in rows {
        row.print();
    }
}
