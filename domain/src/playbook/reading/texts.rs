//! What an editor of playbooks is told.

use super::fault::FaultCode;
use crate::texts::Language;

pub(super) fn of(code: FaultCode, language: Language) -> &'static str {
    let (zh, en) = told(code);
    match language {
        Language::ZhCn => zh,
        Language::En => en,
    }
}

fn told(code: FaultCode) -> (&'static str, &'static str) {
    use FaultCode as F;
    match code {
        F::TooLarge => ("文件太大，最多 {0} KiB。", "The text is too large; up to {0} KiB are fine."),
        F::Empty => ("内容是空的。", "There is nothing in it."),
        F::Syntax => ("这里的 YAML 写法有误：{0}", "This is no YAML: {0}"),
        F::TooDeep => ("嵌套太深，最多 {0} 层。", "This is nested too deep; up to {0} levels are fine."),
        F::TooManyParts => ("内容太多，最多 {0} 项。", "There is too much in it; up to {0} parts are fine."),
        F::NotSupported => ("不支持这种 YAML 写法：{0}", "Playbooks do without this part of YAML: {0}"),
        F::DuplicateKey => ("“{0}”写了两次。", "`{0}` is there twice."),
        F::UnknownKey => ("没有“{0}”这一项；可以写：{1}。", "`{0}` means nothing here; known are: {1}."),
        F::MissingKey => ("缺少“{0}”。", "`{0}` is missing."),
        F::WrongType => ("这里应当是{0}。", "This should be {1}."),
        F::TooMany => ("太多了，最多 {0} 个。", "These are too many; up to {0} are fine."),
        F::TooLong => ("太长了，最多 {0} 个字。", "This is too long; up to {0} characters are fine."),
        F::ControlCharacter => ("含有看不见的控制字符，请删除。", "There is an invisible control character in it; please delete it."),
        F::BadCode => (
            "“{0}”不能作代码：只能用小写字母、数字和下划线，字母开头，最多 40 个字符。",
            "`{0}` is no code: small letters, digits and underscores, a letter first, at most 40.",
        ),
        F::BadSpan => ("“{0}”不是时长，请写成 48h、30m 或 3d 这样。", "`{0}` is no length of time; write it like 48h, 30m or 3d."),
        F::SpanOutOfRange => ("时长要在 1 分钟到 {0} 天之间。", "A length of time is between 1 minute and {0} days."),
        F::DaysInWorkingTime => ("按工作时间计时不能用“天”，请改用小时。", "Working time has no days of 24 hours; please write hours."),
        F::BadTimeOfDay => ("“{0}”不是时刻，请写成 08:30 这样。", "`{0}` is no time of day; write it like 08:30."),
        F::OutOfRange => ("要在 {0} 到 {1} 之间。", "This should be between {0} and {1}."),
        F::NotKnown => ("没有“{0}”；可以写：{1}。", "`{0}` is not known; known are: {1}."),
        F::FormatNotKnown => ("不认识这个格式版本；应为 {0}。", "This format is not known; it should be {0}."),
        F::DuplicateCode => ("代码“{0}”用了两次。", "The code `{0}` is used twice."),
        F::MissingTranslation => ("缺少 {0} 的文字。", "The words in {0} are missing."),
        F::UnknownPlaceholder => ("没有“{{0}}”这个占位符；可以用：{1}。", "Nothing fills `{{0}}`; known are: {1}."),
        F::ActionOfOtherSubject => ("“{0}”这个动作不会发生在“{1}”上。", "`{0}` never happens to a {1}."),
        F::NotADeed => (
            "“{0}”不是一件做成的事：修改、备注和消息不能开始或停止计时，也不能被等待。",
            "`{0}` is no deed: edits, notes and messages neither start nor stop a timer, and nothing waits for them.",
        ),
        F::NotOfTheHouse => ("“{0}”不由系统记录；可以写：{1}。", "`{0}` is not recorded by the house; known are: {1}."),
        F::NoDepartment => ("只有交接请求才有“department”。", "Only a hand-over has a `department`."),
        F::ConditionSyntax => ("条件写法有误，第 {0} 个字符：{1}", "The condition cannot be read at character {0}: {1}"),
        F::ConditionTooBig => ("条件太长或太复杂，请拆开来写。", "The condition is too long or too deep; please split it."),
        F::ConditionNotSupported => ("条件里不支持第 {0} 个字符处的写法：{1}", "Conditions do without this at character {0}: {1}"),
        F::ConditionUnknownName => ("条件第 {0} 个字符处没有这个名称：{1}", "Nothing has this name at character {0} of the condition: {1}"),
        F::ConditionWrongType => {
            ("条件第 {0} 个字符处类型不符：{1} / {2}", "Types do not fit at character {0} of the condition: {1} / {2}")
        }
        F::StageUnreachable => ("没有任何途径能进入阶段“{0}”。", "Nothing leads to the stage `{0}`."),
        F::StageAwaitsNothing => {
            ("阶段“{0}”没有写在等什么动作，会悄悄停在那里。", "The stage `{0}` waits for nothing: it would stall unseen.")
        }
        F::StageIsOver => {
            ("“{0}”是结束阶段，不能再等动作或自动离开。", "The stage `{0}` is an end: it waits for nothing and nothing leads out of it.")
        }
        F::FirstStageNotOpen => ("第一个阶段“{0}”不能是结束阶段。", "The first stage `{0}` cannot be an end."),
        F::MovesInACircle => ("一个动作就会让阶段来回循环：{0}。", "One action would lead round in a circle: {0}."),
        F::MoveToItself => ("阶段“{0}”不能移到它自己。", "The stage `{0}` cannot lead to itself."),
        F::MoveWithoutReason => {
            ("既没有动作也没有条件，会立刻移动。", "With neither actions nor conditions this would always happen at once.")
        }
        F::NeverOpens => ("没有写何时开始。", "Nothing sets this off."),
        F::NeverCloses => ("没有任何动作能停止“{0}”的计时。", "Nothing ever closes the timer `{0}`."),
        F::SaysNothing => ("没有写通知谁、做什么。", "Nobody is told anything."),
    }
}
