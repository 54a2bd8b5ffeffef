//! A browser for one test: a small WebDriver client over one `chromedriver` that the tests share.
//!
//! Waiting is always for something that can be seen; how often we look is paced by the round trip.
//! What a page has to show is left to the journeys.

use std::{
    cell::RefCell,
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, Once, PoisonError, Weak},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::Program;

/// Longest answer of the driver.
const ANSWER: Duration = Duration::from_secs(30);
/// Longest wait for something on a page. Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// The name WebDriver gives to a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Screen {
    /// 390 × 844, touch, two device pixels a pixel.
    Phone,
    /// 1440 × 900, mouse and keyboard.
    Desk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    On,
    Off,
}

/// Keys without a letter.
pub(crate) mod key {
    pub(crate) const TAB: &str = "\u{e004}";
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const ESCAPE: &str = "\u{e00c}";
    pub(crate) const UP: &str = "\u{e013}";
    pub(crate) const DOWN: &str = "\u{e015}";
}

/// One browser window with a profile of its own.
pub(crate) struct Browser {
    driver: Arc<Driver>,
    id: String,
    process: u64,
    screen: Screen,
    /// Addresses asked for so far, each with the number of its request.
    asked: RefCell<Vec<(String, String)>>,
    /// Numbers of the requests the browser has refused to send.
    refused: RefCell<HashSet<String>>,
    _profile: TempDir,
}

pub(crate) struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

/// The words of the driver for what did not work.
type Fault = String;

impl Browser {
    /// A new window, or `None` (said in a visible line) where there is no browser.
    pub(crate) fn open(screen: Screen, script: Script) -> Option<Self> {
        let driver = Driver::shared()?;
        let profile = TempDir::new().expect("a temporary folder");
        let answer = driver.call("POST", "/session", &capabilities(&driver.chromium, profile.path(), screen, script));
        let answer = answer.unwrap_or_else(|why| panic!("no browser window: {why}"));
        let id = answer["sessionId"].as_str().expect("a session has an id").to_owned();
        let process = answer["capabilities"]["goog:processID"].as_u64().expect("a browser has a process");
        let browser = Self {
            driver,
            id,
            process,
            screen,
            asked: RefCell::default(),
            refused: RefCell::default(),
            _profile: profile,
        };
        if screen == Screen::Desk {
            // The size of the window counts its frame.
            let metrics = json!({"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": false});
            browser.cdp("Emulation.setDeviceMetricsOverride", &metrics);
        }
        // The page of a new tab loads things of its own.
        browser.go("about:blank");
        browser.requests();
        browser.asked.borrow_mut().clear();
        Some(browser)
    }

    pub(crate) fn go(&self, url: &str) {
        self.must("POST", "/url", &json!({"url": url}));
    }

    pub(crate) fn reload(&self) {
        self.must("POST", "/refresh", &json!({}));
    }

    pub(crate) fn back(&self) {
        self.must("POST", "/back", &json!({}));
    }

    /// The address without server, percent signs read.
    pub(crate) fn path(&self) -> String {
        self.eval("return decodeURIComponent(location.pathname + location.search)").as_str().unwrap_or("").to_owned()
    }

