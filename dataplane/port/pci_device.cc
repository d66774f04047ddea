#include "dataplane/port/pci_device.hh"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace wirebird::port {

namespace {

/// Drivers of the kernel through which DPDK gets at a device: those that hand it over whole, and
/// those that DPDK shares it with (its own drivers for these cards work beside the kernel's).
constexpr std::array<std::string_view, 7> usable{
    "vfio-pci", "uio_pci_generic", "igb_uio", "mlx4_core", "mlx5_core", "hv_netvsc", "mana"};

}  // namespace

std::string obstacle_of_pci(const std::string& address, const std::string& devices) {
  const std::filesystem::path device = std::filesystem::path(devices) / address;
  const std::string name = "PCI device " + address;
  std::error_code error;
  if (!std::filesystem::exists(device, error))
    return "there is no " + name + ": dpdk-devbind.py --status-dev net lists what there is";
  const auto link = std::filesystem::read_symlink(device / "driver", error);
  const std::string driver = error ? "" : link.filename().string();
  if (std::ranges::find(usable, driver) != usable.end()) return {};
  return name + " is bound to " + (driver.empty() ? "no driver" : "the kernel's driver " + driver) +
         ", so DPDK cannot have it: dpdk-devbind.py --bind=vfio-pci " + address;
}

}  // namespace wirebird::port
