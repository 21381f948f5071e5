//! The S3 operations the house answers; every other one is `NotImplemented`, and so is every option that would have
//! to be obeyed and is not.

use std::sync::Arc;

use s3s::dto::{
    CommonPrefix, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, CreateBucketInput, CreateBucketOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETagCondition, EncodingType,
    GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListObjectsV2Input,
    ListObjectsV2Output, MetadataDirective, Object, PutObjectInput, PutObjectOutput, StreamingBlob, Timestamp,
};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::digest::Promises;
use super::disk::{Disk, Draft, Found, Refusal};
use super::etag::{etag, meet_conditions};
use super::header::{Description, Header};
use super::listing::{self, Wish};
use super::receive::{CHUNK_BYTES, OBJECT_LIMIT_BYTES, broken, receive};

/// Most objects one request may delete or list, as in S3.
const BATCH_LIMIT: usize = 1000;
/// The store as seen by the protocol.
#[derive(Clone, Debug)]
pub(super) struct Protocol(pub Arc<Disk>);

impl Protocol {
    /// Does blocking work off the async threads.
    async fn on_disk<T: Send + 'static>(&self, work: impl FnOnce(&Disk) -> S3Result<T> + Send + 'static) -> S3Result<T> {
        let disk = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&disk)).await.map_err(S3Error::internal_error)?
    }

    async fn find(&self, bucket: String, key: String) -> S3Result<Found> {
        self.on_disk(move |disk| find(disk, &bucket, &key)).await
    }
}

#[async_trait::async_trait]
impl S3 for Protocol {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let bucket = req.input.bucket;
        if self.on_disk(move |disk| disk.create_bucket(&bucket).map_err(broken)).await? {
            Ok(S3Response::new(CreateBucketOutput::default()))
        } else {
            Err(s3_error!(BucketAlreadyOwnedByYou))
        }
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        let bucket = req.input.bucket;
        self.on_disk(move |disk| need_bucket(disk, &bucket)).await?;
        let region = Some(super::REGION.to_owned());
        Ok(S3Response::new(HeadBucketOutput { bucket_region: region, ..HeadBucketOutput::default() }))
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let promises = Promises::of(&req.input, &req.headers)?;
        let input = req.input;
        let replace = match input.if_none_match {
            None => true,
            Some(ETagCondition::Any) => false,
            Some(ETagCondition::ETag(_)) => return Err(s3_error!(NotImplemented, "If-None-Match knows only * here")),
        };
        if input.if_match.is_some() || input.sse_customer_key.is_some() || input.object_lock_mode.is_some() {
            return Err(s3_error!(NotImplemented, "If-Match, SSE-C and object lock are not supported"));
        }
        need_plain(&input.key)?;
        if promises.length().is_some_and(|length| length > OBJECT_LIMIT_BYTES) {
            return Err(s3_error!(EntityTooLarge));
        }
        let bucket = input.bucket.clone();
        let draft = self
            .on_disk(move |disk| {
                need_bucket(disk, &bucket)?;
                disk.draft().map_err(broken)
            })
            .await?;
        let came = receive(input.body, &draft, promises.tally()).await?;
        let trailers = req.trailing_headers.and_then(|trailers| trailers.take());
        promises.check(&came, trailers.as_ref())?;

