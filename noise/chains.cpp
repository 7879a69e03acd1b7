#include <stdexcept>

#include <fmt/format.h>

#include <trivium/noise/chains.hpp>

namespace trivium::noise::chains {

void Chain::walk(State&, Stream&, std::span<std::uint32_t>) const {
  throw std::logic_error("this chain moves on the real line: it has no numbered states");
}

std::shared_ptr<const Chain> Supply::get(const Plugin& plugin, std::size_t states) const {
  const std::string description =
      fmt::format("{} {} {}", plugin.type, states, to_toml(catalogue().resolve(plugin)));
  std::shared_ptr<const Chain>& chain = (*made_)[description];
  if (!chain) chain = catalogue().make(plugin, {states, data_folders_});
  return chain;
}

}  // namespace trivium::noise::chains
