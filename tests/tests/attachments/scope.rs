//! Who may read a file, and who may send one.

use tests::House;

use crate::{declaration, landed, pdf};

#[tokio::test]
async fn a_file_is_its_sender_s_and_that_of_those_who_answer_for_them() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let id = landed(&rep, "f.pdf", &pdf("f")).await;
    for (organisation, login, want) in [
        ("demo", "rep1", 200),
        ("demo", "supervisor1", 200),
        ("demo", "director1", 200),
        ("demo", "admin", 200),
        ("demo", "rep2", 404),
        ("other", "admin", 404),
        ("other", "rep1", 404),
    ] {
        let reader = house.sign_in_to(organisation, login).await;
        for path in [format!("/v1/attachments/{id}"), format!("/v1/attachments/{id}/content")] {
            assert_eq!(reader.get(&path).await.status, want, "{path} by {login} of {organisation}");
        }
    }
}

#[tokio::test]
async fn directors_send_nothing() {
    let house = House::open().await;
    let director = house.sign_in("director1").await;
    director.post("/v1/attachments", &declaration("g.pdf", "application/pdf", &pdf("g"))).await.expect(403);
}
