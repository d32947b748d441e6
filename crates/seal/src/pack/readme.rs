//! The page that tells an auditor what the pack is and how to check it without the app. Must not
//! claim more than was found.

use super::{About, Facts, NAMESPACE};

pub(super) fn text(about: &About, it: &Facts) -> String {
    let mut text = format!(
        "Evidence pack of the decision log of {}\n\n",
        about.workspace
    );
    if let Some(fault) = &it.first_fault {
        text += &format!(
            "THIS LOG DOES NOT HOLD. The first thing that was found:\n  {fault}\n\
             {} found in all; verification.json lists them. The rest is exported as it was found.\n\n",
            match it.faults {
                0 => "Nothing else in the entries was".to_owned(),
                1 => "One fault of an entry or a slot was".to_owned(),
                faults => format!("{faults} faults of entries and slots were"),
            }
        );
    }
    let period = match &it.period {
        Some((first, last)) => format!("The times that they claim lie between {first} and {last}."),
        None => "None of them can be read.".to_owned(),
    };
    let unknown = "unknown".to_owned();
    text += &format!(
        "POPULATION\n\
         The chain has {} entries, from the first of the ledger on and without a gap{}.\n\
         {period}\n\
         Admitted by slots of the log: {} of them, by {} slots{}. Heads of the log cosigned by\n\
         devices: {}.\n\
         Selected: {}. Told in words: {}; of these redacted: {}; without force: {}.\n\
         Bodies that stayed behind: {} (their line in bodies.jsonl is \"-\"; header, hash and\n\
         signature are here). The first entry, and each that brings in a key, is never withheld.\n\
         Ledger {}\nHead   {}\n\n",
        it.entries,
        match it.faults {
            0 => "",
            _ => ", but for what is said above",
        },
        it.admitted,
        it.slots - it.void,
        match it.void {
            0 => String::new(),
            void => format!(" ({void} more are void)"),
        },
        match it.cosigners.is_empty() {
            true => "none".to_owned(),
            false => it.cosigners.join(", "),
        },
        about.selection,
        it.told,
        it.redacted,
        it.without_force,
        it.withheld,
        it.ledger.map_or(unknown.clone(), |it| it.to_string()),
        it.head.clone().unwrap_or(unknown),
    );
    text += FILES;
    text += "CHECK IT YOURSELF\n\
        Run these in this folder. None of them needs our software.\n\n\
        1. Every file is as it left:\n\
        \x20  sha256sum -c SHA256SUMS\n\n";
    match &it.signed_by {
        Some(device) => {
            text += &format!(
                "2. The list of hashes was signed by device {device}:\n\
                 \x20  ssh-keygen -Y verify -f allowed_signers -I {device} -n {NAMESPACE} \\\n\
                 \x20    -s SHA256SUMS.sshsig < SHA256SUMS\n\
                 \x20  allowed_signers is a file of yours with the line that you were given outside of\n\
                 \x20  this pack. To see only that the signature fits the key in this pack, make it by:\n\
                 \x20  echo \"{device} namespaces=\\\"{NAMESPACE}\\\" $(cut -d' ' -f1,2 keys/{device}.pub)\" \\\n\
                 \x20    > ../allowed_signers\n\n"
            );
        }
        None => {
            text += "2. NOBODY SIGNED THIS PACK: the device's key was locked or is not here. The\n\
                \x20  signatures of the entries are there all the same.\n\n";
        }
    }
    text + ENTRIES
}

const FILES: &str = "\
FILES
headers.txt      what each device signed, one entry a line, in the order of admission
bodies.jsonl     the text of each entry; its SHA-256 stands in the header as \"body\"
sigs.txt         the Ed25519 signature of each header line, in base64
decisions.csv    what was decided and what was observed, for a spreadsheet (UTF-8, RFC 4180)
decisions.jsonl  the same with more facts, one JSON object a line
ocsf.jsonl       the same as events of the Open Cybersecurity Schema Framework 1.3 (class 6003)
report.html      the report for people; report.pdf is the same on paper
keys/            each device's public key for OpenSSL (.pem), OpenSSH (.pub), C2SP notes (.vkey)
slots.csv        the slots of the log: which entries each admitted, who wrote it and when, the root after
                 it, and the signature of its head
