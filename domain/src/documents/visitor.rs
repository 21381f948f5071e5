//! Who asks for a document: whether something speaks for a machine. Mail gateways open every link before a mail arrives, chats fetch a page to
//! preview it, and neither is the customer.
//!
//! What is found here is never the only reason: a machine that only fetches never says that it has seen anything. It keeps out those
//! that run a page's script as well. Anybody may send whatever they like: a text is gone through once for each name.

use std::net::IpAddr;

/// What is known about a request.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// `HEAD` asks for nothing that a person could read.
    pub is_head: bool,
    pub user_agent: Option<&'a str>,
    /// `Purpose`, `Sec-Purpose`, `X-Purpose` and `X-Moz`, those that are there.
    pub purpose: Option<&'a str>,
    /// Every browser says which languages its reader reads.
    pub has_language: bool,
    pub address: Option<IpAddr>,
}

/// Why a request is taken for a machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    Head,
    NoAgent,
    NoLanguage,
    /// Fetched in advance, or to be previewed.
    Prefetch,
    /// A chat's or a network's preview.
    Preview,
    /// A mail gateway or another scanner of links.
    Scanner,
    Crawler,
    /// A browser without a window.
    Headless,
    /// A program drives the browser, and the browser says so.
    Automated,
    /// A program that is no browser.
    Program,
    /// The network of such a service.
    Network,
}

impl Doubt {
    pub const ALL: [Self; 11] = [
        Self::Head,
        Self::NoAgent,
        Self::NoLanguage,
        Self::Prefetch,
        Self::Preview,
        Self::Scanner,
        Self::Crawler,
        Self::Headless,
        Self::Automated,
        Self::Program,
        Self::Network,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::NoAgent => "no_agent",
            Self::NoLanguage => "no_language",
            Self::Prefetch => "prefetch",
            Self::Preview => "preview",
            Self::Scanner => "scanner",
            Self::Crawler => "crawler",
            Self::Headless => "headless",
            Self::Automated => "automated",
            Self::Program => "program",
            Self::Network => "network",
        }
    }
}

const PREVIEWS: [&str; 22] = [
    "facebookexternalhit",
    "facebot",
    "slackbot",
    "slack-imgproxy",
    "twitterbot",
    "linkedinbot",
    "whatsapp/",
    "telegrambot",
    "discordbot",
    "skypeuripreview",
    "bingpreview",
    "dingtalkbot",
    "dingtalk-linkservice",
    "larkbot",
    "feishubot",
    "larkurl2doc",
    "wechatbot",
    "weworkbot",
    "wxworkbot",
    "urlpreview",
    "linkpreview",
    "embedly",
];

const SCANNERS: [&str; 14] = [
    "safelinks",
    "proofpoint",
    "mimecast",
    "barracuda",
    "fireeye",
    "trendmicro",
    "symantec",
    "virustotal",
    "urlscan",
    "checkpoint",
    "microsoft office existence discovery",
    "microsoft office protocol discovery",
    "ms-office",
    "coremail",
];

const HEADLESS: [&str; 6] = ["headless", "phantomjs", "puppeteer", "playwright", "selenium", "lighthouse"];

const PROGRAMS: [&str; 14] = [
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "okhttp",
    "apache-httpclient",
    "libwww",
    "axios",
    "node-fetch",
    "undici",
    "postmanruntime",
    "powershell",
    "winhttp",
];

/// Endings by which the many unknown ones name themselves; a `bot` at the very end is one as well. `Cubot` is a telephone.
const CRAWLERS: [&str; 9] = ["bot/", "bot;", "bot)", "bot ", "spider", "crawl", "scanner", "monitor/", "archiver"];

/// Networks that mail gateways and previews are known to ask from, as their owners have published them: address and length of the prefix.
const NETWORKS: [([u8; 4], u32); 9] = [
    // Exchange Online Protection.
    ([40, 92, 0, 0], 15),
    ([40, 107, 0, 0], 16),
    ([52, 100, 0, 0], 14),
    ([104, 47, 0, 0], 17),
    // Facebook's crawler.
    ([31, 13, 24, 0], 21),
    ([66, 220, 144, 0], 20),
    ([69, 63, 176, 0], 20),
    ([173, 252, 64, 0], 18),
    // Googlebot.
    ([66, 249, 64, 0], 19),
];

