//! Check-ins to paste: a photo taken now, at a demo customer's door; the same photo handed in across town; and the photo as a phone hands
//! it out that removes positions.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Utc};
use platform::Ids;
use serde_json::json;

use super::{Door, PASSWORD};
use crate::photo::{PhotoSpec, Variant};

/// The photos and the visits on disk.
#[derive(Debug)]
pub struct Sample {
    pub folder: PathBuf,
    pub door: Door,
}

/// The visits to hand in: file, the number of the customer, and what was learned there.
const VISITS: [(&str, u32, &str); 3] = [
    ("visit.json", 0, "老板说下周三前要报价，先要 30 台。"),
    ("across-town.json", 4, "店长想先看样品，月底再定。"),
    ("redacted.json", 0, "隔壁新店下个月开张，要两套陈列架。"),
];

/// Takes the photo, `folder`/storefront.jpg, and its redacted sister, redacted.jpg, and writes the visits.
///
/// # Errors
/// When the folder cannot be written.
pub fn sample(folder: &Path, ids: &Ids, now: DateTime<Utc>) -> io::Result<Sample> {
    let door = super::door("demo", 0);
    let shanghai = FixedOffset::east_opt(8 * 3600).ok_or_else(|| io::Error::other("no such offset"))?;
    let mut spec = PhotoSpec::new(door.position.lat, door.position.lon, now.with_timezone(&shanghai));
    // A fresh shop at every start: the same picture at two visits would be noticed.
    spec.seed = u64::try_from(now.timestamp()).unwrap_or(1);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("storefront.jpg"), spec.encode().map_err(io::Error::other)?)?;
    spec.variant = Variant::Redacted;
    spec.seed += 1;
    fs::write(folder.join("redacted.jpg"), spec.encode().map_err(io::Error::other)?)?;
    let arrived = now.with_timezone(&shanghai).format("%m月%d日 %H:%M:%S");
    for (file, customer, learned) in VISITS {
        let visit = json!({
            "id": ids.next(),
            "customer_id": super::door("demo", customer).customer_id,
            "started_at": now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            // Another text at every start: a rep who writes the same twice is asked about it.
            "key_info": format!("{arrived} 到店：{learned}"),
            "decision_role": "decision_maker",
            "device": { "client_build": "curl" },
        });
        fs::write(folder.join(file), format!("{visit}\n"))?;
    }
    Ok(Sample { folder: folder.to_path_buf(), door })
}

impl Sample {
    /// The commands that sign `rep1` in and check in with the photo, in any POSIX shell.
    pub fn commands(&self, url: &str) -> String {
        let folder = self.folder.display();
        format!(
            "HOUSE={url} SAMPLE='{folder}'\n\
             sign_in() {{ curl -s $HOUSE/v1/auth/token -H 'Content-Type: application/json' \\\n  \
             -d '{{\"organisation\":\"demo\",\"login\":\"'$1'\",\"password\":\"{PASSWORD}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/'; }}\n\
             REP1=$(sign_in rep1)\n\
             curl -sw '\\n%{{http_code}}\\n' $HOUSE/v1/visits -H \"Authorization: Bearer $REP1\" \\\n  \
             -F \"visit=<$SAMPLE/visit.json;type=application/json\" -F \"photo=@$SAMPLE/storefront.jpg;type=image/jpeg\""
        )
    }
}
