//! Reading mail from files: what an import sees of mbox files, Maildirs and single messages.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use tandem::mail::{
    Limits, Mail, MailError, Position, Raw, Source, Threader, open, open_with, parse, parse_with,
    total_bytes,
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/mail")
        .join(name)
}

fn read(name: &str) -> Mail {
    parse(&fs::read(data(name)).unwrap()).unwrap()
}

/// A directory of its own for one test, gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tandem-mail-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn message(id: &str) -> String {
    format!("From: a@example.com\nMessage-ID: <{id}>\n\nText of {id}.\n")
}

type Item = Result<Raw, (Position, MailError)>;

/// The ids of what a source has, its progress checked on the way.
fn ids(path: &Path) -> Vec<String> {
    let mut source = open(path).unwrap();
    let items: Vec<Item> = source.by_ref().collect();
    assert_eq!(source.bytes_read(), total_bytes(path), "{}", path.display());
    items
        .into_iter()
        .map(|item| parse(&item.unwrap().bytes).unwrap().message_id)
        .collect()
}

#[test]
fn charsets_and_encodings() {
    let mail = read("polish-windows-1250.eml");
    assert_eq!(mail.from.name.as_deref(), Some("Łucja Żółw"));
    assert_eq!(mail.from.email, "lucja.zolw@example.pl");
    assert_eq!(mail.subject.as_deref(), Some("Zamówienie nie dotarło"));
    assert!(mail.text.starts_with(
        "Dzień dobry,\n\nmoja paczka od tygodnia leży w sortowni w Łodzi. Czy możecie"
    ));
    assert!(mail.text.ends_with("Życzę miłego dnia\nŁucja"));

    let mail = read("japanese-iso-2022-jp.eml");
    assert_eq!(mail.from.name.as_deref(), Some("山田花子"));
    assert_eq!(mail.subject.as_deref(), Some("ログインできません（至急）"));
    assert_eq!(
        mail.text,
        "お世話になっております。\n今朝からログインできません。\nご確認をお願いいたします。"
    );

    let mail = read("russian-koi8-r.eml");
    assert_eq!(mail.subject.as_deref(), Some("Не приходит счёт"));
    assert_eq!(
        mail.text,
        "Здравствуйте!\n\nСчёт за апрель так и не пришёл. Пришлите, пожалуйста, ещё раз.\n_______________\nusers mailing list"
    );

    let mail = read("chinese-gb18030.eml");
    assert_eq!(mail.from.name.as_deref(), Some("王小明"));
    assert_eq!(mail.subject.as_deref(), Some("关于发票的问题"));
    assert_eq!(
        mail.text,
        "您好，\n\n发票上的公司名称“镕㐀科技”写错了，请重新开具。"
    );
}

#[test]
fn flowed_text_and_all_fields() {
    let mail = read("german-utf8-flowed.eml");
    // The sender's program has cut the ö between two encoded words.
    assert_eq!(mail.from.name.as_deref(), Some("Jürgen Größer"));
    assert_eq!(
        mail.text,
        "Schöne Grüße aus Köln, hier ein Satz über zwei Zeilen.\n\n> Wie lange dauert das noch?\n\n-- \nJürgen"
    );
    assert_eq!(mail.in_reply_to, ["polish@example.pl"]);
    assert_eq!(mail.references, ["root@example.pl", "polish@example.pl"]);
    assert_eq!(
        mail.thread_ids().collect::<Vec<_>>(),
        ["german@example.de", "polish@example.pl", "root@example.pl"]
    );
    let to: Vec<&str> = mail.to.iter().map(|to| to.email.as_str()).collect();
    assert_eq!(to, ["support@example.com", "anna@example.com"]);
    assert_eq!(mail.cc[0].name.as_deref(), Some("Weiß, Petra"));
    assert_eq!(mail.date.unwrap().to_rfc3339(), "2024-05-18T18:15:00+00:00");
    assert!(!mail.automatic);
}

