//! Which folders cannot keep the log of several laptops. Must not know what the log says.

use std::path::Path;

use cockpit_say::say;

use crate::error::StoreError;

/// Programs that copy folders between computers by themselves. Each computer then has a copy of
/// its own, in which it is always the first, so the order of slots means nothing.
struct SyncTool {
    name: &'static str,
    /// Names of folders that it makes, in small letters; `*` at the end stands for any rest.
    folders: &'static [&'static str],
    /// Files or folders that it leaves inside the folders that it copies.
    marks: &'static [&'static str],
}

const SYNC_TOOLS: [SyncTool; 4] = [
    SyncTool {
        name: "Dropbox",
        folders: &["dropbox", "dropbox (*"],
        marks: &[".dropbox", ".dropbox.cache"],
    },
    SyncTool {
        name: "iCloud",
        folders: &[
            "mobile documents",
            "com~apple~clouddocs",
            "icloud drive",
            "iclouddrive",
        ],
        marks: &[],
    },
    SyncTool {
        name: "OneDrive",
        folders: &["onedrive", "onedrive -*"],
        marks: &[],
    },
    SyncTool {
        name: "Syncthing",
        folders: &[],
        marks: &[".stfolder"],
    },
];

/// Refuses a folder that cannot keep the log of several laptops: one that a sync tool copies, or
/// on a file system without hard links, where nobody can tell who was first. The folder must be
/// there. `tag` makes the name of a trial file one that nobody else uses.
///
/// # Errors
/// Why it cannot.
pub fn unfit_for_a_team(folder: &Path, tag: &str) -> Result<(), StoreError> {
    let folder =
        std::fs::canonicalize(folder).map_err(|error| StoreError::folder(folder, &error))?;
    if let Some(tool) = sync_tool(&folder) {
        return Err(StoreError::unfit(&say!(
            "{tool} copies it between computers, and each copy would have an order of its own"
        )));
    }
    let (one, two) = (
        folder.join(format!(".probe-{tag}")),
        folder.join(format!(".probe-{tag}-link")),
    );
    let linked = std::fs::write(&one, b"probe").and_then(|()| std::fs::hard_link(&one, &two));
    for path in [&two, &one] {
        // What is not there need not go.
        let _ = std::fs::remove_file(path);
    }
    match linked {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(StoreError::folder(&folder, &error))
        }
        Err(_) => Err(StoreError::unfit(say!(
            "its file system has no hard links, so two laptops could both believe to be first"
        ))),
    }
}

fn sync_tool(folder: &Path) -> Option<&'static str> {
    folder.ancestors().find_map(|part| {
        let name = part
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase());
        let is = |pattern: &str| match (&name, pattern.strip_suffix('*')) {
            (Some(name), Some(begins)) => name.starts_with(begins),
            (Some(name), None) => name == pattern,
            (None, _) => false,
        };
        let tool = SYNC_TOOLS.iter().find(|tool| {
            tool.folders.iter().any(|pattern| is(pattern))
                || tool.marks.iter().any(|mark| part.join(mark).exists())
        });
        tool.map(|tool| tool.name)
    })
}
