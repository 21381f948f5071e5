//! A proposal that a customer keeps opening, a deck in the library, hand-overs at every place one can be, and two customers of whom one turns
//! red five minutes after the start.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use domain::attachments::FileType;
use domain::documents::DocumentKind;
use domain::documents::visitor::Doubt;
use domain::people::Role;
use domain::playbook::{ActionKind, SubjectKind};
use platform::{Clock, Ids};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::actions::{Action, record_about};
use store::attachments::{self, Declaration, settle};
use store::documents::hits::{self, NewHit, Said};
use store::documents::links::{self, NewLink};
use store::documents::records::{self, NewDocument};
use store::documents::sharings::{self, With};
use store::handovers;
use store::handovers::deeds::{End, NewHandover};
use store::objects::attachment_key;
use store::{Scope, StoreError, Tx};

use super::{door, id_of, organisation_id};

/// Plants whatever of the demo's documents and hand-overs is not there yet.
///
/// # Errors
/// As any statement; `Unavailable` when S3 is away.
pub async fn plant_documents(house: &api::House) -> Result<(), StoreError> {
    let (now, ids) = (house.clock.now(), &house.ids);
    let file = pdf("Fieldproof demo: three shops, one proposal");
    let key = attachment_key(organisation_id("demo"), id_of("demo", "file"), id_of("demo", "file"), DateTime::UNIX_EPOCH);
    house.objects.put_small(&key, FileType::Pdf.as_str(), file.clone()).await?;
    // What is told of the past was recorded then.
    let db = house.db.clone().by_clock(Clock::by_hand(now));
    let mut tx = db.begin(&Scope::house(organisation_id("demo"))).await?;
    if records::find(&mut tx, id_of("demo", "proposal")).await?.is_none() {
        plant_file(&mut tx, now, &file, &key).await?;
        plant_proposal(&mut tx, ids, now).await?;
        plant_library(&mut tx, ids, now).await?;
        plant_contacts(&mut tx, ids, now).await?;
        plant_handovers(&mut tx, ids, now).await?;
    }
    tx.commit().await
}

async fn plant_file(tx: &mut Tx, now: DateTime<Utc>, file: &[u8], key: &str) -> Result<(), StoreError> {
    let id = id_of("demo", "file");
    let declaration = Declaration {
        id,
        uploaded_by: id_of("demo", "rep1"),
        file_name: "方案.pdf",
        sha256: &Sha256::digest(file),
        bytes: file.len() as u64,
        file_type: FileType::Pdf,
        now,
        upload_expires_at: now,
    };
    attachments::declare(tx, &declaration).await?;
    settle::make_final(tx, id, key, now).await?;
    Ok(())
}

const PERSON: (&str, Option<Doubt>) = ("Mozilla/5.0 (iPhone) MicroMessenger/8.0.54", None);
const PREVIEW: (&str, Option<Doubt>) = ("Mozilla/5.0 (compatible; DingTalkBot-LinkService/1.0)", Some(Doubt::Preview));
const LOOKS: [(&str, Option<Doubt>); 4] = [PERSON, PREVIEW, PERSON, PERSON];

/// Opened three times by a person, and once by a preview: the supervisor is asked to step in.
async fn plant_proposal(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (rep, unit_id, customer_id) = (id_of("demo", "rep1"), id_of("demo", "team1"), door("demo", 0).customer_id);
    let sent_at = now - TimeDelta::hours(30);
    let new = NewDocument {
        id: id_of("demo", "proposal"),
        unit_id,
        kind: DocumentKind::Proposal,
        title: "三店巡检方案",
        customer_id: Some(customer_id),
        deal_id: None,
        created_by: rep,
        attachment_id: id_of("demo", "file"),
    };
    records::insert(tx, ids, sent_at, &new).await?;
    let (Some(document), Some(version)) = (records::find(tx, new.id).await?, records::versions(tx, new.id).await?.pop()) else {
        return Ok(());
    };
    let with = With { customer_id, deal_id: None, unit_id };
    let sharing_id = sharings::share(tx, ids, sent_at, (&document, &version), with).await?;
    let link = NewLink {
        id: id_of("demo", "link"),
        sharing_id,
        contact_id: None,
        recipient: "王芳",
        token_sha256: &Sha256::digest(platform::secrets::random_32()),
        expires_at: now + TimeDelta::days(30),
    };
    links::insert(tx, ids, sent_at, rep, &link).await?;
    let live = links::Live {
        link_id: link.id,
        sharing_id,
        document_id: document.id,
        customer_id,
        deal_id: None,
        title: document.title,
        version: version.number,
        attachment_id: version.attachment_id,
        content_type: version.content_type,
    };
    for (nth, (agent, doubt)) in LOOKS.into_iter().enumerate() {
        let at = sent_at + TimeDelta::hours(6) * i32::try_from(nth).unwrap_or(0);
        let nonce = Sha256::digest(platform::secrets::random_32());
        let hit = NewHit {
            id: ids.next(),
            link_id: live.link_id,
            what: "page",
            user_agent: Some(agent),
            network: Some("203.0.113.0/24".to_owned()),
            doubt,
            nonce_sha256: Some(&nonce),
        };
        hits::insert(tx, at, &hit).await?;
        let said = Said { nonce_sha256: &nonce, visible_ms: 40_000, doubt: None };
        hits::seen(tx, ids, at + TimeDelta::seconds(40), &live, &said).await?;
    }
    Ok(())
}

