//! A program that runs beside the tests: its printed lines can be waited for, and it ends with its owner.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

/// Longest wait for a line. Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Program {
    child: Child,
    /// Behind a lock, because tests share a program.
    lines: Mutex<Receiver<String>>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let stdout = child.stdout.take().expect("it is piped");
        let (sender, lines) = channel();
        // A thread of its own, so that the program never waits for a reader; it ends with the program.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines: Mutex::new(lines) }
    }

    /// Reads on until `wanted` finds something in a line.
    pub(crate) fn wait_for<T>(&self, what: &str, wanted: impl Fn(&str) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut said = String::new();
        loop {
            match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Err(why) => panic!("no line with {what} ({why}) in:\n{said}"),
                Ok(line) => match wanted(&line) {
                    Some(found) => return found,
                    None => said += &format!("{line}\n"),
                },
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
