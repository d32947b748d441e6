//! Which part of a pack speaks to which control. Must not say that a control is met.

use super::Block;

pub(super) const WHAT_IT_IS: &str = "A map for a reader, not an attestation: nobody has assessed \
    these controls here, and a pack alone meets none of them.";

const MAP: [[&str; 3]; 12] = [
    [
        "SOC 2",
        "CC7.4, response to incidents",
        "Timeline: what was seen, decided and read back, with times and outcomes.",
    ],
    [
        "SOC 2",
        "CC8.1, change management",
        "Decisions: who asked, who approved, what was seen before, what was read back after.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.5.24, planning for incidents",
        "Changes of policy, people and connections, with their history.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.5.25, assessment of events",
        "Breaches and what was decided on them.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.5.26, response to incidents",
        "Effects with their outcome, confirmed by observation only.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.5.27, learning from incidents",
        "The timeline, as the ground of a review; a review itself is not in the pack.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.5.28, collection of evidence",
        "Chain, signatures, tree, hashes, and a sample that can be drawn again.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.8.15, logging",
        "A log without gaps, in which a change is found and named.",
    ],
    [
        "ISO/IEC 27001:2022",
        "A.8.32, change management",
        "Request, approval, precondition and reading back of each change.",
    ],
    [
        "SEC 17a-4(f)",
        "(2)(i)(A), audit trail",
        "Every entry with time and author; nothing is overwritten. Retention and the undertakings \
         of third parties are outside of a pack.",
    ],
    [
        "DORA (EU) 2022/2554",
        "Art. 17, management of incidents",
        "Recording of incidents: the timeline with decisions and their grounds.",
    ],
    [
        "DORA (EU) 2022/2554",
        "Art. 9(4)(e), change management",
        "Changes that were recorded, approved and read back.",
    ],
];

pub(super) fn table() -> Block {
    Block::Table {
        head: &[
            ("Framework", 20),
            ("Control", 28),
            ("What speaks to it here", 52),
        ],
        rows: MAP
            .iter()
            .map(|row| row.map(ToOwned::to_owned).to_vec())
            .collect(),
    }
}
