//! `/docs/problems`: what every problem means and what a client should do; `type` of a problem points to its line.

use domain::texts::Language;

use super::html::Page;
use crate::http::fault::FaultCode;
use crate::http::problem::ProblemKind;

/// The page in one language.
pub fn page(language: Language) -> Page {
    let kinds = ProblemKind::ALL.iter().map(|kind| {
        let advice = advice(*kind, language).to_owned();
        [kind.code().to_owned(), kind.status().as_u16().to_string(), kind.title(language).to_owned(), advice]
    });
    let faults = FaultCode::ALL.into_iter().map(|code| [code.as_str().to_owned(), code.text(language).to_owned()]);
    match language {
        Language::ZhCn => {
            let about = "请求失败时返回 application/problem+json（RFC 9457）。程序请按 code 判断，文字随语言变化。";
            let mut page = Page::new(language, "错误一览", about);
            page.table(["code", "状态码", "含义", "怎么办"], kinds).heading(2, "字段错误");
            page.paragraph("errors 中的每一项指出一个字段（pointer）和原因（code）。").table(["errors[].code", "含义"], faults);
            page
        }
        Language::En => {
            let about = "A request that fails is answered with application/problem+json (RFC 9457). Branch on `code`: texts change with the language.";
            let mut page = Page::new(language, "Problems", about);
            page.table(["code", "Status", "Meaning", "What to do"], kinds).heading(2, "Fields");
            page.paragraph("Each entry of `errors` names a field (`pointer`) and what is wrong with it (`code`).");
            page.table(["errors[].code", "The field …"], faults);
            page
        }
    }
}

/// What a client should do about a problem.
fn advice(kind: ProblemKind, language: Language) -> &'static str {
    let (zh, en) = match kind {
        ProblemKind::MalformedBody => ("按文档修正 JSON 或表单格式。", "Correct the JSON or the form; the reference shows its shape."),
        ProblemKind::MalformedRequest => ("查看 errors 指出的参数或请求头。", "See which parameter or header `errors` names."),
        ProblemKind::UploadBroken => ("网络恢复后原样重传。", "Send it again as it was once the network is back."),
        ProblemKind::TokenMissing => ("在 Authorization 中带上 Bearer 令牌。", "Send `Authorization: Bearer` with a token."),
        ProblemKind::TokenRefused => {
            ("用刷新令牌换取新令牌；仍被拒绝则重新登录。", "Exchange the refresh token; when that is refused, too, sign in.")
        }
        ProblemKind::LoginRefused => ("核对组织、账号和密码。", "Check organisation, login and password."),
        ProblemKind::RefreshReused => ("重新登录；刷新令牌只能使用一次。", "Sign in again; a refresh token is good for one use."),
        ProblemKind::NotPermitted => ("换用有权限的账号，或联系管理员。", "Use an account that may, or ask an admin."),
        ProblemKind::KeyNotPermitted => (
            "errors 指出缺少的权限范围：让管理员发一个带此范围的密钥；没有指出时，该操作不对密钥开放。",
            "`errors` names the scope that is missing: ask an admin for a key with it. When it names none, keys may never do this.",
        ),
        ProblemKind::NotFound => {
            ("核对编号；其他组织或部门的内容同样显示为不存在。", "Check the id; what belongs to others looks as if it did not exist.")
        }
        ProblemKind::MethodUnknown => ("使用 Allow 中列出的方法。", "Use one of the methods in `Allow`."),
        ProblemKind::NotAcceptable => ("接受 application/json。", "Accept application/json."),
        ProblemKind::TooSlow => ("换更好的网络，或分成更小的请求。", "Try a better network, or smaller requests."),
        ProblemKind::OtherContent => {
            ("已提交的内容不会被覆盖；如需修改请用新的编号。", "What was submitted is never overwritten; use a new id for something else.")
        }
        ProblemKind::IdTaken => ("换一个新的编号。", "Make a new id."),
        ProblemKind::StateForbids => ("重新读取当前状态后再决定。", "Read its present state and decide anew."),
        ProblemKind::Duplicate => ("使用已有的记录，或换一个名称、编号。", "Use the record that exists, or another name or number."),
        ProblemKind::LengthNeeded => ("带上 Content-Length。", "Send Content-Length."),
        ProblemKind::VersionDiffers => {
            ("重新读取，合并修改后带新的 ETag 再试。", "Read it again, apply the change, and send the new `ETag`.")
        }
        ProblemKind::BodyTooLarge => {
            ("缩小或拆分内容；照片上限见 GET /v1/visit-rules。", "Send less at once; the limit for photos is in `GET /v1/visit-rules`.")
        }
        ProblemKind::TypeUnsupported => ("按文档设置 Content-Type。", "Send the Content-Type that the reference names."),
        ProblemKind::FieldsRefused => ("按 errors 逐项更正后重试。", "Put right what `errors` names and send it again."),
        ProblemKind::BytesDiffer => ("重新计算大小和 SHA-256，再声明并上传。", "Compute size and SHA-256 again, declare, and upload."),
        ProblemKind::KeyReused => ("不同内容请使用新的 Idempotency-Key。", "Use a new Idempotency-Key for another body."),
        ProblemKind::VersionNeeded => ("先读取，再把 ETag 放入 If-Match。", "Read first, then send its `ETag` in `If-Match`."),
        ProblemKind::TooMany => ("按 Retry-After 等待后再试。", "Wait as long as `Retry-After` says."),
        ProblemKind::HeadersTooLarge => ("减少请求头。", "Send smaller headers."),
        ProblemKind::Bug => ("附上 X-Request-Id 反馈给我们。", "Tell us, with the answer's `X-Request-Id`."),
        ProblemKind::InFlight | ProblemKind::Unavailable => ("按 Retry-After 稍后原样重试。", "Repeat it as it is after `Retry-After`."),
    };
    match language {
        Language::ZhCn => zh,
        Language::En => en,
    }
}
