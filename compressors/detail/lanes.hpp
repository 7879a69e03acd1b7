#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Lanes travel in registers where there are wide ones: everything that takes or returns them is inlined, so
// that files compiled for different processors agree.
#pragma GCC diagnostic ignored "-Wpsabi"
#define TRIVIUM_INLINE [[gnu::always_inline]] inline

namespace trivium::compressors {

// Eight entries at a time, in the vector types of GCC and Clang: loops that mix numbers of 4 and 8 bytes are
// not vectorised well by themselves. Without wide registers the compiler takes them apart.
template <class T>
struct EightOf {
  typedef T type __attribute__((vector_size(8 * sizeof(T))));
};
template <class T>
using Eight = typename EightOf<T>::type;
using Words = Eight<std::uint64_t>;
using Reals = Eight<double>;

template <class T>
TRIVIUM_INLINE Eight<T> load(const T* from) {
  Eight<T> out;
  std::memcpy(&out, from, sizeof out);
  return out;
}
template <class T>
TRIVIUM_INLINE void store(T* to, const Eight<T>& x) {
  std::memcpy(to, &x, sizeof x);
}
/// Every lane converted as static_cast does.
template <class To, class From>
TRIVIUM_INLINE Eight<To> lanes(const From& x) {
  return __builtin_convertvector(x, Eight<To>);
}
/// The same bits as lanes of another type.
template <class To, class From>
TRIVIUM_INLINE Eight<To> same_bits(const From& x) {
  return std::bit_cast<Eight<To>>(x);
}

/// The first `count` <= 8 entries and zeros.
template <class T>
TRIVIUM_INLINE Eight<T> load_some(const T* from, std::size_t count) {
  Eight<T> out = {};
  std::memcpy(&out, from, count * sizeof(T));
  return out;
}

}  // namespace trivium::compressors
