//! Documents in answers.

use chrono::{DateTime, Utc};
use domain::documents::DocumentKind;
use domain::texts::Language;
use serde::Serialize;
use store::Tx;
use store::documents::links::Link;
use store::documents::sharings::{self, Sharing};
use store::documents::{Document, Version, records};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;
use crate::http::problem::{Problem, ProblemKind};

/// Something that customers are sent, or that people use with them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Document)]
pub struct DocumentBody {
    pub id: Uuid,
    pub unit_id: Uuid,
    #[schema(value_type = lists::DocumentKind)]
    pub kind: String,
    /// In the reader's language.
    #[schema(example = "方案")]
    pub kind_name: Option<&'static str>,
    #[schema(example = "好邻居三店巡检方案")]
    pub title: String,
    /// Null for one of the library.
    pub customer_id: Option<Uuid>,
    pub customer_name: Option<String>,
    pub deal_id: Option<Uuid>,
    pub deal_name: Option<String>,
    pub created_by: Uuid,
    pub created_by_name: String,
    /// The number of the newest version.
    #[schema(example = 2)]
    pub versions: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl DocumentBody {
    pub fn told(row: Document, language: Language) -> Self {
        Self {
            id: row.id,
            unit_id: row.unit_id,
            kind_name: DocumentKind::parse(&row.kind).map(|kind| kind.name(language)),
            kind: row.kind,
            title: row.title,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            deal_id: row.deal_id,
            deal_name: row.deal_name,
            created_by: row.created_by,
            created_by_name: row.created_by_name,
            versions: row.versions,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A document with its versions, and what became of each.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DocumentInFull)]
pub struct WholeDocument {
    #[serde(flatten)]
    pub document: DocumentBody,
    /// First to last.
    pub files: Vec<VersionBody>,
    /// With whom each version was shared, last first.
    pub sharings: Vec<SharingBody>,
}

/// One version.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DocumentVersion)]
pub struct VersionBody {
    pub id: Uuid,
    #[schema(example = 2)]
    pub number: i32,
    pub attachment_id: Uuid,
    #[schema(example = "方案 v2.pdf")]
    pub file_name: String,
    #[schema(value_type = lists::AttachmentType)]
    pub content_type: String,
    pub bytes: i64,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
}

impl From<Version> for VersionBody {
    fn from(row: Version) -> Self {
        Self {
            id: row.id,
            number: row.number,
            attachment_id: row.attachment_id,
            file_name: row.file_name,
            content_type: row.content_type,
            bytes: row.bytes,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

/// A version that a customer was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DocumentSharing)]
pub struct SharingBody {
    pub id: Uuid,
    #[schema(example = 2)]
    pub version: i32,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub deal_id: Option<Uuid>,
    pub deal_name: Option<String>,
    pub shared_by: Uuid,
    pub shared_at: DateTime<Utc>,
    pub signed_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// A stage of the organisation's playbook.
    #[schema(example = "shared")]
    pub stage: Option<String>,
    /// Openings by people: previews and scanners are not among them.
    #[schema(example = 3)]
    pub openings: i64,
    pub last_opened_at: Option<DateTime<Utc>>,
}

impl From<Sharing> for SharingBody {
    fn from(row: Sharing) -> Self {
        Self {
            id: row.id,
            version: row.version,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            deal_id: row.deal_id,
            deal_name: row.deal_name,
            shared_by: row.shared_by,
            shared_at: row.shared_at,
            signed_at: row.signed_at,
            withdrawn_at: row.withdrawn_at,
            stage: row.stage,
            openings: row.openings,
            last_opened_at: row.last_opened_at,
        }
    }
}

/// A link that somebody was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DocumentLink)]
pub struct LinkBody {
    pub id: Uuid,
    pub document_id: Uuid,
    #[schema(example = 2)]
    pub version: i32,
    pub sharing_id: Uuid,
    pub customer_id: Uuid,
    pub deal_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    #[schema(example = "王芳")]
    pub recipient: String,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whatever asked for it, machines too.
    #[schema(example = 7)]
    pub hits: i64,
    /// Openings by people.
    #[schema(example = 2)]
    pub openings: i64,
    pub last_opened_at: Option<DateTime<Utc>>,
}

impl From<Link> for LinkBody {
    fn from(row: Link) -> Self {
        Self {
            id: row.id,
            document_id: row.document_id,
            version: row.version,
            sharing_id: row.sharing_id,
            customer_id: row.customer_id,
            deal_id: row.deal_id,
            contact_id: row.contact_id,
            recipient: row.recipient,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            hits: row.hits,
            openings: row.openings,
            last_opened_at: row.last_opened_at,
        }
    }
}

/// The document in full, if the caller sees it.
///
/// # Errors
/// 404 for one that they do not see.
pub async fn whole(tx: &mut Tx, id: Uuid, language: Language) -> Result<WholeDocument, Problem> {
    let document = records::find(tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let files = records::versions(tx, id).await?.into_iter().map(VersionBody::from).collect();
    let sharings = sharings::of_document(tx, id).await?.into_iter().map(SharingBody::from).collect();
    Ok(WholeDocument { document: DocumentBody::told(document, language), files, sharings })
}
