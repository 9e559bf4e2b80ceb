// Finds the route of a request: one step for each segment of its path.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/route.hpp"

namespace nacre::server {

/// Const after construction.
class RouteTree final {
 public:
  /// What a path and a method lead to.
  struct Match {
    const Route* route = nullptr;  ///< null: no route
    std::size_t route_index = 0;   ///< in the table
    std::string_view path_parameter{};
    std::string allow{};  ///< with no route: the methods the path has, if any
  };

  /// `routes` outlives the tree. No two may have the same method and path.
  explicit RouteTree(const std::vector<Route>& routes);

  /// Fixed segments win over {key}. HEAD finds what GET would. O(path).
  Match find(Method method, std::string_view path) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children{};
    std::unique_ptr<Node> parameter{};
    std::vector<std::size_t> route_indexes{};  // of the routes that end here
  };

  const Node* find_node(const Node& node, std::string_view rest, std::string_view& parameter) const;

  const std::vector<Route>& routes_;
  Node root_{};
};

}  // namespace nacre::server