#[test]
fn html_where_the_plain_text_is_empty() {
    let mail = read("html-only.eml");
    assert_eq!(
        mail.text,
        "[Shop]\n\nThank you, Zoë!\n\nTea\t3 €\nCup\t5 €\n\nTrack it <https://shop.example/o/4711>"
    );
    assert_eq!(
        mail.attachments, [""; 0],
        "a picture of the layout is no attachment"
    );
    assert!(mail.automatic);
}

#[test]
fn forwarded_message_attachment_and_signature() {
    let mail = read("forward-signed.eml");
    assert_eq!(mail.attachments, ["Angebot für Anna.pdf"]);
    assert_eq!(
        mail.text,
        "Please see below.\n\n\
         ---------- Forwarded message ----------\nFrom: Bob <bob@example.org>\n\
         Date: Mon, 20 May 2024 10:00:00 +0000\nSubject: The offer\n\n\
         We offer 10 €.\n\n[Attachment: Angebot für Anna.pdf]"
    );
}

#[test]
fn author_behind_a_mailing_list_and_date_of_arrival() {
    let mail = read("list-rewritten.eml");
    assert_eq!(mail.from.email, "bob@example.org");
    assert_eq!(mail.from.name.as_deref(), Some("Bob Miller"));
    assert_eq!(mail.list_id.as_deref(), Some("users.lists.example.org"));
    assert_eq!(mail.date.unwrap().to_rfc3339(), "2024-05-22T10:00:05+00:00");
    assert!(mail.message_id.ends_with("@content.invalid"));
}

#[test]
fn archive_as_a_person_reads_it() {
    let path = data("archive.mbox");
    let mut mails = Vec::new();
    let mut errors = Vec::new();
    for item in open(&path).unwrap() {
        let raw = item.unwrap();
        match parse(&raw.bytes) {
            Ok(mail) => mails.push(mail),
            Err(error) => errors.push((raw.position, error)),
        }
    }
    let [(position, MailError::NoSender(from))] = errors.as_slice() else {
        panic!("{errors:?}");
    };
    assert_eq!((from.as_str(), position.ordinal), ("undisclosed", 3));
    let file = fs::read(&path).unwrap();
    assert!(file[position.offset as usize..].starts_with(b"From undisclosed at"));

    let anna = &mails[0];
    assert_eq!(
        (anna.from.email.as_str(), anna.from.name.as_deref()),
        ("anna@example.com", Some("Anna Nowak"))
    );
    assert!(
        anna.text
            .ends_with("\n\nFrom here on I only take advice.\nFrom the archive I learned nothing.")
    );
    assert_eq!(anna.date.unwrap().to_rfc3339(), "2024-01-02T10:00:00+00:00");
    // Without a Date field the separator tells.
    assert_eq!(
        mails[3].date.unwrap().to_rfc3339(),
        "2024-01-03T09:00:00+00:00"
    );
    assert_eq!(mails[2].in_reply_to, ["kettle@example.com"]);

    let mut threader: Threader<u32> = Threader::new();
    let placed: Vec<_> = mails.iter().map(|mail| threader.place(mail)).collect();
    let repeated: Vec<bool> = placed.iter().map(|place| place.repeated).collect();
    assert_eq!(repeated, [false, false, false, false, true]);
    let threads: Vec<_> = placed
        .iter()
        .map(|place| threader.find(place.thread))
        .collect();
    assert_eq!((threads[0], threads[0]), (threads[1], threads[2]));
    assert_ne!(threads[0], threads[3]);
    assert_eq!(threads[3], threads[4]);
}

#[test]
fn maildir_with_its_folders() {
    let folder = Folder::new("maildir");
    folder.write("cur/1700000002.M1.host:2,S", message("2"));
    folder.write("new/1700000001.M1.host", message("1"));
    folder.write("tmp/1700000000.M1.host", message("unfinished"));
    folder.write("dovecot-uidlist", "3 V1 N1");
    folder.write(".Sent/cur/1700000003.M1.host:2,S", message("sent"));
    folder.write(".Work.Reports/new/1700000004.M1.host", message("report"));
    folder.write("Plain/cur/1700000005.M1.host", message("plain"));
    assert_eq!(ids(&folder.0), ["1", "2", "sent", "report", "plain"]);
}

