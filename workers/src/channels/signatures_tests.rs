//! Robots' signatures, against numbers that were made elsewhere.

use platform::secrets::Secret;
use serde_json::Value;

use super::{dingtalk_robot, feishu_robot, provider};

fn check(vectors: &Value) -> usize {
    let text = |vector: &Value, pointer: &str| vector.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    let (dingtalk, feishu) = (vectors["dingtalk_robot"].as_array().unwrap(), vectors["feishu_robot"].as_array().unwrap());
    for vector in dingtalk {
        let sign = dingtalk_robot::signature(&Secret::new(text(vector, "/secret")), &text(vector, "/timestamp_ms"));
        assert_eq!(sign, text(vector, "/expect/sign"));
        let url = provider::address("https://oapi.dingtalk.com", "/robot/send", &[("sign", &sign)]).unwrap();
        assert_eq!(url.query().unwrap(), format!("sign={}", text(vector, "/expect/urlencoded")));
    }
    for vector in feishu {
        let sign = feishu_robot::signature(&Secret::new(text(vector, "/secret")), &text(vector, "/timestamp_s"));
        assert_eq!(sign, text(vector, "/expect/sign"));
    }
    dingtalk.len() + feishu.len()
}

#[test]
fn signatures_are_as_documented() {
    assert_eq!(check(&serde_json::from_str(include_str!("../../tests/vectors/signatures.json")).unwrap()), 3);
}

#[test]
fn shared_vectors_agree() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("FIELDPROOF_SHARED").unwrap_or_else(|_| beside.to_owned());
    let Ok(vectors) = std::fs::read_to_string(format!("{shared}/vectors/signatures.json")) else {
        println!("skipped: no vectors/signatures.json in {shared} (set FIELDPROOF_SHARED)");
        return;
    };
    assert!(check(&serde_json::from_str(&vectors).unwrap()) >= 3);
}
