//! Child processes that do not outlive Tandem.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::run_as::RunAs;

/// A command that runs as `user`, in plain English, untouched by settings for other servers in
/// the environment, and ends with `on_death` when the thread that spawned it ends.
///
/// It works in `/`, which every user can enter: Tandem's own directory may be closed to `user`.
pub(super) fn command(program: &Path, user: &RunAs, on_death: Signal) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    command
        .env("LC_ALL", "C")
        .current_dir("/")
        .stdin(Stdio::null());
    user.apply(&mut command);
    die_with_parent(&mut command, on_death);
    command
}

/// Lets the kernel send `signal` to the child when the spawning thread ends, however that
/// happens. Only Linux can; elsewhere a left-over postmaster is stopped by the next start.
pub(super) fn die_with_parent(command: &mut Command, signal: Signal) {
    #[cfg(target_os = "linux")]
    {
        let parent = Pid::from_raw(std::process::id().cast_signed());
        let hook = move || {
            rustix::process::set_parent_process_death_signal(Some(signal))?;
            // The parent may have died before the line above: then nobody would send the signal.
            if rustix::process::getppid() != parent {
                return Err(io::Error::from(Errno::SRCH));
            }
            Ok(())
        };
        // SAFETY: the hook runs between fork and exec, where only async-signal-safe calls are
        // allowed. It makes two plain system calls and neither allocates, locks nor panics; it
        // runs after the change of user, which would clear the signal.
        unsafe { command.pre_exec(hook) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (command, signal);
}

/// The last line of what a failed program said: that is where it says why.
pub(super) fn last_words(output: &Output) -> String {
    let said = [&output.stderr, &output.stdout].map(|text| String::from_utf8_lossy(text));
    said.iter()
        .flat_map(|text| text.lines().rev())
        .map(str::trim)
        .find(|line| !line.is_empty())
        .map_or_else(|| output.status.to_string(), str::to_owned)
}

/// A server process that a thread of its own has spawned and waits for.
///
/// That thread lives exactly as long as the server or Tandem, whichever ends first. Hence the
/// parent-death signal comes when Tandem dies, not when some worker thread does.
pub(super) struct Server {
    pid: Pid,
    state: Arc<State>,
}

struct State {
    /// How the process ended. While it is `None`, the process id is not reaped and so not reused.
    end: Mutex<Option<String>>,
    ended: Condvar,
}

impl State {
    fn end(&self) -> MutexGuard<'_, Option<String>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Spawns `command` in a process group of its own, so that Ctrl-C in the terminal reaches
    /// Tandem alone, which then stops the server when it has finished with it.
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        command.process_group(0);
        let state = Arc::new(State {
            end: Mutex::new(None),
            ended: Condvar::new(),
        });
        let (spawned, answer) = mpsc::sync_channel(1);
        let kept = Arc::clone(&state);
        thread::Builder::new()
            .name("postgres-keeper".to_owned())
            .spawn(move || {
                let mut child = match command.spawn() {
                    Ok(child) => child,
                    Err(error) => {
                        let _ = spawned.send(Err(error));
                        return;
                    }
                };
                let pid = Pid::from_child(&child);
                let _ = spawned.send(Ok(pid));
                let exited = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while matches!(waitid(WaitId::Pid(pid), exited), Err(Errno::INTR)) {}
                let mut end = kept.end();
                *end = Some(match child.wait() {
                    Ok(status) => status.to_string(),
                    Err(error) => error.to_string(),
                });
                kept.ended.notify_all();
            })?;
        let pid = answer.recv().map_err(io::Error::other)??;
        Ok(Self { pid, state })
    }

    /// The server's process id.
    pub(super) fn id(&self) -> i32 {
        self.pid.as_raw_pid()
    }

    /// How the server ended; `None` while it runs.
    pub(super) fn end(&self) -> Option<String> {
        self.state.end().clone()
    }

    /// Sends `signal` if the server still runs.
    pub(super) fn signal(&self, signal: Signal) {
        let end = self.state.end();
        if end.is_none() {
            // It cannot be reaped while the state is locked, so the signal meets nobody else; a
            // refusal shows as a server that does not end.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Waits until the server has ended, for at most `limit`. Tells whether it has.
    pub(super) fn wait(&self, limit: Duration) -> bool {
        let (end, _) = self
            .state
            .ended
            .wait_timeout_while(self.state.end(), limit, |end| end.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        end.is_some()
    }
}
