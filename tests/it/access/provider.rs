//! Tokens of an identity provider: whose they are, and which are refused.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::Router;
use axum::routing::get;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::support::*;
use crate::stream::socket::Socket;
use crate::support::{TestAccount, TestApp, TestDatabase, database, until};
use tandem::config::Config;

const ISSUER: &str = "https://id.example.com/";

struct Key {
    name: &'static str,
    algorithm: Algorithm,
    key: EncodingKey,
    public: Jwk,
}

impl Key {
    fn new(name: &'static str, algorithm: Algorithm) -> Self {
        let key = match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
                EncodingKey::from_ec_der(pair.to_pkcs8v1().expect("PKCS8").as_ref())
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().expect("a key");
                EncodingKey::from_ed_der(pair.to_pkcs8v1().expect("PKCS8").as_ref())
            }
            Algorithm::RS256 => {
                use aws_lc_rs::encoding::AsDer;
                use aws_lc_rs::rsa::{KeyPair, KeySize};
                let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
                let pkcs8 =
                    AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).expect("PKCS8");
                EncodingKey::from_rsa_der(&inner_rsa(pkcs8.as_ref()))
            }
            other => panic!("{other:?}"),
        };
        let mut public = Jwk::from_encoding_key(&key, algorithm).expect("a public key");
        public.common.key_id = Some(name.to_owned());
        Self {
            name,
            algorithm,
            key,
            public,
        }
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.name.to_owned());
        jsonwebtoken::encode(&header, claims, &self.key).expect("a token")
    }
}

/// The PKCS#1 key within a PKCS#8 one: its last part, an OCTET STRING.
fn inner_rsa(pkcs8: &[u8]) -> Vec<u8> {
    let at = pkcs8
        .windows(4)
        .position(|window| window[0] == 0x04 && window[1] == 0x82)
        .expect("an octet string");
    pkcs8[at + 4..].to_vec()
}

/// A provider's address, its present keys, and how often it was asked.
struct Published {
    url: String,
    keys: Arc<Mutex<Vec<Jwk>>>,
    asked: Arc<AtomicUsize>,
}

