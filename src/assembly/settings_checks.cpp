#include "assembly/settings_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "assembly/listen_address.hpp"
#include "assembly/origin_template.hpp"
#include "redis/settings.hpp"
#include "tier/key.hpp"

namespace nacre::assembly {
namespace {

/// One run of the checks.
class Check {
 public:
  Check(const Settings& settings, const Places& places, Problems& problems)
      : settings_(settings), places_(places), problems_(problems) {}

  void run() {
    check_listen();
    check_memory(settings_.memory, "memory");
    check_remote(settings_.remote);
    check_cache(settings_.cache, "cache");
    check_named_caches();
    check_origins();
  }

 private:
  void check_listen() {
    for (const std::string& text : settings_.server.listen) {
      const Parsed<ListenAddress> address = parse_listen_address(text);
      if (!address || address->is_loopback || !settings_.server.bearer_token_file.empty()) continue;
      report("server.listen", fmt::format("{} can be reached from other machines", text),
             "loopback addresses, or any with server.bearer_token_file");
    }
  }

  void check_memory(const MemorySettings& memory, const std::string& section) {
    if (memory.max_value_bytes <= memory.max_bytes) return;
    report(section + ".max_value_bytes", "is more than max_bytes", "at most max_bytes");
  }

  void check_remote(const RemoteOptions& remote) {
    if (remote.url.empty()) return;
    if (remote.certificate_file.empty() != remote.key_file.empty()) {
      report("remote.certificate_file", "is given without key_file, or the other way round",
             "both or neither");
    }
    const redis::Url url = redis::Url::parse(remote.url);
    const bool has_tls_files =
        !remote.ca_file.empty() || !remote.certificate_file.empty() || !remote.verify_name.empty();
    if (has_tls_files && !url.is_tls) {
      report("remote.url", "is one without TLS, but there are settings for TLS", "rediss://");
    }
    if (url.password && !remote.password_file.empty()) {
      report("remote.password_file", "is given, and url has a password as well", "one of the two");
    }
    if (!remote.user.empty() && remote.password_file.empty() && !url.password) {
      report("remote.user", "is given without a password", "password_file as well");
    }
  }

  void check_cache(const CacheSettings& cache, const std::string& section) {
    std::unordered_map<std::string_view, std::size_t> prefixes;
    for (std::size_t index = 0; index < cache.rules.size(); ++index) {
      const PrefixRule& rule = cache.rules[index];
      const auto [first, is_new] = prefixes.emplace(rule.prefix, index);
      const std::string path = fmt::format("{}.rule[{}]", section, index);
      if (!is_new && !rule.prefix.empty()) {
        report(path + ".prefix", fmt::format("is that of rule[{}] as well", first->second),
               "one rule for a prefix");
      }
      check_tag_count(cache.defaults.tags.size() + rule.options.tags.size(), path);
    }
    if (cache.memory) check_memory(*cache.memory, section + ".memory");
  }

  // Tags of the cache and of the rule come together in one entry.
  void check_tag_count(std::size_t count, const std::string& section) {
    if (count <= max_tags_per_entry_count) return;
    report(section + ".tags", fmt::format("are {} with those of the cache", count),
           fmt::format("at most {} together", max_tags_per_entry_count));
  }

  void check_named_caches() {
    std::unordered_map<std::string_view, std::string_view> names = {
        {settings_.cache.namespace_name, settings_.cache.name}};
    for (const CacheSettings& cache : settings_.caches) {
      const std::string section = "caches." + cache.name;
      if (cache.name == settings_.cache.name) {
        report(section, "is the name of the cache of [cache]", "another name");
      }
      const auto [first, is_new] = names.emplace(cache.namespace_name, cache.name);
      if (!is_new) {
        report(section + ".namespace",
               fmt::format("\"{}\" is that of the cache \"{}\" as well", cache.namespace_name,
                           first->second),
               "one cache for a namespace");
      }
      check_tag_count(cache.defaults.tags.size(), section);
      check_cache(cache, section);
    }
  }