async fn plant_library(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>) -> Result<(), StoreError> {
    let new = NewDocument {
        id: id_of("demo", "deck"),
        unit_id: id_of("demo", "region"),
        kind: DocumentKind::Deck,
        title: "公司介绍",
        customer_id: None,
        deal_id: None,
        created_by: id_of("demo", "admin"),
        attachment_id: id_of("demo", "file"),
    };
    records::insert(tx, ids, now - TimeDelta::days(10), &new).await?;
    Ok(())
}

/// Replies of two customers, one almost three days old.
async fn plant_contacts(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>) -> Result<(), StoreError> {
    for (n, minutes_ago) in [(0, 600), (2, 72 * 60 - 5)] {
        let customer_id = door("demo", n).customer_id;
        let action = Action {
            id: ids.next(),
            actor_id: Some(id_of("demo", "rep1")),
            kind: ActionKind::ReplyReceived.as_str(),
            subject_kind: SubjectKind::Customer.as_str(),
            subject_id: customer_id,
            occurred_at: now - TimeDelta::minutes(minutes_ago),
            recorded_at: now,
            data: json!({ "owner_id": id_of("demo", "rep1") }),
        };
        record_about(tx, action, &[]).await?;
    }
    Ok(())
}

/// One that waits, one that came back, one that was answered.
async fn plant_handovers(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>) -> Result<(), StoreError> {
    let sketches = [
        ("演示用的行业案例，最好是连锁便利店", Role::Presales, None, 20),
        ("上线排期能不能提前一周", Role::Operations, Some((End::Returned, "请补充门店数量。")), 44),
        ("多门店的报价口径", Role::Presales, Some((End::Answered, "按门店数分档，见报价表第二页。")), 60),
    ];
    for (n, (need, department, end, hours_ago)) in sketches.into_iter().enumerate() {
        let asked_at = now - TimeDelta::hours(hours_ago);
        let door = door("demo", 0);
        let new = NewHandover {
            id: id_of("demo", &format!("handover{n}")),
            unit_id: id_of("demo", "team1"),
            asked_by: id_of("demo", "rep1"),
            from_role: Role::Rep,
            department,
            customer_id: door.customer_id,
            deal_id: None,
            name: &door.name,
            need,
            due_at: None,
        };
        handovers::deeds::ask(tx, ids, asked_at, &new).await?;
        let Some(handover) = handovers::records::find(tx, new.id).await? else { continue };
        if let Some((end, said)) = end {
            handovers::deeds::end(tx, ids, asked_at + TimeDelta::hours(3), &handover, end, Some(said)).await?;
        }
    }
    Ok(())
}

/// One page with one line.
fn pdf(line: &str) -> Vec<u8> {
    let content = format!("BT /F1 20 Tf 60 760 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let (mut file, mut offsets) = ("%PDF-1.4\n".to_owned(), Vec::new());
    for (n, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let (table_at, entries) = (file.len(), offsets.len() + 1);
    let _ = write!(file, "xref\n0 {entries}\n0000000000 65535 f \n");
    for offset in offsets {
        let _ = writeln!(file, "{offset:010} 00000 n ");
    }
    let _ = write!(file, "trailer\n<</Size {entries}/Root 1 0 R>>\nstartxref\n{table_at}\n%%EOF\n");
    file.into_bytes()
}
