use serde_json::{Value, json};

use super::*;
use crate::sessions::forgery::{Signer, token, with};

const ISSUER: &str = "https://api.example.com";
const NOW_S: i64 = 1_795_400_000;

struct Ground {
    keyring: Keyring,
    signer: Signer,
    header: Value,
    claims: Value,
}

impl Ground {
    fn new() -> Self {
        let pem = new_signing_key().unwrap();
        let keyring =
            Keyring { issuer: ISSUER.to_owned(), keys: vec![key_of(&pem).unwrap(), key_of(&new_signing_key().unwrap()).unwrap()] };
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": keyring.keys[0].kid });
        let claims = json!({
            "iss": ISSUER, "aud": "fieldproof", "sub": Uuid::from_u128(1), "org": Uuid::from_u128(2), "sid": Uuid::from_u128(3), "role": "rep",
            "unit": Uuid::from_u128(4), "epoch": 1, "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 600, "jti": Uuid::from_u128(5),
        });
        Self { keyring, signer: Signer::ed_of(&pem), header, claims }
    }

    fn accepts(&self, token: &str) -> bool {
        self.keyring.verify(token, DateTime::from_timestamp(NOW_S, 0).unwrap()).is_some()
    }

    fn accepts_header(&self, field: &str, value: Value) -> bool {
        self.accepts(&token(&with(&self.header, field, value), &self.claims, &self.signer))
    }

    fn accepts_claim(&self, field: &str, value: Value) -> bool {
        self.accepts(&token(&self.header, &with(&self.claims, field, value), &self.signer))
    }
}

#[test]
fn an_honest_token_is_accepted_and_says_who_it_is_for() {
    let ground = Ground::new();
    assert!(ground.accepts(&token(&ground.header, &ground.claims, &ground.signer)));
    let now = DateTime::from_timestamp(NOW_S, 0).unwrap();
    let who = Bearer {
        organisation_id: Uuid::from_u128(2),
        user_id: Uuid::from_u128(1),
        session_id: Uuid::from_u128(3),
        role: Role::Supervisor,
        unit_id: Uuid::from_u128(4),
        access_epoch: 7,
    };
    let signed = ground.keyring.sign(who, now, TimeDelta::minutes(10), Uuid::from_u128(5)).unwrap();
    let claims = ground.keyring.verify(&signed, now).unwrap();
    assert_eq!((claims.sub, claims.org, claims.sid, claims.unit), (who.user_id, who.organisation_id, who.session_id, who.unit_id));
    assert_eq!((claims.role, claims.epoch, claims.exp), (Role::Supervisor, 7, NOW_S + 600));
    assert!(ground.keyring.verify(&signed, now + TimeDelta::seconds(629)).is_some());
    assert!(ground.keyring.verify(&signed, now + TimeDelta::seconds(630)).is_none());
}

#[test]
fn the_algorithm_is_ours_to_choose() {
    let ground = Ground::new();
    for alg in ["none", "None", "nOnE", "", "HS256", "HS512", "RS256", "ES256", "PS256", "EdDSA "] {
        assert!(!ground.accepts_header("alg", json!(alg)), "alg {alg} with our signature");
        let unsigned = token(&with(&ground.header, "alg", json!(alg)), &ground.claims, &Signer::Nobody);
        assert!(!ground.accepts(&unsigned), "alg {alg} without a signature");
    }
    for public in ground.signer.public_forms() {
        let forged = token(&with(&ground.header, "alg", json!("HS256")), &ground.claims, &Signer::Hmac(public));
        assert!(!ground.accepts(&forged), "a public key is no shared secret");
    }
}

#[test]
fn the_key_comes_from_our_ring_and_never_from_the_token() {
    let ground = Ground::new();
    let forger = Signer::ed();
    for (name, header) in [
        ("our kid", ground.header.clone()),
        ("our other kid", with(&ground.header, "kid", json!(ground.keyring.keys[1].kid))),
        ("a foreign kid", with(&ground.header, "kid", json!("forger"))),
        ("no kid", with(&ground.header, "kid", Value::Null)),
        ("a path for a kid", with(&ground.header, "kid", json!("../../dev/null"))),
        ("SQL for a kid", with(&ground.header, "kid", json!("' or 1=1 --"))),
        ("its own key in jwk", with(&ground.header, "jwk", forger.jwk("forger"))),
        ("its own key set in jku", with(&ground.header, "jku", json!("https://forger.example/keys"))),
        ("its own certificates in x5u", with(&ground.header, "x5u", json!("https://forger.example/certs"))),
        ("its own certificates in x5c", with(&ground.header, "x5c", json!(["MIIB"]))),
    ] {
        assert!(!ground.accepts(&token(&header, &ground.claims, &forger)), "{name}");
    }
    assert!(!ground.accepts_header("kid", Value::Null));
    assert!(!ground.accepts_header("kid", json!("forger")));
    assert!(!ground.accepts_header("kid", json!(ground.keyring.keys[1].kid)));
}

#[test]
fn another_kind_of_token_is_no_access_token() {
    let ground = Ground::new();
    for typ in [json!("JWT"), json!("jwt"), json!("refresh+jwt"), json!("logout+jwt"), json!(""), json!(1), Value::Null] {
        assert!(!ground.accepts_header("typ", typ.clone()), "{typ}");
    }
}

#[test]
fn every_claim_is_needed_and_looked_at() {
    let ground = Ground::new();
    for field in ground.claims.as_object().unwrap().keys() {
        assert!(!ground.accepts_claim(field, Value::Null), "without {field}");
    }
    for (field, value) in [
        ("iss", json!("https://api.example.com/")),
        ("iss", json!(["https://api.example.com"])),
        ("aud", json!("another")),
        ("aud", json!(["fieldproof", "another"])),
        ("aud", json!("")),
        ("sub", json!("admin")),
        ("sub", json!("' or 1=1 --")),
        ("role", json!("root")),
        ("epoch", json!("1")),
        ("epoch", json!(9_999_999_999_u64)),
        ("exp", json!(NOW_S - 31)),
        ("exp", json!((NOW_S + 600).to_string())),
        ("exp", json!(-1)),
        ("exp", json!(i64::MIN)),
        ("nbf", json!(NOW_S + 90)),
        ("nbf", json!(NOW_S + 86_400)),
        ("nbf", json!(i64::MAX)),
        ("iat", json!(NOW_S + 90)),
        ("iat", json!(NOW_S + 601)),
    ] {
        assert!(!ground.accepts_claim(field, value.clone()), "{field} {value}");
    }
    // Absurd, but honestly signed and without end: it must not make anything overflow.
    assert!(ground.accepts_claim("exp", json!(i64::MAX)));
}

#[test]
fn what_was_signed_is_what_is_read() {
    let ground = Ground::new();
    let honest = token(&ground.header, &ground.claims, &ground.signer);
    let parts: Vec<&str> = honest.split('.').collect();
    let promoted = token(&ground.header, &with(&ground.claims, "role", json!("admin")), &Signer::Nobody);
    let promoted = promoted.split('.').nth(1).unwrap();
    for forged in [
        format!("{}.{promoted}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40]),
        format!("{honest}.{}", parts[2]),
        format!("{honest}A"),
        format!(" {honest}"),
        honest.replace('.', ". "),
        String::new(),
        "..".to_owned(),
        "a.b.c".to_owned(),
    ] {
        assert!(!ground.accepts(&forged), "{forged}");
    }
}
