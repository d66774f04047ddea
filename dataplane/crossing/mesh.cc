#include "dataplane/crossing/mesh.hh"

#include "dataplane/base/check.hh"

namespace wirebird::crossing {

mesh::mesh(std::size_t workers, std::size_t bytes_per_lane) {
  check(workers > 0 && workers <= workers_max, "1 to 64 workers");
  for (std::size_t i = 0; i < workers; ++i) bells_.push_back(std::make_unique<bell>());
  for (std::size_t from = 0; from < workers; ++from)
    for (std::size_t to = 0; to < workers; ++to)
      lanes_.push_back(from == to ? nullptr : std::make_unique<lane>(bytes_per_lane));
}

station mesh::station_of(std::size_t worker) noexcept {
  station place{static_cast<unsigned>(worker), {}};
  for (std::size_t other = 0; other < workers(); ++other)
    if (other != worker)
      place.others.push_back({static_cast<unsigned>(other), &lane_between(worker, other),
                              &lane_between(other, worker), &bell_of(other)});
  return place;
}

}  // namespace wirebird::crossing
