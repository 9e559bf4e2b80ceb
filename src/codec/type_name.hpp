// The name of a C++ type as a person writes it, for messages.
#pragma once

#include <string>
#include <typeinfo>

namespace nacre {

/// "shop::User" rather than "N4shop4UserE".
std::string readable_name(const std::type_info& type);

}  // namespace nacre