impl Published {
    async fn serve(keys: &[&Key]) -> Self {
        let keys: Vec<_> = keys.iter().map(|key| key.public.clone()).collect();
        let (keys, asked) = (Arc::new(Mutex::new(keys)), Arc::new(AtomicUsize::new(0)));
        let (there, count) = (keys.clone(), asked.clone());
        let answer = move || {
            count.fetch_add(1, SeqCst);
            let set = JwkSet {
                keys: there.lock().expect("the keys").clone(),
            };
            async move { axum::Json(set) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let router = Router::new().route("/keys", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serving") });
        Self { url, keys, asked }
    }
}

fn provider(keys: &str, account: &TestAccount) -> Config {
    Config {
        identity_issuer: ISSUER.to_owned(),
        identity_audience: "tandem".to_owned(),
        identity_keys: keys.to_owned(),
        identity_account: account.account_id.clone(),
        ..Config::default()
    }
}

/// A database with an account, as a server without a provider made it.
async fn account() -> (TestDatabase, TestApp, TestAccount) {
    let database = database().await;
    let app = TestApp::on(&database.url, Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    (database, app, account)
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": "tandem", "exp": now() + 300, "sub": "u-1", "email": "Admin@example.com" })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().expect("claims").remove(name);
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_provider_lets_its_user_in() {
    let (database, plain, account) = account().await;
    let keys = [
        Key::new("es", Algorithm::ES256),
        Key::new("ed", Algorithm::EdDSA),
        Key::new("rs", Algorithm::RS256),
    ];
    let published = Published::serve(&keys.iter().collect::<Vec<_>>()).await;
    let app = TestApp::on(&database.url, provider(&published.url, &account)).await;
    for key in &keys {
        let token = key.sign(&claims());
        let client = app.client(&token);
        let who = client
            .gql("{ viewer { user { id role } account { id } } }", json!({}))
            .await;
        assert_eq!(who["viewer"]["user"]["id"], json!(account.user_id));
        assert_eq!(who["viewer"]["account"]["id"], json!(account.account_id));
        // It does what its role may, over both transports, and is one of the user's sessions.
        client
            .done("createInbox", json!({ "name": key.name }))
            .await;
        Socket::open(&app.url, &token).await.hang_up();
    }
    assert_eq!(published.asked.load(SeqCst), 1, "the keys are kept");
    let token = keys[0].sign(&claims());
    let client = app.client(&token);
    let sessions = client
        .gql("{ sessions { id kind current } }", json!({}))
        .await;
    let sessions = sessions["sessions"].as_array().unwrap();
    let current: Vec<_> = sessions
        .iter()
        .filter(|one| one["current"] == true)
        .collect();
    assert_eq!(
        (current.len(), &current[0]["kind"]),
        (1, &json!("IDENTITY_PROVIDER"))
    );

    // Revoked it stays, though the provider still vouches for it; and what it opened ends.
    let mut socket = Socket::open(&app.url, &token).await;
    let id = current[0]["id"].clone();
    assert_eq!(
        access(&client, "revokeSession", json!({ "sessionId": id })).await,
        json!([])
    );
    assert_eq!(socket.closed().await, 4403);
    assert!(!is_good(&app, &token).await);
    // The user is deactivated: no token of theirs is any good, a new one neither.
    let other = account.user("admin").await;
    app.client(&other.token)
        .done(
            "updateUser",
            json!({ "userId": account.user_id, "active": false }),
        )
        .await;
    assert!(!is_good(&app, &keys[0].sign(&with("exp", json!(now() + 200)))).await);
    // A server that knows no provider takes none.
    assert!(!is_good(&plain, &keys[1].sign(&claims())).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_providers_or_not_for_us_or_not_now_is_refused() {
    let (database, _plain, account) = account().await;
    let (key, stranger) = (
        Key::new("k", Algorithm::ES256),
        Key::new("k", Algorithm::ES256),
    );
    let published = Published::serve(&[&key]).await;
    let app = TestApp::on(&database.url, provider(&published.url, &account)).await;
    let good = key.sign(&claims());
    assert!(is_good(&app, &good).await);
    for (what, claims) in [
        (
            "another issuer",
            with("iss", json!("https://evil.example.com/")),
        ),
        ("another audience", with("aud", json!("other"))),
        ("other audiences", with("aud", json!(["other", "tandemx"]))),
        ("an end in the past", with("exp", json!(now() - 61))),
        ("an end that is no number", with("exp", json!("tomorrow"))),
        ("a beginning in the future", with("nbf", json!(now() + 90))),
        ("no end", without("exp")),
        ("no issuer", without("iss")),
        ("no audience", without("aud")),
        ("no address", without("email")),
        (
            "an address that is no text",
            with("email", json!(["admin@example.com"])),
        ),
        (
            "an address of nobody",
            with("email", json!("nobody@example.com")),
        ),
        (
            "an address that nobody checked",
            with("email_verified", json!(false)),
        ),
        ("a NUL", with("email", json!("admin@example.com\u{0}"))),
    ] {
        assert!(!is_good(&app, &key.sign(&claims)).await, "{what}");
    }
    for (what, claims) in [
        (
            "one of several audiences",
            with("aud", json!(["other", "tandem"])),
        ),
        ("a beginning in the past", with("nbf", json!(now() - 5))),
        (
            "a clock that is a little off",
            with("nbf", json!(now() + 30)),
        ),
        ("an end just past", with("exp", json!(now() - 20))),
        ("an end far away", with("exp", json!(9_000_000_000_000_i64))),
        (
            "an address that was checked",
            with("email_verified", json!(true)),
        ),
    ] {
        assert!(is_good(&app, &key.sign(&claims)).await, "{what}");
    }
    assert!(
        !is_good(&app, &stranger.sign(&claims())).await,
        "another's signature"
    );
    let parts: Vec<_> = good.split('.').collect();
    let encode = |json: &Value| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json.to_string())
    };
    let none = encode(&json!({ "alg": "none", "typ": "JWT" }));
    let other = encode(&with("email", json!("other@example.com")));
    // The key itself as a shared secret: the classic confusion of algorithms.
    let secret = serde_json::to_vec(&key.public).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("k".to_owned());
    let shared =
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
    for forged in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{other}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{good}x"),
        "ey..".to_owned(),
        "eyJ.eyJ.eyJ".to_owned(),
        format!("ey{}.a.b", "J".repeat(7_000)),
        shared,
    ] {
        assert!(!is_good(&app, &forged).await, "{forged}");
    }
    assert!(is_good(&app, &good).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_are_found_but_not_hunted_for() {
    let (database, _plain, account) = account().await;
    let (old, new) = (
        Key::new("old", Algorithm::ES256),
        Key::new("new", Algorithm::ES256),
    );
    let published = Published::serve(&[&old]).await;
    let app = TestApp::on(&database.url, provider(&published.url, &account)).await;
    assert!(is_good(&app, &old.sign(&claims())).await);
    assert!(!is_good(&app, &new.sign(&claims())).await);
    *published.keys.lock().unwrap() = vec![new.public.clone()];
    // Made-up names do not make this server ask again and again.
    for _ in 0..50 {
        assert!(!is_good(&app, &Key::new("made-up", Algorithm::ES256).sign(&claims())).await);
    }
    assert!(
        published.asked.load(SeqCst) <= 2,
        "{}",
        published.asked.load(SeqCst)
    );
    // After the bound the new key is found.
    let token = new.sign(&claims());
    until("the new key is found", async || is_good(&app, &token).await).await;
    assert!(
        !is_good(&app, &old.sign(&with("jti", json!("2")))).await,
        "a withdrawn key"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_from_a_file_and_users_by_another_claim_and_account() {
    let (database, plain, first) = account().await;
    let second = plain.account("2025-01-01T00:00:00Z").await;
    let key = Key::new("k", Algorithm::EdDSA);
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("keys-{}.json", uuid::Uuid::now_v7()));
    let set = json!({ "keys": [key.public, { "kty": "oct", "kid": "s", "k": "c2VjcmV0" }] });
    let settings = Config {
        identity_account: String::new(),
        identity_account_claim: "desk".to_owned(),
        identity_user_claim: "sub".to_owned(),
        ..provider(file.to_str().unwrap(), &first)
    };
    let app = TestApp::on(&database.url, settings).await;
    let claims = |sub: &str, account: &Value| {
        let mut claims = with("sub", json!(sub));
        claims["desk"] = account.clone();
        claims
    };
    let admin = plain.client(&second.token);
    let set_id = |user: &str, id: &str| json!({ "userId": user, "externalId": id });
    admin
        .done("updateUser", set_id(&second.user_id, "u-7"))
        .await;
    let again = second.user("agent").await;
    admin
        .refused(
            "updateUser",
            set_id(&again.id, "u-7"),
            "ALREADY_EXISTS",
            &["input", "externalId"],
        )
        .await;
    let token = key.sign(&claims("u-7", &json!(second.account_id)));
    // Without its keys nobody can be told whether the token is good: 503, not 401.
    let query = json!({ "query": "{ viewer { user { id externalId } } }" });
    assert_eq!(post(&app, Some(&token), &query).await.0, 503);
    std::fs::write(&file, set.to_string()).unwrap();
    let mut body = Value::Null;
    until("the file is read", async || {
        let (status, answer) = post(&app, Some(&token), &query).await;
        assert!([200, 503].contains(&status), "{status}");
        body = answer;
        status == 200
    })
    .await;
    assert_eq!(body["data"]["viewer"]["user"]["id"], json!(second.user_id));
    assert_eq!(body["data"]["viewer"]["user"]["externalId"], "u-7");
    for (sub, account) in [
        ("u-7", json!(first.account_id)),
        ("u-8", json!(second.account_id)),
        ("U-7", json!(second.account_id)),
        ("u-7", json!("nonsense")),
        ("u-7", Value::Null),
        ("u-7", json!([second.account_id])),
        ("", json!(second.account_id)),
    ] {
        assert!(
            !is_good(&app, &key.sign(&claims(sub, &account))).await,
            "{sub} {account}"
        );
    }
    admin.done("updateUser", set_id(&second.user_id, "")).await;
    assert!(!is_good(&app, &key.sign(&claims("u-7", &json!(second.account_id)))).await);
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_are_told_at_the_start() {
    let (database, _plain, account) = account().await;
    let good = provider("/nowhere.json", &account);
    for (settings, expected) in [
        (
            Config {
                identity_issuer: String::new(),
                ..good.clone()
            },
            "`identity_issuer` is empty",
        ),
        (
            Config {
                identity_account: String::new(),
                ..good.clone()
            },
            "either `identity_account` or",
        ),
        (
            Config {
                identity_account_claim: "a".to_owned(),
                ..good.clone()
            },
            "either `identity_account` or",
        ),
        (
            Config {
                identity_account: "x".to_owned(),
                ..good.clone()
            },
            "`identity_account`:",
        ),
        (
            Config {
                identity_keys: "http://id.example.com/".to_owned(),
                ..good.clone()
            },
            "use https",
        ),
    ] {
        let (_stop, shutdown) = tandem::http::shutdown();
        let started = tandem::app::App::start(settings, &database.url, &shutdown).await;
        let error = started.err().expect("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
}