/// What speaks for a machine, if anything does.
pub fn doubt(visitor: &Visitor<'_>) -> Option<Doubt> {
    if visitor.is_head {
        return Some(Doubt::Head);
    }
    let purpose = visitor.purpose.unwrap_or_default().to_ascii_lowercase();
    if contains(&purpose, &["prefetch", "prerender", "preview"]) {
        return Some(Doubt::Prefetch);
    }
    let agent = visitor.user_agent.unwrap_or_default().trim().to_ascii_lowercase();
    if agent.is_empty() {
        return Some(Doubt::NoAgent);
    }
    let lists: [(&[&str], Doubt); 4] =
        [(&PREVIEWS, Doubt::Preview), (&SCANNERS, Doubt::Scanner), (&HEADLESS, Doubt::Headless), (&PROGRAMS, Doubt::Program)];
    if let Some((_, doubt)) = lists.into_iter().find(|(names, _)| contains(&agent, names)) {
        return Some(doubt);
    }
    let without_telephone = agent.replace("cubot", "");
    if without_telephone.ends_with("bot") || contains(&without_telephone, &CRAWLERS) {
        return Some(Doubt::Crawler);
    }
    if visitor.address.is_some_and(is_of_machines) {
        return Some(Doubt::Network);
    }
    (!visitor.has_language).then_some(Doubt::NoLanguage)
}

fn contains(text: &str, names: &[&str]) -> bool {
    names.iter().any(|name| text.contains(name))
}

fn is_of_machines(address: IpAddr) -> bool {
    let IpAddr::V4(address) = address.to_canonical() else { return false };
    NETWORKS.iter().any(|(network, length)| {
        let differs = u32::from(address) ^ u32::from_be_bytes(*network);
        differs.leading_zeros() >= *length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(user_agent: &str) -> Option<Doubt> {
        doubt(&Visitor { is_head: false, user_agent: Some(user_agent), purpose: None, has_language: true, address: None })
    }

    #[test]
    fn people_are_let_through() {
        for agent in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54 NetType/WIFI Language/zh_CN",
            "Mozilla/5.0 (Linux; Android 14; V2314A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 wxwork/4.1.30 MicroMessenger/7.0.1",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36 DingTalk/7.6.0",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537.36 Lark/7.20 LarkLocale/zh_CN",
            "Mozilla/5.0 (Linux; Android 9; CUBOT X18 Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36 CUBOT",
        ] {
            assert_eq!(of(agent), None, "{agent}");
        }
    }

    #[test]
    fn previews_scanners_and_programs_are_known() {
        for (agent, want) in [
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Doubt::Preview),
            ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Doubt::Preview),
            ("Mozilla/5.0 (compatible; DingTalkBot-LinkService/1.0)", Doubt::Preview),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 HeadlessChrome/131.0 Safari/537.36", Doubt::Headless),
            ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", Doubt::Crawler),
            ("Mozilla/5.0 (compatible; Googlebot/2.1)", Doubt::Crawler),
            ("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) bingbot", Doubt::Crawler),
            ("Mimecast-URL-Protect", Doubt::Scanner),
            ("Microsoft Office Existence Discovery", Doubt::Scanner),
            ("python-requests/2.32", Doubt::Program),
            ("curl/8.5.0", Doubt::Program),
            ("  ", Doubt::NoAgent),
        ] {
            assert_eq!(of(agent), Some(want), "{agent}");
        }
    }

    #[test]
    fn what_a_request_says_besides_counts_too() {
        let person =
            Visitor { is_head: false, user_agent: Some("Mozilla/5.0 Chrome/131"), purpose: None, has_language: true, address: None };
        assert_eq!(doubt(&person), None);
        assert_eq!(doubt(&Visitor { is_head: true, ..person }), Some(Doubt::Head));
        assert_eq!(doubt(&Visitor { user_agent: None, ..person }), Some(Doubt::NoAgent));
        assert_eq!(doubt(&Visitor { purpose: Some("navigate, Prefetch;prerender"), ..person }), Some(Doubt::Prefetch));
        assert_eq!(doubt(&Visitor { has_language: false, ..person }), Some(Doubt::NoLanguage));
        for (address, want) in [
            ("40.93.1.2", Some(Doubt::Network)),
            ("40.94.1.2", None),
            ("52.103.255.1", Some(Doubt::Network)),
            ("104.47.127.1", Some(Doubt::Network)),
            ("104.47.128.1", None),
            ("::ffff:66.249.66.1", Some(Doubt::Network)),
            ("2001:db8::1", None),
        ] {
            assert_eq!(doubt(&Visitor { address: Some(address.parse().unwrap()), ..person }), want, "{address}");
        }
    }

    #[test]
    fn whatever_is_sent_is_gone_through_at_once() {
        let began = std::time::Instant::now();
        for (piece, want) in [
            ("cubot", None),
            ("bo", None),
            ("İ", None),
            ("\u{fffd}\0", None),
            ("cubocubott", Some(Doubt::Crawler)),
            ("bot", Some(Doubt::Crawler)),
        ] {
            let text = piece.repeat(1_000_000 / piece.len());
            assert_eq!(of(&text), want, "{piece}");
            let asked = Visitor { is_head: false, user_agent: None, purpose: Some(&text), has_language: true, address: None };
            assert_eq!(doubt(&asked), Some(Doubt::NoAgent), "{piece}");
        }
        assert!(began.elapsed().as_secs() < 20, "a megabyte each: {:?}", began.elapsed());
    }
}
