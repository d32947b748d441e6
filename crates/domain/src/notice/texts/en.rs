//! English. Short sentences, no promise that was not observed. Must not know another language.

use super::{Done, Texts};

pub(super) const TEXTS: Texts = Texts {
    name: "English",
    headline: [
        [
            "Please do not update to version {version}",
            "We found what makes version {version} fail",
            "We are watching version {version} after a change",
            "The problems in version {version} are over",
        ],
        [
            "Problems in version {version}",
            "We found the cause of the problems in version {version}",
            "We are watching version {version} after a change",
            "The problems in version {version} are over",
        ],
        [
            "A small problem in version {version}",
            "We found the cause of a small problem in version {version}",
            "We are watching a small problem in version {version}",
            "The small problem in version {version} is over",
        ],
        [
            "A note about version {version}",
            "What we found in version {version}",
            "We are watching version {version}",
            "Our note about version {version} is closed",
        ],
    ],
    happened: [
        [
            &[
                "Version {version} of our app fails for many people.",
                "Please do not update to it.",
                "If you have it, please do not rely on it until we write again.",
            ],
            &[
                "Version {version} of our app fails for many people, and we found the cause.",
                "Please do not update to it yet.",
            ],
            &[
                "Version {version} of our app failed for many people.",
                "We made a change and are watching what it does.",
            ],
            &["Version {version} of our app failed for many people, and this has ended."],
        ],
        [
            &["Some people see problems in version {version} of our app."],
            &["Some people see problems in version {version} of our app, and we found the cause."],
            &[
                "Some people saw problems in version {version} of our app.",
                "We made a change and are watching what it does.",
            ],
            &["Some people saw problems in version {version} of our app, and this has ended."],
        ],
        [
            &["A few people may see a small problem in version {version} of our app."],
            &["We found the cause of a small problem in version {version} of our app."],
            &["We made a change for a small problem in version {version} of our app."],
            &["A few people saw a small problem in version {version} of our app, and this has ended."],
        ],
        [
            &["We noticed something in version {version} of our app that hardly anybody meets."],
            &["We found what we had noticed in version {version} of our app."],
            &["We made a small change to version {version} of our app."],
            &["What we had noticed in version {version} of our app has ended."],
        ],
    ],
    no_news: "We have no news since our last message, and we are still working on it.",
    figure: "What we measure: {platform}: {measure} {percent}.",
    done: Done {
        google_play: "Nobody new gets version {version} from Google Play.",
        app_store: "Automatic updates to version {version} from the App Store are paused.",
        store: "Nobody new gets version {version} from {store}.",
        air: "No app on version {version} loads updates over the air for now.",
        flag: "The feature that fails is turned off.",
    },
    asked: Done {
        google_play: "We asked Google Play to stop version {version} and have not yet seen it take effect.",
        app_store: "We asked the App Store to pause version {version} and have not yet seen it take effect.",
        store: "We asked {store} to stop version {version} and have not yet seen it take effect.",
        air: "We are pausing updates over the air for version {version} and have not yet seen it take effect.",
        flag: "We are turning off the feature that fails and have not yet seen it take effect.",
    },
    doing: [
        "We are looking for the cause.",
        "We are working on a change that removes the cause.",
        "We are watching our figures.",
        "We have closed this incident.",
    ],
    expect: [
        [
            "Until we write again, please stay on the version that you have.",
            "Until we write again, please stay on the version that you have.",
            "If you still see the problem, please tell us.",
            "You can use the app again; a newer version comes through your store.",
        ],
        [
            "If you have not updated yet, please wait.",
            "If you have not updated yet, please wait.",
            "If you still see the problem, please tell us.",
            "You can use the app again; a newer version comes through your store.",
        ],
        [
            "You can go on using the app.",
            "You can go on using the app.",
            "If you still see the problem, please tell us.",
            "You can go on using the app.",
        ],
        [
            "You can go on using the app.",
            "You can go on using the app.",
            "You can go on using the app.",
            "You can go on using the app.",
        ],
    ],
    expected: "We expect it to end by {time}, and we write when that changes.",
    unknown: [
        "We do not know the cause yet, or how many people are affected.",
        "We do not know yet how many people are affected.",
        "We do not know yet whether the change helps everybody.",
        "We do not know yet whether anybody still sees it.",
    ],
    stopped: "At {time} we decided to stop version {version} (entry {entry} of our log).",
    opened: "At {time} we opened this incident (entry {entry} of our log).",
    below: "Our figures fell below the limit that we set ourselves (entry {entry} of our log).",
    unsure: "We stop a version when we are not sure that it works for you (entry {entry} of our log).",
    safeguard: "A stopped version only goes on after a person has looked at the figures and signed for it (entry {entry} of our log).",
    feedback: "If it is different for you, please answer through our support.",
    promise: "We will write again by {time}.",
    measure: [
        "crash-free sessions",
        "people without a crash",
        "people whose app never froze",
        "actions that succeed",
    ],
    long: "{{ happened }}

{% if doing %}What we are doing: {{ doing }}{% endif %}

{% if expect %}What you can expect: {{ expect }}{% endif %}

{% if unknown %}What we do not know yet: {{ unknown }}{% endif %}

{% if decision %}What we decided: {{ decision }}{% if rationale %} {{ rationale }}{% endif %}{% endif %}

{% if safeguards %}What keeps it from happening again: {{ safeguards }}{% endif %}

{{ next_update }}

{{ feedback }}",
    summary: "{{ happened }}

{% if doing %}What we did: {{ doing }}{% endif %}

{% if decision %}What we decided: {{ decision }}{% if rationale %} {{ rationale }}{% endif %}{% endif %}

{% if safeguards %}What keeps it from happening again: {{ safeguards }}{% endif %}

{% if unknown %}What we are still watching: {{ unknown }}{% endif %}

{% if expect %}What you can expect: {{ expect }}{% endif %}

{{ feedback }}",
    short: "{{ brief }}{% if first_unknown %} {{ first_unknown }}{% endif %}{% if next_update %} {{ next_update }}{% endif %}",
    banner: "{{ brief }}{% if next_update %} {{ next_update }}{% endif %}",
    team: "{{ happened }}

{% if doing %}Doing: {{ doing }}{% endif %}

{% if unknown %}Not known yet: {{ unknown }}{% endif %}

{% if decision %}Decided: {{ decision }}{% if rationale %} {{ rationale }}{% endif %}{% endif %}

{% if safeguards %}Safeguards: {{ safeguards }}{% endif %}

{{ next_update }}",
};
