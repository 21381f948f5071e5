use super::*;

/// WeCom's own example, and one of ours.
const VECTORS: &str = include_str!("../../tests/vectors/wecom_callback.json");

fn text<'a>(vector: &'a serde_json::Value, pointer: &str) -> &'a str {
    vector.pointer(pointer).and_then(serde_json::Value::as_str).unwrap()
}

fn keys_of(vector: &serde_json::Value) -> CallbackKeys {
    let aes_key = Secret::new(text(vector, "/encoding_aes_key"));
    CallbackKeys::new(Secret::new(text(vector, "/token")), &aes_key, text(vector, "/receive_id").to_owned()).unwrap()
}

fn check(vectors: &serde_json::Value) -> usize {
    let vectors = vectors.as_array().unwrap();
    for vector in vectors {
        let (keys, timestamp, nonce) = (keys_of(vector), text(vector, "/timestamp"), text(vector, "/nonce"));
        let signature = text(vector, "/expect/signature");
        if let Some(message) = vector.get("message").and_then(serde_json::Value::as_str) {
            let random = text(vector, "/random16").as_bytes().try_into().unwrap();
            let sealed = text(vector, "/expect/encrypt").to_owned();
            assert_eq!(keys.seal(message, random, timestamp, nonce).unwrap(), (sealed.clone(), signature.to_owned()));
            assert_eq!(keys.open(&Call { signature, timestamp, nonce, sealed: &sealed }).unwrap(), message);
        } else {
            let call = Call { signature, timestamp, nonce, sealed: text(vector, "/encrypt") };
            assert_eq!(keys.open(&call).unwrap(), text(vector, "/expect/plaintext"));
        }
    }
    vectors.len()
}

#[test]
fn calls_are_opened_and_sealed_as_documented() {
    assert_eq!(check(&serde_json::from_str(VECTORS).unwrap()), 3);
}

#[test]
fn shared_vectors_agree() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("FIELDPROOF_SHARED").unwrap_or_else(|_| beside.to_owned());
    let Ok(vectors) = std::fs::read_to_string(format!("{shared}/vectors/signatures.json")) else {
        println!("skipped: no vectors/signatures.json in {shared} (set FIELDPROOF_SHARED)");
        return;
    };
    let vectors: serde_json::Value = serde_json::from_str(&vectors).unwrap();
    assert!(check(&vectors["wecom_callback"]) >= 3);
}

