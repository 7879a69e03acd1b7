#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace trivium::bench {

/// Which seconds are counted. Of one thread that only computes, both are the same on a quiet machine; on a
/// busy one `processor` leaves out the time that other programs got. Work of several processes is measured by
/// the wall's.
enum class Clock { wall, processor };

inline double seconds_now(Clock clock) {
  timespec now;
  clock_gettime(clock == Clock::wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds that `work()` takes.
template <class Work>
double seconds_of(Clock clock, Work&& work) {
  const double begin = seconds_now(clock);
  work();
  return seconds_now(clock) - begin;
}

inline double median(std::vector<double> samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

/// Median seconds of each piece of work. They take turns, so that whatever else the machine does disturbs all
/// alike; one more turn at the beginning is not counted.
template <class... Work>
std::array<double, sizeof...(Work)> median_seconds(Clock clock, int turns, Work&&... work) {
  std::array<std::vector<double>, sizeof...(Work)> samples;
  for (int turn = 0; turn <= turns; ++turn) {
    std::size_t i = 0;
    const auto take = [&](auto& piece) {
      const double seconds = seconds_of(clock, piece);
      if (turn > 0) samples[i].push_back(seconds);
      ++i;
    };
    (take(work), ...);
  }
  std::array<double, sizeof...(Work)> medians;
  std::transform(samples.begin(), samples.end(), medians.begin(), median);
  return medians;
}

/// Keeps the compiler from leaving out what only makes `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// "least to most" of some numbers.
inline std::string range(const std::vector<double>& numbers) {
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  return fmt::format("{:.1e} to {:.1e}", *least, *most);
}

/// One row of the table that run.sh collects.
inline void row(const std::string& what, const std::string& measured, const std::string& target,
                const std::string& met) {
  fmt::print("| {} | {} | {} | {} |\n", what, measured, target, met);
  std::fflush(stdout);
}
inline void row_at_most(const std::string& what, double measured, double target,
                        const std::string& unit = "") {
  row(what, fmt::format("{:.3g}{}", measured, unit), fmt::format("at most {:.3g}{}", target, unit),
      measured <= target ? "yes" : "no");
}
inline void row_at_least(const std::string& what, double measured, double target,
                         const std::string& unit = "") {
  row(what, fmt::format("{:.3g}{}", measured, unit), fmt::format("at least {:.3g}{}", target, unit),
      measured >= target ? "yes" : "no");
}

/// A line beside the table: the absolute figures behind a ratio.
template <class... Args>
void note(fmt::format_string<Args...> text, Args&&... args) {
  fmt::print("  {}\n", fmt::format(text, std::forward<Args>(args)...));
  std::fflush(stdout);
}

}  // namespace trivium::bench
