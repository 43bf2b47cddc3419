//! Settings of a server: an option wins over the environment, that over `segue.toml`, that over
//! the default.
//!
//! Not here: settings of the clients, which have an address and nothing else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use api::Authentication;
use figment2::Figment;
use figment2::providers::{Format, Serialized, Toml};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The file read in the working folder.
const FILE: &str = "segue.toml";

/// Options of `serve` and `demo`; the environment fills what the command line leaves open.
#[derive(Debug, Clone, Default, Serialize, clap::Args)]
pub(crate) struct Options {
    /// The data folder; one process owns it [default: data]
    #[arg(long, env = "SEGUE_DATA", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// Address of REST, metrics and health; only loopback without authentication, port 0 takes a
    /// free one
    /// [default: 127.0.0.1:8080]
    #[arg(long, env = "SEGUE_HTTP", value_name = "HOST:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<String>,
    /// Address of gRPC, or `off`; only loopback without authentication, port 0 takes a free one
    /// [default: 127.0.0.1:26500 if it is free]
    #[arg(long, env = "SEGUE_GRPC", value_name = "HOST:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc: Option<String>,
    /// Who may ask: `none` lets everybody do everything, `local` asks for the users, clients and
    /// tokens of this server [default: none]
    #[arg(long, env = "SEGUE_AUTHENTICATION", value_name = "HOW")]
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication: Option<String>,
    /// A name people and proxies use for this server: NAME for any port, or NAME:PORT; repeat it,
    /// or separate names by commas
    #[arg(
        long = "host-name",
        env = "SEGUE_HOST_NAMES",
        value_name = "NAME",
        value_delimiter = ','
    )]
    #[serde(rename = "host_names", skip_serializing_if = "Vec::is_empty")]
    host_name: Vec<String>,
    /// IANA zone of cron timers and of dates without one [default: UTC]
    #[arg(long, env = "SEGUE_TIME_ZONE", value_name = "ZONE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    /// How long the history of ended instances is kept where nothing else is said, an ISO 8601
    /// duration such as P30D [default: for ever]
    #[arg(long, env = "SEGUE_HISTORY_TIME_TO_LIVE", value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    history_time_to_live: Option<String>,
    /// How long received events are kept, an ISO 8601 duration such as P30D [default: as long as
    /// history]
    #[arg(long, env = "SEGUE_SIGNAL_TIME_TO_LIVE", value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    signal_time_to_live: Option<String>,
    /// The folder for backups asked for over REST [default: backups in the data folder]
    #[arg(long, env = "SEGUE_BACKUPS", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    backups: Option<PathBuf>,
    /// Send traces and metrics to an OpenTelemetry collector (OTLP over HTTP), for example
    /// http://127.0.0.1:4318
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp: Option<String>,
    /// Let clients set the clock over REST (PUT /v2/clock): for tests, never for real work
    #[arg(long, env = "SEGUE_TEST_CLOCK")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test_clock: bool,
}

/// All keys, as the file may have them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    data: PathBuf,
    http: String,
    #[serde(default)]
    grpc: Option<String>,
    #[serde(default)]
    authentication: Option<String>,
    #[serde(default)]
    host_names: Vec<String>,
    time_zone: String,
    #[serde(default)]
    history_time_to_live: Option<String>,
    #[serde(default)]
    signal_time_to_live: Option<String>,
    #[serde(default)]
    backups: Option<PathBuf>,
    #[serde(default)]
    otlp: Option<String>,
    #[serde(default)]
    test_clock: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Keys {
            data: PathBuf::from("data"),
            http: "127.0.0.1:8080".to_owned(),
            grpc: None,
            authentication: None,
            host_names: Vec::new(),
            time_zone: "UTC".to_owned(),
            history_time_to_live: None,
            signal_time_to_live: None,
            backups: None,
            otlp: None,
            test_clock: false,
        }
    }
}

/// Where gRPC listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grpc {
    /// Nowhere.
    Off,
    /// Where clients look for it without configuration, if nobody else listens there: a second
    /// server on one machine shall start.
    IfFree(SocketAddr),
    /// Here.
    At(SocketAddr),
}

/// Where Camunda 8 clients look for gRPC.
const GRPC_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 26_500);

