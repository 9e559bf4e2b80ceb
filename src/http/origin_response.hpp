// What an origin answered, as far as nacre uses it.
#pragma once

#include <string>

namespace nacre {

/// A complete HTTP response. Field values have no control characters; fields that came several
/// times are joined with ", ".
struct OriginResponse {
  int status = 0;
  std::string content_type{};
  std::string content_encoding{};
  std::string cache_control{};
  std::string age{};
  std::string etag{};
  std::string last_modified{};
  std::string body{};
};

}  // namespace nacre
