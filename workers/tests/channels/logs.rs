//! What is logged, even at the most talkative level of the house, holds no secret, no name and no text.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

use super::providers::{robots, wecom};
use super::stage::{
    APP_SECRET, ROBOT_KEY, SECRET, SIGNING, app, channels, dingtalk_robot, feishu_robot, hasty, message, wecom_app, wecom_robot,
};
use super::stranger::{Manner, stranger};
use super::webhooks::{endpoint, event};

#[derive(Clone, Default)]
struct Pages(Arc<Mutex<Vec<u8>>>);

impl Write for Pages {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Pages {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_and_debug_texts_hold_no_secrets() {
    let pages = Pages::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(pages.clone()).finish();
    let kept = tracing::subscriber::set_default(subscriber);
    tracing::info!("the page is written on");

    let ((wecom, state), robots) = (wecom().await, robots(2).await);
    state.lock().unwrap().codes = vec![40014, 60020];
    let silent = stranger(Manner::Torn, false).await;
    let all = [wecom_app(&["li.wei"]), wecom_robot(), dingtalk_robot(), feishu_robot()];
    for channels in [channels(&wecom.url), channels(&robots.url), hasty(&silent), channels("http://127.0.0.1:1")] {
        for recipient in &all {
            tracing::debug!(outcome = ?channels.tell(recipient, &message()).await, "told");
        }
        for url in [&wecom.url, &silent] {
            tracing::debug!(outcome = ?channels.publish(&endpoint(url), Uuid::from_u128(7), &event()).await, "published");
        }
    }
    tracing::debug!(?all, endpoint = ?endpoint("http://hook.example.com"), app = ?app(), "what is held");
    drop(kept);

    let written = String::from_utf8(pages.0.lock().unwrap().clone()).unwrap();
    assert!(written.contains("the page is written on") && written.contains("told"));
    for canary in [APP_SECRET, ROBOT_KEY, SIGNING, SECRET, "access_token", "token-0", "好邻居", "陈晓", "线索停滞", "corpsecret"] {
        assert!(!written.contains(canary), "{canary} is in the log:\n{written}");
    }
}
