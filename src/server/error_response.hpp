// Errors as HTTP responses: {"error":{"code":"cache.invalid_key","message":"...","details":null}}.
#pragma once

#include <string>
#include <string_view>

#include "nacre/error.hpp"
#include "server/message.hpp"

namespace nacre::server {

/// Appends the "error" object's content: {"code":...,"message":...,"details":...}.
void append_error(std::string& out, const Error& error);

/// The response for `error`, with the status of the table in nacre/error.hpp.
Response error_response(const Error& error);

/// The same with a status of HTTP's own that the table does not have: 405, 408, 414, 417, 431, 505.
Response error_response(int status, const Error& error);

}  // namespace nacre::server
