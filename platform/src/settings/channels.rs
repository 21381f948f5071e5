//! What the ways to people and systems are told: how far, how long, where.

use std::path::PathBuf;
use std::time::Duration;

use super::Reader;
use crate::outside::{Network, Reach};
use crate::secrets::Secret;

/// The channels' settings.
#[derive(Debug, Clone)]
pub struct ChannelSettings {
    pub webhook_allow_http: bool,
    pub webhook_networks: Vec<Network>,
    pub connect_after: Duration,
    pub answer_after: Duration,
    pub wecom_url: String,
    pub dingtalk_url: String,
    pub feishu_url: String,
    pub relay: Option<RelaySettings>,
}

impl ChannelSettings {
    /// How far webhooks may reach.
    pub fn webhook_reach(&self) -> Reach {
        Reach::public().with_plain_http(self.webhook_allow_http).with_networks(self.webhook_networks.clone())
    }
}

/// Where mail is handed over.
#[derive(Debug, Clone)]
pub struct RelaySettings {
    pub host: String,
    pub port: u16,
    pub security: RelaySecurity,
    pub user: String,
    pub password: Secret,
    pub from: String,
    pub ca_file: Option<PathBuf>,
}

/// How a mail relay is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelaySecurity {
    StartTls,
    Tls,
    None,
}

impl RelaySecurity {
    const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl Reader {
    pub(super) fn channels(&mut self) -> Option<ChannelSettings> {
        let webhook_allow_http = self.parsed("webhook_allow_http", "true or false");
        let webhook_networks = self.networks("webhook_networks");
        let millis = Duration::from_millis(1);
        let (connect, answer) = (self.span("channel_connect_after_ms", millis), self.span("channel_answer_after_ms", millis));
        let (wecom_url, dingtalk_url, feishu_url) = (self.url("wecom_url"), self.url("dingtalk_url"), self.url("feishu_url"));
        let relay = self.relay();
        Some(ChannelSettings {
            webhook_allow_http: webhook_allow_http?,
            webhook_networks,
            connect_after: connect?,
            answer_after: answer?,
            wecom_url,
            dingtalk_url,
            feishu_url,
            relay,
        })
    }

    fn networks(&mut self, key: &'static str) -> Vec<Network> {
        let text = self.text(key);
        let mut networks = Vec::new();
        for network in text.split(',').map(str::trim).filter(|network| !network.is_empty()) {
            match network.parse() {
                Ok(network) => networks.push(network),
                Err(error) => self.fault(key, format_args!("`{network}` {error}")),
            }
        }
        networks
    }

    fn relay(&mut self) -> Option<RelaySettings> {
        let host = self.text("smtp_host");
        let security = match self.text("smtp_security").as_str() {
            "starttls" => RelaySecurity::StartTls,
            "tls" => RelaySecurity::Tls,
            "none" => RelaySecurity::None,
            other => {
                self.fault("smtp_security", format_args!("`{other}` is none of `starttls`, `tls`, `none`"));
                RelaySecurity::StartTls
            }
        };
        let port = if self.text("smtp_port").is_empty() { Some(security.usual_port()) } else { self.parsed("smtp_port", "a port") };
        let ca_file = self.file("smtp_ca_file");
        if host.is_empty() {
            return None;
        }
        let from = self.text("smtp_from");
        if from.is_empty() {
            self.fault("smtp_from", "is needed with smtp_host");
        }
        Some(RelaySettings {
            host,
            port: port?,
            security,
            user: self.text("smtp_user"),
            password: self.text("smtp_password").into(),
            from,
            ca_file,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<ChannelSettings, Vec<String>> {
        let needed =
            [("DATABASE_URL", "postgres://app@db/x"), ("S3_ENDPOINT", "http://s3"), ("S3_ACCESS_KEY", "a"), ("S3_SECRET_KEY", "b")];
        let variables = needed.iter().chain(pairs).map(|(key, value)| (format!("FIELDPROOF_{key}"), (*value).to_owned()));
        Settings::load(None, variables).map(|settings| settings.channels).map_err(|faults| faults.0)
    }

    #[test]
    fn nothing_needs_to_be_said() {
        let settings = load(&[]).unwrap();
        assert!(!settings.webhook_allow_http && settings.webhook_networks.is_empty() && settings.relay.is_none());
        assert_eq!(settings.wecom_url, "https://qyapi.weixin.qq.com");
    }

    #[test]
    fn a_relay_has_its_usual_port_and_hides_its_password() {
        for (security, port) in [("starttls", 587), ("tls", 465), ("none", 25)] {
            let said = [("SMTP_HOST", "mx"), ("SMTP_FROM", "a@b.cn"), ("SMTP_SECURITY", security), ("SMTP_PASSWORD", "very-secret")];
            let settings = load(&said).unwrap();
            assert_eq!(settings.relay.as_ref().unwrap().port, port);
            assert!(!format!("{settings:?}").contains("very-secret"));
        }
        assert_eq!(load(&[("SMTP_HOST", "mx"), ("SMTP_FROM", "a@b.cn"), ("SMTP_PORT", "2525")]).unwrap().relay.unwrap().port, 2525);
    }

    #[test]
    fn every_fault_is_named() {
        let said = [
            ("WEBHOOK_NETWORKS", "10.0.0.0/8, office,fd00::/200"),
            ("SMTP_HOST", "mx"),
            ("WEBHOOK_ALLOW_HTTP", "perhaps"),
            ("WECOM_URL", "qyapi"),
            ("CHANNEL_ANSWER_AFTER_MS", "0"),
        ];
        let faults = load(&said).unwrap_err();
        for word in ["office", "fd00::/200", "smtp_from", "webhook_allow_http", "wecom_url", "channel_answer_after_ms"] {
            assert!(faults.iter().any(|fault| fault.contains(word)), "{word} is missing in {faults:?}");
        }
        assert!(faults.iter().all(|fault| fault.contains(" (FIELDPROOF_")), "{faults:?}");
        let faults = load(&[("SMTP_SECURITY", "ssl"), ("SMTP_PORT", "mail"), ("SMTP_CA_FILE", "/nowhere/ca.pem")]).unwrap_err();
        for (fault, word) in faults.iter().zip(["ssl", "mail", "/nowhere/ca.pem"]) {
            assert!(fault.contains(word), "{faults:?}");
        }
    }
}
