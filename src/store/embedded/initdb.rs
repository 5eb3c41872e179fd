//! Creating a cluster, as a whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;

use super::binaries::Binaries;
use super::data_dir::DataDir;
use super::reach::Reach;
use super::run_as::{RunAs, user_name};
use super::{EmbeddedError, child};

/// Locales for a new cluster: letters of all languages, in an order that no update of the C
/// library changes; where the system does not know that (macOS), the most common one; and what
/// every system has.
const LOCALES: [&str; 3] = ["C.UTF-8", "en_US.UTF-8", "C"];

/// What a new cluster holds, one statement a line as single-user mode reads them. The extensions
/// go into the template, so that the tests' databases have them too.
const FIRST_STATEMENTS: &str = "\
CREATE ROLE tandem LOGIN CREATEDB
DO $$ DECLARE e text; BEGIN FOR e IN SELECT name FROM pg_available_extensions WHERE name IN ('pg_trgm', 'unaccent') LOOP EXECUTE format('CREATE EXTENSION %I', e); END LOOP; END $$
CREATE DATABASE tandem OWNER tandem
";

/// The cluster's directory as it is; `None` if there is none yet.
pub(super) fn existing(data_dir: &DataDir) -> Result<Option<Metadata>, EmbeddedError> {
    let dir = data_dir.cluster();
    match fs::symlink_metadata(&dir) {
        Ok(found) if found.is_dir() => Ok(Some(found)),
        Ok(_) => Err(EmbeddedError::NotADirectory { path: dir }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &dir)(error)),
    }
}

/// The major version that created the cluster in `dir`, which `found` is.
pub(super) fn version(dir: &Path, found: &Metadata, user: &RunAs) -> Result<u32, EmbeddedError> {
    if found.uid() != user.uid {
        return Err(EmbeddedError::ForeignOwner {
            dir: dir.to_owned(),
            owner: user_name(found.uid()),
            user: user.name.clone(),
        });
    }
    let path = dir.join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        // Tandem's own clusters appear as a whole: this is something else.
        io::ErrorKind::NotFound => EmbeddedError::Foreign {
            dir: dir.to_owned(),
        },
        _ => EmbeddedError::io("read", &path)(error),
    })?;
    text.trim()
        .parse()
        .map_err(|_error| EmbeddedError::Foreign {
            dir: dir.to_owned(),
        })
}

/// Creates the cluster with the role and the database `tandem`.
pub(super) fn create(
    data_dir: &DataDir,
    binaries: &Binaries,
    user: &RunAs,
    durable: bool,
) -> Result<(), EmbeddedError> {
    let new = data_dir.unfinished_cluster();
    remove(&new)?;
    DataDir::make_private(&new, user)?;
    let created = Reach::find(&new, user).and_then(|new| {
        let run = Run {
            new,
            binaries,
            user,
        };
        run.all(durable)
    });
    if let Err(error) = created {
        remove(&new)?;
        return Err(error);
    }
    let cluster = data_dir.cluster();
    fs::rename(&new, &cluster)
        .and_then(|()| match durable {
            true => File::open(&data_dir.path)?.sync_all(),
            false => Ok(()),
        })
        .map_err(EmbeddedError::io("create", &cluster))
}

fn remove(dir: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", dir)(error))
        }
        _ => Ok(()),
    }
}

struct Run<'a> {
    new: Reach,
    binaries: &'a Binaries,
    user: &'a RunAs,
}

impl Run<'_> {
    fn all(&self, durable: bool) -> Result<(), EmbeddedError> {
        self.initdb()?;
        self.first_statements()?;
        if durable {
            self.check("initdb", self.initdb_command().arg("--sync-only"))?;
        }
        Ok(())
    }

    /// Nothing is flushed here: that is done once at the end.
    fn initdb(&self) -> Result<(), EmbeddedError> {
        let mut last = None;
        for locale in LOCALES {
            let mut command = self.initdb_command();
            command
                .args(["--username=postgres", "--encoding=UTF8", "--no-sync"])
                .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
                .arg(format!("--locale={locale}"));
            let output = self.output(&mut command, None)?;
            if output.status.success() {
                return Ok(());
            }
            let unknown = String::from_utf8_lossy(&output.stderr).contains("invalid locale");
            last = Some(failed("initdb", &output));
            if !unknown {
                break;
            }
        }
        last.map_or(Ok(()), Err)
    }

    fn initdb_command(&self) -> Command {
        let mut command = self.command(&self.binaries.initdb());
        command.arg("--pgdata").arg(self.new.path());
        command
    }

    /// Without a server and a connection: in single-user mode, which is always superuser.
    fn first_statements(&self) -> Result<(), EmbeddedError> {
        let mut command = self.command(&self.binaries.postgres());
        command
            .args(["--single", "-F", "-c", "exit_on_error=true", "-D"])
            .args([self.new.path().as_os_str(), OsStr::new("template1")])
            .stdin(Stdio::piped());
        let output = self.output(&mut command, Some(FIRST_STATEMENTS))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(failed("postgres", &output)),
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = child::command(program, self.user, Signal::TERM);
        self.new.pass_to(&mut command);
        command
    }

    fn check(&self, program: &'static str, command: &mut Command) -> Result<(), EmbeddedError> {
        let output = self.output(command, None)?;
        match output.status.success() {
            true => Ok(()),
            false => Err(failed(program, &output)),
        }
    }

    fn output(&self, command: &mut Command, input: Option<&str>) -> Result<Output, EmbeddedError> {
        let spawned = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let program = Path::new(command.get_program());
        let mut child = spawned.map_err(EmbeddedError::io("run", program))?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // A program that has ended before it read everything says why on its own.
            let _ = stdin.write_all(input.as_bytes());
        }
        child
            .wait_with_output()
            .map_err(EmbeddedError::io("run", program))
    }
}

fn failed(program: &'static str, output: &Output) -> EmbeddedError {
    EmbeddedError::Create {
        program,
        detail: child::last_words(output),
    }
}