    pub(crate) fn find(&self, css: &str) -> Element<'_> {
        let found = self.must("POST", "/element", &json!({"using": "css selector", "value": css}));
        self.element(&found)
    }

    pub(crate) fn find_all(&self, css: &str) -> Vec<Element<'_>> {
        let found = self.must("POST", "/elements", &json!({"using": "css selector", "value": css}));
        found.as_array().expect("a list of elements").iter().map(|e| self.element(e)).collect()
    }

    fn element(&self, found: &Value) -> Element<'_> {
        Element { browser: self, id: found[ELEMENT].as_str().expect("an element has an id").to_owned() }
    }

    /// What people can read of the first match.
    pub(crate) fn text(&self, css: &str) -> String {
        self.find(css).text()
    }

    /// Runs `script` in the page; works where the page's own scripts are off.
    pub(crate) fn eval(&self, script: &str) -> Value {
        self.must("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Lets `pause` go by on the page's own clock. Its timers keep their order: what the page had
    /// put off for a shorter time has happened when this returns.
    pub(crate) fn let_pass(&self, pause: Duration) {
        let script = "setTimeout(arguments[1], arguments[0])";
        self.must("POST", "/execute/async", &json!({"script": script, "args": [pause.as_millis()]}));
    }

    /// Looks until `script` returns something true.
    pub(crate) fn wait_until(&self, what: &str, script: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            // A page on its way to another refuses to answer; the next look will tell.
            let seen = self.call("POST", "/execute/sync", &json!({"script": script, "args": []}));
            if seen.as_ref().is_ok_and(|v| v.as_bool() == Some(true)) {
                return;
            }
            assert!(Instant::now() < until, "waited for: {what}\nat {}\nlast look: {seen:?}", self.path());
        }
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) fn press(&self, keys: &[&str]) {
        let stroke = |key: &&str| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let strokes: Vec<Value> = keys.iter().flat_map(stroke).collect();
        self.must("POST", "/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}));
    }

    /// A command of the Chrome DevTools protocol.
    pub(crate) fn cdp(&self, command: &str, parameters: &Value) -> Value {
        self.must("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    pub(crate) fn screenshot(&self, file: &Path) {
        let picture = self.must("GET", "/screenshot", &Value::Null);
        fs::write(file, base64(picture.as_str().expect("a picture"))).expect("the picture is written");
    }

    /// Whether a dialog of the page stands open.
    pub(crate) fn has_dialog(&self) -> bool {
        self.call("GET", "/alert/text", &Value::Null).is_ok()
    }

    /// Errors, warnings and refusals of the console since the last time; advice (`DEBUG`, `INFO`) is left out.
    pub(crate) fn console(&self) -> Vec<String> {
        let mut entries = self.log("browser");
        entries.retain(|e| e["level"] != "DEBUG" && e["level"] != "INFO");
        entries.iter().map(|e| format!("{} {}", e["level"], e["message"].as_str().unwrap_or(""))).collect()
    }

    /// Every address the pages have asked for, in order, also those that were refused.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.read_requests();
        self.asked.borrow().iter().map(|(_, url)| url.clone()).collect()
    }

    /// Every address that was really asked: without those the browser has refused, as the page's rules say.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.read_requests();
        let refused = self.refused.borrow();
        self.asked.borrow().iter().filter(|(number, _)| !refused.contains(number)).map(|(_, url)| url.clone()).collect()
    }

    fn read_requests(&self) {
        for entry in self.log("performance") {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or("")).unwrap_or_default();
            let event = &event["message"];
            let Some(number) = event["params"]["requestId"].as_str() else { continue };
            if event["method"] == "Network.requestWillBeSent" {
                let url = event["params"]["request"]["url"].as_str().unwrap_or("");
                self.asked.borrow_mut().push((number.to_owned(), url.to_owned()));
            } else if event["method"] == "Network.loadingFailed" && event["params"]["blockedReason"].is_string() {
                self.refused.borrow_mut().insert(number.to_owned());
            }
        }
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.must("POST", "/se/log", &json!({"type": kind}));
        entries.as_array().expect("a list of entries").clone()
    }

    fn must(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call(method, path, body).unwrap_or_else(|why| panic!("{method} {path} {body}: {why}"))
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Fault> {
        self.driver.call(method, &format!("/session/{}{path}", self.id), body)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if self.call("DELETE", "", &Value::Null).is_err() {
            // A window that hangs does not end with its driver; if this fails too, it is gone already.
            let _ = Command::new("kill").arg(self.process.to_string()).status();
        }
    }
}