        let header = Header {
            key: input.key,
            size: came.length,
            sha256: came.sha256().to_owned(),
            description: Description {
                content_type: input.content_type,
                content_disposition: input.content_disposition,
                content_encoding: input.content_encoding,
                content_language: input.content_language,
                cache_control: input.cache_control,
                metadata: input.metadata.unwrap_or_default().into_iter().collect(),
            },
        };
        let header = self.publish(draft, input.bucket, header, replace).await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(etag(&header)),
            checksum_sha256: Some(header.sha256),
            ..PutObjectOutput::default()
        }))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = req.input;
        let Found { header, modified_at, file } = self.find(input.bucket, input.key).await?;
        meet_conditions(&header, input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let span = match input.range {
            None => 0..header.size,
            Some(range) => range.check(header.size).map_err(|_| s3_error!(InvalidRange))?,
        };
        let length = span.end.saturating_sub(span.start);
        let mut file = tokio::fs::File::from_std(file);
        let skip = i64::try_from(span.start).map_err(S3Error::internal_error)?;
        file.seek(std::io::SeekFrom::Current(skip)).await.map_err(broken)?;
        let body = ReaderStream::with_capacity(file.take(length), CHUNK_BYTES);
        let tag = etag(&header);
        // The checksum is of the whole object, so it is told only with the whole object.
        let whole = input.range.is_none() && input.checksum_mode.is_some();
        Ok(S3Response::new(GetObjectOutput {
            body: Some(StreamingBlob::wrap(body)),
            content_length: Some(signed(length)?),
            content_range: input.range.map(|_| format!("bytes {}-{}/{}", span.start, span.end.saturating_sub(1), header.size)),
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(tag),
            checksum_sha256: whole.then_some(header.sha256),
            last_modified: Some(Timestamp::from(modified_at)),
            content_type: header.description.content_type,
            content_disposition: header.description.content_disposition,
            content_encoding: header.description.content_encoding,
            content_language: header.description.content_language,
            cache_control: header.description.cache_control,
            metadata: Some(header.description.metadata.into_iter().collect()),
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = req.input;
        let Found { header, modified_at, .. } = self.find(input.bucket, input.key).await?;
        meet_conditions(&header, input.if_match.as_ref(), input.if_none_match.as_ref())?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(signed(header.size)?),
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(etag(&header)),
            checksum_sha256: input.checksum_mode.map(|_| header.sha256),
            last_modified: Some(Timestamp::from(modified_at)),
            content_type: header.description.content_type,
            content_disposition: header.description.content_disposition,
            content_encoding: header.description.content_encoding,
            content_language: header.description.content_language,
            cache_control: header.description.cache_control,
            metadata: Some(header.description.metadata.into_iter().collect()),
            ..HeadObjectOutput::default()
        }))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = req.input;
        let CopySource::Bucket { bucket: from, key: source, version_id: None } = input.copy_source else {
            return Err(s3_error!(NotImplemented, "only objects of a bucket can be copied"));
        };
        need_plain(&input.key)?;
        if !s3s::path::check_bucket_name(&from) {
            return Err(s3_error!(InvalidBucketName));
        }
        let replaced = input.metadata_directive.as_ref().is_some_and(|wish| wish.as_str() == MetadataDirective::REPLACE);
        let description = replaced.then(|| Description {
            content_type: input.content_type,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            cache_control: input.cache_control,
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
        });
        let (if_match, if_none_match) = (input.copy_source_if_match, input.copy_source_if_none_match);
        let (bucket, key) = (input.bucket.clone(), input.key);
        let (draft, header) = self
            .on_disk(move |disk| {
                need_bucket(disk, &bucket)?;
                let Found { header, mut file, .. } = find(disk, &from, &source)?;
                meet_conditions(&header, if_match.as_ref(), if_none_match.as_ref())?;
                let draft = disk.draft().map_err(broken)?;
                draft.fill(&mut file).map_err(broken)?;
                let description = description.unwrap_or(header.description);
                Ok((draft, Header { key, description, ..header }))
            })
            .await?;
        let header = self.publish(draft, input.bucket, header, true).await?;
        let result = CopyObjectResult {
            e_tag: Some(etag(&header)),
            checksum_sha256: Some(header.sha256),
            last_modified: Some(Timestamp::from(std::time::SystemTime::now())),
            ..CopyObjectResult::default()
        };
        Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() }))
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let DeleteObjectInput { bucket, key, if_match, .. } = req.input;
        if if_match.is_some() {
            return Err(s3_error!(NotImplemented, "If-Match is not supported for deletions"));
        }
        self.on_disk(move |disk| {
            need_bucket(disk, &bucket)?;
            disk.remove(&bucket, &key).map_err(broken)
        })
        .await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let DeleteObjectsInput { bucket, delete, .. } = req.input;
        if delete.objects.len() > BATCH_LIMIT {
            return Err(s3_error!(InvalidRequest, "at most {BATCH_LIMIT} objects at once"));
        }
        let quiet = delete.quiet.unwrap_or_default();
        let keys: Vec<String> = delete.objects.into_iter().map(|object| object.key).collect();
        let (deleted, errors) = self
            .on_disk(move |disk| {
                need_bucket(disk, &bucket)?;
                let (mut deleted, mut errors) = (Vec::new(), Vec::new());
                for key in keys {
                    match disk.remove(&bucket, &key) {
                        Ok(()) => deleted.push(DeletedObject { key: Some(key), ..DeletedObject::default() }),
                        Err(error) => errors.push(s3s::dto::Error {
                            code: Some("InternalError".to_owned()),
                            message: Some(error.to_string()),
                            key: Some(key),
                            ..s3s::dto::Error::default()
                        }),
                    }
                }
                Ok((deleted, errors))
            })
            .await?;
        let deleted = if quiet { Vec::new() } else { deleted };
        Ok(S3Response::new(DeleteObjectsOutput { deleted: Some(deleted), errors: Some(errors), ..DeleteObjectsOutput::default() }))
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = req.input;
        let limit = usize::try_from(input.max_keys.unwrap_or(i32::MAX)).unwrap_or(0).min(BATCH_LIMIT);
        let after = match &input.continuation_token {
            Some(token) => hex::decode(token)
                .ok()
                .and_then(|key| String::from_utf8(key).ok())
                .ok_or_else(|| s3_error!(InvalidArgument, "the continuation token is not one of ours"))?,
            None => input.start_after.clone().unwrap_or_default(),
        };
        let (bucket, prefix, delimiter) = (input.bucket.clone(), input.prefix.clone(), input.delimiter.clone());
        let encoded = input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        let shown = move |name: &str| if encoded { percent_encoded(name) } else { name.to_owned() };
        let (page, contents) = self
            .on_disk(move |disk| {
                need_bucket(disk, &bucket)?;
                let wish = Wish { prefix: prefix.as_deref().unwrap_or(""), delimiter: delimiter.as_deref(), after: &after, limit };
                let page = disk.with_keys(&bucket, |keys| listing::page(keys, &wish)).map_err(broken)?;
                let mut contents = Vec::with_capacity(page.keys.len());
                for key in &page.keys {
                    // It may have been removed since.
                    let Some(found) = disk.find(&bucket, key).map_err(broken)? else { continue };
                    contents.push(Object {
                        key: Some(shown(key)),
                        size: Some(signed(found.header.size)?),
                        e_tag: Some(etag(&found.header)),
                        last_modified: Some(Timestamp::from(found.modified_at)),
                        ..Object::default()
                    });
                }
                Ok((page, contents))
            })
            .await?;
        let groups = page.groups.iter().map(|group| CommonPrefix { prefix: Some(shown(group)) }).collect();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix.as_deref().map(shown),
            delimiter: input.delimiter,
            start_after: input.start_after,
            continuation_token: input.continuation_token,
            encoding_type: input.encoding_type,
            max_keys: i32::try_from(limit).ok(),
            key_count: i32::try_from(contents.len() + page.groups.len()).ok(),
            is_truncated: Some(page.next_after.is_some()),
            next_continuation_token: page.next_after.map(hex::encode),
            contents: Some(contents),
            common_prefixes: Some(groups),
            ..ListObjectsV2Output::default()
        }))
    }
}

