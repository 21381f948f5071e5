//! Bytes on their way to becoming a final attachment. No transaction is open while bytes or S3 are awaited.

use axum::body::Bytes;
use futures_util::Stream;
use store::attachments::arrival::{self, Arrival};
use store::attachments::{self, Attachment, AttachmentState, settle};
use store::documents::records;
use store::objects::{self, attachment_key};
use store::{Actor, Scope};
use uuid::Uuid;

use crate::House;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::uploads::pass_through;

/// Streams a declared attachment through to S3 and makes it final.
///
/// # Errors
/// `BytesDiffer` when size or SHA-256 are not as declared; `wrong_type` at `/content_type` when it is something else than was declared;
/// `Unavailable` when S3 is away.
pub async fn stream_in(
    house: &House,
    scope: &Scope,
    attachment: &Attachment,
    body: impl Stream<Item = Result<Bytes, Problem>> + Send + Unpin,
) -> Result<(), Problem> {
    let key = attachment_key(attachment.organisation_id, attachment.id, house.ids.next(), house.clock.now());
    let content_type = attachment.file_type.as_str();
    let declared = objects::Declared { bytes: attachment.bytes, sha256: &attachment.sha256, content_type };
    pass_through(house, &key, declared, body, |_| {}).await?;
    if !arrival::is_of_declared_type(&house.objects, &key, attachment).await? {
        let _ = house.objects.delete(&key).await;
        refuse(house, scope, attachment.id).await?;
        return Err(other_type(attachment));
    }
    make_final(house, scope, attachment.id, &key).await
}

/// The attachment `id` as it is now: one that a client uploaded by itself is taken in first. What is not there yet stays declared.
///
/// # Errors
/// 404 for one that the scope does not see; `Unavailable` when S3 is away.
pub async fn arrived(house: &House, scope: &Scope, id: Uuid) -> Result<Attachment, Problem> {
    let attachment = find(house, scope, id).await?;
    if !matches!(attachment.state, AttachmentState::Declared | AttachmentState::Expired) {
        return Ok(attachment);
    }
    match arrival::take_in(&house.objects, &attachment, house.ids.next(), house.clock.now()).await? {
        Arrival::Landed { object_key } => make_final(house, scope, id, &object_key).await?,
        Arrival::OtherType => refuse(house, scope, id).await?,
        Arrival::NotThere | Arrival::Differs => return Ok(attachment),
    }
    arrival::clear_incoming(&house.objects, attachment.organisation_id, id).await;
    find(house, scope, id).await
}

/// As [`arrived`], for several that are named at `pointer` and have to be there.
///
/// # Errors
/// `not_known` at the place of one that the scope does not see, or whose bytes have not come; `wrong_type` at that of one that was refused.
pub async fn all_arrived(house: &House, scope: &Scope, ids: &[(String, Uuid)]) -> Result<(), Problem> {
    let mut faults = Vec::new();
    for (pointer, id) in ids {
        let code = match arrived(house, scope, *id).await {
            Ok(attachment) => match attachment.state {
                AttachmentState::Landed => continue,
                AttachmentState::Refused => FaultCode::WrongType,
                AttachmentState::Declared | AttachmentState::Expired => FaultCode::NotKnown,
            },
            Err(problem) if problem.kind == ProblemKind::NotFound => FaultCode::NotKnown,
            Err(problem) => return Err(problem),
        };
        faults.push(Fault::at(pointer.clone(), code));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// The attachment `id`. People see a document's with the document; keys are sent to the document, which needs a scope of its own.
///
/// # Errors
/// 404 for one that the scope does not see.
pub async fn find(house: &House, scope: &Scope, id: Uuid) -> Result<Attachment, Problem> {
    let mut tx = house.db.begin(scope).await?;
    let mut attachment = attachments::find(&mut tx, id).await?;
    let is_key = matches!(scope.actor, Actor::Key { .. });
    if attachment.is_none() && !is_key && records::shows(&mut tx, id).await? {
        attachment = attachments::of_id(&mut tx, id).await?;
    }
    tx.commit().await?;
    attachment.ok_or_else(|| ProblemKind::NotFound.into())
}

/// That an attachment is not what it was declared as.
pub fn other_type(attachment: &Attachment) -> Problem {
    Fault::at("/content_type", FaultCode::WrongType).allowing(attachment.file_type.as_str()).into()
}

async fn make_final(house: &House, scope: &Scope, id: Uuid, object_key: &str) -> Result<(), Problem> {
    let mut tx = house.db.begin(scope).await?;
    let is_first = settle::make_final(&mut tx, id, object_key, house.clock.now()).await?;
    tx.commit().await?;
    if !is_first {
        // Somebody else's copy is final; nothing points to this one.
        let _ = house.objects.delete(object_key).await;
    }
    Ok(())
}

async fn refuse(house: &House, scope: &Scope, id: Uuid) -> Result<(), Problem> {
    let mut tx = house.db.begin(scope).await?;
    settle::refuse(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}
