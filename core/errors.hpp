#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace trivium {

/// A mistake in what was asked: configuration, data or arguments. The message is one sentence that says what
/// was asked, what was found and what to do. The program prints it and exits with code 2 before the first
/// round.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bytes that are not a message of the codec that was asked to decode them: truncated, too long, or out of
/// range.
class MessageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws InputError with a formatted sentence.
template <class... Args>
[[noreturn]] void reject(fmt::format_string<Args...> sentence, Args&&... args) {
  throw InputError(fmt::format(sentence, std::forward<Args>(args)...));
}

/// The names in `known` as "a, b, c".
std::string join(const std::vector<std::string>& known);

/// "; did you mean 'top_k'? known: a, b, c": the tail of every sentence about an unknown name. The guess is
/// left out when nothing is close (edit distance above a third of the name's length).
std::string did_you_mean(const std::string& asked, const std::vector<std::string>& known);

}  // namespace trivium
