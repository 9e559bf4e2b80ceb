// What a loader threw, as the error its waiters are given.
#include <exception>

#include "nacre/loader.hpp"

namespace nacre::detail {

Error current_load_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& failure) {
    return Error(Errc::load_failed, std::string("the loader threw: ") + failure.what());
  } catch (...) {
    return Error(Errc::load_failed, "the loader threw something that is no std::exception");
  }
}

}  // namespace nacre::detail
