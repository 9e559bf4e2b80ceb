// What the texts of settings must look like, one check for each kind of text.
//
// Each returns a clause that follows the setting's name ("has no port"), or nullopt. The texts are
// UTF-8 without control characters already.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nacre::assembly {

using TextTrouble = std::optional<std::string>;

TextTrouble check_listen_text(std::string_view text);
TextTrouble check_host_text(std::string_view text);
TextTrouble check_web_origin_text(std::string_view text);
TextTrouble check_log_level_text(std::string_view text);
TextTrouble check_namespace_text(std::string_view text);
TextTrouble check_key_prefix_text(std::string_view text);
TextTrouble check_tag_text(std::string_view text);
TextTrouble check_write_policy_text(std::string_view text);
TextTrouble check_client_name_text(std::string_view text);

/// A URL of a Redis server, or nothing. What it returns never holds a part of the URL.
TextTrouble check_remote_url_text(std::string_view text);

/// [caches.NAME]: 1 to 64 of [a-z0-9_-], because it is a metric label and part of variable names.
TextTrouble check_cache_name_text(std::string_view text);

/// A field that may be sent to an origin: an HTTP token in lower case that is not about the
/// connection, the body, or the conditions that nacred itself sets.
TextTrouble check_header_name_text(std::string_view text);

/// A field of a caller that may go to an origin although all callers share the answer.
TextTrouble check_passed_header_text(std::string_view text);

}  // namespace nacre::assembly
