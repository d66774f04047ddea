#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace wirebird::control {

/// Who may read pages. The loop's thread.
class networks {
 public:
  /// `texts`: ADDRESS or ADDRESS/LENGTH; what is neither lets nobody in. None at all: everybody.
  explicit networks(std::span<const std::string> texts = {});

  /// `address`: as text; what is no address is in no network.
  [[nodiscard]] bool has(std::string_view address) const;

 private:
  bool has_all_ = true;
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace wirebird::control
