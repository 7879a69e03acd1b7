#pragma once
#include <cstddef>

#include <trivium/gpu/operators.hpp>

namespace trivium::problems::detail {

template <class T>
struct GameData;

/// The numbers of a reference game on the card, float64 or float32.
class GameOnCard {
 public:
  /// Throws InputError when there is no card or not enough memory on it.
  template <class T>
  explicit GameOnCard(const GameData<T>& data);
  /// As GameData::apply for the local worker `row`, without q unless `linear`; sign = -1 where `transposed`.
  /// Returns without waiting.
  void apply(std::size_t row, const Vector& z, bool transposed, bool linear, Vector& out) const;

 private:
  std::size_t n_;
  gpu::Matrix P_, B_, R_;
  Vector E_, G_, q_;
};

}  // namespace trivium::problems::detail
