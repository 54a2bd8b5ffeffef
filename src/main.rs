//! Starts the chosen command, prints the last error, sets the exit code; nothing else.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use wenzhen::cli::{Cli, run};

/// Fewer holes after each save and less time in allocation than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    #[cfg(unix)]
    if cli.serves() {
        give_memory_back();
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when the terminal is gone.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.exit)
        }
    }
}

/// Lets what a save has freed go back to the system at once: the allocator would keep it a second and more, a sixth to over a third
/// of all that is resident. It reads its settings before `main` begins, so the same process begins once more with them.
#[cfg(unix)]
fn give_memory_back() {
    use std::{env, os::unix::process::CommandExt, process::Command};
    const PURGE_DELAY: &str = "MIMALLOC_PURGE_DELAY";
    if env::var_os(PURGE_DELAY).is_some() {
        return;
    }
    if let Ok(program) = env::current_exe() {
        // It comes back only when it could not begin: then this one serves, with more memory.
        let _ = Command::new(program).args(env::args_os().skip(1)).env(PURGE_DELAY, "0").exec();
    }
}
