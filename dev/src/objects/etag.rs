//! The tag that changes with an object's bytes, and the conditions clients make of it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3s::dto::{ETag, ETagCondition};
use s3s::{S3Result, s3_error};

use super::header::Header;

/// 64 hexadecimal digits: clients take 32 for an MD5 and check it.
pub(super) fn etag(header: &Header) -> ETag {
    let digest = BASE64_STANDARD.decode(&header.sha256).unwrap_or_default();
    ETag::Strong(hex::encode(digest))
}

/// Checks the conditions of a read.
///
/// # Errors
/// `PreconditionFailed` (412) when it must be another object, `NotModified` (304) when the client has it already.
pub(super) fn meet_conditions(header: &Header, if_match: Option<&ETagCondition>, if_none_match: Option<&ETagCondition>) -> S3Result<()> {
    let is_this = |condition: &ETagCondition| match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.weak_cmp(&etag(header)),
    };
    if if_match.is_some_and(|condition| !is_this(condition)) {
        return Err(s3_error!(PreconditionFailed));
    }
    if if_none_match.is_some_and(is_this) {
        return Err(s3_error!(NotModified));
    }
    Ok(())
}
