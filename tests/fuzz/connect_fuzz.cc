#include "protocol/connect_options.hh"

#include <cstdint>
#include <cstdlib>

// What a client says in CONNECT is accepted or refused, and saying it twice changes nothing more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wirebird::protocol;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  connect_options once;
  if (!merge_connect(json, once)) return 0;
  connect_options twice = once;
  if (!merge_connect(json, twice)) std::abort();
  const bool same = once.verbose == twice.verbose && once.pedantic == twice.pedantic &&
                    once.echo == twice.echo && once.headers == twice.headers &&
                    once.no_responders == twice.no_responders && once.protocol == twice.protocol &&
                    once.name == twice.name && once.user == twice.user && once.pass == twice.pass &&
                    once.auth_token == twice.auth_token && once.account == twice.account;
  if (!same) std::abort();
  return 0;
}