#[test]
fn directory_of_messages_and_mboxes() {
    let folder = Folder::new("directory");
    folder.write("b.eml", message("b"));
    folder.write("a.EML", message("a").replace('\n', "\r\n"));
    folder.write(
        "Inbox",
        format!("From a Tue Jan  2 10:00:00 2024\n{}", message("inbox")),
    );
    folder.write("Inbox.msf", "// index");
    folder.write("deeper/c.eml", message("c"));
    folder.write(".hidden/d.eml", message("d"));
    assert_eq!(ids(&folder.0), ["inbox", "a", "b", "c"]);
}

#[test]
fn single_message_and_line_ends() {
    let folder = Folder::new("single");
    let path = folder.write("mail.txt", format!("\u{feff}{}", message("x")));
    assert_eq!(ids(&path), ["x"]);
    let mbox = format!(
        "\n\nFrom a Tue Jan  2 10:00:00 2024\n{}\nFrom b Tue Jan  2 10:00:00 2024\n{}",
        message("1"),
        message("2")
    );
    let unix = folder.write("unix.mbox", &mbox);
    let dos = folder.write("dos.mbox", mbox.replace('\n', "\r\n"));
    assert_eq!(ids(&unix), ["1", "2"]);
    assert_eq!(ids(&dos), ["1", "2"]);
    let text = |path: &Path| {
        parse(&open(path).unwrap().next().unwrap().unwrap().bytes)
            .unwrap()
            .text
    };
    assert_eq!(text(&unix), "Text of 1.");
    assert_eq!(text(&dos), "Text of 1.");
    assert_eq!(ids(&folder.write("empty.mbox", "")), [""; 0]);
}

#[test]
fn what_is_no_mail_is_refused() {
    let folder = Folder::new("refused");
    let refused = |name: &str, bytes: &[u8]| open(&folder.write(name, bytes)).unwrap_err();
    assert!(matches!(
        refused("a.gz", b"\x1f\x8b\x08"),
        MailError::Compressed(_)
    ));
    assert!(matches!(
        refused("a.txt", b"Dear all,\n\nhello"),
        MailError::NotMail(_)
    ));
    assert!(matches!(
        open(&folder.0.join("none")),
        Err(MailError::Read { .. })
    ));
}

#[test]
fn too_large_is_reported_and_the_next_one_read() {
    let folder = Folder::new("large");
    let limits = Limits {
        message_bytes: 1_000,
        ..Limits::default()
    };
    let separator = "From a Tue Jan  2 10:00:00 2024\n";
    let long = message("long") + &"x".repeat(2_000);
    let start = format!("{separator}{}\n", message("1"));
    let mbox = folder.write(
        "a.mbox",
        format!("{start}{separator}{long}\n\n{separator}{}", message("2")),
    );
    let items: Vec<Item> = open_with(&mbox, &limits).unwrap().collect();
    let [
        Ok(_),
        Err((
            position,
            MailError::TooLarge {
                bytes,
                limit: 1_000,
            },
        )),
        Ok(last),
    ] = items.as_slice()
    else {
        panic!("{items:?}");
    };
    assert_eq!(position.offset, start.len() as u64);
    assert_eq!(*bytes, (separator.len() + long.len() + 2) as u64);
    assert_eq!(last.position.ordinal, 3);
    let single = folder.write("a.eml", &long);
    let items: Vec<Item> = open_with(&single, &limits).unwrap().collect();
    assert!(matches!(
        items.as_slice(),
        [Err((_, MailError::TooLarge { .. }))]
    ));
}

