//! Tokens: forged ones, borrowed ones, and those whose time is over.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dev::demo::{PASSWORD, id_of};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tests::doorstep::new_id;
use tests::house::signing_key;
use tests::{House, Person};

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A token with these claims, signed with the house's own key.
fn signed(header: &Header, claims: &Value) -> String {
    let pem = std::fs::read(signing_key()).unwrap();
    jsonwebtoken::encode(header, claims, &EncodingKey::from_ed_pem(&pem).unwrap()).unwrap()
}

fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", text(header), text(claims))
}

#[tokio::test]
async fn forged_tokens_open_nothing() {
    let house = House::open().await;
    let admin = house.sign_in("admin").await;
    let (said, claims) = (part(&admin.token, 0), part(&admin.token, 1));
    let header = Header { typ: Some("at+jwt".to_owned()), kid: said["kid"].as_str().map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    let works = signed(&header, &claims);
    assert_eq!(admin.with_token(works).get("/v1/users").await.status, 200, "the forger's tools are good");

    let signature = admin.token.rsplit('.').next().unwrap();
    let jwks = admin.get("/.well-known/jwks.json").await.expect(200);
    let public = URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let with_header = |name: &str, value: Value| {
        let mut header = said.clone();
        header[name] = value;
        header
    };
    let mut forged = vec![
        ("alg none", unsigned(&with_header("alg", json!("none")), &claims, "")),
        ("alg None", unsigned(&with_header("alg", json!("None")), &claims, signature)),
        ("no signature", unsigned(&said, &claims, "")),
        (
            "somebody else's signature",
            unsigned(
                &said,
                &{
                    let mut claims = claims.clone();
                    claims["role"] = json!("director");
                    claims
                },
                signature,
            ),
        ),
        ("HS256 with the public key", {
            let header = Header { alg: Algorithm::HS256, ..header.clone() };
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap()
        }),
        ("HS256 with the public key as text", {
            let header = Header { alg: Algorithm::HS256, ..header.clone() };
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(jwks["keys"][0]["x"].as_str().unwrap().as_bytes())).unwrap()
        }),
        ("a jwk of the forger's", unsigned(&with_header("jwk", jwks["keys"][0].clone()), &claims, signature)),
        ("three dots", "...".to_owned()),
        ("a fourth part", format!("{}.x", admin.token)),
    ];
    for typ in [None, Some("JWT"), Some("at+JWT "), Some("rt+jwt"), Some("logout+jwt")] {
        forged.push(("typ", signed(&Header { typ: typ.map(str::to_owned), ..header.clone() }, &claims)));
    }
    for kid in [None, Some(""), Some("other"), Some("../../etc/passwd"), Some("' or 1=1 --")] {
        forged.push(("kid", signed(&Header { kid: kid.map(str::to_owned), ..header.clone() }, &claims)));
    }
    let now = house.now().timestamp();
    for (claim, values) in [
        ("iss", vec![json!("https://evil.example"), json!(""), Value::Null, json!(["http://fieldproof.test", "x"])]),
        ("aud", vec![json!("another"), json!(""), Value::Null, json!([])]),
        ("exp", vec![json!(now - 31), json!(0), json!(-1), Value::Null, json!("never")]),
        ("nbf", vec![json!(now + 31), json!(now + 86_400), Value::Null]),
        ("iat", vec![json!(now + 31), json!(now + 86_400), Value::Null]),
        (
            "sub",
            vec![json!(new_id()), json!("' or 1=1 --"), Value::Null, json!(id_of("demo", "director1")), json!(id_of("other", "admin"))],
        ),
        ("sid", vec![json!(new_id()), Value::Null]),
        ("org", vec![json!(dev::demo::organisation_id("other")), json!(new_id()), Value::Null]),
        ("epoch", vec![json!(0), json!(2), json!(-1), Value::Null]),
        ("role", vec![json!("root"), json!("integrator"), Value::Null]),
    ] {
        for value in values {
            let mut wrong = claims.clone();
            if value.is_null() {
                wrong.as_object_mut().unwrap().remove(claim);
            } else {
                wrong[claim] = value;
            }
            forged.push((claim, signed(&header, &wrong)));
        }
    }
    for (told, token) in forged {
        let answer = admin.with_token(token.clone()).get("/v1/users").await;
        // A role that may not do this is refused before its session is looked for.
        assert!(
            [401, 403].contains(&answer.status.as_u16()),
            "{told}: {} for {:?}",
            answer.status,
            token.split('.').nth(1).map(|_| part_or_null(&token))
        );
    }
}

fn part_or_null(token: &str) -> Value {
    token
        .split('.')
        .nth(1)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
        .and_then(|part| serde_json::from_slice(&part).ok())
        .unwrap_or_default()
}

#[tokio::test]
async fn an_access_token_lives_its_ten_minutes_and_a_session_goes_on() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    house.advance(TimeDelta::seconds(600 + 29));
    assert_eq!(rep.get("/v1/me").await.status, 200, "clocks may differ by half a minute");
    house.advance(TimeDelta::seconds(2));
    let late = rep.get("/v1/me").await;
    assert_eq!((late.status.as_u16(), late.code()), (401, "token_refused"));
    let fresh = refresh(&rep, &rep.refresh_token).await.expect(200);
    assert_eq!(rep.with_token(fresh["access_token"].as_str().unwrap()).get("/v1/me").await.status, 200);
}

async fn refresh(who: &Person, token: &str) -> tests::Answer {
    who.with_token("").post("/v1/auth/refresh", &json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn signing_out_ends_every_token_of_the_session_and_of_no_other() {
    let house = House::open().await;
    let (here, elsewhere) = (house.sign_in("rep1").await, house.sign_in("rep1").await);
    assert_eq!(here.post("/v1/auth/logout", &json!({})).await.status, 204);
    assert_eq!(here.get("/v1/me").await.code(), "token_refused");
    assert_eq!(refresh(&here, &here.refresh_token).await.status, 401);
    assert_eq!(elsewhere.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn guessing_from_one_network_slows_nobody_in_another() {
    let house = House::open().await;
    let from = |address: [u8; 4]| reqwest::Client::builder().local_address(std::net::IpAddr::from(address)).build().unwrap();
    let (guesser, neighbour, owner) = (from([127, 0, 9, 1]), from([127, 0, 9, 200]), from([127, 0, 10, 1]));
    let knock = async |client: &reqwest::Client, password: &str| {
        let body = json!({ "organisation": "demo", "login": "rep1", "password": password });
        let answer = client.post(format!("{}/v1/auth/token", house.url)).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.headers().contains_key("retry-after"))
    };
    let mut slowed = 0;
    for n in 0..8 {
        slowed += u32::from(knock(&guesser, &format!("guess-{n}")).await == (429, true));
    }
    assert!(slowed >= 3, "{slowed} of 8 guesses were slowed");
    assert_eq!(knock(&guesser, PASSWORD).await, (429, true), "the right one has to wait as well");
    assert_eq!(knock(&neighbour, PASSWORD).await, (429, true), "and so does the next machine of that network");
    assert_eq!(knock(&owner, PASSWORD).await.0, 200);
    house.advance(TimeDelta::minutes(16));
    assert_eq!(knock(&guesser, PASSWORD).await.0, 200);
}