fn keys() -> CallbackKeys {
    let aes_key = Secret::new("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
    CallbackKeys::new(Secret::new("token"), &aes_key, "ww1".to_owned()).unwrap()
}

/// Opens bytes that were encrypted and signed with the right keys, whatever they hold.
fn open_raw(plain: &[u8]) -> Result<String, CallbackFault> {
    let keys = keys();
    let mut bytes = plain.to_vec();
    let cipher = EncryptingKey::cbc(keys.unbound().unwrap()).unwrap();
    cipher.less_safe_encrypt(&mut bytes, EncryptionContext::Iv128(keys.vector())).unwrap();
    let sealed = STANDARD.encode(&bytes);
    let signature = keys.signature("1", "2", &sealed);
    keys.open(&Call { signature: &signature, timestamp: "1", nonce: "2", sealed: &sealed })
}

fn padded(inner: &[u8], padding: u8) -> Vec<u8> {
    let mut bytes = inner.to_vec();
    bytes.resize(inner.len() + usize::from(padding), padding);
    bytes
}

#[test]
fn whatever_is_changed_is_refused() {
    let keys = keys();
    let (sealed, signature) = keys.seal("<xml/>", &[7; 16], "1700000000", "n").unwrap();
    let good = Call { signature: &signature, timestamp: "1700000000", nonce: "n", sealed: &sealed };
    assert_eq!(keys.open(&good).unwrap(), "<xml/>");
    let upper = signature.to_uppercase();
    for wrong in [
        Call { signature: "", ..good },
        Call { signature: &upper, ..good },
        Call { signature: &signature[1..], ..good },
        Call { timestamp: "1700000001", ..good },
        Call { nonce: "m", ..good },
        Call { sealed: &sealed[4..], ..good },
    ] {
        assert_eq!(keys.open(&wrong), Err(CallbackFault::Signature));
    }
    let other = CallbackKeys { receive_id: "ww2".to_owned(), ..keys.clone() };
    assert_eq!(other.open(&good), Err(CallbackFault::Recipient));
    let longer = CallbackKeys { receive_id: "ww12".to_owned(), ..keys };
    assert_eq!(longer.open(&good), Err(CallbackFault::Recipient));
}

#[test]
fn hostile_contents_are_refused_without_a_panic() {
    let inner = [[7; 16].as_slice(), &6_u32.to_be_bytes(), b"<xml/>ww1"].concat();
    assert_eq!(inner.len(), 29);
    assert_eq!(open_raw(&padded(&inner, 3)).unwrap(), "<xml/>");
    let length = |length: u32| padded(&[[7; 16].as_slice(), &length.to_be_bytes(), b"<xml/>ww1"].concat(), 3);
    let utf8 = padded(&[[7; 16].as_slice(), &6_u32.to_be_bytes(), b"<xml\xff>ww1"].concat(), 3);
    let mixed = [padded(&inner, 2), vec![3]].concat();
    for (what, plain) in [
        ("padding of 0", padded(&[inner.as_slice(), &[0, 0, 0]].concat(), 0)),
        ("padding over 32", padded(&inner[..15], 33)),
        ("padding longer than all", vec![200; 32]),
        ("uneven padding", mixed),
        ("nothing but padding", vec![32; 32]),
        ("a length too far", length(u32::MAX)),
        ("a length just too far", length(10)),
        ("no text", utf8),
    ] {
        assert_eq!(open_raw(&plain), Err(CallbackFault::Seal), "{what}");
    }
    assert_eq!(open_raw(&length(9)), Err(CallbackFault::Recipient));
    let keys = keys();
    for sealed in ["", "not base64!", "QUJD", &"A".repeat(SEALED_BYTES_MAX + 4)] {
        let signature = keys.signature("1", "2", sealed);
        assert_eq!(keys.open(&Call { signature: &signature, timestamp: "1", nonce: "2", sealed }), Err(CallbackFault::Seal));
    }
}

#[test]
fn keys_have_one_form() {
    for key in ["", "short", &"a".repeat(42), &"a".repeat(44), &format!("{}!", "a".repeat(42)), &"字".repeat(43)] {
        assert!(CallbackKeys::new(Secret::new("t"), &Secret::new(key), String::new()).is_err(), "{key}");
    }
    assert!(CallbackKeys::new(Secret::new("t"), &Secret::new(format!("{}=", "a".repeat(43))), String::new()).is_ok());
    assert!(!format!("{:?}", keys()).contains("token"));
}

const CLICK: &str = "<xml>
    <ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[li.wei]]></FromUserName><CreateTime>1700000000</CreateTime>
    <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event>
    <EventKey><![CDATA[acknowledge]]></EventKey><TaskId>01a209c4&#45;73a9</TaskId >
    <CardType>button_interaction</CardType><ResponseCode><![CDATA[r1]]></ResponseCode><AgentID>1</AgentID>
    <SelectedItems><SelectedItem><TaskId>inner</TaskId><EventKey>inner</EventKey></SelectedItem></SelectedItems></xml>";

#[test]
fn a_click_names_the_card_the_person_and_the_button() {
    let Some(Notice::Click(click)) = Notice::read(CLICK) else { panic!("no click") };
    assert_eq!((click.task_id.as_str(), click.user_id.as_str(), click.key.as_str()), ("01a209c4-73a9", "li.wei", ACKNOWLEDGE));
    assert_eq!(click.response_code.as_deref(), Some("r1"));
    // Told again, it is the same.
    assert_eq!(Notice::read(CLICK), Some(Notice::Click(click)));
}

#[test]
fn other_notices_are_other_and_garbage_is_nothing() {
    for other in [
        "<xml><MsgType>text</MsgType><Content>template_card_event</Content></xml>",
        "<xml><MsgType>event</MsgType><Event>template_card_menu_event</Event></xml>",
        "<xml><Event>template_card_event</Event></xml>",
    ] {
        assert_eq!(Notice::read(other), Some(Notice::Other), "{other}");
    }
    let many = (0..100).map(|n| format!("<f{n}/><g{n}>1</g{n}>")).collect::<Vec<_>>().concat();
    for nothing in [
        "",
        "hello",
        "<xml>",
        "<xml></xml>",
        "<xml><TaskId>1</TaskId>",
        "<xml><A>1</A></xml></xml>",
        "<xml><A>1</A><A>2</A></xml>",
        "<!DOCTYPE xml [<!ENTITY a \"b\">]><xml><A>&a;</A></xml>",
        "<xml><A>&a;</A></xml>",
        &format!("<xml>{many}</xml>"),
        &CLICK.replace("<TaskId>01a209c4&#45;73a9</TaskId >", ""),
        &CLICK.replace("01a209c4", &"1".repeat(200)),
    ] {
        assert_eq!(Notice::read(nothing), None, "{nothing}");
    }
    let deep = format!("<xml><A>1</A>{}{}</xml>", "<b>".repeat(20_000), "</b>".repeat(20_000));
    assert_eq!(Notice::read(&deep), Some(Notice::Other));
    assert_eq!(sealed_text("<xml><ToUserName/><Encrypt><![CDATA[abc==]]></Encrypt></xml>").as_deref(), Some("abc=="));
    assert_eq!(sealed_text("<xml><Encrypt/></xml>"), None);
}
