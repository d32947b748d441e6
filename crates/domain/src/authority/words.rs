//! The six words that two people compare by voice before one of them is admitted. Must not know a
//! hash function: whoever compares takes SHA-256 of the text.

/// What both sides hash: the keys of the device that invites and of the one that asks to join,
/// base64, and the one-time code. Another key or another code gives other words.
pub fn comparison_text(inviting_key: &str, joining_key: &str, code: &str) -> String {
    format!("cockpit.join/words/v1\n{inviting_key}\n{joining_key}\n{code}\n")
}

/// Six words for a hash: each of its first six bytes names one.
pub fn six_words(sha256: &[u8; 32]) -> [&'static str; 6] {
    let mut words = [""; 6];
    for (word, byte) in words.iter_mut().zip(sha256) {
        *word = WORDS[usize::from(*byte)];
    }
    words
}

/// One word for each byte, told apart by ear.
pub const WORDS: [&str; 256] = [
    "acid", "acorn", "actor", "adobe", "agile", "alarm", "album", "alder", "alert", "alley",
    "amber", "anchor", "angle", "ankle", "apple", "apron", "arrow", "aspen", "atlas", "attic",
    "autumn", "badge", "bagel", "baker", "bamboo", "banjo", "barley", "basin", "basket", "beacon",
    "beaver", "bench", "berry", "birch", "bottle", "boulder", "branch", "breeze", "brick",
    "bridge", "bronze", "bucket", "buffalo", "bugle", "butter", "button", "cabin", "cactus",
    "camel", "candle", "canoe", "canvas", "carbon", "cargo", "carpet", "carrot", "castle",
    "cattle", "cedar", "copper", "coral", "cotton", "cradle", "crane", "crater", "cricket",
    "crystal", "cupboard", "curtain", "cushion", "cymbal", "daisy", "dancer", "delta", "denim",
    "desert", "diamond", "dinner", "dolphin", "donkey", "dragon", "drum", "eagle", "easel",
    "elbow", "ember", "emerald", "engine", "fabric", "falcon", "feather", "ferry", "fiddle",
    "figure", "finch", "flame", "flannel", "flint", "flute", "forest", "fossil", "fountain",
    "frost", "garden", "garlic", "gazelle", "ginger", "glacier", "globe", "goblet", "granite",
    "grape", "gravel", "guitar", "hammer", "harbor", "harvest", "hazel", "helmet", "hermit",
    "heron", "honey", "horizon", "hunter", "iceberg", "indigo", "insect", "island", "ivory",
    "jacket", "jaguar", "jasmine", "jelly", "jigsaw", "juniper", "kayak", "kernel", "kettle",
    "kingdom", "kitchen", "ladder", "lagoon", "lantern", "lattice", "laurel", "lemon", "lentil",
    "leopard", "lettuce", "lilac", "linen", "lizard", "lobster", "locket", "lotus", "magnet",
    "magpie", "mango", "maple", "marble", "market", "meadow", "melon", "mirror", "mitten",
    "monkey", "morning", "mosaic", "mountain", "museum", "mustard", "napkin", "nectar", "needle",
    "nickel", "nutmeg", "oasis", "ocean", "olive", "onion", "orange", "orchard", "otter", "oyster",
    "paddle", "palace", "panda", "paper", "parrot", "peach", "pebble", "pelican", "pencil",
    "pepper", "piano", "pigeon", "pillow", "pilot", "planet", "plum", "pocket", "pony", "poppy",
    "prairie", "pumpkin", "puzzle", "quartz", "quilt", "rabbit", "radish", "raven", "ribbon",
    "river", "robin", "rocket", "saddle", "sailor", "salmon", "satin", "saucer", "scarf", "shadow",
    "shell", "silver", "sparrow", "spruce", "squirrel", "stable", "summer", "sunset", "swallow",
    "tailor", "teapot", "temple", "thistle", "thunder", "tiger", "timber", "tomato", "trumpet",
    "tulip", "tunnel", "turtle", "umbrella", "valley", "velvet", "village", "violet", "walnut",
    "walrus", "whisper", "willow", "window", "winter", "yellow", "zebra",
];
