#pragma once

#include "dataplane/config/reading.hh"

namespace wirebird::config {

/// The options that stand outside every block. Flags are read by the same rows.
[[nodiscard]] option_table server_keys() noexcept;
[[nodiscard]] option_table logging_keys() noexcept;
[[nodiscard]] option_table limit_keys() noexcept;
/// What only we have: wirebird-control.
[[nodiscard]] option_table control_keys() noexcept;
/// Block `dataplane`: what only we have.
[[nodiscard]] option_table dataplane_keys() noexcept;
/// Block `authorization`, and `no_auth_user` beside it.
void read_authorization(reading&, const entry&);
void read_no_auth_user(reading&, const entry&);

/// Everything a file or the flags say, in order.
void read_options(reading&, const map&);

// Readers that several rows share; `field` is set where the value is good.
void read_text(reading&, const entry&, std::string& field);
void read_boolean(reading&, const entry&, bool& field);
void read_port(reading&, const entry&, std::uint16_t& field);

}  // namespace wirebird::config