impl Protocol {
    async fn publish(&self, mut draft: Draft, bucket: String, header: Header, replace: bool) -> S3Result<Header> {
        if header.encode().is_none() {
            return Err(s3_error!(MetadataTooLarge));
        }
        self.on_disk(move |disk| match disk.publish(&mut draft, &bucket, &header, replace) {
            Ok(()) => Ok(header),
            Err(Refusal::Exists) => Err(s3_error!(PreconditionFailed)),
            Err(Refusal::Io(error)) => Err(broken(error)),
        })
        .await
    }
}

fn find(disk: &Disk, bucket: &str, key: &str) -> S3Result<Found> {
    if let Some(found) = disk.find(bucket, key).map_err(broken)? {
        return Ok(found);
    }
    need_bucket(disk, bucket)?;
    Err(s3_error!(NoSuchKey))
}

fn need_bucket(disk: &Disk, bucket: &str) -> S3Result<()> {
    if disk.has_bucket(bucket) { Ok(()) } else { Err(s3_error!(NoSuchBucket)) }
}

/// Refuses keys a listing could not show: XML has no way to write a control character.
fn need_plain(key: &str) -> S3Result<()> {
    if key.chars().any(char::is_control) {
        return Err(s3_error!(InvalidArgument, "a key must not contain control characters"));
    }
    Ok(())
}

fn signed(length: u64) -> S3Result<i64> {
    i64::try_from(length).map_err(S3Error::internal_error)
}

fn percent_encoded(name: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(encode).collect()
}