/// Settings that were read and make sense.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// Where REST listens.
    pub(crate) http: SocketAddr,
    /// Where gRPC listens.
    pub(crate) grpc: Grpc,
    /// Whether callers must say who they are.
    pub(crate) authentication: Authentication,
    /// Other names of this server.
    pub(crate) host_names: Vec<String>,
    /// Zone of cron timers and of dates without one.
    pub(crate) zone: TimeZone,
    /// How long the history of ended instances is kept, milliseconds; none: for ever.
    pub(crate) history_ttl_ms: Option<i64>,
    /// How long received events are kept, milliseconds; none: as long as history.
    pub(crate) signal_ttl_ms: Option<i64>,
    /// The folder for backups asked for over REST.
    pub(crate) backups: PathBuf,
    /// Where traces and metrics go.
    pub(crate) otlp: Option<String>,
    /// Whether clients may set the clock.
    pub(crate) test_clock: bool,
}

impl Options {
    /// Reads what the options leave open from the file in the working folder and the defaults.
    pub(crate) fn settle(&self) -> Result<Settings, Failure> {
        self.settle_in(Path::new(FILE))
    }

    fn settle_in(&self, file: &Path) -> Result<Settings, Failure> {
        let figment = Figment::from(Serialized::defaults(Keys::default()))
            .merge(Toml::file(file).search(false))
            .merge(Serialized::defaults(self));
        let keys: Keys = figment.extract().map_err(|error| {
            let texts: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
            Failure::usage(format!("Expected valid settings, but found: {}", texts.join("; ")))
        })?;
        let authentication = authentication(keys.authentication.as_deref())?;
        keys.host_names.iter().try_for_each(|name| host_name(name))?;
        let ttl_ms =
            |name: &str, text: Option<&str>| text.map(|text| time_to_live(name, text)).transpose();
        let history = keys.history_time_to_live.as_deref();
        let signals = keys.signal_time_to_live.as_deref();
        Ok(Settings {
            history_ttl_ms: ttl_ms("history_time_to_live", history)?,
            signal_ttl_ms: ttl_ms("signal_time_to_live", signals)?,
            backups: keys.backups.unwrap_or_else(|| keys.data.join("backups")),
            data: keys.data,
            http: address("http", &keys.http, authentication)?,
            grpc: grpc(keys.grpc.as_deref(), authentication)?,
            authentication,
            host_names: keys.host_names,
            zone: zone(&keys.time_zone)?,
            otlp: keys.otlp.filter(|url| !url.is_empty()),
            test_clock: keys.test_clock,
        })
    }
}

fn authentication(text: Option<&str>) -> Result<Authentication, Failure> {
    match text {
        None | Some("none") => Ok(Authentication::None),
        Some("local") => Ok(Authentication::Local),
        Some(other) => Err(Failure::usage(format!(
            "Expected authentication to be `none` or `local`, but found `{other}`."
        ))),
    }
}

/// A name as the header `Host` has it: no scheme, no path.
fn host_name(text: &str) -> Result<(), Failure> {
    let (name, port) = text.rsplit_once(':').unwrap_or((text, "1"));
    let usable = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    if !name.is_empty() && name.chars().all(usable) && port.parse::<u16>().is_ok() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "Expected host_names to have names like `segue.example` or `segue.example:8443`, but found \
         `{text}`."
    )))
}

fn grpc(text: Option<&str>, authentication: Authentication) -> Result<Grpc, Failure> {
    match text {
        None => Ok(Grpc::IfFree(GRPC_ADDRESS)),
        Some("off") => Ok(Grpc::Off),
        Some(text) => address("grpc", text, authentication).map(Grpc::At),
    }
}

fn time_to_live(name: &str, text: &str) -> Result<i64, Failure> {
    engine::graph::keep::parse_ttl_ms(text).ok_or_else(|| {
        Failure::usage(format!(
            "Expected {name} to be an ISO 8601 duration like `P30D`, but found \
             `{text}`."
        ))
    })
}

fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        Failure::usage(format!(
            "Expected time_zone to be an IANA name like `Europe/Berlin`, but found `{name}`."
        ))
    })
}