checkpoint       the head after the last of these slots, with all cosignatures (C2SP tlog-checkpoint)
checkpoints/     earlier heads that other devices cosigned, each under the number of its slot
tlog/tile/       the tree's hashes (C2SP tlog-tiles); leaf i is line i of headers.txt, a line feed,
                 and line i of sigs.txt, so that a redaction never changes the root
verification.json  what our own check of these entries found
check.py, check.mjs  checkers to be read and run: Python 3.8 or newer, Node 18 or newer, no packages
fold.py          replays who could do what (step 7); it reads entries with entries.py, signatures with
                 check.py, and incidents and notices with notices.py
SHA256SUMS       the SHA-256 of each file; SHA256SUMS.sshsig is the signature over it
In decisions.csv every cell is quoted, and one that begins like a formula (= + - @ | % tab, line
break, also in wide letters or behind blanks) has an apostrophe in front, so that no spreadsheet
runs it. The exact text is in decisions.jsonl.

";

const ENTRIES: &str = "\
3. One entry, here the fifth, was signed by its device, and its text is the one that was signed:
   i=5
   sed -n \"${i}p\" headers.txt | tr -d '\\n' > ../header.bin
   sed -n \"${i}p\" sigs.txt | base64 -d > ../sig.bin
   dev=$(grep -o '\"dev\":\"[0-9a-f]*' ../header.bin | cut -d'\"' -f4)
   openssl pkeyutl -verify -rawin -pubin -inkey \"keys/$dev.pem\" -in ../header.bin -sigfile ../sig.bin
   sed -n \"${i}p\" bodies.jsonl | tr -d '\\n' | sha256sum
   grep -o '\"body\":\"[0-9a-f]*' ../header.bin
   The key is the one of that device: \"dev\" is the first 16 hex digits of the SHA-256 of its 32
   bytes, and the first entry of the ledger names the first key.

4. The entries of a device follow each other without a gap: \"seq\" counts from 0, and \"prev\" is
   the SHA-256 of the line in headers.txt of the same device before it:
   sed -n 4p headers.txt | tr -d '\\n' | sha256sum

5. All of it at once: every hash, signature, link and text, every slot and cosignature:
   python3 check.py .
   node check.mjs .
   Both are short. Read the one that you run: a checker from the hand of the one who is checked
   proves what you see it do. With the line of allowed_signers in a file, add its path.

6. The head of the log: checkpoint is a note that Go's golang.org/x/mod/sumdb/note opens with the
   line in keys/*.vkey of the device that wrote the slot, and tlog/tile/ gives the proofs of
   golang.org/x/mod/sumdb/tlog. Each row of slots.csv is such a head, too: its text is origin,
   size, root, and the line \"slot\", its number and the SHA-256 of
   cockpit.ledger/slot/v1 {\"at\":\"...\",\"by\":\"<writer>\",\"count\":<entries>,\"n\":<slot>,\"prev\":\"<link
   of the row before>\",\"v\":1}
   so that who keeps the log can neither date a slot anew nor move an entry to another one. An
   entry was made before the slot that admitted it, and after the slot that its header has \"seen\".

7. Authority, replayed from the entries alone: who belonged to the workspace, which policy held,
   what people were told of an incident and who had agreed, and which entries have no force
   (\"without_force\" in decisions.csv):
   python3 fold.py .
   It needs every body that it judges, so it says of a pack with redactions which it lacks. What it
   comes to is hashed, and verification.json has the hash that the app came to as \"state\".

WHAT THIS PROVES AND WHAT IT DOES NOT
Steps 1 and 2: nothing was changed since the pack was made, and who made it. Steps 3 to 6: each
entry is what its device signed, none was taken out from between, and the log admitted them in this
order; a device that cosigned a head had seen all up to it at that time. Step 7: who had the right.
Not proven by a pack alone: that no entry was cut off at the end (compare the head with one that you
were given before), that a claimed time is right beyond its slots (order never rests on it), and
what was recorded after the last slot stands in no slot yet.
";
