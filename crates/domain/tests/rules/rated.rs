//! What is said of stars in the stores. Must not know how they are read.

use cockpit_domain::Service;
use cockpit_domain::signal::{Rating, Review, Trend};
use cockpit_domain::views::{self, RatingsLive, Tone};

use crate::cases::{NOON, live, workspace};

const HOUR_MS: u64 = 3_600_000;
const WEEK_MS: u64 = 7 * 24 * HOUR_MS;

/// Stars with their ages in hours.
fn rating(version: Option<&str>, reviews: &[(u64, u8)]) -> Rating {
    Rating {
        platform: "Android".to_owned(),
        version: version.map(str::to_owned),
        source: Service::GooglePlay,
        read_at: NOON,
        since: NOON - WEEK_MS,
        reviews: reviews
            .iter()
            .map(|(hours, stars)| Review {
                at: NOON - hours * HOUR_MS,
                stars: *stars,
            })
            .collect(),
        more: false,
        limits: "Only reviews with text.".to_owned(),
    }
}

fn each(hours: &[u64], stars: u8) -> Vec<(u64, u8)> {
    hours.iter().map(|hours| (*hours, stars)).collect()
}

#[test]
fn no_review_is_no_star_and_few_make_no_trend() {
    let none = rating(None, &[]);
    assert_eq!((none.mean(), none.trend()), (None, Trend::TooFew));
    assert_eq!(none.days(), vec![None; 7]);
    let four = [each(&[1, 2, 3, 4], 1), each(&[30, 31, 32, 33, 34], 5)].concat();
    assert_eq!(rating(None, &four).trend(), Trend::TooFew);
}

#[test]
fn the_newest_day_stands_beside_the_days_before() {
    let reviews = [each(&[0, 1, 2, 3, 23], 2), each(&[24, 50, 51, 100, 160], 4)].concat();
    let it = rating(None, &reviews);
    assert_eq!(it.mean(), Some(300));
    let expected = Trend::Day {
        newest: 200,
        before: 400,
    };
    assert_eq!(it.trend(), expected);
    let days = it.days();
    assert_eq!((days[6], days[5], days[3]), (Some(200), Some(400), None));
    let odd = rating(None, &[(1, 5), (1, 4), (1, 4)]);
    assert_eq!(odd.mean(), Some(433));
}

#[test]
fn the_room_says_stars_number_period_trend_and_what_is_left_out() {
    let falls = [each(&[1, 2, 3, 4, 5], 1), each(&[30, 31, 32, 33, 34], 4)].concat();
    let steady = [each(&[1, 2, 3, 4, 5], 4), each(&[30, 31, 32, 33, 34], 4)].concat();
    let mut many = rating(None, &steady);
    many.more = true;
    many.since = NOON - 40 * HOUR_MS;
    let mut live = live("mira", &[]);
    let ratings = RatingsLive {
        found: vec![
            many,
            rating(Some("8.4.0"), &falls),
            rating(Some("8.3.2"), &[]),
        ],
        problem: Some("It was not asked.".to_owned()),
        ..RatingsLive::default()
    };
    live.ratings.insert(Service::GooglePlay, ratings);
    let room = views::health(&workspace(&["mira"]).state, &live, NOON);
    let said: Vec<String> = room
        .ratings
        .iter()
        .map(|it| format!("{}: {}, {}; {}", it.title, it.stars, it.sample, it.trend))
        .collect();
    assert_eq!(
        said,
        [
            "Android, all versions: 4.00 of 5, the newest 10 reviews in 40 h; newest day 4.00, as the days before",
            "Android 8.4.0: 2.50 of 5, 10 reviews in 7 days; newest day 1.00, 3.00 below the days before",
            "Android 8.3.2: no reviews, 0 reviews in 7 days; too few reviews for a trend",
        ]
    );
    let tones: Vec<Tone> = room.ratings.iter().map(|it| it.tone).collect();
    assert_eq!(tones, [Tone::Neutral, Tone::Wait, Tone::Neutral]);
    assert_eq!(room.ratings[0].limits, "Only reviews with text.");
    assert_eq!(
        room.rating_problems,
        ["Reviews on Google Play were not read. It was not asked."]
    );
    // No rule has a word for it, so none can be breached by it.
    assert!(room.rules.iter().all(|rule| rule.states.is_empty()));
}
