//! The words of the pages.

use domain::texts::Language;

/// What a page says, in one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    pub open: &'static str,
    pub download: &'static str,
    pub opening: &'static str,
    pub version: &'static str,
    /// What leads nowhere.
    pub gone: &'static str,
    pub gone_why: &'static str,
}

/// The words in a language.
pub const fn words(language: Language) -> Words {
    match language {
        Language::ZhCn => Words {
            open: "打开文件",
            download: "下载文件",
            opening: "正在打开……",
            version: "第 {} 版",
            gone: "链接无效",
            gone_why: "这个链接不存在、已过期或已被收回。请向发给您的人要一个新的链接。",
        },
        Language::En => Words {
            open: "Open the file",
            download: "Download the file",
            opening: "Opening…",
            version: "Version {}",
            gone: "This link leads nowhere",
            gone_why: "It does not exist, has run out or was taken back. Please ask whoever sent it for a new one.",
        },
    }
}