  void check_origins() {
    std::unordered_map<std::string_view, std::size_t> matches;
    for (std::size_t index = 0; index < settings_.origins.size(); ++index) {
      const OriginSettings& origin = settings_.origins[index];
      const std::string section = fmt::format("origin[{}]", index);
      const auto [first, is_new] = matches.emplace(origin.match, index);
      if (!is_new && !origin.match.empty()) {
        report(section + ".match", fmt::format("is that of origin[{}] as well", first->second),
               "one rule for a match");
      }
      check_origin(origin, section);
      check_connection(origin, index);
    }
  }

  void check_origin(const OriginSettings& origin, const std::string& section) {
    if (origin.match.empty() || origin.url.empty()) return;  // reported as missing
    check_text(section + ".match", match_trouble(origin.match));
    const auto url = url_trouble(origin.url);
    check_text(section + ".url", url ? url : use_trouble(origin.url, origin.match));
    for (const std::string& tag : origin.tags) {
      check_text(section + ".tags", use_trouble(tag, origin.match));
    }
    for (const auto& [name, value] : origin.headers) {
      check_text(section + ".headers", header_value_trouble(value));
      check_text(section + ".headers", use_trouble(value, origin.match));
    }
    for (const auto& [name, path] : origin.header_files) {
      const bool is_set_twice =
          std::any_of(origin.headers.begin(), origin.headers.end(),
                      [&key = name](const auto& header) { return header.first == key; });
      if (is_set_twice) report(section + ".header_files", name + " is in headers as well", "");
    }
    if (!origin.ca_file.empty() && !origin.url.starts_with("https://")) {
      report(section + ".ca_file", "is given for a url without https", "https");
    }
    if (origin.max_retry_delay < origin.min_retry_delay) {
      report(section + ".max_retry_delay", "is less than min_retry_delay",
             "at least min_retry_delay");
    }
  }

  static std::optional<std::string> header_value_trouble(std::string_view value) {
    const bool is_printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < '\x7F'; });
    if (value.empty() || !is_printable || value.front() == ' ' || value.back() == ' ') {
      return "has a value that is empty, or not printable ASCII, or has blanks around it";
    }
    return std::nullopt;
  }

  // Rules of one host share its connections, so they cannot limit them differently.
  void check_connection(const OriginSettings& origin, std::size_t index) {
    const std::string_view url = origin.url;
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return;
    const std::string_view host = url.substr(0, url.find_first_of("/?#", scheme_end + 3));
    const auto [first, is_new] = first_of_host_.emplace(host, index);
    if (is_new) return;
    const OriginSettings& other = settings_.origins[first->second];
    const bool is_same =
        origin.retries == other.retries && origin.retry_budget == other.retry_budget &&
        origin.min_retry_delay == other.min_retry_delay &&
        origin.max_retry_delay == other.max_retry_delay &&
        origin.max_concurrent == other.max_concurrent && origin.max_queued == other.max_queued &&
        origin.max_idle == other.max_idle && origin.idle_timeout == other.idle_timeout &&
        origin.dns_ttl == other.dns_ttl && origin.max_body_bytes == other.max_body_bytes &&
        origin.ca_file == other.ca_file;
    if (is_same) return;
    report(fmt::format("origin[{}].url", index),
           fmt::format("has the host of origin[{}] but other limits of retries or connections",
                       first->second),
           "the same limits for all rules of one host");
  }

  void check_text(const std::string& setting, const std::optional<std::string>& trouble) {
    if (trouble) report(setting, *trouble, "");
  }

  // At the setting itself, or at the nearest section around it that has a place.
  std::string place_of(std::string_view setting) const {
    while (true) {
      const auto place = places_.find(setting);
      if (place != places_.end()) return place->second;
      const std::size_t dot = setting.rfind('.');
      if (dot == std::string_view::npos) return "settings";
      setting = setting.substr(0, dot);
    }
  }

  void report(const std::string& setting, std::string problem, std::string allowed) {
    problems_.add({place_of(setting), setting, std::move(problem), std::move(allowed)});
  }

  const Settings& settings_;
  const Places& places_;
  Problems& problems_;
  std::unordered_map<std::string_view, std::size_t> first_of_host_;
};

}  // namespace

void check_settings(const Settings& settings, const Places& places, Problems& problems) {
  Check(settings, places, problems).run();
}

}  // namespace nacre::assembly
