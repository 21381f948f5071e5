use serde_json::json;

use super::*;
use crate::sessions::forgery::{Signer, token, with};

const NOW_S: i64 = 1_795_400_000;
const EXPECTED: Expected<'_> = Expected { issuer: "https://id.example.com", audience: "fieldproof", user_claim: "sub" };

fn published(signer: &Signer, kid: &str) -> PublishedKey {
    PublishedKey::read(&serde_json::from_value(signer.jwk(kid)).unwrap()).unwrap()
}

fn header(alg: &str) -> Value {
    json!({ "alg": alg, "typ": "JWT", "kid": "k1" })
}

fn claims() -> Value {
    json!({ "iss": "https://id.example.com", "aud": "fieldproof", "sub": "li.wei", "iat": NOW_S, "exp": NOW_S + 300 })
}

fn named(token: &str, key: &PublishedKey) -> Option<String> {
    verify(token, key, &EXPECTED, DateTime::from_timestamp(NOW_S, 0).unwrap())
}

#[test]
fn honest_tokens_of_every_accepted_algorithm_name_their_user() {
    for (alg, signer) in [("RS256", Signer::rsa()), ("ES256", Signer::ec()), ("EdDSA", Signer::ed())] {
        let honest = token(&header(alg), &claims(), &signer);
        assert_eq!(named(&honest, &published(&signer, "k1")).as_deref(), Some("li.wei"), "{alg}");
        let said = introduction(&honest).unwrap();
        assert_eq!((said.issuer.as_str(), said.kid.as_str()), ("https://id.example.com", "k1"));
    }
}

#[test]
fn keys_for_other_purposes_and_of_other_kinds_are_not_read() {
    let (rsa, ec, ed) = (Signer::rsa().jwk("k1"), Signer::ec().jwk("k1"), Signer::ed().jwk("k1"));
    let secret = json!({ "kty": "oct", "kid": "k1", "k": "c2VjcmV0", "alg": "HS256" });
    for (name, entry) in [
        ("for encryption", with(&rsa, "use", json!("enc"))),
        ("for signing only", with(&ed, "key_ops", json!(["sign"]))),
        ("another padding", with(&rsa, "alg", json!("PS256"))),
        ("another hash", with(&rsa, "alg", json!("RS512"))),
        ("a shared secret's algorithm", with(&rsa, "alg", json!("HS256"))),
        ("another curve", with(&ec, "crv", json!("P-384"))),
        ("no kid", with(&ec, "kid", Value::Null)),
        ("a shared secret", secret),
        ("nothing known", json!({ "kty": "AKP", "kid": "k1" })),
    ] {
        let read = serde_json::from_value::<Jwk>(entry).ok().and_then(|entry| PublishedKey::read(&entry));
        assert!(read.is_none(), "{name}");
    }
    assert!(PublishedKey::read(&serde_json::from_value(with(&ed, "key_ops", json!(["verify"]))).unwrap()).is_some());
}

#[test]
fn headers_choose_nothing() {
    let (rsa, ed) = (Signer::rsa(), Signer::ed());
    let (rsa_key, ed_key) = (published(&rsa, "k1"), published(&ed, "k1"));
    for public in rsa.public_forms() {
        assert_eq!(named(&token(&header("HS256"), &claims(), &Signer::Hmac(public)), &rsa_key), None, "a public key is no shared secret");
    }
    for alg in ["none", "HS256", "RS256", "RS384", "PS256", "ES256"] {
        assert_eq!(named(&token(&header(alg), &claims(), &ed), &ed_key), None, "{alg}");
        assert_eq!(named(&token(&header(alg), &claims(), &Signer::Nobody), &ed_key), None, "{alg} unsigned");
    }
    let forger = Signer::ed();
    for (name, forged) in [
        ("our kid, another key", header("EdDSA")),
        ("its own key in jwk", with(&header("EdDSA"), "jwk", forger.jwk("k1"))),
        ("its own keys in jku", with(&header("EdDSA"), "jku", json!("https://forger.example/keys"))),
    ] {
        assert_eq!(named(&token(&forged, &claims(), &forger), &ed_key), None, "{name}");
    }
    for (name, odd) in [
        ("another kid", with(&header("EdDSA"), "kid", json!("k2"))),
        ("no kid", with(&header("EdDSA"), "kid", Value::Null)),
        ("a logout token", with(&header("EdDSA"), "typ", json!("logout+jwt"))),
        ("a proof of possession", with(&header("EdDSA"), "typ", json!("dpop+jwt"))),
        ("a critical extension", with(&header("EdDSA"), "crit", json!(["exp"]))),
    ] {
        assert_eq!(named(&token(&odd, &claims(), &ed), &ed_key), None, "{name}");
    }
    assert!(named(&token(&with(&header("EdDSA"), "typ", Value::Null), &claims(), &ed), &ed_key).is_some());
}

#[test]
fn claims_must_be_for_us_and_of_now() {
    let signer = Signer::ed();
    let key = published(&signer, "k1");
    let says = |field: &str, value: Value| named(&token(&header("EdDSA"), &with(&claims(), field, value), &signer), &key);
    for (field, value) in [
        ("iss", Value::Null),
        ("iss", json!("https://id.example.com/")),
        ("iss", json!(["https://id.example.com"])),
        ("aud", Value::Null),
        ("aud", json!("another")),
        ("aud", json!([])),
        ("aud", json!(["another"])),
        ("exp", Value::Null),
        ("exp", json!(NOW_S - 61)),
        ("exp", json!("soon")),
        ("iat", Value::Null),
        ("iat", json!(NOW_S + 61)),
        ("iat", json!("now")),
        ("nbf", json!(NOW_S + 61)),
        ("nbf", json!("later")),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!(7)),
    ] {
        assert_eq!(says(field, value.clone()), None, "{field} {value}");
    }
    for (field, value) in [
        ("aud", json!(["another", "fieldproof"])),
        ("exp", json!(NOW_S - 59)),
        ("iat", json!(NOW_S + 59)),
        ("iat", json!(1_795_399_999.5)),
        ("nbf", json!(NOW_S)),
    ] {
        assert!(says(field, value.clone()).is_some(), "{field} {value}");
    }
}

#[test]
fn an_address_that_was_not_verified_names_nobody() {
    let signer = Signer::ed();
    let key = published(&signer, "k1");
    let expected = Expected { user_claim: "email", ..EXPECTED };
    let mailed = with(&claims(), "email", json!("li.wei@acme.example"));
    let names =
        |claims: &Value| verify(&token(&header("EdDSA"), claims, &signer), &key, &expected, DateTime::from_timestamp(NOW_S, 0).unwrap());
    assert_eq!(names(&mailed).as_deref(), Some("li.wei@acme.example"));
    assert!(names(&with(&mailed, "email_verified", json!(true))).is_some());
    assert_eq!(names(&with(&mailed, "email_verified", json!(false))), None);
    assert_eq!(names(&with(&mailed, "email_verified", json!("false"))), None);
}
