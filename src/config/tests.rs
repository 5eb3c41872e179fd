use super::*;

fn refusal(text: &str) -> String {
    Config::parse(text, "tandem.toml").unwrap_err().to_string()
}

#[test]
fn a_file_sets_what_it_names_and_nothing_else() {
    let config = Config::parse("trash_days = 3\nlisten = \"[::1]:80\"", "f").unwrap();
    let expected = Config {
        trash_days: 3,
        listen: "[::1]:80".parse().unwrap(),
        ..Config::default()
    };
    assert_eq!(config, expected);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    let told = refusal("trash_dayz = 3");
    assert_eq!(
        told,
        "tandem.toml: there is no setting `trash_dayz`; did you mean `trash_days`?"
    );
    assert!(refusal("favourite_colour = 3").contains("docs/settings.md"));
    assert!(refusal("[pool]\nsize = 3").contains("no setting `pool`"));
}

#[test]
fn a_value_that_does_not_fit_is_told_with_what_would() {
    for (text, why) in [
        ("pool_size = \"many\"", "`pool_size` must be a whole number"),
        ("pool_size = -1", "must be a whole number, not -1"),
        ("pool_size = 1.5", "must be a whole number, not 1.5"),
        ("pool_size = 0", "must be from 1 to 10000, not 0"),
        ("listen = 4000", "must be an address with a port"),
        ("listen = \"localhost\"", "must be an address with a port"),
    ] {
        let told = refusal(text);
        assert!(told.contains(why), "{text}: {told}");
    }
    assert!(refusal("pool_size =").contains("no TOML"));
}

#[test]
fn flags_and_variables_win_over_the_file() {
    let given = |key, text: &str| Override {
        key,
        text: text.to_owned(),
        origin: format!("--{key}"),
    };
    let file = std::env::temp_dir().join(format!("tandem-config-{}.toml", std::process::id()));
    std::fs::write(&file, "pool_size = 3\ntrash_days = 4").unwrap();
    let config = Config::load(Some(&file), &[given("pool_size", " 5 ")]);
    let bad = Config::load(Some(&file), &[given("pool_size", "five")]);
    std::fs::remove_file(&file).unwrap();
    let config = config.unwrap();
    assert_eq!((config.pool_size, config.trash_days), (5, 4));
    assert_eq!(
        bad.unwrap_err().to_string(),
        "--pool_size: `pool_size` must be a whole number, not \"five\""
    );
    assert!(matches!(
        Config::load(Some(&file), &[]),
        Err(ConfigError::Unreadable(..))
    ));
}

#[test]
fn every_default_is_taken_back_as_it_is_shown() {
    let defaults = Config::default();
    let text: String = defaults
        .values()
        .iter()
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect();
    assert_eq!(Config::parse(&text, "f").unwrap(), defaults);
    assert_eq!(SETTINGS.len(), defaults.values().len());
}