/// An address to listen at: of this machine only, unless callers must say who they are.
fn address(key: &str, text: &str, authentication: Authentication) -> Result<SocketAddr, Failure> {
    let resolved = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    let Some(address) = resolved else {
        return Err(Failure::usage(format!(
            "Expected {key} to be HOST:PORT like 127.0.0.1:8080, but found `{text}`."
        )));
    };
    if authentication == Authentication::None && !address.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "Expected {key} to be a loopback address like 127.0.0.1:{port}, but found `{text}`: \
             without authentication whoever reaches it may do everything. Give \
             --authentication local, or listen on loopback.",
            port = address.port()
        )));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(options: &Options, file: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        if !file.is_empty() {
            std::fs::write(&path, file).unwrap();
        }
        options.settle_in(&path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn needs_no_configuration_at_all() {
        let settings = settle(&Options::default(), "").unwrap();
        assert_eq!(settings.data, Path::new("data"));
        assert_eq!(settings.http.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.grpc, Grpc::IfFree("127.0.0.1:26500".parse().unwrap()));
        assert_eq!(settings.zone.iana_name(), Some("UTC"));
    }

    #[test]
    fn an_option_wins_over_the_file_and_the_file_over_the_default() {
        let options = Options { http: Some("127.0.0.1:9".to_owned()), ..Options::default() };
        let file = "http = \"127.0.0.1:7\"\ntime_zone = \"Europe/Berlin\"\n";
        let settings = settle(&options, file).unwrap();
        assert_eq!(settings.http.port(), 9);
        assert_eq!(settings.zone.iana_name(), Some("Europe/Berlin"));
    }

    #[test]
    fn names_the_file_and_the_key_that_nobody_knows() {
        let error = settle(&Options::default(), "htpp = \"127.0.0.1:7\"\n").unwrap_err();
        assert!(error.contains("htpp") && error.contains(FILE), "{error}");
    }

    #[test]
    fn grpc_listens_where_it_is_told_or_not_at_all() {
        let grpc = |text: &str| settle(&Options::default(), &format!("grpc = \"{text}\"\n"));
        assert_eq!(grpc("127.0.0.1:9").unwrap().grpc, Grpc::At("127.0.0.1:9".parse().unwrap()));
        assert_eq!(grpc("off").unwrap().grpc, Grpc::Off);
        assert!(grpc("0.0.0.0:26500").unwrap_err().contains("loopback"));
    }

    #[test]
    fn refuses_to_listen_where_others_can_reach_it() {
        let options = Options { http: Some("0.0.0.0:8080".to_owned()), ..Options::default() };
        let error = settle(&options, "").unwrap_err();
        assert!(error.contains("--authentication local"), "{error}");
        let file = "authentication = \"local\"\n";
        let settings = settle(&options, file).unwrap();
        assert_eq!(settings.authentication, Authentication::Local);
        assert_eq!(settings.http.to_string(), "0.0.0.0:8080");
        let error = settle(&options, "authentication = \"ldap\"\n").unwrap_err();
        assert!(error.contains("`ldap`"), "{error}");
    }

    #[test]
    fn answers_to_the_names_it_is_told() {
        let names = |text: &str| settle(&Options::default(), &format!("host_names = [{text}]\n"));
        let settings = names("\"segue.example\", \"other.example:8443\"").unwrap();
        assert_eq!(settings.host_names, ["segue.example", "other.example:8443"]);
        for wrong in ["\"https://segue.example\"", "\"segue.example/\"", "\"\"", "\"a:b\""] {
            let error = names(wrong).unwrap_err();
            assert!(error.contains("names like `segue.example`"), "{error}");
        }
        let name = vec!["told.example".to_owned()];
        let options = Options { host_name: name.clone(), ..Options::default() };
        assert_eq!(settle(&options, "host_names = [\"a\"]\n").unwrap().host_names, name);
    }

    #[test]
    fn keeps_history_as_long_as_it_is_told() {
        let settings = settle(&Options::default(), "").unwrap();
        assert_eq!((settings.history_ttl_ms, settings.backups), (None, "data/backups".into()));
        let file = "history_time_to_live = \"P30D\"\nbackups = \"/b\"\n\
                    signal_time_to_live = \"P7D\"\n";
        let settings = settle(&Options::default(), file).unwrap();
        assert_eq!(settings.history_ttl_ms, Some(30 * 86_400_000));
        assert_eq!(settings.signal_ttl_ms, Some(7 * 86_400_000));
        assert_eq!(settings.backups, Path::new("/b"));
        let error = settle(&Options::default(), "history_time_to_live = \"30\"").unwrap_err();
        assert!(error.contains("`30`"), "{error}");
    }

    #[test]
    fn refuses_a_zone_that_does_not_exist() {
        let error = settle(&Options::default(), "time_zone = \"Mars/Olympus\"").unwrap_err();
        assert!(error.contains("`Mars/Olympus`"), "{error}");
    }
}
