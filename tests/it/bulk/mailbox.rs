//! Mailboxes made up for tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A folder of its own, deleted with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("tandem-mail-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A message of an mbox.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    pub id: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    /// Seconds after the start of 2025.
    pub at: i64,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub text: String,
}

/// A message from Anna to the support, at a second.
pub fn letter(id: &str, at: i64) -> Letter {
    Letter {
        id: format!("{id}@mail.example.com"),
        from: "Anna Nowak <anna@example.com>".into(),
        to: "support@shop.example.com".into(),
        subject: format!("About {id}"),
        at,
        text: format!("This is {id}."),
        ..Letter::default()
    }
}

impl Letter {
    pub fn from(mut self, from: &str) -> Self {
        self.from = from.into();
        self
    }

    pub fn to(mut self, to: &str) -> Self {
        self.to = to.into();
        self
    }

    /// An answer to the last of these, as mail programs write it.
    pub fn answers(mut self, ids: &[&str]) -> Self {
        let full: Vec<String> = ids
            .iter()
            .map(|id| format!("{id}@mail.example.com"))
            .collect();
        self.in_reply_to = full.last().cloned();
        self.references = full;
        self
    }

    /// An answer by a program that names the parent only.
    pub fn answers_only(mut self, id: &str) -> Self {
        self.in_reply_to = Some(format!("{id}@mail.example.com"));
        self
    }

    fn write(&self, out: &mut String) {
        let date = chrono::DateTime::from_timestamp(1_735_689_600 + self.at, 0).unwrap();
        let date = date.to_rfc2822();
        let _ = write!(
            out,
            "From someone Wed Jan  1 00:00:00 2025\nFrom: {}\nTo: {}\nSubject: {}\nDate: {date}\n\
             Message-ID: <{}>\n",
            self.from, self.to, self.subject, self.id
        );
        if let Some(parent) = &self.in_reply_to {
            let _ = writeln!(out, "In-Reply-To: <{parent}>");
        }
        if !self.references.is_empty() {
            let ids: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            let _ = writeln!(out, "References: {}", ids.join("\n "));
        }
        let _ = write!(out, "\n{}\n\n", self.text);
    }
}

/// An mbox of these messages, in this order.
pub fn mbox(letters: &[Letter]) -> String {
    let mut out = String::new();
    letters.iter().for_each(|letter| letter.write(&mut out));
    out
}

/// So many messages in threads of one to seven, each answering an earlier one of its thread; threads interleave.
pub fn archive(messages: usize) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(messages);
    let mut threads: Vec<Vec<String>> = Vec::new();
    for n in 0..messages {
        let id = format!("m{n}");
        let sender = format!("Writer {0} <writer{0}@example.com>", n * 7 % 97);
        let mut letter = letter(&id, n as i64 * 60).from(&sender);
        let lately = threads.len().saturating_sub(20);
        let goes_on = threads[lately..]
            .iter()
            .position(|thread| n % 4 != 0 && thread.len() < 7);
        match goes_on {
            Some(at) => {
                let thread = &mut threads[lately + at];
                let ids: Vec<&str> = thread.iter().map(String::as_str).collect();
                letter = letter.answers(&ids);
                thread.push(id);
            }
            None => threads.push(vec![id]),
        }
        letters.push(letter);
    }
    letters
}
