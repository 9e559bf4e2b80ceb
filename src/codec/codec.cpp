#include "nacre/codec.hpp"

#include <exception>
#include <string>

#include "codec/type_name.hpp"
#include "nacre/error.hpp"

namespace nacre::detail {
namespace {

/// What the exception being handled says. Rethrows std::bad_alloc: that is no fault of the bytes.
std::string current_reason() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& failure) {
    return failure.what();
  } catch (...) {
    return "its codec threw something that is not a std::exception";
  }
}

[[noreturn]] void throw_failed(Errc code, const char* verb, const std::type_info& type,
                               const std::string& reason) {
  const std::string name = readable_name(type);
  throw Error(code, "cannot " + std::string(verb) + " " + name + ": " + reason, {{"type", name}});
}

}  // namespace

void throw_no_encoder(const std::type_info& type) {
  throw_failed(Errc::serialization_failed, "encode", type,
               "the type has no codec, so its values stay in memory; specialise nacre::Codec or "
               "describe the type (nacre/describe.hpp)");
}

void throw_no_decoder(const std::type_info& type) {
  throw_failed(Errc::deserialization_failed, "decode", type,
               "the type has no codec; specialise nacre::Codec or describe the type "
               "(nacre/describe.hpp)");
}

void throw_encode_failed(const std::type_info& type) {
  throw_failed(Errc::serialization_failed, "encode", type, current_reason());
}

void throw_decode_failed(const std::type_info& type) {
  throw_failed(Errc::deserialization_failed, "decode", type, current_reason());
}

void throw_wrong_format(const std::type_info& type, Format stored) {
  throw_failed(Errc::deserialization_failed, "decode", type,
               "the value is stored as " + std::string(name_of(stored)) +
                   ", which the codec of the type does not read");
}

}  // namespace nacre::detail
