//! `wenzhen forget CODE`: deletes one walkthrough with all that was said in it, because somebody asked.

use std::io::{self, Write};

use super::{Failure, open::open_store, settings::Settings};
use crate::case::HandoffCode;

/// Deletes what `code` leads to. Works beside a running server.
pub(super) fn forget(settings: &Settings, code: &str) -> Result<(), Failure> {
    let hint = "核对用户手里的接力码：六位或八位数字";
    let read = HandoffCode::read(code).ok_or_else(|| Failure::usage(format!("`{code}` 不是接力码"), hint))?;
    let gone = open_store(settings, |store| async move { store.forget(&read).await })?;
    if !gone {
        return Err(Failure::findings(format!("没有接力码 {code} 的记录，可能早已删除")));
    }
    writeln!(io::stdout(), "已删除接力码 {code} 的排查和其中说过的全部内容。")
        .map_err(|e| Failure::system(format!("写不出结果：{e}"), "检查输出的去向"))
}