impl Element<'_> {
    pub(crate) fn text(&self) -> String {
        self.get("text").as_str().unwrap_or("").to_owned()
    }

    pub(crate) fn attribute(&self, name: &str) -> String {
        self.get(&format!("attribute/{name}")).as_str().unwrap_or("").to_owned()
    }

    pub(crate) fn property(&self, name: &str) -> Value {
        self.get(&format!("property/{name}"))
    }

    /// A tap or a click on its middle, which whatever covers it would get. The driver's own click needs
    /// the page's scripts.
    pub(crate) fn click(&self) {
        let this = json!({ELEMENT: self.id});
        let into_view = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        self.browser.must("POST", "/execute/sync", &json!({"script": into_view, "args": [this]}));
        let kind = if self.browser.screen == Screen::Phone { "touch" } else { "mouse" };
        let press = json!({"actions": [{
            "type": "pointer", "id": kind, "parameters": {"pointerType": kind},
            "actions": [
                {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": this},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerUp", "button": 0},
            ],
        }]});
        self.browser.must("POST", "/actions", &press);
    }

    pub(crate) fn send_keys(&self, text: &str) {
        self.post("value", &json!({"text": text}));
    }

    fn get(&self, what: &str) -> Value {
        self.browser.must("GET", &format!("/element/{}/{what}", self.id), &Value::Null)
    }

    fn post(&self, what: &str, body: &Value) {
        self.browser.must("POST", &format!("/element/{}/{what}", self.id), body);
    }
}

fn capabilities(chromium: &Path, profile: &Path, screen: Screen, script: Script) -> Value {
    let profile = format!("--user-data-dir={}", profile.display());
    let mut options = json!({
        "binary": chromium,
        "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            // Jumps instead of gliding: what was reached stays where it was looked for.
            "--force-prefers-reduced-motion", profile,
        ],
        "perfLoggingPrefs": {"enableNetwork": true},
    });
    if screen == Screen::Phone {
        let metrics = json!({"width": 390, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true});
        options["mobileEmulation"] = json!({"deviceMetrics": metrics});
    }
    if script == Script::Off {
        options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
    }
    let logs = json!({"browser": "ALL", "performance": "ALL"});
    json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": logs}}})
}

/// One `chromedriver`, for as long as a test uses it.
struct Driver {
    _program: Program,
    address: String,
    agent: ureq::Agent,
    chromium: PathBuf,
}

impl Driver {
    fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Driver>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = shared.upgrade() {
            return Some(driver);
        }
        let driver = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&driver);
        Some(driver)
    }

    fn start() -> Option<Self> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(installed);
        let (Some(chromium), Some(chromedriver)) = (chromium, installed("chromedriver")) else {
            skipped();
            return None;
        };
        let program = Program::start(Command::new(chromedriver).arg("--port=0").stderr(Stdio::null()));
        let port: u16 = program.wait_for("the driver's port", |line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let agent = ureq::Agent::config_builder().proxy(None).http_status_as_error(false).timeout_global(Some(ANSWER));
        let address = format!("http://127.0.0.1:{port}");
        Some(Self { _program: program, address, agent: agent.build().into(), chromium })
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Fault> {
        let url = format!("{}{path}", self.address);
        let answer = match method {
            "GET" => self.agent.get(url).call(),
            "DELETE" => self.agent.delete(url).call(),
            _ => self.agent.post(url).send_json(body),
        };
        let mut answer = answer.map_err(|e| e.to_string())?;
        let mut answer: Value = answer.body_mut().read_json().map_err(|e| e.to_string())?;
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["message"].as_str().unwrap_or(""))),
            None => Ok(value),
        }
    }
}

fn installed(name: &str) -> Option<PathBuf> {
    // `tests/run.sh` has looked, and has said what to install.
    if std::env::var_os("WENZHEN_TEST_NO_BROWSER").is_some() {
        return None;
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn skipped() {
    static SAID: Once = Once::new();
    let why = "chromium or chromedriver is not installed";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}, and CI may not go without");
    // Written past the test harness, which keeps back what a passing test prints.
    SAID.call_once(|| writeln!(std::io::stderr(), "SKIPPED browser tests: {why}").expect("stderr is open"));
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut n_bits) = (0_u32, 0);
    for letter in text.bytes() {
        let Some(six) = LETTERS.iter().position(|l| *l == letter) else { continue };
        held = held << 6 | u32::try_from(six).expect("below 64");
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push(u8::try_from(held >> n_bits & 0xff).expect("eight bits"));
        }
    }
    bytes
}
