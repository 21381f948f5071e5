//! A check-in to paste: a photo taken now, at a demo customer's door; and the same photo as a phone hands it out that removes positions.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Door, PASSWORD, door};
use crate::photo::{PhotoSpec, Variant};

/// The photo on disk and what to send with it.
#[derive(Debug)]
pub struct Sample {
    pub photo: PathBuf,
    pub door: Door,
    pub visit: serde_json::Value,
}

/// Takes the photo, `folder`/storefront.jpg, and its redacted sister, redacted.jpg.
///
/// # Errors
/// When the folder cannot be written.
pub fn sample(folder: &Path, visit_id: Uuid, now: DateTime<Utc>) -> io::Result<Sample> {
    let door = door("demo", 0);
    let shanghai = FixedOffset::east_opt(8 * 3600).ok_or_else(|| io::Error::other("no such offset"))?;
    let mut spec = PhotoSpec::new(door.position.lat, door.position.lon, now.with_timezone(&shanghai));
    // A fresh shop at every start: the same picture at two visits would be noticed.
    spec.seed = u64::try_from(now.timestamp()).unwrap_or(1);
    let photo = folder.join("storefront.jpg");
    fs::create_dir_all(folder)?;
    fs::write(&photo, spec.encode().map_err(io::Error::other)?)?;
    spec.variant = Variant::Redacted;
    spec.seed += 1;
    fs::write(folder.join("redacted.jpg"), spec.encode().map_err(io::Error::other)?)?;
    // Another text at every start: a rep who writes the same twice is asked about it.
    let arrived = now.with_timezone(&shanghai).format("%m月%d日 %H:%M:%S");
    let visit = json!({
        "id": visit_id,
        "customer_id": door.customer_id,
        "started_at": now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "key_info": format!("{arrived} 到店：老板说下周三前要报价，先要 30 台。"),
        "decision_role": "decision_maker",
        "device": { "client_build": "curl" },
    });
    Ok(Sample { photo, door, visit })
}

impl Sample {
    /// The commands that sign `rep1` in and check in with the photo.
    pub fn commands(&self, url: &str) -> String {
        let visit = self.visit.to_string();
        let photo = self.photo.display();
        format!(
            "TOKEN=$(curl -s {url}/v1/auth/token -H 'Content-Type: application/json' \\\n  \
             -d '{{\"organisation\":\"demo\",\"login\":\"rep1\",\"password\":\"{PASSWORD}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n\
             curl -s {url}/v1/visits -H \"Authorization: Bearer $TOKEN\" \\\n  -F 'visit={visit};type=application/json' \\\n  -F 'photo=@{photo};type=image/jpeg'"
        )
    }
}
