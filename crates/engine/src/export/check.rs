//! Checks a pack that lies in a folder, without a workspace and without keys. Must not change
//! anything in it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use cockpit_say::say;
use cockpit_seal::pack::{PackFault, PackVerified, Source, verify};
use cockpit_seal::sshsig;

use crate::api::Problem;
use crate::record::blocking;

/// What was found in a pack.
#[derive(Clone, Debug)]
pub struct PackCheck {
    /// What was found.
    pub found: PackVerified,
    /// What is true of it, in words.
    pub sentence: String,
}

impl PackCheck {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.found.faults.is_empty()
    }
}

/// Checks the pack in `folder`. With a file of `allowed` signers, as ssh-keygen reads it, the
/// signer must be in it. `progress` hears how many entries were checked.
///
/// # Errors
/// The folder or the file cannot be read.
pub async fn verify_pack(
    folder: PathBuf,
    allowed: Option<PathBuf>,
    mut progress: impl FnMut(u64) + Send + 'static,
) -> Result<PackCheck, Problem> {
    blocking(move || {
        let source = Folder(folder);
        let mut found = verify(&source, &mut progress).map_err(|error| unreadable(&error))?;
        if let Some(allowed) = &allowed {
            let lines = fs::read_to_string(allowed).map_err(|error| unreadable(&error))?;
            let is_allowed = found.signer.is_some_and(|signer| {
                let key = sshsig::ssh_key(&signer);
                lines
                    .lines()
                    .any(|line| !line.starts_with('#') && line.contains(&key))
            });
            if !is_allowed {
                found.faults.push(PackFault {
                    file: "SHA256SUMS.sshsig".to_owned(),
                    line: None,
                    what: say!("Its signer is not in {}.", allowed.display()),
                });
            }
        }
        let sentence = sentence(&found, allowed.is_some());
        Ok(PackCheck { found, sentence })
    })
    .await?
}

fn sentence(found: &PackVerified, is_pinned: bool) -> String {
    if let Some(first) = found.faults.first() {
        return match found.faults.len() {
            1 => say!("This pack does not hold. {first}"),
            count => say!("This pack does not hold, in {count} places. The first: {first}"),
        };
    }
    let signer = found.signer.map(|key| key.device_id().to_string());
    let signer = signer.unwrap_or_default();
    let who = match is_pinned {
        true => say!("signed by device {signer}, which is allowed"),
        false => say!(
            "signed by device {signer}; compare that with what you were told outside of the pack"
        ),
    };
    let waiting = match found.entries - found.admitted {
        0 => String::new(),
        waiting => say!(", of which the last {waiting} are in no slot of the log yet"),
    };
    let cosigners = match found.cosigners.len() {
        0 => String::new(),
        1 => say!(", cosigned by 1 device").to_owned(),
        more => say!(", cosigned by {more} devices"),
    };
    say!(
        "{} entries checked{waiting}, {} bodies withheld: every file, signature, link and slot \
         holds{cosigners}; {who}.",
        found.entries,
        found.withheld
    )
}

fn unreadable(error: &io::Error) -> Problem {
    Problem::new("bad_input", say!("The pack cannot be read: {error}."))
        .hint(say!("Give the folder that holds SHA256SUMS."))
}

struct Folder(PathBuf);

impl Source for Folder {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        names_below(&self.0, "", &mut names)?;
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        // A list of hashes may name anything; nothing outside of the folder is opened.
        let is_inside = name.split('/').all(|part| !part.is_empty() && part != "..");
        let path = self.0.join(name);
        if !is_inside || !path.is_file() {
            return Ok(None);
        }
        Ok(Some(Box::new(BufReader::with_capacity(
            1 << 16,
            File::open(path)?,
        ))))
    }
}

fn names_below(folder: &Path, before: &str, names: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        // A link is listed as what it is: a name that is in no list.
        if entry.file_type()?.is_dir() {
            names_below(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}
