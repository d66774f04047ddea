#pragma once

#include "dataplane/base/intrusive_list.hh"
#include "dataplane/base/timer_wheel.hh"
#include "dataplane/proxy/entrance.hh"
#include "dataplane/proxy/header.hh"
#include "dataplane/stream/filter.hh"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wirebird::proxy {

/// One connection on its way through an entrance: takes the header, then passes everything on
/// unchanged, but with the address that the header named.
///
///     waiting --header--> through --on_ended()--> over
///         \--wrong, late, gone--> closing --on_ended()--/
class passage final : public stream::filter, public timer, public list_hook<over_tag> {
 public:
  passage(entrance&, stream::connection& below, instant now);

  void on_bytes(slice_queue& unread, instant now) override;
  void on_end_of_stream(instant now) override;
  void on_progress(instant now) override;
  void on_ended(stream::end_reason, instant now) override;
  [[nodiscard]] endpoint remote() const noexcept override { return remote_; }
  /// Ends it unless its header has come.
  void give_up(instant now);

  std::size_t position = 0;  ///< in the entrance's table

 private:
  enum class phase : std::uint8_t { waiting, through, closing };

  void on_timer(instant now) override;
  void refuse(std::string_view why, instant now);
  void enter(instant now);

  entrance& entrance_;
  header_reader header_;
  endpoint remote_;
  phase phase_ = phase::waiting;
};

}  // namespace wirebird::proxy
