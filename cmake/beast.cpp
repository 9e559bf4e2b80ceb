// Beast's own code, compiled once (BOOST_BEAST_SEPARATE_COMPILATION); apart from Asio's, because
// the library needs only that.
#include <boost/beast/src.hpp>
