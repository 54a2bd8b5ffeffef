//! A copy of the knowledge base and a real server over it, for one test.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::program::Program;

pub(crate) const AGENT: &str = "agent-token";
pub(crate) const EDITOR: &str = "editor-token";
pub(crate) const HOTLINE: &str = "400-000-0000";

pub(crate) struct World {
    server: Program,
    folder: TempDir,
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
}

impl World {
    /// A world over the knowledge base, which has been read. `settings` are further arguments of the server.
    pub(crate) fn new(settings: &[&str]) -> Self {
        Self::over("kb", settings)
    }

    /// A world over a copy of this folder of the repository.
    pub(crate) fn over(articles: &str, settings: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(articles), &folder.path().join("kb"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_wenzhen"));
        // The server refuses variables it does not know, and those for the tests are not for it.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WENZHEN_")) {
            command.env_remove(name);
        }
        command.current_dir(folder.path()).env("WENZHEN_AGENT_TOKEN", AGENT).env("WENZHEN_EDITOR_TOKEN", EDITOR);
        // The model would take the processor from everything that is looked at here.
        command.env("WENZHEN_EMBEDDINGS", "off");
        command.args(["serve", "--kb", "kb", "--data", "data", "--listen", "127.0.0.1:0"]).args(settings);
        let server = Program::start(&mut command);
        let address = server.wait_for("the address", |line| {
            let (_, rest) = line.split_once("问诊已启动：")?;
            rest.split_once("/ ").map(|(address, _)| address.to_owned())
        });
        server.wait_for("the first reading", |line| line.contains("可以搜索").then_some(()));
        Self { server, folder, address }
    }

    /// The address of a page; `path` may hold any text.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Saves a file below kb in one move, as editors do, and waits for its one printed receipt.
    pub(crate) fn save(&self, path: &str, text: &str) {
        let file = self.folder.path().join("kb").join(path);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder is made");
        let fresh = self.folder.path().join("unsaved");
        fs::write(&fresh, text).expect("the file is written");
        fs::rename(&fresh, file).expect("the file is moved to its place");
        self.server.wait_for(path, |line| line.contains(path).then_some(()));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("the folder is made");
    for entry in fs::read_dir(from).expect("the folder can be listed") {
        let path = entry.expect("the folder can be read to its end").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("the file is copied");
        }
    }
}
