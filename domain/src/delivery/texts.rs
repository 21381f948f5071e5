//! The house's own words around what it brings, in both languages.

use crate::texts::Language;

/// What stands on the button that says "I have seen it".
pub const fn seen(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "我知道了",
        Language::En => "Seen",
    }
}

/// What stands on the link.
pub const fn open(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "查看",
        Language::En => "Open",
    }
}

/// The title of many messages told as one.
pub fn digest_title(count: usize, language: Language) -> String {
    match language {
        Language::ZhCn => format!("有 {count} 件事等您处理"),
        Language::En => format!("{count} things wait for you"),
    }
}

/// What a digest says of what it leaves out.
pub fn and_more(count: usize, language: Language) -> String {
    match language {
        Language::ZhCn => format!("还有 {count} 件，请在待办中查看。"),
        Language::En => format!("And {count} more; see your inbox."),
    }
}

/// What is told late says so.
pub const fn late(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "系统曾中断，本条迟到了。",
        Language::En => "This comes late: the system was away for a while.",
    }
}

/// What the house itself has to say to admins about ways that were closed; `what` is the endpoint's address or the channel's name.
pub fn way_closed(code: &str, what: &str, language: Language) -> Option<String> {
    Some(match (code, language) {
        ("webhook_disabled", Language::ZhCn) => format!("Webhook {what} 已停用：它长时间没有成功接收，或要求不再发送。请检查后重新启用。"),
        ("webhook_disabled", Language::En) => {
            format!(
                "The webhook {what} was switched off: it has taken nothing for days, or asked not to be called. Check it and switch it on again."
            )
        }
        ("channel_closed", Language::ZhCn) => format!("消息渠道 {what} 已关闭：对方不接受当前的设置。请在渠道设置中更正。"),
        ("channel_closed", Language::En) => {
            format!("The channel {what} was closed: the other side does not accept its settings. Put them right in the channel's settings.")
        }
        _ => return None,
    })
}
