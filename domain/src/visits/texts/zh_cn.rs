//! 简体中文。

use super::{Wording, wording};
use crate::visits::code::Code;

/// The wording of `photo_reused` when the photo only resembles another one.
pub(super) const LOOK_ALIKE: Wording =
    wording(Code::PhotoReused, "这张照片和另一次拜访的照片很像。", "主管看一眼就好；换个角度在门口再拍一张，可以更快通过。");

pub(super) const WORDINGS: &[Wording] = &[
    wording(Code::Ok, "没有问题。", ""),
    wording(Code::NotJudged, "这一项没有可检查的内容。", ""),
    wording(Code::PhotoMissing, "还没有收到门店照片。", "请在门口拍一张照片；如果已经拍好，等网络恢复后会自动上传。"),
    wording(Code::PhotoUnreadable, "照片没有完整传上来，暂时打不开。", "请重新上传，或者在门口再拍一张。"),
    wording(Code::PhotoTypeUnsupported, "这种文件格式暂时看不了。", "请直接用手机相机拍照，支持 JPEG、HEIC、AVIF、PNG 和 WebP。"),
    wording(
        Code::GpsAbsent,
        "照片里没有位置信息，常见原因是经过聊天软件、浏览器或分享时被去掉了。",
        "请打开相机的定位权限，在应用里直接拍一张；不要从聊天记录转发，也不要截图。",
    ),
    wording(Code::GpsRedacted, "手机在交出照片时清空了位置信息。", "请在手机设置里允许本应用读取照片的位置信息，然后在应用里再拍一张。"),
    wording(Code::GpsMalformed, "照片里的位置信息不完整，读不出来。", "请等手机定位稳定后，在门口再拍一张。"),
    wording(Code::GpsOutOfRange, "照片里的位置信息不是地球上的一个地点。", "请重新打开手机定位，在门口再拍一张。"),
    wording(Code::DeviceFixUsed, "照片没有位置信息，已用拍照时的手机定位代替。", ""),
    wording(Code::GpsTooCoarse, "定位不够精确：误差约 {measured}，最好在 {limit} 以内。", "请走到室外空旷处，等几秒让定位稳定，再拍一张。"),
    wording(
        Code::OutsideFence,
        "照片位置离客户约 {measured}，允许范围是 {limit}。",
        "请走到客户门口再拍一张；如果客户搬了家或地图上的点不准，请告诉主管更新位置。",
    ),
    wording(Code::DatumAmbiguous, "客户的地图坐标有两种读法，按较近的一种，你就在门口。", ""),
    wording(
        Code::CustomerUnlocated,
        "这位客户还没有位置，你的照片位置已提交为候选位置。",
        "不用做什么，主管确认位置后这次拜访会自动重新判定。",
    ),
    wording(Code::PhotoStale, "照片是拜访开始前约 {measured}拍的，最多可以提前 {limit}。", "请在这次拜访的现场再拍一张。"),
    wording(Code::PhotoFromFuture, "照片的拍摄时间比收到的时间还晚约 {measured}。", "请把手机时间设为自动，然后再拍一张。"),
    wording(Code::CaptureTimeAbsent, "照片里没有拍摄时间。", "主管会看一下；用应用里的相机再拍一张，可以更快通过。"),
    wording(
        Code::CaptureTimeUncertain,
        "照片没有写明时区，拍摄时间有几种可能。",
        "主管会看一下；把手机时间和时区设为自动再拍一张，可以更快通过。",
    ),
    wording(Code::ClocksDisagree, "几个时间对不上，相差约 {measured}。", "请把手机日期和时间设为自动；主管会看一下这次拜访。"),
    wording(Code::SubmittedLate, "这次拜访开始后约 {measured}才提交，最多可以晚 {limit}。", "主管会看一下；请尽量在拜访当天联网提交。"),
    wording(Code::PhotoReused, "这张照片已经用在另一次拜访里了。", "请为这次拜访在门口拍一张新照片；如果是重复提交，请告诉主管。"),
    wording(Code::PhotoEdited, "照片用图片软件保存过，和相机拍出的原图不同。", "请上传相机原图，不加滤镜和文字；主管会看一下。"),
    wording(Code::PositionDisagrees, "手机定位和照片位置相差约 {measured}。", "请等手机定位稳定后在门口再拍一张；主管会看一下。"),
    wording(Code::MockLocation, "手机报告“模拟位置”功能是打开的。", "请在开发者选项里关闭模拟位置，再拍一张；主管会看一下。"),
    wording(
        Code::ImpossibleTravel,
        "从上一个位置到这里，算下来时速约 {measured}。",
        "可能是时间或定位漂移；主管会看一下，你也可以留言说明行程。",
    ),
    wording(Code::ChallengeMissing, "这次提交没有带上拍照口令。", "请更新应用后再拍一张；主管会看一下。"),
    wording(Code::ChallengeUnknown, "没有认出这次提交的拍照口令。", "请退出应用重新登录，然后再拍一张。"),
    wording(Code::ChallengeExpired, "拍照口令在拜访开始前 {measured}已过期。", "请联网刷新一下应用，再拍一张。"),
    wording(Code::ChallengeReused, "这个拍照口令已经用在另一次拜访里了。", "请在应用里重新开始这次拜访，再拍一张。"),
    wording(
        Code::PhotoOutsideChallenge,
        "照片不是在拍照口令有效的时间里拍的，相差约 {measured}。",
        "请打开本次拜访后，再用应用里的相机拍一张。",
    ),
    wording(Code::KeyInfoEmpty, "还没有写这次了解到的关键信息。", "写一句就好：客户说了什么、下一步做什么。"),
    wording(Code::KeyInfoOnlyName, "关键信息里只有客户的名字。", "再补一句：这次了解到了什么。"),
    wording(Code::KeyInfoTooShort, "关键信息写了 {measured}，至少需要 {limit}。", "再补一点：客户说了什么、下一步做什么。"),
    wording(Code::RepeatedKeyInfo, "这段关键信息和你之前的一次拜访一样。", "补一句这次的新情况会更快通过；主管会看一下。"),
    wording(Code::DecisionRoleMissing, "还没有选择见到的人在决策链里的角色。", "请从列表里选一个；不确定可以选“未识别”。"),
    wording(Code::DecisionRoleUnknown, "决策角色“{measured}”不在公司的列表里。", "请刷新列表后重新选择一个。"),
];
