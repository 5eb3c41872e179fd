//! The words of texts in any script are those of the plain rule, whatever short cuts are taken to them.

use diesel_async::SimpleAsyncConnection;

use crate::support::sql::{number, texts};
use crate::support::{connect, database};

/// The rule, every step of it for every text.
const RULE: &str = "
CREATE FUNCTION pg_temp.plain(text text) RETURNS tsvector LANGUAGE sql AS $$
    SELECT to_tsvector('simple', regexp_replace(translate(replace(replace(replace(replace(
        lower(regexp_replace(normalize(text, NFKD), '[\\u0300-\\u036f]', '', 'g')),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'łøđðħŧıŋ', 'loddhtin'), '[^[:alnum:]]+', ' ', 'g'))
$$;
CREATE TEMP TABLE chars AS SELECT n, chr(n) AS c FROM generate_series(1, 131071) n WHERE n NOT BETWEEN 55296 AND 57343;
CREATE TEMP TABLE tried AS
    -- Every character: within a word, by itself, and beside those that are near it.
    SELECT 'Wort' || c || 'Ende ' || c || ' 1' || c || '2' AS text FROM chars WHERE n < 12288
    UNION ALL SELECT string_agg(c, '' ORDER BY n) || ' ' || string_agg(c, ' ' ORDER BY n) FROM chars GROUP BY n / 16
    -- Whatever two signs the parser of full text may take for something.
    UNION ALL SELECT 'ab' || a.c || b.c || 'C1' || a.c || 'com' || b.c FROM chars a CROSS JOIN chars b
        WHERE a.n < 127 AND b.n < 127 AND a.c !~ '[a-zA-Z1-9]' AND b.c !~ '[a-zA-Z1-9]'
    UNION ALL SELECT text FROM unnest(ARRAY[
        'Größe, Straße & STRASSE: 12,50 € – „ja“', 'Zażółć gęślą jaźń', 'Œuvre d’été, cæsium', 'Þór og Ægir, þór',
        'İstanbul ıssız IŞIK', 'Đorđe Łódź ØRSTED ħaġar ŋ ŧ', 'Ελληνικά: άέήίόύώ ς', 'Съешь ещё этих йогуртов',
        'שָׁלוֹם עולם', 'مَرْحَبًا بالعالم ١٢٣', 'नमस्ते दुनिया', 'สวัสดีชาวโลก', '日本語のテキスト、カタカナ ｶﾀｶﾅ', '한국어 텍스트', '你好，世界！',
        'Việt Nam ướt', 'x² ½ ﬁn ＦＵＬＬ ① ™', '👩‍👩‍👧 🇩🇪 ok', 'a.b@example.org http://example.org/p?q=1#x 1.5e-3 -7 C++ a_b', '  ', ''
    ]) AS text;
";

#[tokio::test(flavor = "multi_thread")]
async fn words_are_those_of_the_rule() {
    let database = database().await;
    let mut connection = connect(&database.url).await;
    connection.batch_execute(RULE).await.unwrap();
    let tried = number(&mut connection, "(SELECT count(*) FROM tried)").await;
    assert!(tried > 20_000, "{tried} texts");
    let differ = "SELECT quote_literal(text) || ': ' || tandem_words(text) || ' is not ' || pg_temp.plain(text) AS text \
        FROM tried WHERE tandem_words(text) IS DISTINCT FROM pg_temp.plain(text) LIMIT 10";
    let differences = texts(&mut connection, differ).await;
    assert!(differences.is_empty(), "{differences:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_without_case_and_accents() {
    let database = database().await;
    let mut connection = connect(&database.url).await;
    for (text, words) in [
        ("Łódź, ŁÓDŹ", "'lodz':1,2"),
        ("Straße STRASSE", "'strasse':1,2"),
        ("Þór þór", "'thor':1,2"),
        ("a.b@example.org", "'a':1 'b':2 'example':3 'org':4"),
    ] {
        let found = format!("SELECT tandem_words('{text}')::text AS text");
        assert_eq!(texts(&mut connection, &found).await, [words], "{text}");
    }
}
