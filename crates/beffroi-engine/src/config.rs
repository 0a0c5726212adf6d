//! The generated ClickHouse configuration: who may do what, and how much memory.
//!
//! Only loopback, only HTTP. The library's own session always logs in as `default` with an empty
//! password, so that user must exist there; it has no right but to start listening, and no query
//! of a client is taken in its name: the handlers below only serve requests that name one of our
//! two users, and everything else is answered 403 (or by `/ping`).

use std::{path::PathBuf, time::Duration};

use quick_xml::escape::escape;

use crate::{
    EngineError, EngineSettings,
    credentials::{ADMIN, Credentials, READER},
    folder::DataFolder,
    version::EngineKind,
};

/// How long a query of the read-only user may run.
const READER_LIMIT: Duration = Duration::from_secs(60);

/// Writes `users.xml` and `config.xml` into the run folder; returns the latter.
pub(crate) fn write(
    folder: &DataFolder,
    settings: &EngineSettings,
    credentials: &Credentials,
    kind: EngineKind,
) -> Result<PathBuf, EngineError> {
    let run = folder.run_dir();
    let users = run.join("users.xml");
    folder.write_private(&users, &users_xml(credentials, kind))?;
    let config = run.join("config.xml");
    folder.write_private(
        &config,
        &config_xml(folder, settings, &users.to_string_lossy()),
    )?;
    Ok(config)
}

fn users_xml(credentials: &Credentials, kind: EngineKind) -> String {
    let own_session = match kind {
        EngineKind::Library => user(
            "default",
            "",
            "bootstrap",
            "<grants><query>GRANT SYSTEM LISTEN ON *.*</query></grants>",
        ),
        EngineKind::Executable => String::new(),
    };
    let admin = user(
        ADMIN,
        credentials.admin.expose(),
        "default",
        "<access_management>1</access_management><named_collection_control>1</named_collection_control>",
    );
    let reader = user(
        READER,
        credentials.reader.expose(),
        "reader",
        "<grants><query>GRANT SELECT, SHOW ON *.*</query></grants>",
    );
    let reader_secs = READER_LIMIT.as_secs();
    // ClickHouse takes a thread less for each gibibyte (of an insert four) that is not free, and would use
    // one core under our limit; our statements bound their memory themselves. An executable may be of a
    // version that does not know these settings, and would not start.
    let threads = match kind {
        EngineKind::Library => {
            "<max_threads_min_free_memory_per_thread>0</max_threads_min_free_memory_per_thread>\
             <max_insert_threads_min_free_memory_per_thread>0</max_insert_threads_min_free_memory_per_thread>"
        }
        EngineKind::Executable => "",
    };
    // readonly 2: the reader may change settings of its query (clients do), save the limits.
    format!(
        r"<clickhouse>
  <profiles>
    <default>{threads}</default>
    <bootstrap><max_execution_time>5</max_execution_time><max_memory_usage>50000000</max_memory_usage></bootstrap>
    <reader>
      {threads}
      <readonly>2</readonly>
      <max_execution_time>{reader_secs}</max_execution_time>
      <constraints><max_execution_time><min>1</min><max>{reader_secs}</max></max_execution_time></constraints>
    </reader>
  </profiles>
  <quotas><default></default></quotas>
  <users>
{own_session}{admin}{reader}  </users>
</clickhouse>
"
    )
}

fn user(name: &str, password: &str, profile: &str, rights: &str) -> String {
    let password = escape(password);
    format!(
        "    <{name}><password>{password}</password><networks><ip>127.0.0.1</ip><ip>::1</ip></networks>\
         <profile>{profile}</profile><quota>default</quota>{rights}</{name}>\n"
    )
}

fn config_xml(folder: &DataFolder, settings: &EngineSettings, users: &str) -> String {
    let memory_bytes = u64::from(settings.memory_mb) << 20;
    let users = escape(users);
    let level = settings.log_level.as_str();
    let log = folder.log_file();
    let log = escape(log.to_string_lossy()).into_owned();
    let data = folder.data_dir();
    let data = escape(data.to_string_lossy()).into_owned();
    // Basic credentials begin with the base64 of `beffroi:` or `reader:`; whether the password is
    // right is for ClickHouse to say.
    format!(
        r"<clickhouse>
  <logger><level>{level}</level><log>{log}</log></logger>
  <tmp_path>{data}/tmp/</tmp_path>
  <user_files_path>{data}/user_files/</user_files_path>
  <format_schema_path>{data}/format_schemas/</format_schema_path>
  <max_server_memory_usage>{memory_bytes}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>8</background_schedule_pool_size>
  <merge_tree>
    <number_of_free_entries_in_pool_to_execute_mutation>2</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>2</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
  <user_directories>
    <users_xml><path>{users}</path></users_xml>
  </user_directories>
  <http_handlers>
    <rule><url>/ping</url><handler><type>ping</type></handler></rule>
    <rule>
      <headers><X-ClickHouse-User>regex:{ADMIN}|{READER}</X-ClickHouse-User></headers>
      <handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler>
    </rule>
    <rule>
      <headers><Authorization>regex:Basic (YmVmZnJvaT|cmVhZGVyO).*</Authorization></headers>
      <handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler>
    </rule>
    <rule>
      <handler>
        <type>static</type><status>403</status>
        <response_content>name the user {ADMIN} or {READER} in X-ClickHouse-User or by basic authentication&#10;</response_content>
      </handler>
    </rule>
  </http_handlers>
</clickhouse>
"
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn written(kind: EngineKind) -> (tempfile::TempDir, String, String) {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(&dir.path().join("a & b <c>")).unwrap();
        folder.fresh_run_dir().unwrap();
        let credentials = Credentials::load_or_create(&folder).unwrap();
        let settings = EngineSettings {
            memory_mb: 3,
            ..EngineSettings::default()
        };
        let config = write(&folder, &settings, &credentials, kind).unwrap();
        let users = config.with_file_name("users.xml");
        for file in [&config, &users] {
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
        let read = |path| fs::read_to_string(path).unwrap();
        (dir, read(config), read(users))
    }

    #[test]
    fn the_memory_limit_is_in_bytes_and_paths_are_escaped() {
        let (_dir, config, _) = written(EngineKind::Library);
        assert!(
            config.contains("<max_server_memory_usage>3145728<"),
            "{config}"
        );
        assert!(
            config.contains("a &amp; b &lt;c&gt;/run/users.xml"),
            "{config}"
        );
    }

    #[test]
    fn what_another_version_may_not_know_is_only_told_to_the_library() {
        let (_dir, _, library) = written(EngineKind::Library);
        let (_dir, _, executable) = written(EngineKind::Executable);
        assert_eq!(library.matches("<max_threads_min_free").count(), 2);
        assert!(!executable.contains("<max_threads_min_free"));
    }

    #[test]
    fn a_user_without_a_password_exists_only_where_the_library_needs_it() {
        let (_dir, _, users) = written(EngineKind::Library);
        assert_eq!(users.matches("<password></password>").count(), 1);
        let (_dir, _, users) = written(EngineKind::Executable);
        assert_eq!(users.matches("<password></password>").count(), 0);
        assert_eq!(users.matches("<password>").count(), 2);
    }
}
