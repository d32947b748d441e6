//! German. Short sentences, no promise that was not observed. Must not know another language.

use super::{Done, Texts};

pub(super) const TEXTS: Texts = Texts {
    name: "Deutsch",
    headline: [
        [
            "Bitte nicht auf Version {version} aktualisieren",
            "Wir wissen, warum Version {version} ausfällt",
            "Wir beobachten Version {version} nach einer Änderung",
            "Die Störung in Version {version} ist vorbei",
        ],
        [
            "Probleme in Version {version}",
            "Wir haben die Ursache der Probleme in Version {version} gefunden",
            "Wir beobachten Version {version} nach einer Änderung",
            "Die Probleme in Version {version} sind vorbei",
        ],
        [
            "Ein kleines Problem in Version {version}",
            "Wir haben die Ursache eines kleinen Problems in Version {version} gefunden",
            "Wir beobachten ein kleines Problem in Version {version}",
            "Das kleine Problem in Version {version} ist vorbei",
        ],
        [
            "Ein Hinweis zu Version {version}",
            "Was wir in Version {version} gefunden haben",
            "Wir beobachten Version {version}",
            "Unser Hinweis zu Version {version} ist erledigt",
        ],
    ],
    happened: [
        [
            &[
                "Version {version} unserer App fällt bei vielen Menschen aus.",
                "Bitte aktualisieren Sie nicht auf diese Version.",
                "Wenn Sie sie schon haben, verlassen Sie sich bitte nicht auf sie, bis wir wieder schreiben.",
            ],
            &[
                "Version {version} unserer App fällt bei vielen Menschen aus, und wir haben die Ursache gefunden.",
                "Bitte aktualisieren Sie noch nicht.",
            ],
            &[
                "Version {version} unserer App ist bei vielen Menschen ausgefallen.",
                "Wir haben etwas geändert und beobachten, was es bewirkt.",
            ],
            &["Version {version} unserer App ist bei vielen Menschen ausgefallen; das ist beendet."],
        ],
        [
            &["Einige Menschen haben Probleme mit Version {version} unserer App."],
            &["Einige Menschen haben Probleme mit Version {version} unserer App, und wir haben die Ursache gefunden."],
            &[
                "Einige Menschen hatten Probleme mit Version {version} unserer App.",
                "Wir haben etwas geändert und beobachten, was es bewirkt.",
            ],
            &["Einige Menschen hatten Probleme mit Version {version} unserer App; das ist beendet."],
        ],
        [
            &["Wenige Menschen sehen vielleicht ein kleines Problem in Version {version} unserer App."],
            &["Wir haben die Ursache eines kleinen Problems in Version {version} unserer App gefunden."],
            &["Wir haben wegen eines kleinen Problems in Version {version} unserer App etwas geändert."],
            &["Wenige Menschen sahen ein kleines Problem in Version {version} unserer App; das ist beendet."],
        ],
        [
            &["Uns ist in Version {version} unserer App etwas aufgefallen, das kaum jemand bemerkt."],
            &["Wir haben gefunden, was uns in Version {version} unserer App aufgefallen war."],
            &["Wir haben in Version {version} unserer App etwas Kleines geändert."],
            &["Was uns in Version {version} unserer App aufgefallen war, ist beendet."],
        ],
    ],
    no_news: "Seit unserer letzten Nachricht gibt es nichts Neues, und wir arbeiten weiter daran.",
    figure: "Was wir messen: {platform}: {measure} {percent}.",
    done: Done {
        google_play: "Niemand erhält Version {version} mehr neu über Google Play.",
        app_store: "Automatische Updates auf Version {version} über den App Store sind angehalten.",
        store: "Niemand erhält Version {version} mehr neu über {store}.",
        air: "Keine App mit Version {version} lädt zurzeit Updates aus dem Netz.",
        flag: "Die Funktion, die ausfällt, ist abgeschaltet.",
    },
    asked: Done {
        google_play: "Wir haben Google Play gebeten, Version {version} anzuhalten, und haben die Wirkung noch nicht gesehen.",
        app_store: "Wir haben den App Store gebeten, Version {version} anzuhalten, und haben die Wirkung noch nicht gesehen.",
        store: "Wir haben {store} gebeten, Version {version} anzuhalten, und haben die Wirkung noch nicht gesehen.",
        air: "Wir halten Updates aus dem Netz für Version {version} an und haben die Wirkung noch nicht gesehen.",
        flag: "Wir schalten die Funktion ab, die ausfällt, und haben die Wirkung noch nicht gesehen.",
    },
    doing: [
        "Wir suchen die Ursache.",
        "Wir arbeiten an einer Änderung, die die Ursache beseitigt.",
        "Wir beobachten unsere Messwerte.",
        "Wir haben diesen Vorfall abgeschlossen.",
    ],
    expect: [
        [
            "Bleiben Sie bitte bei der Version, die Sie haben, bis wir wieder schreiben.",
            "Bleiben Sie bitte bei der Version, die Sie haben, bis wir wieder schreiben.",
            "Wenn Sie das Problem noch sehen, sagen Sie es uns bitte.",
            "Sie können die App wieder benutzen; eine neuere Version kommt über Ihren Store.",
        ],
        [
            "Wenn Sie noch nicht aktualisiert haben, warten Sie bitte.",
            "Wenn Sie noch nicht aktualisiert haben, warten Sie bitte.",
            "Wenn Sie das Problem noch sehen, sagen Sie es uns bitte.",
            "Sie können die App wieder benutzen; eine neuere Version kommt über Ihren Store.",
        ],
        [
            "Sie können die App weiter benutzen.",
            "Sie können die App weiter benutzen.",
            "Wenn Sie das Problem noch sehen, sagen Sie es uns bitte.",
            "Sie können die App weiter benutzen.",
        ],
        [
            "Sie können die App weiter benutzen.",
            "Sie können die App weiter benutzen.",
            "Sie können die App weiter benutzen.",
            "Sie können die App weiter benutzen.",
        ],
    ],
    expected: "Wir erwarten, dass es bis {time} endet, und schreiben, wenn sich das ändert.",
    unknown: [
        "Wir kennen die Ursache noch nicht und wissen nicht, wie viele Menschen betroffen sind.",
        "Wir wissen noch nicht, wie viele Menschen betroffen sind.",
        "Wir wissen noch nicht, ob die Änderung allen hilft.",
        "Wir wissen noch nicht, ob jemand es noch sieht.",
    ],
    stopped: "Am {time} haben wir entschieden, Version {version} anzuhalten (Eintrag {entry} unseres Protokolls).",
    opened: "Am {time} haben wir diesen Vorfall eröffnet (Eintrag {entry} unseres Protokolls).",
    below: "Unsere Messwerte fielen unter die Grenze, die wir uns gesetzt haben (Eintrag {entry} unseres Protokolls).",
    unsure: "Wir halten eine Version an, wenn wir nicht sicher sind, dass sie bei Ihnen läuft (Eintrag {entry} unseres Protokolls).",
    safeguard: "Eine angehaltene Version geht erst weiter, wenn ein Mensch die Messwerte angesehen und unterschrieben hat (Eintrag {entry} unseres Protokolls).",
    feedback: "Wenn es bei Ihnen anders ist, antworten Sie uns bitte über unseren Support.",
    promise: "Wir schreiben wieder bis {time}.",
    measure: [
        "Sitzungen ohne Absturz",
        "Menschen ohne Absturz",
        "Menschen, deren App nie stehen blieb",
        "Vorgänge, die gelingen",
    ],
    long: "{{ happened }}

{% if doing %}Was wir tun: {{ doing }}{% endif %}

{% if expect %}Womit Sie rechnen können: {{ expect }}{% endif %}

{% if unknown %}Was wir noch nicht wissen: {{ unknown }}{% endif %}

{% if decision %}Was wir entschieden haben: {{ decision }}{% if rationale %} {{ rationale }}{% endif %}{% endif %}

{% if safeguards %}Was davor schützt, dass es wieder geschieht: {{ safeguards }}{% endif %}

{{ next_update }}

{{ feedback }}",
    summary: "{{ happened }}

{% if doing %}Was wir getan haben: {{ doing }}{% endif %}

{% if decision %}Was wir entschieden haben: {{ decision }}{% if rationale %} {{ rationale }}{% endif %}{% endif %}

{% if safeguards %}Was davor schützt, dass es wieder geschieht: {{ safeguards }}{% endif %}

{% if unknown %}Was wir weiter beobachten: {{ unknown }}{% endif %}

{% if expect %}Womit Sie rechnen können: {{ expect }}{% endif %}

{{ feedback }}",
    short: "{{ brief }}{% if first_unknown %} {{ first_unknown }}{% endif %}{% if next_update %} {{ next_update }}{% endif %}",
    banner: "{{ brief }}{% if next_update %} {{ next_update }}{% endif %}",
    team: "{{ happened }}

{% if doing %}Wir tun: {{ doing }}{% endif %}

{% if unknown %}Noch nicht bekannt: {{ unknown }}{% endif %}

{% if decision %}Entschieden: {{ decision }}{% if rationale %} {{ rationale }}{% endif %}{% endif %}

{% if safeguards %}Vorkehrungen: {{ safeguards }}{% endif %}

{{ next_update }}",
};
