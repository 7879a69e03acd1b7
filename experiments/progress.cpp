#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include <trivium/mpi/transport.hpp>

namespace trivium::experiments {
namespace {

/// True when what is printed ends on a terminal. Under mpirun the process always writes to a pseudo-terminal
/// of mpirun's; what counts then is where the launcher, its parent, writes.
bool on_terminal() {
  if (isatty(STDOUT_FILENO) != 1) return false;
  if (!mpi::launched_by_mpi()) return true;
  std::error_code unreadable;
  const auto target =
      std::filesystem::read_symlink(fmt::format("/proc/{}/fd/1", getppid()), unreadable).string();
  return !unreadable && (target.starts_with("/dev/pts/") || target.starts_with("/dev/tty"));
}

std::string clock(double seconds) {
  const auto s = static_cast<long>(seconds);
  return s < 3600 ? fmt::format("{:02}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

std::string merit(const Record& r) {
  std::string text = std::isnan(r.distance) ? fmt::format("residual {:.2e}", r.residual)
                                            : fmt::format("distance {:.2e}", r.distance);
  if (r.measures.empty() || std::isnan(r.measures.begin()->second)) return text;
  return text + fmt::format("  {} {:.4g}", r.measures.begin()->first, r.measures.begin()->second);
}

std::string with_unit(double number) {
  constexpr const char* units[] = {"", " k", " M", " G", " T", " P"};
  std::size_t unit = 0;
  while (std::abs(number) >= 999.5 && unit + 1 < std::size(units)) {
    number /= 1000;
    ++unit;
  }
  return fmt::format("{:.3g}{}", number, units[unit]);
}

double share_done(const Record& r, const Limits& limits) {
  double share = 0;
  const auto count = [&](double value, const std::optional<double>& limit) {
    if (limit) share = std::max(share, value / *limit);
  };
  const auto accuracy = [&](double value, const std::optional<double>& limit) {
    if (limit && value > 0 && *limit < 1) share = std::max(share, std::log(value) / std::log(*limit));
  };
  count(r.iteration, limits.iterations);
  count(r.round, limits.rounds);
  count(r.bits_up, limits.bits_up);
  count(r.calls, limits.calls);
  count(r.samples, limits.samples);
  count(r.seconds, limits.seconds);
  accuracy(r.distance, limits.distance);
  accuracy(r.residual, limits.residual);
  accuracy(r.gap, limits.gap);
  return std::clamp(share, 0.0, 1.0);
}

Progress::Progress(std::size_t runs) : runs_(runs), terminal_(on_terminal()) {}

void Progress::begin(const std::string& name, const Limits& limits) {
  number_ += 1;
  name_ = name;
  limits_ = limits;
  begun_ = shown_ = std::chrono::steady_clock::now();
}

void Progress::update(const Record& r) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const double elapsed = std::chrono::duration<double>(now - begun_).count(), share = share_done(r, limits_);
  const std::string eta = share > 0.01 ? clock(elapsed * (1 - share) / share) : "--:--";
  fmt::print("\r\033[K[{}/{}] {}  round {}  {}  {}bit up  {} elapsed, {} to go", number_, runs_, name_,
             with_unit(r.round), merit(r), with_unit(r.bits_up) + (r.bits_up < 1000 ? " " : ""),
             clock(elapsed), eta);
  std::fflush(stdout);
}

void Progress::clear_line() {
  if (terminal_) fmt::print("\r\033[K");
}

void Progress::end(const Record& r, const Stop& stop) {
  clear_line();
  fmt::print("[{}/{}] {}: {} ({}); {} rounds, {}bit up, {:.2f} s\n", number_, runs_, name_,
             name_of(stop.status), stop.reason, with_unit(r.round),
             with_unit(r.bits_up) + (r.bits_up < 1000 ? " " : ""), r.seconds);
  std::fflush(stdout);
}

void Progress::kept(const std::string& name) {
  number_ += 1;
  clear_line();
  fmt::print("[{}/{}] {}: kept, it is complete\n", number_, runs_, name);
  std::fflush(stdout);
}

}  // namespace trivium::experiments