#[test]
fn text_and_subject_are_cut() {
    let limits = Limits {
        text_chars: 200,
        line_chars: 20,
        ..Limits::default()
    };
    let raw = format!(
        "From: a@b.example\nSubject: {}\n\n{}\0",
        "s".repeat(50),
        "word ".repeat(100)
    );
    let mail = parse_with(raw.as_bytes(), &limits).unwrap();
    assert_eq!(mail.subject.unwrap(), "s".repeat(19) + "…");
    assert!((190..=200).contains(&mail.text.chars().count()));
    assert!(mail.text.ends_with("characters, 200 are kept.]"));
}

#[test]
fn nesting_without_end_is_refused_in_no_time() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(200_000);
    let raw = format!("From: a@b.example\n{nested}");
    assert!(matches!(parse(raw.as_bytes()), Err(MailError::TooNested)));
    let deep = "Content-Type: message/rfc822\n\n".repeat(400);
    let raw = format!("From: a@b.example\n{deep}Subject: x\n\nthe end");
    assert!(parse(raw.as_bytes()).is_ok());
    let parts = "--a\nContent-Type: multipart/mixed; boundary=none\n\nx\n".repeat(100_000);
    let raw =
        format!("From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n{parts}--a--");
    assert!(matches!(parse(raw.as_bytes()), Err(MailError::TooNested)));
}

mod mutations {
    use super::*;
    use proptest::prelude::*;

    fn samples() -> Vec<Vec<u8>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(data(""))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "eml"))
            .collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// Whatever comes out can be stored: Postgres refuses NUL.
    fn check(raw: &[u8]) -> Result<(), TestCaseError> {
        match parse(raw) {
            Err(MailError::ParserFailed) => Err(TestCaseError::fail("the parser panicked")),
            Err(_) => Ok(()),
            Ok(mail) => {
                let people = [&mail.to, &mail.cc, &mail.reply_to];
                let names = people.into_iter().flatten().chain([&mail.from]);
                let texts: BTreeSet<&str> = names
                    .flat_map(|person| [Some(person.email.as_str()), person.name.as_deref()])
                    .chain([
                        mail.subject.as_deref(),
                        mail.list_id.as_deref(),
                        Some(&mail.text),
                    ])
                    .flatten()
                    .chain(mail.thread_ids())
                    .chain(mail.attachments.iter().map(String::as_str))
                    .collect();
                let clean = |c: char| !c.is_control() || c == '\n' || c == '\t';
                prop_assert!(texts.iter().all(|text| text.chars().all(clean)), "{mail:?}");
                prop_assert!(!mail.message_id.is_empty());
                Ok(())
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(raw in prop::collection::vec(any::<u8>(), 0..2_000)) {
            check(&raw)?;
            check(&[b"From: a@b.example\n", raw.as_slice()].concat())?;
        }

        /// Real messages with bytes changed, pieces left out, doubled and taken from others.
        #[test]
        fn mutated_messages(
            sample in any::<prop::sample::Index>(),
            other in any::<prop::sample::Index>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..80, 0_u8..5, any::<u8>()), 1..12),
        ) {
            let samples = samples();
            let mut raw = samples[sample.index(samples.len())].clone();
            let other = &samples[other.index(samples.len())];
            for (at, length, kind, byte) in edits {
                if raw.is_empty() {
                    break;
                }
                let at = at.index(raw.len());
                let end = (at + length).min(raw.len());
                let piece = raw[at..end].to_vec();
                match kind {
                    0 => raw[at] = byte,
                    1 => drop(raw.drain(at..end)),
                    2 => drop(raw.splice(at..at, piece)),
                    3 => raw.truncate(end),
                    _ => {
                        let from = at.min(other.len());
                        let to = (from + length).min(other.len());
                        drop(raw.splice(at..end, other[from..to].iter().copied()));
                    }
                }
            }
            check(&raw)?;
        }
    }
}

/// An import may run in a task of its own.
#[test]
fn sources_can_be_sent_to_other_threads() {
    fn assert_send<T: Send>() {}
    assert_send::<Source>();
    assert_send::<Threader<u32>>();
}
