// Asio's own code, compiled once: its headers then only declare it
// (BOOST_ASIO_SEPARATE_COMPILATION), which saves seconds in each file that uses them.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
