//! Edits: one open at a time, each a copy of the tracks, killed by anything else that happens.
//! Must not know HTTP.

use std::collections::BTreeMap;

use super::errors::Refused;
use super::track::Track;
use crate::dice;

pub(super) type Tracks = BTreeMap<String, Track>;

const DAY_MS: i64 = 24 * 3600 * 1000;
const SAME_ID_WITHIN_MS: i64 = 1_000;
const KEPT_MAX: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Deleted,
    Committed,
}

#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub id: String,
    pub created_ms: i64,
    pub expires_ms: i64,
    pub end: Option<End>,
    pub tracks: Tracks,
}

#[derive(Debug)]
pub(super) struct Edits {
    all: Vec<Edit>,
    made: u64,
    created_ms: Vec<i64>,
    pub lifetime_ms: i64,
    pub daily_max: usize,
}

impl Edits {
    pub(super) fn new() -> Edits {
        Edits {
            all: Vec::new(),
            made: 0,
            created_ms: Vec::new(),
            lifetime_ms: 3_600_000,
            daily_max: 500,
        }
    }

    /// Opens an edit and kills the one before. Two inserts within a second give the same edit.
    pub(super) fn insert(
        &mut self,
        seed: u64,
        now_ms: i64,
        tracks: &Tracks,
    ) -> Result<Edit, Refused> {
        if let Some(open) = self.open(now_ms)
            && now_ms - open.created_ms < SAME_ID_WITHIN_MS
        {
            return Ok(open.clone());
        }
        self.created_ms
            .retain(|created_ms| now_ms - created_ms < DAY_MS);
        if self.created_ms.len() >= self.daily_max {
            return Err(Refused::denied(
                "Invalid request - Daily edit creation quota exceeded",
            ));
        }
        self.kill_open();
        self.made += 1;
        self.created_ms.push(now_ms);
        let number = dice::roll(seed, &format!("edit {}", self.made));
        let edit = Edit {
            id: format!("{number:020}"),
            created_ms: now_ms,
            expires_ms: now_ms + self.lifetime_ms,
            end: None,
            tracks: tracks.clone(),
        };
        if self.all.len() == KEPT_MAX {
            self.all.remove(0);
        }
        self.all.push(edit.clone());
        Ok(edit)
    }

    /// The edit if it can still be used.
    pub(super) fn usable(&mut self, id: &str, now_ms: i64) -> Result<&mut Edit, Refused> {
        let Some(edit) = self.all.iter_mut().find(|edit| edit.id == id) else {
            return Err(Refused::not_found("Edit not found."));
        };
        match edit.end {
            Some(End::Deleted) => Err(Refused::edit_deleted()),
            Some(End::Committed) => Err(Refused::edit_committed()),
            None if edit.expires_ms <= now_ms => Err(Refused::edit_expired()),
            None => Ok(edit),
        }
    }

    pub(super) fn open(&self, now_ms: i64) -> Option<&Edit> {
        self.all
            .iter()
            .rev()
            .find(|edit| edit.end.is_none() && edit.expires_ms > now_ms)
    }

    pub(super) fn kill_open(&mut self) {
        for edit in &mut self.all {
            edit.end = edit.end.or(Some(End::Deleted));
        }
    }

    pub(super) fn created_today(&self, now_ms: i64) -> usize {
        self.created_ms
            .iter()
            .filter(|created_ms| now_ms - **created_ms < DAY_MS)
            .count()
    }
}
