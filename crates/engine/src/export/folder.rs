//! A folder that comes into being whole or not at all. Must not know what is in its files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use cockpit_seal::pack::Sink;

use crate::record::random;

/// A folder under another name, beside the place where it shall stand. Dropped before
/// [`Folder::stand`], it goes with all that is in it.
#[derive(Debug)]
pub(super) struct Folder {
    partial: PathBuf,
    place: PathBuf,
    files: BTreeMap<String, BufWriter<File>>,
}

impl Folder {
    /// Begins the folder that shall stand at `place`.
    ///
    /// # Errors
    /// Something stands there already ([`io::ErrorKind::AlreadyExists`]), or nothing can be
    /// written beside it.
    pub fn begin(place: &Path) -> io::Result<Self> {
        if place.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let (Some(name), Some(parent)) = (place.file_name(), place.parent()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let parent = match parent.as_os_str().is_empty() {
            true => Path::new("."),
            false => parent,
        };
        fs::create_dir_all(parent).map_err(|error| match error.kind() {
            // The place is free; what it should lie in is a file.
            io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
            _ => error,
        })?;
        sweep(parent, name);
        let nonce = random::<8>().map_err(|problem| io::Error::other(problem.sentence))?;
        let name = format!(".{}.{}.part", name.to_string_lossy(), hex::encode(nonce));
        let partial = parent.join(name);
        fs::create_dir(&partial)?;
        Ok(Self {
            partial,
            place: place.to_owned(),
            files: BTreeMap::new(),
        })
    }

    /// Brings every byte to the disk.
    ///
    /// # Errors
    /// The disk is full or does not take it.
    pub fn settle(&mut self) -> io::Result<()> {
        let files = std::mem::take(&mut self.files);
        files.into_values().try_for_each(keep)?;
        let folders = folders_in(&self.partial)?;
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// Something stands there by now, or the file system refuses.
    pub fn stand(self) -> io::Result<PathBuf> {
        if self.place.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(&self.partial, &self.place)?;
        if let Some(parent) = self.partial.parent() {
            sync_folder(parent)?;
        }
        Ok(self.place.clone())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.files.clear();
        // After it stands there is nothing here any more.
        if let Err(error) = fs::remove_dir_all(&self.partial)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "part of an export stayed behind");
        }
    }
}

impl Sink for Folder {
    type Error = io::Error;

    fn put(&mut self, file: &str, bytes: &[u8]) -> io::Result<()> {
        if !self.files.contains_key(file) {
            let path = self.partial.join(file);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let made = BufWriter::with_capacity(1 << 16, File::create_new(path)?);
            self.files.insert(file.to_owned(), made);
        }
        match self.files.get_mut(file) {
            Some(open) => open.write_all(bytes),
            None => Ok(()),
        }
    }

    fn close(&mut self, file: &str) -> io::Result<()> {
        self.files.remove(file).map_or(Ok(()), keep)
    }
}

/// Takes away what a process that was killed left of an export to the same place.
fn sweep(parent: &Path, name: &std::ffi::OsStr) {
    let begin = format!(".{}.", name.to_string_lossy());
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let found = found.to_string_lossy();
        if found.starts_with(&begin) && found.ends_with(".part") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn keep(mut file: BufWriter<File>) -> io::Result<()> {
    file.flush()?;
    file.get_ref().sync_all()
}

/// The folder and all below it, the deepest first.
fn folders_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(folders_in(&path)?);
        }
    }
    found.push(folder.to_owned());
    Ok(found)
}

/// A name in a folder is safe once the folder itself is; Windows keeps it without being asked.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn it_stands_whole_or_not_at_all() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("deep/pack");
        let mut folder = Folder::begin(&place).unwrap();
        folder.put("a", b"1").unwrap();
        folder.put("keys/b", b"2").unwrap();
        folder.put("a", b"3").unwrap();
        assert!(!place.exists());
        folder.settle().unwrap();
        folder.stand().unwrap();
        assert_eq!(fs::read(place.join("a")).unwrap(), b"13");
        assert_eq!(fs::read(place.join("keys/b")).unwrap(), b"2");
        assert_eq!(names(place.parent().unwrap()), ["pack"]);
        assert_eq!(
            Folder::begin(&place).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
    }

    #[test]
    fn what_was_left_by_a_process_that_was_killed_goes() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("pack");
        let mut folder = Folder::begin(&place).unwrap();
        folder.put("keys/a", b"1").unwrap();
        std::mem::forget(folder);
        assert_eq!(names(parent.path()).len(), 1);
        drop(Folder::begin(&place).unwrap());
        assert_eq!(names(parent.path()), [""; 0]);
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = Folder::begin(&parent.path().join("pack")).unwrap();
        folder.put("keys/a", b"1").unwrap();
        drop(folder);
        assert_eq!(names(parent.path()), [""; 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_and_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = Folder::begin(&parent.path().join("pack")).unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        folder.files.insert("a".to_owned(), BufWriter::new(full));
        folder.put("a", b"1").unwrap();
        let error = folder.settle().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        drop(folder);
        assert_eq!(names(parent.path()), [""; 0]);
    }
}
