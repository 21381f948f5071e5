//! The pages for people: found by whoever knows nothing but the address, and saying what is so.

use reqwest::header::{ACCEPT_LANGUAGE, LOCATION};
use reqwest::redirect::Policy;
use tests::House;

#[tokio::test]
async fn an_address_alone_leads_to_the_reader() {
    let house = House::open().await;
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    for (path, status) in [("/", 307), ("/docs/", 308)] {
        let answer = browser.get(format!("{}{path}", house.url)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()[LOCATION].to_str().unwrap()), (status, "/docs"), "{path}");
    }
    assert_eq!(house.http.get(&house.url).send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_check_that_was_not_made_is_not_called_passed() {
    let house = House::open().await;
    for (language, skipped, passes) in [("en", "skipped", "passes"), ("zh-CN", "不检查", "通过")] {
        let answer = house.http.get(format!("{}/docs/checks", house.url)).header(ACCEPT_LANGUAGE, language).send().await.unwrap();
        let page = answer.text().await.unwrap();
        let row = page.split("<tr").find(|row| row.contains("not_judged")).unwrap();
        assert!(row.contains(skipped) && !row.contains(passes), "{row}");
    }
}
